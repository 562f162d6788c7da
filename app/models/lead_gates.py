"""A lead's gates as answered: what each asks for, what is there, what is promised."""

from pydantic import BaseModel

from app.models.gates import GateItem, Need
from app.models.pipeline import Stage


class GateItemRead(BaseModel):
    """One item; `longest_days` is how far away it may be promised, null where it may not."""

    item: GateItem
    label: str
    need: Need
    is_held: bool
    longest_days: int | None


class GateRead(BaseModel):
    """The gate of one stage; open where all that cannot be promised is there."""

    stage: Stage
    recognised_by: str
    max_days_before: int | None
    is_open: bool
    items: list[GateItemRead]


class LeadGates(BaseModel):
    """The gates that the lead stands before; overdue promises block every one."""

    items: list[GateRead]
    overdue: list[GateItem]
