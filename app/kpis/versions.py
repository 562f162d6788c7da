"""Which version of a definition holds for a fact: SQL for a lateral beside it."""

from app.models.capital_arrivals import CapitalKind
from app.models.metric_definitions import HEADLINE

# 亿元 thresholds of Q03, in yuan.
THRESHOLDS = tuple(step * HEADLINE for step in (1, 3, 5, 10, 50))
_COLUMNS = """definition_version, effective_from_year, origin_scope, origin_of, counting_date,
  kinds, excluded_tags, thresholds"""
_KINDS = ",".join(CapitalKind)
_BUILT_IN = f"""
  SELECT 1 AS definition_version, 0 AS effective_from_year, 'city' AS origin_scope,
         'payer' AS origin_of, 'event' AS counting_date,
         CAST('{{{_KINDS}}}' AS text[]) AS kinds, CAST('{{}}' AS text[]) AS excluded_tags,
         CAST('{{{",".join(map(str, THRESHOLDS))}}}' AS bigint[]) AS thresholds"""
# One version of any status, as if it held in every year.
AS_DRAFTED = f"""LATERAL (
  SELECT {_COLUMNS} FROM metric_definitions WHERE id = CAST(:definition_id AS uuid)
) AS d"""


def in_force(metric: str, day: str) -> str:
    """The version of the metric in force in the year of a day."""
    return f"""LATERAL (
  SELECT * FROM ({_BUILT_IN}
    UNION ALL
    SELECT {_COLUMNS} FROM metric_definitions WHERE metric = '{metric}' AND status = 'adopted'
  ) AS versions
  WHERE effective_from_year <= date_part('year', {day})
  ORDER BY effective_from_year DESC, definition_version DESC LIMIT 1
) AS d"""


# The adopted versions in force in the year of `:end_on`, by metric.
VERSIONS = """SELECT json_object_agg(metric, definition_version) FROM (
    SELECT DISTINCT ON (metric) metric, definition_version FROM metric_definitions
    WHERE status = 'adopted'
      AND effective_from_year <= date_part('year', CAST(:end_on AS date)){known}
    ORDER BY metric, effective_from_year DESC, definition_version DESC
  ) AS v"""
