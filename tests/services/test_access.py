"""Who sees and does what: every operation for every account, written out; hidden means absent.

A row of the matrix has one sign per column: `+` may, `3` 403, `4` 404, `1` 401. The records are the
officer's of team bio; the colleague and the team lead are of bio, stranger and other lead are not.
"""

from dataclasses import replace
from typing import Any

import pytest

from tests.world import Client, World, problem
from tests.writes import ACCESS, SINGLE, Call, etag, every_write
from tests.writes.call import (
    ACCOUNT,
    BUSINESS,
    DIRECTORY,
    FIELD,
    LISTS,
    OWN_EDIT,
    OWN_READ,
    PUBLIC,
    RECOGNISE,
    SECURITY,
    SYSTEM,
)

COLUMNS = [
    "officer", "colleague", "team_lead", "stranger", "other_lead", "leader", "assessor",
    "agent", "auditor", "system_admin", "security_admin", "audit_admin", "nobody",
]  # fmt: skip
MATRIX = {
    "log_in": PUBLIC,
    "get_me": ACCOUNT,
    "change_password": ACCOUNT,
    "list_leads": BUSINESS,
    "export_leads": BUSINESS,
    "create_lead": "+++++33333331",
    "create_leads": "+++++33333331",
    "get_lead": OWN_READ,
    "update_lead": OWN_EDIT,
    "delete_lead": OWN_EDIT,
    "change_lead_members": RECOGNISE,
    "get_stage_history": OWN_READ,
    "create_stage_transition": "+4+44+3333331",
    "list_stage_transitions": BUSINESS,
    "get_stage_transition": OWN_READ,
    "decide_stage_transition": RECOGNISE,
    "reverse_stage_transition": RECOGNISE,
    "list_lead_members": BUSINESS,
    "list_visits": BUSINESS,
    "export_visits": BUSINESS,
    "log_visit": FIELD,
    "log_visits": FIELD,
    "get_visit": OWN_READ,
    "update_visit": OWN_EDIT,
    "reverse_visit": OWN_EDIT,
    "list_companies": BUSINESS,
    "export_companies": BUSINESS,
    "create_company": FIELD,
    "create_companies": FIELD,
    "get_company": BUSINESS,
    "update_company": FIELD,
    "delete_company": FIELD,
    "list_contacts": BUSINESS,
    "create_contact": FIELD,
    "get_contact": "+4444++3+3331",
    "update_contact": "+4444+3333331",
    "delete_contact": "+4444+3333331",
    "unmask_contact": "+4444+3333331",
    "list_company_lists": BUSINESS,
    "create_company_list": LISTS,
    "get_company_list": BUSINESS,
    "update_company_list": LISTS,
    "list_company_list_entries": BUSINESS,
    "import_company_list": LISTS,
    "list_industry_chains": BUSINESS,
    "create_industry_chain": LISTS,
    "get_industry_chain": BUSINESS,
    "update_industry_chain": LISTS,
    "get_chain_graph": BUSINESS,
    "export_industry_chain": BUSINESS,
    "import_industry_chain": LISTS,
    "list_chain_nodes": BUSINESS,
    "create_chain_node": LISTS,
    "get_chain_node": BUSINESS,
    "update_chain_node": LISTS,
    "delete_chain_node": LISTS,
    "list_chain_links": BUSINESS,
    "create_chain_link": LISTS,
    "get_chain_link": BUSINESS,
    "update_chain_link": LISTS,
    "delete_chain_link": LISTS,
    "list_node_presences": BUSINESS,
    "create_node_presence": FIELD,
    "get_node_presence": BUSINESS,
    "update_node_presence": FIELD,
    "delete_node_presence": FIELD,
    "verify_node_presence": "33+3++3333331",
    "list_node_statuses": BUSINESS,
    "declare_node_status": "33333++333331",
    "get_node_status": BUSINESS,
    "list_introductions": "33+3++3++3331",
    "create_introduction": "33+3++3+33331",
    "get_introduction": "33+3++3++3331",
    "link_introduction": "33+3++3333331",
    "list_metrics": BUSINESS,
    "get_officer_kpis": BUSINESS,
    "get_team_kpis": BUSINESS,
    "get_zone_kpis": BUSINESS,
    "list_kpi_companies": BUSINESS,
    "get_year_to_date_report": BUSINESS,
    "get_year_to_date_workbook": BUSINESS,
    "get_year_to_date_page": BUSINESS,
    "list_ledger_entries": BUSINESS,
    "list_officers": DIRECTORY,
    "create_officer": SYSTEM,
    "get_officer": DIRECTORY,
    "update_officer": SYSTEM,
    "delete_officer": SYSTEM,
    "change_officer_role": SECURITY,
    "unlock_officer": SECURITY,
    "list_teams": DIRECTORY,
    "create_team": SYSTEM,
    "get_team": DIRECTORY,
    "update_team": SYSTEM,
    "delete_team": SYSTEM,
    "list_audit_entries": "33333333+33+1",
    "get_meta": ACCOUNT,
    "list_errors": PUBLIC,
    "get_pipeline": ACCOUNT,
    "get_liveness": PUBLIC,
    "get_readiness": PUBLIC,
    **ACCESS,
    "log_out": ACCOUNT,  # last: it takes the log-ins away
}
STATUS = {"3": 403, "4": 404, "1": 401}
SECRETS = ("贵金属", "李建国", "13812345678", "XM-")
ZONE = "00000000-0000-0000-0000-000000000000"
CHANGE = f"?metric=T09&period=today&scope=zone&scope_id={ZONE}&from_at=2026-01-01T00:00:00Z"
PARAMETERS = {
    "list_kpi_companies": f"?period=today&scope=officer&scope_id={ZONE}",
    "get_officer_kpis": "?period=today",
    "get_team_kpis": "?period=today",
    "get_combination_kpis": "?period=today",
    "get_combination_results": "?period=today",
    "get_zone_kpis": "?period=today",
    "get_year_to_date_report": "?period=2026-01",
    "get_year_to_date_workbook": "?period=2026-01",
    "get_year_to_date_page": "?period=2026-01",
    "get_target_factor_report": "?period=today",
    "get_shadow_report": "?period=today",
    "get_version_comparison": "?period=today&metric=M01",
    "get_kpi_change": CHANGE,
    "list_kpi_change_subjects": f"{CHANGE}&term=new",
}


