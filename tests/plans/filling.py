"""Big tables made by SQL alone, one INSERT each; a column's values follow from its type.

What the planner decides by is how often values repeat and how rows lie: ids and instants of
creation grow together, codes are skewed, a fifth of what may be null is null.
"""

from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import SQLModel

from app.models.reference import country_codes, industries, regions

SMALL = {
    "gate_settings": 40,
    "teams": 30,
    "officers": 300,
    "company_lists": 40,
    "industry_chains": 20,
    "chain_nodes": 400,
    "chain_links": 400,
    "zone_profiles": 1,
    "combinations": 15,
    "development_plans": 15,
    "platform_companies": 15,
    "posts": 30,
    "officer_profiles": 300,
    "officer_certificates": 400,
    "parks": 30,
    "sites": 400,
    "site_reservations": 400,
    "trips": 400,
    "events": 400,
    "stationings": 400,
    "kpi_targets": 400,
    "kpi_target_versions": 900,
    "development_goals": 100,
    "metric_definitions": 60,
    "periods": 120,
    "credit_policies": 20,
    # Of the one month that is asked for.
    "period_snapshots": 400,
    "integrity_alerts": 400,
    "target_weights": 1,
    "target_recomputations": 400,
    "schemes": 30,
    "scheme_items": 300,
    "scorecards": 900,
    "scorecard_inputs": 900,
    "scorecard_listings": 900,
    "objections": 300,
}
FILLED = (
    "assessments",
    "reviews",
    "review_decisions",
    "review_conditions",
    "deferrals",
    "teams",
    "officers",
    "company_lists",
    "companies",
    "company_list_entries",
    "contacts",
    "leads",
    "lead_members",
    "introductions",
    "stage_transitions",
    "stage_credits",
    "visits",
    "visit_participants",
    "visit_guests",
    "ledger_entries",
    "audit_entries",
    "industry_chains",
    "chain_nodes",
    "chain_links",
    "node_presences",
    "node_statuses",
    "development_plans",
    "development_goals",
    "kpi_targets",
    "kpi_target_versions",
    "metric_definitions",
    "periods",
    "credit_policies",
    "period_snapshots",
    "platform_companies",
    "combinations",
    "platform_fundings",
    "company_controls",
    "incubation_stages",
    "posts",
    "officer_profiles",
    "officer_certificates",
    "parks",
    "sites",
    "site_reservations",
    "trips",
    "trip_participants",
    "events",
    "event_participants",
    "event_leads",
    "stationings",
    "service_tasks",
    "blockers",
    "evidence_files",
    "evidence_links",
    "integrity_alerts",
    "agreements",
    "agreement_parties",
    "operation_reports",
    "commitments",
    "capital_arrivals",
    "foreign_capital_uses",
    "fixed_investments",
    "money_credits",
    "company_former_names",
    "duplicate_pairs",
    "duplicate_checks",
    "merges",
    "claims",
    "join_requests",
    "disputes",
    "dispute_decisions",
    "transfers",
    "transfer_leads",
    "lead_clocks",
    "lead_responses",
    "no_change_notes",
    "follow_ups",
    "reminders",
    "target_recomputations",
    "targets",
    "company_signals",
    "schemes",
    "scorecards",
    "scorecard_listings",
    "objections",
    "scorecard_inputs",
)
# References that no foreign key names.
_TARGETS = {
    "company_id": "companies", "lead_id": "leads", "created_by_id": "officers",
    "actor_id": "officers", "subject_id": "visits", "entity_id": "leads", "scope_id": "officers",
    **dict.fromkeys(("first_id", "second_id", "kept_id", "merged_id"), "companies"),
    "parent_id": "teams", "path": "teams", "team_path": "teams",
}  # fmt: skip
_STRIDE = 7919
_SKEW = "power(random(), 3)"


def _codes(values: Any) -> str:
    """One of some codes, the first ones far more often than the last."""
    words = ", ".join(f"'{value}'" for value in values)
    return f"(ARRAY[{words}])[1 + floor({len(list(values))} * {_SKEW})::int]"


_BY_NAME = {
    "version": "1",
    "deleted_at": "CASE WHEN random() < 0.01 THEN now() END",
    "name": "'云南贵金属' || n",
    "name_sort": "'yun nan gui jin shu ' || n",
    "search_text": "'云南贵金属' || n",
    "name_keys": "ARRAY['云南贵金属' || n]",
    "is_active": "random() < 0.95",
    "role": _codes(["officer", "team_lead", "leader", "assessor"]),
    "country_code": _codes(["CN", *sorted(country_codes())[:40]]),
    "payer_country_code": _codes(["CN", *sorted(country_codes())[:40]]),
    "source_country_code": _codes(["CN", *sorted(country_codes())[:40]]),
    "currency": _codes(["CNY", "USD", "EUR", "JPY"]),
    "agreed_currency": _codes(["CNY", "USD", "EUR", "JPY"]),
    "metric": _codes(["T02", "T03", "T05", "T09", "Q02", "Q03", "M01", "R07"]),
    "part": _codes(["numerator", "denominator"]),
    "dimension": _codes(["outbound", "inbound", "online", ""]),
    "mechanism": _codes(["department", "agency", "team"]),
    "action": _codes(["create", "update", "delete"]),
    "entity": _codes(["visits", "leads", "companies", "contacts", "officers"]),
    "country": _codes(["中国", "美国", "日本", "德国"]),
    "industry": _codes([f"行业{n}" for n in range(40)]),
    "rank": "1 + n % 500",
    "year": "1990 + n % 30",
    "valid_until_year": "2030",
    "list_kinds": "'{}'",
    "factors": "'[]'",
    "majors": "'{}'",
    "required_majors": "'{}'",
    "required_certificate_kinds": "'{}'",
    **dict.fromkeys(("moved", "stayed", "before", "subject"), "'{}'::jsonb"),
    "code": "'N' || n",
    "amount": "1 + n % 500",
    "industry_codes": "'{}'",
    "excluded_tags": "'{}'",
    "needed_share": "round(random()::numeric, 4)",
    "local_share": "round(random()::numeric, 4)",
}


