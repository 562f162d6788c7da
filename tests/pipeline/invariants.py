"""What has to be true of the pipeline after every step, asked of the tables themselves.

Each query answers the rows that break its rule.
"""

from typing import Any

import asyncpg

_ROLE = "(SELECT role FROM officers WHERE id = {0})"
_ORDER = """array_position(ARRAY['identified', 'contacted', 'negotiating', 'pre_signing', 'signed',
'registered', 'building', 'completed', 'producing', 'at_capacity'], {0})"""
_DONE = "status = 'recognised'"
_BY_LEADER = "'pre_signing', 'signed', 'building', 'completed', 'producing', 'at_capacity'"

RULES = {
    "nobody recognises the own request": """
        SELECT t.id FROM stage_transitions t WHERE recognised_by_id = created_by_id AND (
          recognised_by_id = owner_id
          OR EXISTS (SELECT FROM stage_credits c
                     WHERE c.transition_id = t.id AND c.officer_id = t.recognised_by_id)
          OR EXISTS (SELECT FROM deferrals d WHERE d.transition_id = t.id))
        UNION ALL SELECT id FROM stage_transitions WHERE reversed_by_id = created_by_id
        UNION ALL SELECT id FROM agreements WHERE recognised_by_id = created_by_id
        UNION ALL SELECT id FROM operation_reports WHERE recognised_by_id = created_by_id
        UNION ALL SELECT id FROM claims WHERE decided_by_id = officer_id
        UNION ALL SELECT id FROM join_requests WHERE decided_by_id = created_by_id
        UNION ALL SELECT d.id FROM dispute_decisions d JOIN disputes p ON p.id = d.dispute_id
          WHERE d.decided_by_id IN (p.created_by_id, p.owner_id)
        UNION ALL SELECT f.id FROM ({money}) f
          WHERE f.created_by_id IN (f.recognised_by_id, f.reversed_by_id)
             OR EXISTS (SELECT FROM money_credits c
                        WHERE c.fact_id = f.id AND c.officer_id = f.recognised_by_id)""",
    "a stage is recognised by its role or above": f"""
        SELECT id FROM stage_transitions WHERE recognised_at IS NOT NULL AND (
          {_ROLE.format("recognised_by_id")} NOT IN ('team_lead', 'leader')
          OR {_ROLE.format("recognised_by_id")} = 'team_lead' AND (
            kind = 'advance' AND to_stage IN ({_BY_LEADER}) OR kind = 'reopen'
            OR kind = 'terminate'
               AND {_ORDER.format("from_stage")} >= {_ORDER.format("'signed'")}))""",
    "one milestone per lead and stage": f"""
        SELECT lead_id FROM stage_transitions WHERE kind = 'advance' AND {_DONE}
        GROUP BY lead_id, to_stage HAVING count(*) > 1""",
    "days follow each other up to today": f"""
        SELECT id FROM (
          SELECT t.id, t.event_on, l.received_on, lag(t.event_on) OVER (
            PARTITION BY t.lead_id ORDER BY t.recognised_at, t.id) AS before
          FROM stage_transitions t JOIN leads l ON l.id = t.lead_id WHERE t.{_DONE}) AS moves
        WHERE event_on < before OR event_on < received_on
           OR event_on > timezone('Asia/Shanghai', now())::date""",
    "credit sums to 100": """
        SELECT t.id FROM stage_transitions t LEFT JOIN stage_credits c ON c.transition_id = t.id
        WHERE t.kind = 'advance' AND t.recognised_at IS NOT NULL
        GROUP BY t.id HAVING coalesce(sum(c.share), 0) <> 100
        UNION ALL
        SELECT a.id FROM agreements a LEFT JOIN agreement_credits c ON c.agreement_id = a.id
        WHERE a.kind = 'supplement' AND a.recognised_at IS NOT NULL
        GROUP BY a.id HAVING coalesce(sum(c.share), 0) <> 100
        UNION ALL
        SELECT f.id FROM ({money}) f LEFT JOIN money_credits c ON c.fact_id = f.id
        WHERE f.recognised_at IS NOT NULL
        GROUP BY f.id HAVING coalesce(sum(c.share), 0) <> 100
        UNION ALL
        SELECT lead_id FROM lead_members WHERE to_on IS NULL
        GROUP BY lead_id HAVING sum(share) <> 100 OR count(*) > count(DISTINCT officer_id)
           OR count(*) FILTER (WHERE role = 'lead_negotiator') <> 1""",
    "one claim per lead and per company": """
        SELECT lead_id FROM claims WHERE status IN ('pending', 'active')
        AND split_by_id IS NULL GROUP BY lead_id HAVING count(*) > 1
        UNION ALL
        SELECT company_id FROM claims WHERE status IN ('pending', 'active')
        AND split_by_id IS NULL GROUP BY company_id HAVING count(*) > 1
        UNION ALL
        SELECT c.id FROM claims c JOIN leads l ON l.id = c.lead_id
        WHERE c.status IN ('pending', 'active') AND c.company_id IS DISTINCT FROM l.company_id""",
    "a lead is pending while a request is": """
        SELECT l.id FROM leads l LEFT JOIN stage_transitions t
          ON t.lead_id = l.id AND t.status = 'pending'
        GROUP BY l.id HAVING count(t.id) <> (CASE WHEN l.is_pending THEN 1 ELSE 0 END)""",
    "what counts is of a lead that is there": f"""
        SELECT l.id FROM leads l WHERE l.deleted_at IS NOT NULL AND merged_into_id IS NULL AND (
          EXISTS (SELECT FROM stage_transitions t WHERE t.lead_id = l.id AND t.{_DONE})
          OR EXISTS (SELECT FROM ({{money}}) f WHERE f.lead_id = l.id AND f.{_DONE})
          OR EXISTS (SELECT FROM agreements a WHERE a.lead_id = l.id AND a.status = 'active'))""",
    "what is signed is what was agreed": """
        SELECT t.id FROM stage_transitions t
        WHERE t.to_stage = 'signed' AND t.recognised_at IS NOT NULL AND NOT EXISTS (
          SELECT FROM agreements a WHERE a.lead_id = t.lead_id AND a.kind = 'investment'
            AND a.recognised_at <= t.recognised_at
            AND (a.amount, a.currency) = (t.agreed_amount, t.currency))""",
}
_MONEY = " UNION ALL ".join(
    "SELECT id, lead_id, status, created_by_id, recognised_at, recognised_by_id, reversed_by_id"
    f" FROM {table}"
    for table in ("capital_arrivals", "foreign_capital_uses", "fixed_investments")
)
# Facts that never go and never change once recognised, but for being reversed.
LASTING = {
    "capital_arrivals": "recognised_at IS NOT NULL",
    "foreign_capital_uses": "recognised_at IS NOT NULL",
    "fixed_investments": "recognised_at IS NOT NULL",
    "stage_transitions": "recognised_at IS NOT NULL",
    "stage_credits": "true",
    "money_credits": "true",
    "agreement_credits": "true",
}
# What a reversal changes, and a merge, which moves facts to the lead that is kept.
_REVERSAL = (
    "'{status,version,updated_at,reversed_at,reversed_by_id,reversal_reason,lead_id}'::text[]"
)


