"""Reservations: never more than there is, confirmed by somebody else, hidden with their lead."""

import asyncio
from decimal import Decimal
from typing import Any

from app.core.clock import today
from tests.routers.test_sites import codes
from tests.world import Client, World, problem
from tests.writes import etag
from tests.writes.sites import a_site

PATH = "/site-reservations"


async def held(world: World, client: Client | None = None, **more: Any) -> Any:
    """A hold of 100 m² for a new lead of the officer on a site of 1,000 m²."""
    client = client or world.officer
    if "site_id" not in more:
        more["site_id"] = (await a_site(world, "1000.00"))["id"]
    if "lead_id" not in more:
        more["lead_id"] = (await world.lead())["id"]
    return await client.made(PATH, {"area_m2": "100.00", **more})


async def act(client: Client, row: Any, action: str, **body: Any) -> Any:
    """The reply to an action on a reservation."""
    headers = {"If-Match": etag(row)}
    json = None if action == "confirmations" else body
    return await client.post(f"{PATH}/{row['id']}/{action}", json, headers=headers)


async def expire(world: World, row: Any) -> None:
    """Yesterday was its last day."""
    await world.database.execute(
        "UPDATE site_reservations SET expires_on = $2::date - 1 WHERE id = $1", row["id"], today()
    )


async def taken(world: World, site_id: str) -> Any:
    """What of a site is taken, by a sum of our own."""
    return await world.database.fetchval(
        "SELECT coalesce(sum(area_m2), 0) FROM site_reservations"
        " WHERE site_id = $1 AND status IN ('held', 'confirmed')",
        site_id,
    )


async def test_fifty_at_once_never_take_more_than_there_is(world: World) -> None:
    """Each for a lead of its own, so that nothing but the site makes them wait."""
    site = await a_site(world, "1000.00")
    company = (await world.company())["id"]
    leads = [(await world.lead(company_id=company))["id"] for _ in range(50)]
    body = {"site_id": site["id"], "area_m2": "70.00", "from_on": "2097-01-01"}
    replies = await asyncio.gather(
        *(world.officer.post(PATH, {**body, "lead_id": lead}) for lead in leads)
    )
    # 14 × 70 = 980, and 20 are left.
    assert sorted(reply.status_code for reply in replies) == [201] * 14 + [409] * 36
    assert await taken(world, site["id"]) == Decimal(980)
    refused = next(reply for reply in replies if reply.status_code == 409)
    (error,) = problem(refused, 409, "site_overbooked")["errors"]
    assert error["message"] == "only 20.00 m² are left on 2097-01-01"


async def test_a_smaller_site_and_reservations_at_once_agree(world: World) -> None:
    site, lead = await a_site(world, "1000.00"), await world.lead()
    body = {"site_id": site["id"], "lead_id": lead["id"], "area_m2": "100.00"}
    smaller = world.team_lead.patch(f"/sites/{site['id']}", {"area_m2": "500.00"}, etag(site))
    reserving = (world.officer.post(PATH, body) for _ in range(10))
    reply, *_ = await asyncio.gather(smaller, *reserving)
    now_there = await world.officer.seen(f"/sites/{site['id']}")
    is_smaller = reply.status_code == 200
    assert now_there["area_m2"] == ("500.00" if is_smaller else "1000.00")
    assert await taken(world, site["id"]) == (500 if is_smaller else 1000)


async def test_only_days_in_common_count(world: World) -> None:
    """400 m² in January, 500 in February: of 1,000 there are 600 and 500 left, from March all."""
    first = await held(world, area_m2="400", from_on="2097-01-01", to_on="2097-01-31")
    same = {"site_id": first["site_id"], "lead_id": first["lead_id"]}
    await held(world, **same, area_m2="500", from_on="2097-02-01", to_on="2097-02-28")
    both = {**same, "from_on": "2097-01-31", "to_on": "2097-02-01"}
    before = await world.fingerprint()
    reply = await world.officer.post(PATH, {**both, "area_m2": "500.01"})
    body = problem(reply, 409, "site_overbooked")
    assert body["errors"][0]["message"] == "only 500.00 m² are left on 2097-02-01"
    assert await world.fingerprint() == before
    await held(world, **both, area_m2="500")
    await held(world, **same, area_m2="1000", from_on="2097-03-01")
    after = await world.officer.post(PATH, {**same, "area_m2": "0.01", "from_on": "2199-12-31"})
    problem(after, 409, "site_overbooked")


async def test_a_site_does_not_shrink_below_what_is_reserved(world: World) -> None:
    row = await held(world, area_m2="400", from_on="2097-01-01", to_on="2097-01-31")
    path = f"/sites/{row['site_id']}"
    site = await world.officer.seen(path)
    before = await world.fingerprint()
    refused = await world.team_lead.patch(path, {"area_m2": "399.99"}, etag(site))
    body = problem(refused, 409, "site_overbooked")
    assert "on 2097-01-01 0.01 m² more" in body["errors"][0]["message"]
    later = await world.team_lead.patch(path, {"available_from": "2097-01-02"}, etag(site))
    assert problem(later, 409, "site_overbooked")["errors"][0]["code"] == "area_reserved"
    assert await world.fingerprint() == before
    assert (await world.team_lead.patch(path, {"area_m2": "400"}, etag(site))).is_success
    # What is over takes nothing any more.
    over = await held(world, area_m2="1000", from_on="2020-01-01", to_on="2020-01-31")
    path = f"/sites/{over['site_id']}"
    assert (await world.team_lead.patch(path, {"area_m2": "1"}, '"v1"')).is_success


