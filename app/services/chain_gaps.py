"""The gaps of a chain on a day, in one statement."""

from datetime import date
from typing import Any
from uuid import UUID

from app.core.clock import today
from app.core.reading import Caller, read_one
from app.models.chain_gaps import ChainGaps


async def gaps(pool: Any, caller: Caller, chain_id: UUID, as_of: date | None) -> bytes:
    """The JSON (UTF-8) as PostgreSQL writes it, as of today unless a day is given; 404."""
    binds = {"as_of": as_of or today()}
    body, _ = await read_one(pool, ChainGaps, caller, chain_id, binds=binds)
    return body
