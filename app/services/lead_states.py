"""What a lead was at a past instant, for those who may read it today."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.clock import now
from app.core.db import LONGEST_TRANSACTION_SECONDS
from app.core.errors import invalid_parameter
from app.core.reading import Caller, read_one
from app.models.lead_states import state
from app.models.leads import LeadRead

# Of each field the earliest change after the instant says what it was until then.
_THEN = """
SELECT
  (SELECT coalesce(json_object_agg(name, before), '{}') FROM (
     SELECT DISTINCT ON (c.key) c.key AS name, c.value -> 0 AS before
     FROM audit_entries e CROSS JOIN LATERAL jsonb_each(e.changes) AS c
     WHERE e.entity_id = $1 AND e.entity = 'leads' AND e.action = 'update' AND e.at > $2
     ORDER BY c.key, e.at, e.entity_version
   ) AS undone)::text AS before,
  (SELECT json_build_object('version', max(e.entity_version), 'updated_at',
            to_char(timezone('UTC', max(e.at)), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
   FROM audit_entries e
   WHERE e.entity_id = $1 AND e.entity = 'leads' AND e.at <= $2)::text AS known,
  (SELECT to_char(max(v.visited_on), 'YYYY-MM-DD') FROM visits v
   WHERE v.lead_id = $1 AND v.created_at <= $2) AS last_visited_on
"""


async def as_of(pool: Any, caller: Caller, lead_id: UUID, instant: datetime) -> dict[str, Any]:
    """The lead's JSON as known at an instant; 404 where the caller may not read the lead.

    422 for an instant to come, and for one at which the lead was not recorded yet.
    """
    if instant > now():
        raise invalid_parameter("as_of", "date_in_future")
    body, _ = await read_one(pool, LeadRead, caller, lead_id)
    lead: dict[str, Any] = json.loads(body)
    if instant < datetime.fromisoformat(lead["created_at"]):
        raise invalid_parameter("as_of", "before_recorded", since=lead["created_at"])
    row = await pool.fetchrow(_THEN, lead_id, instant)
    known = {name: value for name, value in json.loads(row["known"]).items() if value is not None}
    settled = instant < now() - timedelta(seconds=LONGEST_TRANSACTION_SECONDS)
    return state(lead, json.loads(row["before"])) | {
        **known,
        "last_visited_on": row["last_visited_on"],
        "as_of": instant.isoformat().replace("+00:00", "Z"),
        "is_settled": settled,
    }