async def operations(world: World) -> set[str]:
    paths = (await world.nobody.get("/openapi.json")).json()["paths"]
    return {found["operationId"] for path in paths.values() for found in path.values()}


def _record(path: str) -> str:
    """The path of the record that a path belongs to."""
    return "/".join(path.split("/")[:3])


async def reads(world: World, writes: dict[str, Call]) -> dict[str, str]:
    """A path for every GET: single records are those that the writes would change."""
    paths = (await world.nobody.get("/openapi.json")).json()["paths"]
    (status,) = (await world.leader.seen("/node-statuses"))["items"]
    (assessment, *_) = (await world.leader.seen("/assessments"))["items"]
    (link, *_) = (await world.leader.seen("/evidence-links?subject_kind=lead"))["items"]
    told, quiet = [
        f"{noun}/{(await world.leader.seen(noun))['items'][0]['id']}"
        for noun in ("/lead-responses", "/no-change-notes")
    ]
    (run,) = (await world.leader.seen("/target-recomputations"))["items"]
    (policy, *_) = (await world.leader.seen("/credit-policies"))["items"]
    single = {
        "/credit-policies/": f"/credit-policies/{policy['id']}",
        "/target-recomputations/": f"/target-recomputations/{run['id']}",
        **{prefix: _record(writes[name].path) for prefix, name in SINGLE.items()},
        "/evidence-files/": f"/evidence-files/{link['file_id']}",
        "/lead-responses/": told,
        "/no-change-notes/": quiet,
        "/assessments/": f"/assessments/{assessment['id']}",
        "/leads/": writes["update_lead"].path,
        "/stage-transitions/": writes["decide_stage_transition"].path.rpartition("/")[0],
        "/visits/": writes["update_visit"].path,
        "/companies/": writes["update_company"].path,
        "/contacts/": writes["update_contact"].path,
        "/company-lists/": writes["update_company_list"].path,
        "/industry-chains/": writes["update_industry_chain"].path,
        "/chain-nodes/": writes["update_chain_node"].path,
        "/chain-links/": writes["update_chain_link"].path,
        "/node-presences/": writes["update_node_presence"].path,
        "/node-statuses/": f"/node-statuses/{status['id']}",
        "/introductions/": writes["link_introduction"].path,
        "/officers/": writes["update_officer"].path,
        "/teams/": writes["update_team"].path,
    }
    found: dict[str, str] = {}
    for template, path_item in paths.items():
        if "get" not in path_item:
            continue
        name, path = path_item["get"]["operationId"], template.removeprefix("/api/v1")
        prefix = path.partition("{id}")[0]
        path = path.replace(prefix + "{id}", single[prefix]) if "{id}" in path else path
        found[name] = path + PARAMETERS.get(name, "")
    return found


