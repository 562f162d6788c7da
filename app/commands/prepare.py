"""What a start does before anything is served: migrations, first accounts, the demo zone."""

import asyncio
import sys

from app.commands.base import out
from app.core import audit, migrations
from app.core.config import Settings, settings
from app.core.db import Database
from app.core.secrets import kept_secret
from app.core.security import new_password
from app.core.storage import StorageError, first_line, probe, storage_of
from app.demo.zone import (
    DEMO_ACCOUNTS,
    close_demo_accounts,
    load_demo,
    set_demo_password,
)
from app.kpis import rollup
from app.services.officers import create_first_administrator

_CURLS = """
[bold]Try it[/bold] (copy and paste):

TOKEN=$(curl -s -d username=officer -d password='{password}' {base}/sessions \\
  | python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')

curl -s {base}/visits -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
  -H "Idempotency-Key: $(date +%s)" \\
  -d '{{"kind": "outbound", "company": {{"name": "沃尔玛"}},
       "summary": "拜访区域总部，了解选址计划"}}'

curl -s "{base}/kpis/officers?period=this_month&metrics=T02,T09" -H "Authorization: Bearer $TOKEN"
"""


def prepare(url: str) -> None:
    """Migrate, and see to the first accounts and the demo zone; ends the process where it fails."""
    migrations.upgrade(url)
    try:
        asyncio.run(_prepare(settings(), url))
    except StorageError as error:
        out.print(f"[red]{error}[/red]")
        sys.exit(1)


async def _prepare(config: Settings, url: str) -> None:
    await _check_storage(config)
    audit.install()
    database = Database(url, pool_size=2)
    base = f"http://{config.host}:{config.port}"
    out.print(f"[bold]Yinfeng 引凤[/bold]  API {base}/api/v1  docs {base}/docs")
    async with database.transaction() as session:
        password = await create_first_administrator(session)
        if password:
            out.print(f"First administrator: [bold]admin[/bold], password [bold]{password}[/bold]")
            out.print("(printed this once)")
    if config.mode == "demo":
        await _prepare_demo(config, database, f"{base}/api/v1")
    else:
        async with database.transaction() as session:
            await close_demo_accounts(session)
    await database.close()


async def _check_storage(config: Settings) -> None:
    """Wrong keys are told now and not at the first upload; who does not answer may come back."""
    try:
        await probe(storage_of(config))
    except OSError as error:
        out.print(f"[yellow]Evidence storage does not answer:[/yellow] {first_line(error)}")


async def _prepare_demo(config: Settings, database: Database, base: str) -> None:
    given = config.demo_password
    password = (
        given.get_secret_value()
        if given
        else kept_secret(config.data_dir / "demo_password", new_password)
    )
    async with database.transaction() as session:
        await load_demo(session, out)
        await set_demo_password(session, password)
    await rollup.fold_all(database)
    names = ", ".join(DEMO_ACCOUNTS)
    out.print(f"Demo accounts (password [bold]{password}[/bold]): {names}", soft_wrap=True)
    out.print(_CURLS.format(base=base, password=password), soft_wrap=True, highlight=False)
