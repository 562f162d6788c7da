"""What every command needs: the console, the database, a transaction, a bar of progress."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from rich.console import Console
from rich.progress import Progress
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import audit
from app.core.db import Database
from app.core.embedded import database_url

__all__ = ["database_url", "out", "progress", "session_at"]

out = Console()


@asynccontextmanager
async def session_at(url: str) -> AsyncIterator[AsyncSession]:
    """One transaction for a command."""
    audit.install()
    database = Database(url, pool_size=2)
    try:
        async with database.transaction() as session:
            yield session
    finally:
        await database.close()


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar; what it gives takes how much is done, and of how much where that is known."""
    with Progress(console=out) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
