"""T01 trips, T04 events by kind; T07 leads per event, T08 cost per effective lead.

Trips count on the day they began, events on the day they were held. T01 and T04 count for each who
took part; the two ratios belong whole to the organiser, T08's leads to their owner.
"""

from typing import Any

from app.kpis.metrics import Aggregation, CreditMode, Family, Metric
from app.kpis.scopes import of_one, of_participants
from app.kpis.versions import among, in_force

ACTIVITIES = f"""
activities AS (
  SELECT 'trip' AS noun, f.id, '' AS kind, f.from_on AS counted_on, f.mechanism, f.cost_amount,
         f.organiser_id, f.team_path, f.combination_id
  FROM trips f WHERE f.status = 'counted' AND {{subject}}
  UNION ALL
  SELECT 'event', f.id, f.kind, f.held_on, f.mechanism, f.cost_amount, f.organiser_id, f.team_path,
         f.combination_id
  FROM events f WHERE f.status = 'counted' AND {{subject}}
),
scoped_trips AS (
  SELECT a.*, s.scope, s.scope_id FROM activities a
  CROSS JOIN {of_participants("trip_participants", "trip_id", "a.id", "a.combination_id")} AS s
  WHERE a.noun = 'trip'
),
scoped_events AS (
  SELECT a.*, s.scope, s.scope_id FROM activities a
  CROSS JOIN {of_participants("event_participants", "event_id", "a.id", "a.combination_id")} AS s
  WHERE a.noun = 'event'
),
organised AS (
  SELECT a.*, s.scope, s.scope_id FROM activities a
  CROSS JOIN {of_one("a.organiser_id", "a.team_path", "a.combination_id")} AS s
)
"""


def _counting(
    code: str, source: str, *, dimension: str = "''", part: str = "value", quantity: str = "1",
    lead_id: str = "CAST(NULL AS uuid)", where: str = "true",
) -> str:  # fmt: skip
    return f"""
SELECT '{code}' AS metric, d.definition_version, '{part}' AS part, {dimension} AS dimension,
       a.id AS subject_id, a.scope, a.scope_id, {lead_id} AS lead_id,
       CAST(NULL AS uuid) AS company_id, a.mechanism, a.counted_on,
       CAST({quantity} AS numeric(24,4)) AS quantity
FROM {source} {in_force(code, "a.counted_on")} WHERE {where}
"""


_OF_KIND = among("a.kind", "kinds")
_OF_EVENTS = f"a.noun = 'event' AND {_OF_KIND}"
_OF_LEADS = "organised a JOIN event_leads l ON l.event_id = a.id"
# An effective lead [D]: recognised as `contacted`; whole to its owner of that time.
_EFFECTIVE = f"""
SELECT 'T08' AS metric, d.definition_version, 'denominator' AS part, '' AS dimension,
       m.lead_id AS subject_id, s.scope, s.scope_id, m.lead_id, m.company_id, m.mechanism,
       m.counted_on, CAST(1 AS numeric(24,4)) AS quantity
FROM milestones m JOIN owner_scopes s ON s.id = m.id {in_force("T08", "m.counted_on")}
WHERE m.to_stage = d.parameters->>'stage'
"""


def _metric(code: str, unit: str, select: str, **more: Any) -> Metric:
    return Metric(
        code=code,
        family=Family.activity,
        unit=unit,
        kpi_dimension="performance",
        select=select,
        **more,
    )


def _ratio(code: str, unit: str, select: str, **more: Any) -> Metric:
    modes: dict[str, Any] = {"credit_mode": CreditMode.owner, "aggregation": Aggregation.ratio}
    return _metric(code, unit, select, **modes, **more)


T01 = _metric(
    "T01", "trips", _counting("T01", "scoped_trips a"), credit_mode=CreditMode.participants
)
T04 = _metric(
    "T04",
    "events",
    _counting("T04", "scoped_events a", dimension="a.kind", where=_OF_KIND),
    credit_mode=CreditMode.participants,
)
T07 = _ratio(
    "T07",
    "leads_per_event",
    _counting("T07", "organised a", part="denominator", where=_OF_EVENTS)
    + "UNION ALL"
    + _counting(
        "T07",
        _OF_LEADS,
        part="numerator",
        lead_id="l.lead_id",
        where=f"{_OF_EVENTS} AND {among('l.relation', 'relations')}",
    ),
)
T08 = _ratio(
    "T08",
    "CNY",
    _counting(
        "T08",
        "organised a",
        part="numerator",
        quantity="a.cost_amount",
        where="a.cost_amount > 0",
    ),
    denominator=(Family.lead, _EFFECTIVE),
    numerator_unit="CNY",
)

METRICS = (T01, T04, T07, T08)
