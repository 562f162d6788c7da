"""M02 to M07: money by the day it arrived, shared by the credit stamped at recognition.

市外 is what does not begin with the city's four digits (GB/T 2260), 省外 what does not begin with
the first two; a payer from abroad is outside both. What M02 counts is said by the version of its
definition that was in force in the year of the arrival.
"""

from typing import Any

from app.kpis.credits import scoped_credits
from app.kpis.metrics import Aggregation, CreditMode, Family, Metric
from app.kpis.versions import AS_DRAFTED, in_force


def _recognised(table: str, event: str, amount: str) -> str:
    """CTEs up to `scoped_credits` of the recognised facts of one table."""
    return f"""facts AS (
  SELECT f.*, {amount} AS counted_amount, f.{event} AS counted_on,
         (SELECT city_code FROM zone_profiles) AS city_code
  FROM {table} f WHERE f.status = 'recognised' AND {{subject}}
),
money AS (
  SELECT id, lead_id, company_id, combination_id, mechanism, counted_on, counted_amount AS amount,
         is_located_in_zone, credited_share
  FROM facts
),
{scoped_credits("money", "money_credits", "fact_id")}
"""


ARRIVED = _recognised("capital_arrivals", "arrived_on", "f.amount_cny")
USED = _recognised("foreign_capital_uses", "used_on", "f.amount_usd")
INVESTED = _recognised("fixed_investments", "month", "f.amount")


def _counting(code: str, where: str = "true", dimension: str = "''", part: str = "'value'") -> str:
    return f"""
SELECT '{code}' AS metric, 1 AS definition_version, {part} AS part, {dimension} AS dimension,
       c.fact_id AS subject_id, c.scope, c.scope_id, c.lead_id, c.company_id, c.mechanism,
       c.counted_on, CAST(c.money AS numeric(24,4)) AS quantity
FROM scoped_credits c JOIN facts f ON f.id = c.fact_id WHERE {where}
"""


def _outside(digits: str) -> str:
    """Whether the payer's region does not begin with these digits; abroad there is no region."""
    return f"coalesce(NOT starts_with(f.payer_region_code, {digits}), true)"


_OUT_OF_CITY = _outside("f.city_code")
_INDUSTRIAL = "NOT f.excluded_tags && ARRAY['real_estate', 'infrastructure', 'finance']"
_IS_NEW = "date_trunc('year', f.lead_signed_on) >= date_trunc('year', f.arrived_on)"


def _capital(version: str) -> str:
    """M02 by a version of its definition."""
    return f"""
SELECT 'M02' AS metric, d.definition_version, 'value' AS part, '' AS dimension,
       c.fact_id AS subject_id, c.scope, c.scope_id, c.lead_id, c.company_id, c.mechanism,
       CASE d.counting_date WHEN 'event' THEN c.counted_on
            ELSE CAST(timezone('Asia/Shanghai', f.recognised_at) AS date) END AS counted_on,
       CAST(c.money AS numeric(24,4)) AS quantity
FROM scoped_credits c JOIN facts f ON f.id = c.fact_id CROSS JOIN {version}
CROSS JOIN LATERAL (
  SELECT CASE WHEN d.origin_of = 'ultimate'
                AND (f.ultimate_country_code IS NOT NULL OR f.ultimate_region_code IS NOT NULL)
              THEN f.ultimate_region_code ELSE f.payer_region_code END AS region,
         CASE d.origin_scope WHEN 'city' THEN f.city_code ELSE left(f.city_code, 2) END AS digits
) AS origin
WHERE coalesce(NOT starts_with(origin.region, origin.digits), true)
  AND f.kind = ANY(d.kinds) AND NOT f.excluded_tags && d.excluded_tags
"""


def _metric(code: str, family: Family, select: str, **more: Any) -> Metric:
    given: dict[str, Any] = {"unit": "CNY", **more}
    return Metric(
        code=code,
        family=family,
        kpi_dimension="performance",
        credit_mode=CreditMode.shared,
        select=select,
        **given,
    )


M02 = _metric(
    "M02",
    Family.capital_arrival,
    _capital(in_force("M02", "c.counted_on")),
    drafted=_capital(AS_DRAFTED),
)
M03 = _metric(
    "M03",
    Family.capital_arrival,
    _counting("M03", f"{_outside('left(f.city_code, 2)')} AND {_INDUSTRIAL}"),
)
M04 = _metric(
    "M04",
    Family.capital_arrival,
    _counting("M04", _OUT_OF_CITY, f"CASE WHEN {_IS_NEW} THEN 'new' ELSE 'continued' END"),
)
M05 = _metric("M05", Family.foreign_capital_use, _counting("M05"), unit="USD")
M06 = _metric("M06", Family.fixed_investment, _counting("M06", "f.is_in_statistics"))
M07 = _metric(
    "M07",
    Family.capital_arrival,
    _counting("M07", _OUT_OF_CITY, part="'denominator'")
    + "UNION ALL"
    + _counting("M07", f"{_OUT_OF_CITY} AND f.is_key_chain", part="'numerator'"),
    unit="rate",
    numerator_unit="CNY",
    denominator_unit="CNY",
    aggregation=Aggregation.ratio,
)

METRICS = (M02, M03, M04, M05, M06, M07)
