"""Folding in the background of a serving process."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from app.core.db import Database
from app.kpis.rollup import fold_all

PAUSE_SECONDS = 3.0
_log = logging.getLogger("yinfeng.folding")


@asynccontextmanager
async def folding(db: Database, pause: float = PAUSE_SECONDS) -> AsyncIterator[None]:
    """Fold every `pause` seconds for as long as the block runs; every process may, one does."""
    task = asyncio.create_task(_fold_for_ever(db, pause))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _fold_for_ever(db: Database, pause: float) -> None:
    while True:
        await asyncio.sleep(pause)
        try:
            await fold_all(db)
        except Exception:  # noqa: BLE001  numbers stay exact unfolded; the next turn may succeed
            _log.exception("not folded")
