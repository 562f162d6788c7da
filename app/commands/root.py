"""The `yinfeng` command: serve, migrate, demo, import, kpi, report, what runs every night."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.commands.base import database_url, out
from app.commands.imports import imports
from app.commands.kpi import kpi
from app.commands.nightly import claims, duplicates, evidence, reminders
from app.commands.prepare import prepare
from app.commands.reports import report
from app.commands.targets import targets
from app.core import migrations

cli = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Yinfeng 引凤: investment-promotion CRM.",
)
GROUPS = {
    "kpi": kpi,
    "import": imports,
    "claims": claims,
    "duplicates": duplicates,
    "evidence": evidence,
    "reminders": reminders,
    "targets": targets,
}
for group, commands in GROUPS.items():
    # A callback keeps the only command of a group a command of its own.
    commands.callback()(lambda: None)
    cli.add_typer(commands, name=group)
cli.command()(report)


@cli.command()
def serve() -> None:
    """Start the database where none is configured, migrate, prepare the zone and serve the API."""
    from app import server  # noqa: PLC0415  the web stack is needed for this command alone

    server.serve(prepare)


@cli.command()
def migrate() -> None:
    """Bring the database to the newest revision."""
    with database_url() as url:
        migrations.upgrade(url)
    out.print("Migrations are at head.")


@cli.command()
def revise(message: str) -> None:
    """Write a migration from the difference between the models and the database."""
    with database_url() as url:
        migrations.upgrade(url)
        migrations.revise(url, message)


@cli.command()
def openapi(file: Annotated[Path, typer.Argument(allow_dash=True)]) -> None:
    """Write the OpenAPI document, the contract, reviewed as a diff; `-` prints it."""
    from app.main import create_app  # noqa: PLC0415  the web stack is needed for this command alone

    document = create_app(database_url="postgresql+asyncpg://unused").openapi()
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if f"{file}" == "-":
        sys.stdout.buffer.write(text.encode())
    else:
        file.write_text(text, "utf-8")
