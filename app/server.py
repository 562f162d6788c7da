"""Starting the API: secrets, migrations, first accounts, then uvicorn in the foreground."""

import asyncio
import os
import secrets

import uvicorn
from rich.console import Console

from app.core import audit, migrations
from app.core.config import Settings, settings
from app.core.db import Database
from app.core.secrets import kept_secret
from app.core.security import new_password
from app.core.storage import first_line, probe, storage_of
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


def serve(url: str, out: Console) -> None:
    """Serve until a signal; blocks."""
    config = settings()
    migrations.upgrade(url)
    _share_with_workers(config, url)
    asyncio.run(_prepare(config, url, out))
    uvicorn.run(
        "app.worker:application",
        factory=True,
        host=config.host,
        port=config.port,
        workers=config.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
        # A worker answers once it has imported everything: on a loaded machine not within the
        # usual 5 seconds, and it would be ended and started anew for ever.
        timeout_worker_healthcheck=60,
    )


def _share_with_workers(config: Settings, url: str) -> None:
    """Worker processes read the same settings; what was made here travels by environment."""
    if config.secret_key is None:
        secret = kept_secret(config.data_dir / "secret_key", lambda: secrets.token_hex(32))
        os.environ["YINFENG_SECRET_KEY"] = secret
    os.environ["YINFENG_DATABASE_URL"] = url
    settings.cache_clear()


async def _prepare(config: Settings, url: str, out: Console) -> None:
    await _check_storage(config, out)
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
        await _prepare_demo(config, database, out, f"{base}/api/v1")
    else:
        async with database.transaction() as session:
            await close_demo_accounts(session)
    await database.close()


async def _check_storage(config: Settings, out: Console) -> None:
    """Wrong keys are told now and not at the first upload; who does not answer may come back."""
    try:
        await probe(storage_of(config))
    except OSError as error:
        out.print(f"[yellow]Evidence storage does not answer:[/yellow] {first_line(error)}")


async def _prepare_demo(config: Settings, database: Database, out: Console, base: str) -> None:
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