async def test_an_expired_hold_gives_its_area_back(world: World) -> None:
    row = await held(world, area_m2="1000")
    days = today().toordinal() - today().fromisoformat(row["expires_on"]).toordinal()
    assert (row["status"], days) == ("held", -30)
    await expire(world, row)
    seen = await world.officer.seen(f"{PATH}/{row['id']}")
    assert seen["status"] == "expired"
    listed = await world.officer.seen(f"{PATH}?status=expired")
    assert [item["id"] for item in listed["items"]] == [row["id"]]
    assert (await world.officer.seen(f"{PATH}?status=held"))["items"] == []
    for action in ("confirmations", "releases"):
        problem(await act(world.team_lead, row, action), 409, "reservation_status")
    other = await held(world, site_id=row["site_id"], area_m2="1000")
    problem(await act(world.officer, row, "renewals"), 409, "site_overbooked")
    await act(world.officer, other, "releases")
    renewed = await act(world.officer, row, "renewals", expires_on="2099-12-31")
    assert (renewed.json()["status"], renewed.json()["expires_on"]) == ("held", "2099-12-31")


async def test_a_hold_is_confirmed_by_somebody_else(world: World) -> None:
    own = await held(world, world.team_lead)
    problem(await act(world.team_lead, own, "confirmations"), 403, "self_recognition")
    confirmed = (await act(world.leader, own, "confirmations")).json()
    assert (confirmed["status"], confirmed["expires_on"]) == ("confirmed", None)
    assert confirmed["confirmed_by_id"] == world.leader.id
    problem(await act(world.leader, confirmed, "confirmations"), 409, "reservation_status")
    problem(await act(world.officer, confirmed, "renewals"), 409, "reservation_status")
    assert await taken(world, own["site_id"]) == 100


async def test_who_releases(world: World) -> None:
    site = (await a_site(world))["id"]
    for name in ("officer", "team_lead", "leader"):
        row = await held(world, site_id=site)
        for other in (world.colleague, world.stranger, world.other_lead):
            problem(await act(other, row, "releases"), 403, "forbidden")
        client = getattr(world, name)
        gone = (await act(client, row, "releases", reason="改选地块")).json()
        assert (gone["status"], gone["released_by_id"]) == ("released", client.id)
        assert gone["release_reason"] == "改选地块"
        problem(await act(client, gone, "releases"), 409, "reservation_status")
    assert await taken(world, site) == 0


async def test_whoever_edits_the_lead_reserves(world: World) -> None:
    site, lead = (await a_site(world))["id"], (await world.lead())["id"]
    body = {"site_id": site, "lead_id": lead, "area_m2": "1"}
    for client in (world.colleague, world.stranger, world.other_lead):
        assert codes(await client.post(PATH, body)) == [("/lead_id", "reference_not_found")]
    await held(world, world.team_lead, site_id=site, lead_id=lead)
    gone = await world.ask(lead, world.leader, kind="terminate", reason_code="other",
                           explanation="企业暂缓")  # fmt: skip
    assert gone["status"] == "recognised"
    problem(await world.officer.post(PATH, body), 409, "action_not_allowed")


async def test_a_hidden_lead_is_not_told(world: World) -> None:
    lead = await world.lead(is_restricted=True)
    row = await held(world, lead_id=lead["id"], reason="锗材料扩产")
    hidden = {"lead_id", "created_by_id", "reason", "confirmed_by_id"}
    confirmed = (await act(world.leader, row, "confirmations")).json()
    assert all(confirmed[name] for name in hidden)
    for client in (world.colleague, world.team_lead, world.stranger, world.other_lead):
        (seen,) = (await client.seen(f"{PATH}?site_id={row['site_id']}"))["items"]
        assert await client.seen(f"{PATH}/{row['id']}") == seen
        assert {name for name in confirmed if seen[name] != confirmed[name]} == hidden
        assert {seen[name] for name in hidden} == {None}
        assert (await client.seen(f"{PATH}?lead_id={lead['id']}"))["items"] == []
    (seen,) = (await world.officer.seen(f"{PATH}?lead_id={lead['id']}&expand=site"))["items"]
    assert seen.pop("site")["id"] == row["site_id"]
    assert seen == confirmed


async def test_what_a_reservation_may_not_be(world: World) -> None:
    site = await a_site(world, available_from="2097-01-01")
    lead = await world.lead()
    body = {"site_id": site["id"], "lead_id": lead["id"], "area_m2": "1"}
    span = {"from_on": "2097-01-02", "to_on": "2097-01-01"}
    for wrong, where in (
        (span, ("/to_on", "to_before_from")),
        ({"from_on": "2096-12-31"}, ("/from_on", "site_not_yet")),
        ({"from_on": "2097-01-01", "expires_on": "2020-01-01"}, ("/expires_on", "date_in_past")),
        ({"area_mu": "1"}, ("/area_m2", "one_area")),
    ):
        assert codes(await world.officer.post(PATH, {**body, **wrong})) == [where]
    await world.team_lead.patch(f"/sites/{site['id']}", {"is_active": False}, etag(site))
    assert codes(await world.officer.post(PATH, {**body, "from_on": "2097-01-01"})) == [
        ("/site_id", "site_inactive")
    ]
