"""Q13: local companies that enter a list of gazelles or high-tech firms.

Counted on the day of publication, once per kind and year, for the zone alone: nobody is credited. A
company is local whose region lies in the zone's city. Who was on a list of the kind that held in
the year before does not enter.
"""

from app.kpis.metrics import CreditMode, Family, Metric
from app.kpis.versions import among, in_force

NEWCOMERS = """
newcomers AS (
  SELECT l.id, l.kind, l.published_on, e.company_id
  FROM company_lists l
  JOIN company_list_entries e ON e.company_list_id = l.id
  JOIN companies c ON c.id = e.company_id
  JOIN zone_profiles z ON starts_with(c.region_code, z.city_code)
  WHERE l.published_on IS NOT NULL AND {subject}
    AND NOT EXISTS (
      SELECT FROM company_list_entries p JOIN company_lists b ON b.id = p.company_list_id
      WHERE p.company_id = e.company_id AND b.kind = l.kind AND (
        l.year - 1 BETWEEN b.year AND coalesce(b.valid_until_year, 9999)
        OR b.year = l.year AND (b.published_on, b.id) < (l.published_on, l.id)
      )
    )
)
"""

Q13 = Metric(
    code="Q13",
    family=Family.company_list,
    unit="companies",
    kpi_dimension="quantity",
    credit_mode=CreditMode.unit,
    select=f"""
SELECT 'Q13' AS metric, d.definition_version, 'value' AS part, kind AS dimension,
       id AS subject_id, 'zone' AS scope,
       CAST('00000000-0000-0000-0000-000000000000' AS uuid) AS scope_id,
       CAST(NULL AS uuid) AS lead_id, company_id, '' AS mechanism,
       published_on AS counted_on, CAST(1 AS numeric(24,4)) AS quantity
FROM newcomers {in_force("Q13", "published_on")} WHERE {among("kind", "list_kinds")}
""",
)

METRICS = (Q13,)
