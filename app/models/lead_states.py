"""A lead as it was known at a past instant: its own fields, undone from the audit log."""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlmodel import SQLModel

from app.core.listing import View
from app.core.types import Instant
from app.models.leads import Lead, LeadRead


class LeadView(View):
    """What of a lead is answered, and as of when."""

    as_of: Instant | None = Bounded(
        default=None,
        description="The lead's own fields as they were known then; goes without `expand`.",
    )


class LeadAsOf(LeadRead):
    """A lead as answered; with `as_of` what was known then.

    Then nothing is allowed, `version` and `updated_at` are those of the last audited change, and
    `last_visited_on` is the latest of the visits typed until then, at the days they have now.
    `is_settled` is false while a running transaction could still add to the instant.
    """

    as_of: Instant | None = None
    is_settled: bool | None = None


def state(now: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """A lead's JSON with the values that its later changes replaced."""
    undone = {name: _wire(name, value) for name, value in before.items() if name in now}
    return now | undone | {"allowed_actions": []}


def _wire(name: str, value: Any) -> Any:
    """Amounts have the decimals of their column, however they were typed."""
    table: type[SQLModel] = Lead
    kind = table.__table__.c[name].type  # pyright: ignore[reportAttributeAccessIssue]
    if value is None or not isinstance(kind, sa.Numeric):
        return value
    return f"{Decimal(value):.{kind.scale}f}"
