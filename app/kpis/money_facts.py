"""M02 to M07: money by the day it arrived, shared by the credit stamped at recognition.

市外 is what does not begin with the city's four digits (GB/T 2260), 省外 what does not begin with
the first two; a payer from abroad is outside both. What counts is said by the version of the
definition that was in force in the year of the arrival.
"""

from typing import Any

from app.kpis.credits import scoped_credits
from app.kpis.metrics import Aggregation, CreditMode, Family, Metric
from app.kpis.versions import among, counted_on, in_force, number, switch


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


def _counting(
    code: str,
    where: str,
    *,
    dimension: str = "''",
    part: str = "'value'",
    origin: str = "",
) -> str:
    return f"""
SELECT '{code}' AS metric, d.definition_version, {part} AS part, {dimension} AS dimension,
       c.fact_id AS subject_id, c.scope, c.scope_id, c.lead_id, c.company_id, c.mechanism,
       {_COUNTED_ON} AS counted_on, CAST(c.money AS numeric(24,4)) AS quantity
FROM scoped_credits c JOIN facts f ON f.id = c.fact_id {in_force(code, "c.counted_on")} {origin}
WHERE {where}
"""


_COUNTED_ON = counted_on("c.counted_on", "CAST(timezone('Asia/Shanghai', f.recognised_at) AS date)")
# Abroad there is no region, which is outside both borders.
_ORIGIN = """CROSS JOIN LATERAL (
  SELECT CASE WHEN d.parameters->>'origin_of' = 'ultimate'
                AND (f.ultimate_country_code IS NOT NULL OR f.ultimate_region_code IS NOT NULL)
              THEN f.ultimate_region_code ELSE f.payer_region_code END AS region,
         CASE d.parameters->>'origin_scope' WHEN 'city' THEN f.city_code
              ELSE left(f.city_code, 2) END AS digits
) AS origin"""
_FROM_OUTSIDE = f"""coalesce(NOT starts_with(origin.region, origin.digits), true)
  AND {among("f.kind", "kinds")}
  AND NOT d.parameters->'excluded_tags' ?| CAST(f.excluded_tags AS text[])"""
_NEW_FROM = f"date_part('year', f.arrived_on) - {number('new_years')} + 1"


def _capital(code: str, where: str = "true", **columns: str) -> str:
    """Money from outside by the version of its definition."""
    return _counting(code, f"{_FROM_OUTSIDE} AND {where}", origin=_ORIGIN, **columns)


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


M02 = _metric("M02", Family.capital_arrival, _capital("M02"))
M03 = _metric("M03", Family.capital_arrival, _capital("M03"))
M04 = _metric(
    "M04",
    Family.capital_arrival,
    _capital(
        "M04",
        dimension=f"""CASE WHEN date_part('year', f.lead_signed_on) >= {_NEW_FROM} THEN 'new'
            ELSE 'continued' END""",
    ),
)
M05 = _metric(
    "M05", Family.foreign_capital_use, _counting("M05", among("f.form", "forms")), unit="USD"
)
M06 = _metric(
    "M06",
    Family.fixed_investment,
    _counting("M06", f"f.is_in_statistics OR NOT {switch('is_in_statistics')}"),
)
M07 = _metric(
    "M07",
    Family.capital_arrival,
    _capital("M07", part="'denominator'")
    + "UNION ALL"
    + _capital("M07", part="'numerator'", where="f.is_key_chain"),
    unit="rate",
    numerator_unit="CNY",
    denominator_unit="CNY",
    aggregation=Aggregation.ratio,
)

METRICS = (M02, M03, M04, M05, M06, M07)