def id_of(number: str) -> str:
    """The id of a table's n-th row: ids grow as UUIDv7 do."""
    return f"lpad(to_hex({number}), 32, '0')::uuid"


def _is_unique(column: sa.Column[Any]) -> bool:
    indexes = column.table.indexes
    return any(index.unique and list(index.columns) == [column] for index in indexes)


def _reference(column: sa.Column[Any], rows: int) -> str:
    keys = [key.column.table.name for key in column.foreign_keys]
    target = (keys or [_TARGETS.get(column.name, "officers")])[0]
    if target in SMALL and _is_unique(column):
        return id_of("n")
    if target in SMALL:
        return id_of(f"1 + floor({SMALL[target]} * random())::int")
    # Every row once and in no order: pairs stay unique, and no company controls itself.
    n = "(n + 1)" if column.name == "controller_id" else "n"
    return id_of(f"1 + {n}::bigint * {_STRIDE} % {rows}")


# Links are of pairs, each once.
_BY_NAME |= {"from_node_id": id_of("1 + n % 400"), "to_node_id": id_of("1 + (n + 1) % 400")}
# What a constraint asks of columns together: days in order and apart, one subject and not two.
_DAY = "date '2023-01-01' + (n % 1200)::int"
_TOGETHER = {
    f"{table}.{column}": _DAY
    for table in ("trips", "stationings")
    for column in ("from_on", "to_on")
} | {
    f"service_tasks.{column}": f"CASE WHEN n % 2 = {half} THEN {id_of('1 + n / 2')} END"
    for half, column in enumerate(("lead_id", "company_id"))
}
_TOGETHER |= {
    "development_goals.development_plan_id": id_of("1 + n % 15"),
    "development_goals.year": "2020 + n / 15",
    "kpi_target_versions.target_id": id_of("1 + n % 400"),
    "kpi_target_versions.number": "1 + n / 400",
    "metric_definitions.definition_version": "100 + n",
    "periods.month": "date '2020-01-01' + n * interval '1 month'",
}
for _table in ("trip", "event"):
    _TOGETHER[f"{_table}_participants.{_table}_id"] = id_of("1 + n % 400")
    _TOGETHER[f"{_table}_participants.officer_id"] = id_of("1 + n / 400 % 300")
_BY_KIND: dict[Any, str] = {
    sa.Date: "date '2023-01-01' + floor(1200 * random())::int",
    sa.Numeric: f"round((99 * {_SKEW})::numeric, 0)",
    sa.Integer: f"round((99 * {_SKEW})::numeric, 0)",
    sa.Boolean: "random() < 0.02",
}


def _by_type(column: sa.Column[Any], rows: int) -> str:
    kind: Any = column.type
    kind = kind.impl if isinstance(kind, sa.types.TypeDecorator) else kind
    if isinstance(kind, sa.Enum):
        return _codes(kind.enums)
    if isinstance(kind, JSONB):
        return "'{}'::jsonb"
    if isinstance(kind, sa.DateTime):
        place = "n" if column.name in {"created_at", "at", "recorded_at"} else f"{rows} * random()"
        return f"timestamptz '2023-01-01' + {place} * interval '1 day' * 1200 / {rows}"
    if isinstance(kind, sa.Numeric) and (kind.precision, kind.scale) == (5, 4):
        return "round(random()::numeric, 4)"
    for known, values in _BY_KIND.items():
        if isinstance(kind, known):
            return values
    return f"'{column.name} ' || n"


# Each chain in one active unit.
_ONCE = {
    ("combinations", "industry_chain_id"),
    ("kpi_targets", "scope_id"),
    ("objections", "scorecard_id"),
}


def _value(column: sa.Column[Any], rows: int) -> str:
    together = _TOGETHER.get(f"{column.table.name}.{column.name}")
    if together is not None:
        return together
    if column.name == "id" or (column.table.name, column.name) in _ONCE:
        return id_of("n")
    if column.name in _BY_NAME and not isinstance(column.type, sa.Enum):
        return _BY_NAME[column.name]
    if column.name.endswith("region_code"):
        value = _codes(list(regions())[:300])
    elif column.name == "industry_code":
        value = _codes(list(industries())[:200])
    elif column.name == "worked_on":
        value = "ARRAY[DATE '2026-01-05']"
    elif isinstance(column.type, ARRAY):
        value = f"ARRAY[{_reference(column, rows)}]"
    elif isinstance(column.type, sa.Uuid):
        value = _reference(column, rows)
    else:
        value = _by_type(column, rows)
    return f"CASE WHEN random() < 0.8 THEN {value} END" if column.nullable else value


async def fill(connection: asyncpg.Connection, rows: int) -> None:
    """`rows` rows in each big table, the same in every run; keys are not checked."""
    await connection.execute("SET session_replication_role = replica; SELECT setseed(0.5)")
    for name in FILLED:
        columns = SQLModel.metadata.tables[name].columns
        names = ", ".join(f'"{column.name}"' for column in columns)
        values = ", ".join(_value(column, rows) for column in columns)
        count = SMALL.get(name, rows)
        await connection.execute(
            f'INSERT INTO "{name}" ({names}) SELECT {values} FROM generate_series(1, {count}) AS n'
        )
    await connection.execute("RESET session_replication_role")
    await connection.execute("VACUUM ANALYZE")
