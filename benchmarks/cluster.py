"""The benchmark's own PostgreSQL: the product's embedded server on a folder of its own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from app.core import embedded
from app.core.config import DRIVER

_SEEDED = "seeded"
# Kept in the cluster's own file; the embedded server's command line does not overrule these.
_OPTIONS = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.max": "5000"}


def dsn(url: str) -> str:
    """The URL as asyncpg takes it."""
    return url.replace(DRIVER, "postgresql://", 1)


@contextmanager
def loading(folder: Path) -> Iterator[str]:
    """A new server for the load, without crash safety; the folder is emptied first."""
    shutil.rmtree(embedded.home(folder), ignore_errors=True)
    with embedded.running(folder, durable=False) as url:
        yield url


@contextmanager
def measuring(folder: Path) -> Iterator[tuple[str, int]]:
    """The server as in production, and the process id of its postmaster."""
    with embedded.running(folder) as url:
        yield url, int((embedded.home(folder) / "pgdata/postmaster.pid").read_text().split()[0])


def is_seeded(folder: Path) -> bool:
    """Whether a load was finished here."""
    return (folder / _SEEDED).exists()


def note_seeded(folder: Path) -> None:
    """Remember that the load was finished."""
    (folder / _SEEDED).touch()


async def count_statements(connection: asyncpg.Connection) -> None:
    """Let the next start of the server count statements; it keeps the choice."""
    await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    for name, value in _OPTIONS.items():
        await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
