"""One PostgreSQL per worker, one application, and an empty database for each test.

Every test commits for real: what it sees is what a client sees. Between tests all rows are deleted
with triggers off, which takes milliseconds.
"""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from fastapi import FastAPI

from app.core import migrations
from app.core.config import DRIVER, Settings
from app.core.embedded import running
from app.main import create_app
from tests.world import World, emptying


@pytest.fixture(scope="session", autouse=True)
def evidence_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where every application of the tests keeps evidence files."""
    folder = tmp_path_factory.mktemp("evidence")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YINFENG_EVIDENCE_FOLDER", str(folder))
        yield folder


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """One event loop for the whole run, so that pools outlive a test."""
    return "asyncio"


@pytest.fixture(scope="session")
def database_url(worker_id: str) -> Iterator[str]:
    """A migrated database: embedded, or made beside the one in YINFENG_TEST_DATABASE_URL."""
    given = os.environ.get("YINFENG_TEST_DATABASE_URL")
    if given is None:
        with tempfile.TemporaryDirectory(prefix="yinfeng-") as folder:
            Path(folder).chmod(0o755)  # the server's own account has to reach it
            with running(Path(folder), durable=False) as url:
                migrations.upgrade(url)
                yield url
        return
    base = Settings(database_url=given).database_url or ""
    yield database_beside(base, f"yinfeng_test_{worker_id}")


def database_beside(url: str, name: str) -> str:
    """A migrated database of that name on the same server."""
    import asyncio  # noqa: PLC0415  only for an external server

    async def create() -> None:
        connection = await asyncpg.connect(plain(url))
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}" ENCODING UTF8 TEMPLATE template0')
        await connection.close()

    asyncio.run(create())
    head, _, query = url.partition("?")
    beside = head.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")
    migrations.upgrade(beside)
    return beside


def plain(url: str) -> str:
    """The URL as asyncpg itself takes it."""
    return url.replace(DRIVER, "postgresql://", 1)


@pytest.fixture(scope="session")
async def app(database_url: str) -> AsyncIterator[FastAPI]:
    """The application, on one event loop for the whole run."""
    application = create_app(Settings(mode="development", pool_size=20), database_url)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside the application's, to look and to prepare."""
    connection = await asyncpg.connect(plain(database_url))
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def wipe(database: asyncpg.Connection) -> str:
    """The statements that empty every table."""
    return await emptying(database)


@pytest.fixture
async def world(app: FastAPI, database: asyncpg.Connection, wipe: str) -> AsyncIterator[World]:
    """An empty zone with one account per role, and clients for them."""
    async with World(app, database) as made:
        await made.people()
        yield made
    await database.execute(wipe)
