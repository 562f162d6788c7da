"""The report on factors, in one statement."""

from typing import Any

from app.core.clock import ZONE
from app.models.kpis import KpiPeriod
from app.models.target_factor_report import FactorReport, FactorReportQuery, FactorReportRow
from app.models.target_weights import TargetFactorCode
from app.models.targets import SIGNED_STAGES

_SIGNED = ", ".join(f"'{stage}'" for stage in SIGNED_STAGES)
_STATEMENT = f"""
WITH ended AS (
  SELECT t.id, t.factors, t.status = 'converted' AS is_signed
  FROM targets t LEFT JOIN leads l ON l.id = t.lead_id
  WHERE (t.status = 'dismissed' OR t.status = 'converted' AND l.stage IN ({_SIGNED}))
    AND CAST(timezone('{ZONE.key}', t.decided_at) AS date) BETWEEN $1 AND $2
    AND ($3::uuid IS NULL OR t.combination_id = $3)
), known AS (
  SELECT e.id, e.is_signed, f.factor, f.value, f.contribution
  FROM ended e CROSS JOIN jsonb_to_recordset(e.factors)
    AS f (factor text, value numeric, contribution numeric)
  WHERE f.value IS NOT NULL
), means AS (
  SELECT factor, count(*) FILTER (WHERE is_signed) AS signed_count,
    count(*) FILTER (WHERE NOT is_signed) AS dismissed_count,
    avg(contribution) FILTER (WHERE is_signed) AS mean_signed,
    avg(contribution) FILTER (WHERE NOT is_signed) AS mean_dismissed
  FROM known GROUP BY factor
), pairs AS (
  SELECT a.factor, avg(0.5 + sign(a.value - b.value) / 2) AS separation
  FROM known a JOIN known b ON b.factor = a.factor AND a.is_signed AND NOT b.is_signed
  GROUP BY a.factor
)
SELECT m.factor, m.signed_count, m.dismissed_count, round(m.mean_signed, 4) AS mean_signed,
  round(m.mean_dismissed, 4) AS mean_dismissed,
  round(m.mean_signed, 4) - round(m.mean_dismissed, 4) AS lift,
  round(p.separation, 4) AS separation,
  coalesce(p.separation < 0.5, false) AS is_misleading
FROM means m LEFT JOIN pairs p USING (factor)
UNION ALL
SELECT '', count(*) FILTER (WHERE is_signed), count(*) FILTER (WHERE NOT is_signed),
  NULL, NULL, NULL, NULL, false
FROM ended
"""  # noqa: S608  our own words
_NOTHING = {
    "signed_count": 0, "dismissed_count": 0, "mean_signed": None, "mean_dismissed": None,
    "lift": None, "separation": None, "is_misleading": False,
}  # fmt: skip


async def report(pool: Any, query: FactorReportQuery) -> FactorReport:
    """A row per factor in the order of the weights; counts are of the targets that know it."""
    days = query.period
    found = await pool.fetch(_STATEMENT, days.start, days.end, query.combination_id)
    rows = {row["factor"]: dict(row) for row in found}
    whole = rows.pop("")
    return FactorReport(
        combination_id=query.combination_id,
        period=KpiPeriod(text=days.text, start=days.start, end=days.end),
        signed_count=whole["signed_count"],
        dismissed_count=whole["dismissed_count"],
        factors=[
            FactorReportRow.model_validate({**_NOTHING, **rows.get(code, {}), "factor": code})
            for code in TargetFactorCode
        ],
    )
