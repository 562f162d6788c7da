"""R15: of the service tasks done in the window, those done by their due day; by assignee."""

from app.kpis.metrics import Aggregation, CreditMode, Family, Metric
from app.kpis.scopes import of_one
from app.kpis.versions import in_force, number

DONE_TASKS = f"""
done_tasks AS (
  SELECT f.*, s.scope, s.scope_id FROM service_tasks f
  CROSS JOIN {of_one("f.assignee_id", "f.team_path")} AS s
  WHERE f.status = 'done' AND {{subject}}
)
"""


def _counting(part: str, where: str = "true") -> str:
    return f"""
SELECT 'R15' AS metric, d.definition_version, '{part}' AS part, '' AS dimension,
       id AS subject_id, scope, scope_id, lead_id, company_id, mechanism,
       done_on AS counted_on, CAST(1 AS numeric(24,4)) AS quantity
FROM done_tasks {in_force("R15", "done_on")} WHERE {where}
"""


_IN_TIME = f"done_on <= due_on + {number('grace_days')}"

R15 = Metric(
    code="R15",
    family=Family.service_task,
    unit="rate",
    kpi_dimension="quality",
    credit_mode=CreditMode.owner,
    aggregation=Aggregation.ratio,
    select=_counting("denominator") + "UNION ALL" + _counting("numerator", _IN_TIME),
)

METRICS = (R15,)