async def broken(database: asyncpg.Connection) -> dict[str, list[Any]]:
    """The rules that do not hold, each with the rows that break it."""
    found: dict[str, list[Any]] = {}
    for name, query in RULES.items():
        if rows := await database.fetch(query.format(money=_MONEY)):
            found[name] = [str(row[0]) for row in rows]
    return found | await wrongly_standing(database)


async def wrongly_standing(database: asyncpg.Connection) -> dict[str, list[Any]]:
    """Leads whose stage, status or amount is not what their recognised moves make of them."""
    leads = await database.fetch(
        "SELECT id, stage, status, agreed_amount FROM leads WHERE merged_into_id IS NULL"
    )
    moves = await database.fetch(
        "SELECT lead_id, kind, to_stage, agreed_amount, status FROM stage_transitions"
        " WHERE status = 'recognised' ORDER BY recognised_at, id"
    )
    wrong = []
    for lead in leads:
        stage, status, amount = "identified", "active", None
        for move in (m for m in moves if m["lead_id"] == lead["id"]):
            if move["kind"] != "advance":
                status = {"suspend": "suspended", "terminate": "terminated"}.get(
                    move["kind"], "active"
                )
                continue
            # The acceptance after production is a milestone beside the stage.
            is_beside = move["to_stage"] == "completed" and stage in {"producing", "at_capacity"}
            stage = stage if is_beside else move["to_stage"]
            amount = move["agreed_amount"] or amount
        if (stage, status, amount) != (lead["stage"], lead["status"], lead["agreed_amount"]):
            wrong.append((str(lead["id"]), stage, status, amount))
    return {"stages move by transitions alone": wrong} if wrong else {}


async def lasting(database: asyncpg.Connection) -> dict[str, str]:
    """Every recognised fact by its table and id, without what may change."""
    rows = " UNION ALL ".join(
        f"SELECT '{table} ' || id AS key, (to_jsonb(t) - {_REVERSAL})::text AS body"
        f" FROM {table} t WHERE {where}"
        for table, where in LASTING.items()
    )
    return {row["key"]: row["body"] for row in await database.fetch(rows)}
