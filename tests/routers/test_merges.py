"""Merging moves all that points to a record, and taking it back restores it exactly."""

from typing import Any

from app.kpis import ledger
from tests.world import World, problem


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
            "leads.company_id": 1, "stage_transitions.company_id": 4, "visits.company_id": 1,
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