async def denied(world: World, call: Call, signs: dict[str, str]) -> list[tuple[str, int]]:
    """The answers of those who may not; none of them says anything."""
    answers = []
    for column in (column for column, sign in signs.items() if sign != "+"):
        client: Client = getattr(world, column)
        response = await replace(call, client=client).send()
        answers.append((column, response.status_code))
        assert not [secret for secret in SECRETS if secret in response.text], (call.path, column)
    return answers


async def allowed(world: World, call: Call, signs: dict[str, str]) -> list[str]:
    """Who is let through; with an old tag, so that the record stays for the next one."""
    tag, through = '"v999"' if call.etag else None, []
    for column in (column for column, sign in signs.items() if sign == "+"):
        client: Client = getattr(world, column)
        response = await replace(call, client=client, etag=tag).send()
        if response.status_code not in STATUS.values():
            through.append(column)
    return through


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(["officer", "stranger", "agent"], id="three"),
        pytest.param(COLUMNS, id="all", marks=pytest.mark.long),
    ],
)
async def test_every_operation_for_every_account(world: World, columns: list[str]) -> None:
    calls = await every_write(world)
    calls |= {n: Call(world.nobody, "GET", p) for n, p in (await reads(world, calls)).items()}
    assert set(calls) == set(MATRIX) == await operations(world)
    rows = {name: dict(zip(COLUMNS, row, strict=True)) for name, row in MATRIX.items()}
    asked = {name: {column: row[column] for column in columns} for name, row in rows.items()}
    before = await world.fingerprint()
    for name, signs in asked.items():
        expected = [(column, STATUS[sign]) for column, sign in signs.items() if sign != "+"]
        assert await denied(world, calls[name], signs) == expected, name
    assert await world.fingerprint() == before
    for name, signs in asked.items():
        through = [column for column, sign in signs.items() if sign == "+"]
        assert await allowed(world, calls[name], signs) == through, name


async def a_hidden_world(world: World, **lead: Any) -> dict[str, Any]:
    """A signed lead of the officer with a visit; the ids by kind."""
    record = await world.lead_at("signed", name="贵金属秘密项目", **lead)
    visit = await world.visit(lead_id=record["id"], kind="outbound")
    steps = await world.officer.seen(f"/stage-transitions?lead_id={record['id']}")
    return {"lead": record, "visit": visit, "step": steps["items"][0]}


OUTSIDERS = {
    "another team": ({}, ["stranger", "other_lead"]),
    "restricted": ({"is_restricted": True}, ["colleague", "team_lead", "stranger", "other_lead"]),
}


@pytest.mark.parametrize("kind", OUTSIDERS)
async def test_a_hidden_lead_is_absent_on_every_verb(world: World, kind: str) -> None:
    more, outsiders = OUTSIDERS[kind]
    hidden = await a_hidden_world(world, **more)
    lead, nothing = hidden["lead"]["id"], world.officer.id
    members = [{"officer_id": nothing, "role": "lead_negotiator"}]
    calls = [
        ("GET", "/leads/{}", None),
        ("PATCH", "/leads/{}", {"name": "x"}),
        ("DELETE", "/leads/{}", None),
        ("GET", "/leads/{}/stage-history", None),
        ("POST", "/leads/{}/stage-transitions", {"to_stage": "registered"}),
        ("POST", "/leads/{}/member-changes", {"members": members}),
    ]
    before = await world.fingerprint()
    for name in outsiders:
        client: Client = getattr(world, name)
        for method, path, body in calls:
            answers = [
                await Call(client, method, path.format(record), body, '"v1"').send()
                for record in (lead, nothing)
            ]
            texts = [{**answer.json(), "request_id": ""} for answer in answers]
            assert texts[0] == texts[1], (name, method, path)
            assert answers[0].status_code in {403, 404}
        visit, step = hidden["visit"]["id"], hidden["step"]["id"]
        for path in (f"/visits/{visit}", f"/stage-transitions/{step}"):
            problem(await client.get(path), 404, "not_found")
        body = {"kind": "local", "summary": "x", "lead_id": lead}
        refused = problem(await client.post("/visits", body), 422, "invalid_values")
        assert refused["errors"][0]["code"] == "reference_not_found"
    assert await world.fingerprint() == before


