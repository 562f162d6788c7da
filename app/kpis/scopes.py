"""For whom a fact counts, where it is not split: laterals with `scope, scope_id` beside a fact."""

from app.models.ledger_entries import ZONE_ID

_NONE = "CAST(NULL AS uuid)"
_ZONE = f"SELECT 'zone', CAST('{ZONE_ID}' AS uuid)"


def _unit(combination_id: str) -> str:
    return f"SELECT 'combination', {combination_id} WHERE {combination_id} IS NOT NULL"


def of_participants(table: str, on: str, fact_id: str, combination_id: str = _NONE) -> str:
    """Each participant, each team above one of them once, the combination and the zone once."""
    return f"""LATERAL (
    SELECT 'officer' AS scope, p.officer_id AS scope_id FROM {table} p WHERE p.{on} = {fact_id}
    UNION
    SELECT 'team', t.id FROM {table} p, unnest(p.team_path) AS t(id) WHERE p.{on} = {fact_id}
    UNION ALL {_unit(combination_id)}
    UNION ALL {_ZONE}
  )"""


def of_one(officer_id: str, team_path: str, combination_id: str = _NONE) -> str:
    """Whole to one officer, the teams above, the combination and the zone."""
    return f"""LATERAL (
    SELECT 'officer' AS scope, {officer_id} AS scope_id
    UNION SELECT 'team', t.id FROM unnest({team_path}) AS t(id)
    UNION ALL {_unit(combination_id)}
    UNION ALL {_ZONE}
  )"""
