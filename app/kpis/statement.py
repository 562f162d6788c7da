"""The one statement behind a summary: who is listed, what is summed, and the JSON of each row.

Numbers of whole months are the folded sums and what is pending; days outside whole months, and any
`as_of`, are summed from the ledger. The same rows come in three shapes (`_SOURCES`), so that a
number is made in one way wherever it comes from.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from app.core.reading import Statement
from app.models.ledger_entries import ZONE_ID, Scope
from app.models.roles import FIELD_ROLES

_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")
_FIELD_ROLES = ", ".join(f"'{role}'" for role in sorted(FIELD_ROLES))


@dataclass(frozen=True)
class Form:
    """All that shapes the statement; the values are bound later."""

    scope: Scope
    sees_zone: bool
    has_months: bool
    has_edges: bool
    is_one_month: bool


def _officers(form: Form) -> str:
    """Everybody in the field, and whoever has entries in the window in whatever role today."""
    reach = "true" if form.sees_zone else "(o.id = :me_id OR o.team_id = ANY(:team_ids))"
    counted = {
        "ledger_entries": "counted_on BETWEEN :start AND :end",
        **(_MONTHS_OF if form.has_months and not form.has_edges else {}),
    }
    found = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} k WHERE k.scope = 'officer' AND k.scope_id = o.id"
        f" AND {window})"
        for table, window in counted.items()
    )
    return f"""SELECT o.id, o.name, o.team_id FROM officers o
  WHERE {reach} AND (o.is_active AND o.role IN ({_FIELD_ROLES}) OR {found})"""
