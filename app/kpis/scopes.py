"""For whom a fact counts, where it is not split: laterals with `scope, scope_id` beside a fact."""

from app.models.ledger_entries import ZONE_ID

_ZONE = f"SELECT 'zone', CAST('{ZONE_ID}' AS uuid)"


def of_participants(table: str, on: str, fact_id: str) -> str:
    """Each participant, each team above one of them once, the zone once."""
    return f"""LATERAL (
    SELECT 'officer' AS scope, p.officer_id AS scope_id FROM {table} p WHERE p.{on} = {fact_id}
    UNION
    SELECT 'team', t.id FROM {table} p, unnest(p.team_path) AS t(id) WHERE p.{on} = {fact_id}
    UNION ALL {_ZONE}
  )"""


def of_one(officer_id: str, team_path: str) -> str:
    """Whole to one officer, the teams above and the zone."""
    return f"""LATERAL (
    SELECT 'officer' AS scope, {officer_id} AS scope_id
    UNION SELECT 'team', t.id FROM unnest({team_path}) AS t(id)
    UNION ALL {_ZONE}
  )"""