@pytest.mark.parametrize("kind", OUTSIDERS)
async def test_no_list_betrays_a_hidden_lead(world: World, kind: str) -> None:
    more, outsiders = OUTSIDERS[kind]
    hidden = await a_hidden_world(world, **more)
    lead = hidden["lead"]
    by_lead = f"lead_id={lead['id']}"
    lists = [
        f"/leads?code={lead['code']}",
        "/leads?q=秘密",
        "/leads?q=mimi",
        f"/leads?company_id={lead['company_id']}",
        "/leads?stage=signed",
        "/leads?agreed_amount__gte=1.00",
        "/leads?sort=-agreed_amount,name",
        f"/leads?owner_id={world.officer.id}",
        f"/visits?{by_lead}",
        f"/visits?company_id={lead['company_id']}",
        f"/stage-transitions?{by_lead}",
        f"/lead-members?{by_lead}",
        "/lead-members?sort=share",
    ]
    for name in outsiders:
        client: Client = getattr(world, name)
        for path in lists:
            page = await client.seen(f"{path}&total=exact")
            assert (page["items"], page["page"]["total"]) == ([], 0), (name, path)
        assert (await client.seen("/leads?limit=1"))["page"]["next_cursor"] is None


async def test_no_number_betrays_another_teams_lead(world: World) -> None:
    lead = (await a_hidden_world(world))["lead"]
    for client in (world.stranger, world.other_lead):
        path = f"/ledger-entries?subject_id={lead['id']}&total=exact"
        assert (await client.seen(path))["page"]["total"] == 0
        for scope in ("officers", "teams", "zone"):
            page = await client.seen(f"/kpis/{scope}?period=this_year")
            assert {v["value"] for row in page["items"] for v in row["values"]} <= {
                "0", "0.0000", "0.00", None,
            }  # fmt: skip
            assert world.officer.id not in {row["subject"]["id"] for row in page["items"]}
        for scope, scope_id in (("officer", world.officer.id), ("team", world.teams["bio"])):
            query = f"period=this_year&metrics=T02&scope={scope}&scope_id={scope_id}"
            assert not (await client.seen(f"/kpi-companies?{query}"))["items"]


async def test_expanding_asks_for_the_right_to_read(world: World) -> None:
    lead = (await a_hidden_world(world))["lead"]
    people = [world.officer.id, world.stranger.id]
    visit = await world.visit(lead_id=lead["id"], participant_ids=people)
    path = f"/visits/{visit['id']}?expand=lead,company"
    assert (await world.officer.seen(path))["lead"]["code"] == lead["code"]
    seen = await world.stranger.seen(path)
    assert (seen["lead"], seen["company"]["id"]) == (None, lead["company_id"])


async def test_a_member_of_another_team_sees_the_lead_as_long_as_it_is_one(world: World) -> None:
    lead = (await a_hidden_world(world, is_restricted=True))["lead"]
    path = f"/leads/{lead['id']}"
    both = (world.officer, "lead_negotiator", None), (world.stranger, "supporter", None)
    await world.members(lead["id"], *both)
    seen = await world.stranger.seen(path)
    assert "edit" in seen["allowed_actions"]
    assert (await world.stranger.patch(path, {"name": "x"}, etag(seen))).status_code == 200
    assert len((await world.stranger.seen(f"/lead-members?lead_id={lead['id']}"))["items"]) == 3
    await world.members(lead["id"], both[0])
    problem(await world.stranger.get(path), 404, "not_found")


async def test_a_leader_reads_restricted_leads_and_recognises_them(world: World) -> None:
    lead = (await a_hidden_world(world, is_restricted=True))["lead"]
    for client in (world.leader, world.assessor, world.auditor):
        assert (await client.seen(f"/leads/{lead['id']}"))["code"] == lead["code"]
    await world.move(lead["id"], "registered")
    assert (await world.officer.seen(f"/leads/{lead['id']}"))["stage"] == "registered"


async def test_a_restricted_leads_entries_keep_the_sum_and_hide_the_lead(world: World) -> None:
    lead = await world.lead_at("signed", is_restricted=True)
    path = f"/ledger-entries?metric=M01&scope=team&scope_id={world.teams['bio']}"
    (told,) = (await world.team_lead.seen(path))["items"]
    assert (told["lead_id"], told["company_id"]) == (None, None)
    assert told["quantity"] == "200000000.0000"
    (whole,) = (await world.leader.seen(path))["items"]
    assert (whole["lead_id"], whole["company_id"]) == (lead["id"], lead["company_id"])
