"""Alembic environment: async engine, our naming convention, SQLModel's types spelled out."""

import asyncio
from typing import Any

from sqlalchemy import pool
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

import app.models  # noqa: F401  brings every table into the metadata
from alembic import context


def _render(kind: str, item: Any, _context: Any) -> Any:
    """SQLModel's own types in SQLAlchemy's words: migrations never import the app's vocabulary."""
    if kind == "type":
        name = type(item).__name__
        if name == "AutoString":
            return "sa.String()"
        if name == "UTCDateTime":
            return "sa.DateTime(timezone=True)"
        if name == "Enum":
            return f"sa.String(length={item.length})"
    return False


def _compare_type(_c: Any, _i: Any, _m: Any, _inspected: Any, declared: Any) -> bool | None:
    return False if type(declared).__name__ in {"AutoString", "Enum", "UTCDateTime"} else None


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_item=_render,
        compare_type=_compare_type,
        include_object=lambda _o, name, kind, _r, _c: (
            not (kind == "index" and "search" in (name or ""))
        ),
    )
    with context.begin_transaction():
        connection.exec_driver_sql("SET lock_timeout = '3s'")
        context.run_migrations()


async def _main(url: str) -> None:
    engine = create_async_engine(url, poolclass=pool.NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_main(context.config.attributes["url"]))
