"""One timeline per lead and company: complete, in one order, under the reader's rights."""

import random
from typing import Any

import pytest

from tests.routers.disputes import rule
from tests.world import Client, World, problem
from tests.writes import etag
from tests.writes.claims import approved, dispute, met


async def walked(client: Client, path: str, limit: int) -> list[Any]:
    """All events, page by page."""
    items: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = await client.seen(f"{path}?limit={limit}{more}")
        assert len(page["items"]) <= limit
        items, cursor = items + page["items"], page["next_cursor"]
    return items


async def an_eventful_lead(world: World) -> Any:
    """A lead with an event of every kind."""
    lead = await world.lead()
    made = await approved(world, lead)
    gone = await world.visit(lead_id=lead["id"], visited_on="2026-01-05")
    await world.take_back("visits", gone, world.officer)
    step = await world.move(lead["id"], "contacted")
    headers = {"If-Match": etag(made)}
    await world.officer.made(f"/claims/{made['id']}/renewals", None, headers=headers)
    await world.take_back("stage-transitions", step)
    record = await dispute(world, lead["company_id"], world.stranger)
    done = await rule(world, record, outcome="transfer", to_officer_id=world.stranger.id)
    headers = {"If-Match": etag(done)}
    await world.officer.made(
        f"/disputes/{record['id']}/appeals", {"statement": "另有证据"}, headers=headers
    )
    body = {"lead_ids": [lead["id"]], "to_officer_id": world.officer.id, "reason": "轮岗"}
    moved = await world.leader.made("/transfers", body)
    await world.take_back("transfers", moved)
    return lead


async def test_it_has_an_event_of_every_kind_in_order(world: World) -> None:
    lead = await an_eventful_lead(world)
    items = (await world.leader.seen(f"/leads/{lead['id']}/timeline"))["items"]
    kinds = (await world.leader.seen("/meta"))["enumerations"]["EventKind"]
    assert {item["kind"] for item in items} == {kind["code"] for kind in kinds}
    order = [(item["happened_on"], item["recorded_at"]) for item in items]
    assert order == sorted(order, reverse=True)
    assert [i["kind"] for i in items if i["happened_on"] == "2026-01-05"] == ["visit_logged"]
    (ended,) = [item for item in items if item["kind"] == "claim_ended"]
    assert (ended["detail"], ended["lead_id"]) == ("superseded", lead["id"])


@pytest.mark.parametrize("limit", [1, 4, 7])
async def test_pages_add_up_to_the_whole(world: World, limit: int) -> None:
    lead = await an_eventful_lead(world)
    for path in (f"/leads/{lead['id']}/timeline", f"/companies/{lead['company_id']}/timeline"):
        whole = (await world.leader.seen(f"{path}?limit=500"))["items"]
        assert len(whole) > 15
        assert await walked(world.leader, path, limit) == whole


async def test_the_order_does_not_depend_on_how_rows_lie(world: World) -> None:
    """Rows of one moment, written back in another order."""
    lead = await world.lead()
    for number in range(12):
        await met(world, lead, summary=f"拜访{number}")
    await world.database.execute("UPDATE visits SET created_at = '2026-11-01T00:00:00Z'")
    path, dice = f"/leads/{lead['id']}/timeline", random.Random(7)
    first = await world.officer.seen(path)
    rows = [row["id"] for row in await world.database.fetch("SELECT id FROM visits")]
    for _ in range(3):
        dice.shuffle(rows)
        for row in rows:
            await world.database.execute("UPDATE visits SET place = '昆明' WHERE id = $1", row)
        assert await world.officer.seen(path) == first
    assert await walked(world.officer, path, 5) == first["items"]


async def test_each_sees_what_the_lists_show(world: World) -> None:
    lead = await an_eventful_lead(world)
    company = f"/companies/{lead['company_id']}/timeline"
    assert (await world.colleague.seen(company))["items"] == []
    problem(await world.colleague.get(f"/leads/{lead['id']}/timeline"), 404, "not_found")
    own = await world.visit(world.colleague, company_id=lead["company_id"])
    (event,) = (await world.colleague.seen(company))["items"]
    assert (event["subject_id"], event["officer_id"]) == (own["id"], world.colleague.id)
    assert event["lead_id"] is None


async def test_a_cursor_belongs_to_its_timeline(world: World) -> None:
    lead, other = await an_eventful_lead(world), await world.lead()
    page = await world.leader.seen(f"/leads/{lead['id']}/timeline?limit=1")
    query = f"?cursor={page['next_cursor']}"
    reply = await world.leader.get(f"/leads/{other['id']}/timeline{query}")
    problem(reply, 400, "cursor_mismatch")
    problem(await world.leader.get(f"/leads/{lead['id']}/timeline?limit=0"), 422, "invalid_values")
