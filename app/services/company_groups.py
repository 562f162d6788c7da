"""A company's group on a day, in one statement."""

from datetime import date
from typing import Any
from uuid import UUID

from app.core.clock import today
from app.core.reading import Caller, read_one
from app.models.company_controls import CompanyGroup


async def group(pool: Any, caller: Caller, company_id: UUID, as_of: date | None) -> bytes:
    """The group's JSON (UTF-8) as PostgreSQL writes it, as of today unless a day is given; 404."""
    binds = {"as_of": as_of or today()}
    body, _ = await read_one(pool, CompanyGroup, caller, company_id, binds=binds)
    return body
