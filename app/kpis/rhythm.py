"""P01–P03 leads told in time, P04 follow-ups on time, P07 completeness, P08 reversals; by owner.

A lead's days are worked out from the working days stamped on its clock, by the version of the
definition; what its officer is told (`answer_due_on` …) are the terms of the pipeline.
Counted on the day each falls due (P08: of the recognition and of the reversal). What falls due
later stands in the ledger already: a window that ends today has what is due by now. P07 counts on
the day the lead was received.
"""

from app.kpis.metrics import Aggregation, CreditMode, Family, Metric
from app.kpis.scopes import of_one
from app.kpis.versions import in_force, number

# To be known of a lead [D]: what its gates ask for up to 拟签约, and its place in the chain.
ENTRIES = (
    "company_id", "industry_code", "source_region_code", "planned_investment", "combination_id",
    "chain_node_id", "track", "expected_output", "expected_tax", "expected_jobs",
)  # fmt: skip
# A region is asked for within the country alone.
_ABROAD = "CASE WHEN l.source_country_code <> 'CN' THEN 'abroad' END"
_GIVEN = ", ".join(
    f"coalesce(l.{name}, {_ABROAD})" if name == "source_region_code" else f"l.{name}"
    for name in ENTRIES
)
_TYPED_ON = "CAST(timezone('Asia/Shanghai', a.created_at) AS date)"
CLOCKS = f"""
clocks AS (
  SELECT f.lead_id, f.company_id, f.mechanism, s.scope, s.scope_id,
         l.received_on, f.worked_on, num_nonnulls({_GIVEN}) AS given,
         told.answered_on, judged.assessed_on, judged.experts_on, told.fed_back_on
  FROM lead_clocks f JOIN leads l ON l.id = f.lead_id
  LEFT JOIN LATERAL (
    SELECT min(r.counted_on) FILTER (WHERE r.kind = 'answered') AS answered_on,
           min(r.counted_on) FILTER (WHERE r.kind = 'feedback') AS fed_back_on
    FROM lead_responses r WHERE r.lead_id = f.lead_id
  ) AS told ON true
  LEFT JOIN LATERAL (
    SELECT min({_TYPED_ON}) FILTER (WHERE a.verdict <> 'ask_experts') AS assessed_on,
           min({_TYPED_ON}) FILTER (WHERE a.verdict = 'ask_experts') AS experts_on
    FROM assessments a WHERE a.lead_id = f.lead_id
  ) AS judged ON true
  CROSS JOIN {of_one("f.owner_id", "f.team_path", "f.combination_id")} AS s
  WHERE l.deleted_at IS NULL AND {{subject}}
)
"""
FOLLOW_UPS = f"""
planned AS (
  SELECT f.*, s.scope, s.scope_id FROM follow_ups f
  CROSS JOIN {of_one("f.officer_id", "f.team_path")} AS s
  WHERE f.status <> 'cancelled' AND {{subject}}
)
"""


def _counting(
    code: str, part: str, source: str, *, subject: str, day: str, version: str = "1",
    quantity: str = "1",
) -> str:  # fmt: skip
    return f"""
SELECT '{code}' AS metric, {version} AS definition_version, '{part}' AS part, '' AS dimension,
       {subject} AS subject_id, scope, scope_id, lead_id, company_id, mechanism,
       {day} AS counted_on, CAST({quantity} AS numeric(24,4)) AS quantity
FROM {source}
"""


def _ratio(code: str, family: Family, select: str) -> Metric:
    return Metric(
        code=code,
        family=family,
        unit="rate",
        kpi_dimension="quality",
        credit_mode=CreditMode.owner,
        aggregation=Aggregation.ratio,
        select=select,
    )


def _in_time(code: str, family: Family, facts: str, subject: str, kept: str) -> Metric:
    given = {"subject": subject, "day": "due_on", "version": "d.definition_version"}
    whole = _counting(code, "denominator", facts, **given)
    in_time = _counting(code, "numerator", f"{facts} WHERE {kept}", **given)
    return _ratio(code, family, f"{whole} UNION ALL {in_time}")


def _told(code: str, due_on: str, done_on: str) -> Metric:
    """By the version of the day of receiving."""
    facts = f"""clocks {in_force(code, "received_on")}
CROSS JOIN LATERAL (SELECT {due_on} AS due_on) AS term"""
    return _in_time(code, Family.lead_clock, facts, "lead_id", f"{done_on} <= due_on")


def _worked(days: str) -> str:
    return f"worked_on[{days}]"


_TERM, _WITH_EXPERTS = number("working_days"), number("expert_working_days")
_ASSESSED_BY = f"CASE WHEN experts_on <= {_worked(_TERM)} THEN {_WITH_EXPERTS} ELSE {_TERM} END"
_WEEK_ON = f"""(SELECT min(day) FROM unnest(worked_on) AS day
  WHERE day >= received_on + {number("days")})"""
P01 = _told("P01", _worked(_TERM), "answered_on")
P02 = _told("P02", _worked(_ASSESSED_BY), "assessed_on")
P03 = _told("P03", _WEEK_ON, "fed_back_on")
P04 = _in_time(
    "P04",
    Family.follow_up,
    f"planned {in_force('P04', 'due_on')}",
    "id",
    f"done_on <= due_on + {number('grace_days')}",
)

_OF_MOVES = f"""moves m CROSS JOIN {of_one("m.owner_id", "m.team_path", "m.combination_id")} AS s"""


def _day(column: str) -> str:
    return f"CAST(timezone('Asia/Shanghai', m.{column}) AS date)"


P08 = _ratio(
    "P08",
    Family.lead,
    _counting("P08", "denominator", _OF_MOVES, subject="m.lead_id", day=_day("recognised_at"))
    + "UNION ALL"
    + _counting(
        "P08",
        "numerator",
        f"{_OF_MOVES} WHERE m.status = 'reversed'",
        subject="m.lead_id",
        day=_day("reversed_at"),
    ),
)

_ON_RECEIVING = {"source": "clocks", "subject": "lead_id", "day": "received_on"}
P07 = _ratio(
    "P07",
    Family.lead_clock,
    _counting("P07", "denominator", **_ON_RECEIVING, quantity=str(len(ENTRIES)))
    + "UNION ALL"
    + _counting("P07", "numerator", **_ON_RECEIVING, quantity="given"),
)

METRICS = (P01, P02, P03, P04, P07, P08)
