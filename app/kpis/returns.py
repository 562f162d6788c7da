"""R12 and R13: what the signed brought per mu of land, and of what they promised.

The cohorts of R01 to R06: both parts count on the day of the signing, shared by the credit stamped
on it. What a year brought is its recognised report; the latest year stands for the lead.
"""

from app.kpis.cohorts import COHORTS
from app.kpis.credits import scoped_credits
from app.kpis.metrics import Aggregation, CreditMode, Family, Metric
from app.kpis.stage_transitions import credited

# Money to the fen, land to the ten-thousandth of a mu.
_PLACES = "CASE WHEN measure LIKE 'R12 % denominator' THEN 4 ELSE 2 END"
_BROUGHT = scoped_credits(
    "brought", "stage_credits", "transition_id", "brought_", by="measure", places=_PLACES
)
# A lead is in a part where both sides are known: land confirmed, a year recognised, a promise made.
# 1 mu is 2000/3 square metres.
RETURNS = f"""{COHORTS},
land AS (
  SELECT s.id, round(sum(r.area_m2) * 3 / 2000, 4) AS mu
  FROM signings s JOIN site_reservations r ON r.lead_id = s.lead_id AND r.status = 'confirmed'
  JOIN sites p ON p.id = r.site_id AND p.kind = 'land'
  GROUP BY s.id
),
latest_years AS (
  SELECT DISTINCT ON (s.id) s.id, o.year, o.tax, o.jobs
  FROM signings s JOIN operation_reports o ON o.lead_id = s.lead_id
  WHERE o.quarter IS NULL AND o.status = 'recognised'
  ORDER BY s.id, o.year DESC
),
brought AS (
  SELECT s.id, s.lead_id, s.company_id, s.combination_id, s.mechanism, s.counted_on,
         s.is_located_in_zone, s.credited_share, m.measure, m.amount
  FROM agreed s
  LEFT JOIN land ON land.id = s.id
  LEFT JOIN latest_years y ON y.id = s.id
  LEFT JOIN agreements a ON a.lead_id = s.lead_id AND a.kind = 'investment'
    AND a.status = 'active' AND y.year >= coalesce(a.promised_from_year, y.year)
  CROSS JOIN LATERAL (VALUES
    ('R12 investment numerator', CASE WHEN land.mu > 0 THEN s.amount END),
    ('R12 investment denominator', CASE WHEN s.amount IS NOT NULL THEN land.mu END),
    ('R12 tax numerator', CASE WHEN land.mu > 0 THEN y.tax END),
    ('R12 tax denominator', CASE WHEN y.tax IS NOT NULL THEN land.mu END),
    ('R13 tax numerator', CASE WHEN a.promised_tax > 0 THEN y.tax END),
    ('R13 tax denominator', a.promised_tax),
    ('R13 jobs numerator', CASE WHEN a.promised_jobs > 0 THEN y.jobs END),
    ('R13 jobs denominator', a.promised_jobs)
  ) AS m(measure, amount)
  WHERE m.amount IS NOT NULL
),
{_BROUGHT}"""


def _ratio(code: str, unit: str, denominator_unit: str, main: str) -> Metric:
    return Metric(
        code=code,
        family=Family.lead,
        unit=unit,
        kpi_dimension="quality",
        credit_mode=CreditMode.shared,
        aggregation=Aggregation.ratio,
        main=main,
        numerator_unit="CNY",
        denominator_unit=denominator_unit,
        select=credited(
            code,
            "split_part(c.measure, ' ', 2)",
            "money",
            f"WHERE split_part(c.measure, ' ', 1) = '{code}'",
            source="brought_scoped_credits",
            part="split_part(c.measure, ' ', 3)",
        ),
    )


R12 = _ratio("R12", "CNY_per_mu", "mu", main="investment")
# Jobs are shared to 0.01, as money is, and so are written as it is.
R13 = _ratio("R13", "rate", "CNY", main="tax")

METRICS = (R12, R13)
