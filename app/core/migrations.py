"""Alembic from inside the package: upgrade, and which revision is the newest.

Alembic is imported where it is used: a serving process at head needs none of it (10 MB).
"""

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import Any

import asyncpg

from app.core.config import DRIVER

_FOLDER = Path(__file__).parents[2] / "alembic"


def _config(url: str) -> Any:
    from alembic.config import Config  # noqa: PLC0415  see above

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["url"] = url
    return config


def _command() -> Any:
    from alembic import command  # noqa: PLC0415  see above

    return command


@lru_cache
def head_revision() -> str:
    """The newest revision in the code: they are numbered, and so are their files."""
    return max(file.name[:4] for file in (_FOLDER / "versions").glob("[0-9]*.py"))


async def _revision(url: str) -> str | None:
    connection = await asyncpg.connect(url.replace(DRIVER, "postgresql://", 1))
    try:
        return await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()


def upgrade(url: str) -> None:
    """Bring a database to the newest revision; runs its own event loop."""
    if asyncio.run(_revision(url)) == head_revision():
        return
    _command().upgrade(_config(url), "head")


def check(url: str) -> None:
    """Raise where the models say more or less than the migrations."""
    _command().check(_config(url))


def revise(url: str, message: str) -> None:
    """Write a new revision from the difference between models and database."""
    _command().revision(_config(url), message, autogenerate=True)
