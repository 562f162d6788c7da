"""Merging moves all that points to a record, and taking it back restores it exactly."""

from typing import Any

from app.kpis import ledger
from app.models.companies import Company
from app.models.leads import Lead
from app.services.references import references_to
from tests.world import Client, World, problem

YEAR = "period=this_year"


async def test_a_company_is_merged_and_back(world: World) -> None:
    kept, merged = await world.company("甲矿业"), await world.company("乙矿业")
    await world.visit(company_id=merged["id"])
    lead = await world.lead_at("signed", company_id=merged["id"])
    body = {
        "kind": "company",
        "kept_id": kept["id"],
        "merged_id": merged["id"],
        "reason": "同一家",
    }
    before = await _facts(world)
    preview = await world.leader.post("/merges", {**body, "dry_run": True})
    assert preview.status_code == 200, preview.text
    assert preview.json() == {
        "moved": {
            "leads.company_id": 1, "lead_clocks.company_id": 1,
            "stage_transitions.company_id": 4, "visits.company_id": 1,
        },
        "stayed": {},
    }  # fmt: skip
    assert await _facts(world) == before
    problem(await world.team_lead.post("/merges", body), 403, "forbidden")
    merge = await world.leader.made("/merges", body)
    assert (await world.officer.seen(f"/leads/{lead['id']}"))["company_id"] == kept["id"]
    gone = problem(await world.officer.get(f"/companies/{merged['id']}"), 410, "merged_away")
    assert gone["merged_into_id"] == kept["id"]
    await _is_exact(world)
    reply = await world.leader.post(
        f"/merges/{merge['id']}/reversals", {"reason": "错"}, headers={"If-Match": '"v1"'}
    )
    assert reply.status_code == 201, reply.text
    assert await _facts(world) == before
    await _is_exact(world)


async def test_what_may_be_there_once_stays(world: World) -> None:
    kept, merged = await world.company("甲矿业"), await world.company("乙矿业")
    chain = await world.team_lead.made("/industry-chains", {"name": "矿", "kind": "key_industry"})
    for node, companies in (("N1", (kept, merged)), ("N2", (merged,))):
        made = await world.node(chain, node)
        for company in companies:
            there = {"chain_node_id": made["id"], "company_id": company["id"]}
            await world.officer.made("/node-presences", {**there, "local_share": "0.5"})
    body = {"kind": "company", "kept_id": kept["id"], "merged_id": merged["id"], "reason": "同"}
    before = await _facts(world)
    preview = await world.leader.post("/merges", {**body, "dry_run": True})
    once = {"node_presences.company_id": 1}
    assert preview.json() == {"moved": once, "stayed": once}
    merge = await world.leader.made("/merges", body)
    found = await world.officer.seen(f"/node-presences?company_id={kept['id']}")
    assert len(found["items"]) == 2
    await _taken_back(world, merge)
    assert await _facts(world) == before


async def test_leads_are_merged_by_their_team_lead_and_back(world: World) -> None:
    kept = await world.lead_at("signed")
    merged = await world.lead_at("negotiating", company_id=kept["company_id"], name="第二期")
    await world.visit(lead_id=merged["id"], visited_on="2026-01-05")
    before, numbers = await _facts(world), await world.kpis("officers", YEAR)
    body = {"kind": "lead", "kept_id": kept["id"], "merged_id": merged["id"], "reason": "同一项目"}
    problem(await world.officer.post("/merges", body), 403, "forbidden")
    problem(await world.other_lead.post("/merges", body), 422, "invalid_values")
    turned = {**body, "kept_id": merged["id"], "merged_id": kept["id"]}
    problem(await world.team_lead.post("/merges", turned), 409, "merge_refused")
    merge = await world.team_lead.made("/merges", body)
    gone = problem(await world.officer.get(f"/leads/{merged['id']}"), 410, "merged_away")
    assert gone["merged_into_id"] == kept["id"]
    problem(await world.stranger.get(f"/leads/{merged['id']}"), 404, "not_found")
    assert (await world.officer.seen("/leads"))["items"][0]["last_visited_on"] == "2026-01-05"
    await _is_exact(world)
    after = await world.kpis("officers", YEAR)
    assert _values(after, {"Q02", "Q03", "M01"}) == _values(numbers, {"Q02", "Q03", "M01"})
    await _taken_back(world, merge, world.team_lead)
    assert await _facts(world) == before
    assert await world.kpis("officers", YEAR) == numbers
    await _is_exact(world)
    path = f"/merges/{merge['id']}/reversals"
    again = await world.team_lead.post(path, {"reason": "错"}, headers={"If-Match": '"v2"'})
    problem(again, 409, "merge_reversed")


async def test_what_cannot_be_merged(world: World) -> None:
    lead = await world.lead()
    body = {"kind": "lead", "kept_id": lead["id"], "reason": "同"}
    same = await world.team_lead.post("/merges", body | {"merged_id": lead["id"]})
    assert problem(same, 422, "invalid_values")["errors"][0]["pointer"] == "/merged_id"
    asked = await world.lead()
    await world.ask(asked["id"], to_stage="contacted")
    pending = await world.team_lead.post("/merges", body | {"merged_id": asked["id"]})
    problem(pending, 409, "conflict")
    hidden = await world.lead(is_restricted=True)
    absent = await world.team_lead.post("/merges", body | {"merged_id": hidden["id"]})
    problem(absent, 422, "invalid_values")


async def test_leads_of_two_investors_stay_two(world: World) -> None:
    """Else the kept lead would have a claim on somebody else's company."""
    kept, merged = await world.lead(), await world.lead()
    body = {"kind": "lead", "kept_id": kept["id"], "merged_id": merged["id"], "reason": "同"}
    refused = problem(await world.team_lead.post("/merges", body), 422, "invalid_values")
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [
        ("/merged_id", "other_company")
    ]


async def test_every_key_to_a_company_or_lead_is_known() -> None:
    models: tuple[Any, ...] = (Company, Lead)
    names = {reference.name for model in models for reference in references_to(model)}
    assert {"visits.company_id", "visits.lead_id", "leads.company_id"} <= names
    assert {"contacts.company_id", "introductions.lead_id"} <= names


def _values(kpis: Any, metrics: set[str]) -> Any:
    return {
        officer: {metric: row[metric]["value"] for metric in metrics & row.keys()}
        for officer, row in kpis.items()
    }


async def _taken_back(world: World, merge: Any, client: Client | None = None) -> None:
    path = f"/merges/{merge['id']}/reversals"
    headers = {"If-Match": f'"v{merge["version"]}"'}
    await (client or world.leader).made(path, {"reason": "录错"}, headers=headers)


async def _facts(world: World) -> dict[str, Any]:
    """Every row of every noun, without versions and what only ever grows."""
    grows = {"audit_entries", "ledger_entries", "merges", "alembic_version", "officer_sessions"}
    tables = await world.database.fetch(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    )
    names = [t["name"] for t in tables if t["name"] not in grows and "kpi_" not in t["name"]]
    return {
        name: await world.database.fetch(
            f"SELECT to_jsonb(t) - '{{version,updated_at}}'::text[] FROM {name} t ORDER BY 1"
        )
        for name in names
    }


async def _is_exact(world: World) -> None:
    async with world.app.state.db.sessions() as session:
        assert await ledger.verify(session) == []
