"""What a summary is asked for, and whom it lists: who has the scope, in the caller's sight."""

from dataclasses import dataclass

from app.models.ledger_entries import ZONE_ID, Scope
from app.models.roles import FIELD_ROLES

_FIELD_ROLES = ", ".join(f"'{role}'" for role in sorted(FIELD_ROLES))


@dataclass(frozen=True)
class Form:
    """All that shapes the statement; the values are bound later.

    `kept_count` is the column whose steps count the window's companies, empty where none does.
    """

    scope: Scope
    sees_zone: bool
    has_months: bool
    has_edges: bool
    kept_count: str
    is_past: bool
    is_broken_down: bool
    is_credited: bool = False
    has_ratios: bool = False


def _officers(form: Form) -> str:
    """Everybody in the field, and whoever has entries in the window, whatever the role is today."""
    reach = "true" if form.sees_zone else "(o.id = :me_id OR o.team_id = ANY(:team_ids))"
    of_months = "k.month = ANY(:months)"
    windows = {"kpi_months": f"k.mechanism = '' AND {of_months}", "kpi_pending": of_months}
    if form.has_edges:
        windows = {"ledger_entries": "k.counted_on BETWEEN :start_on AND :end_on"}
    has_entries = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} k"
        f" WHERE k.scope = 'officer' AND k.scope_id = o.id AND {window})"
        for table, window in windows.items()
    )
    return f"""SELECT o.id, o.name, o.team_id FROM officers o
  WHERE {reach} AND (o.is_active AND o.role IN ({_FIELD_ROLES}) OR {has_entries})"""


def _teams(form: Form) -> str:
    reach = "true" if form.sees_zone else "t.id = ANY(:team_ids)"
    return f"SELECT t.id, t.name, t.parent_id AS team_id FROM teams t WHERE {reach}"


def _combinations(form: Form) -> str:
    reach = "true" if form.sees_zone else "c.team_id = ANY(:team_ids)"
    return f"SELECT c.id, c.name, c.team_id FROM combinations c WHERE {reach}"


def _zone(form: Form) -> str:
    reach = "true" if form.sees_zone else "false"
    return f"""SELECT CAST('{ZONE_ID}' AS uuid) AS id, CAST(:zone_name AS text) AS name,
         CAST(NULL AS uuid) AS team_id WHERE {reach}"""


SUBJECTS = {
    Scope.officer: _officers,
    Scope.team: _teams,
    Scope.combination: _combinations,
    Scope.zone: _zone,
}
