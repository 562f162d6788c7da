"""Who looks at qualifications, and who may lead a large negotiation."""

from typing import Any

from app.core.clock import today
from tests.world import Client, World, problem
from tests.writes import etag


async def qualify(world: World, who: Client, expires_on: str) -> None:
    """A post that asks for a certificate, and the certificate."""
    kind = "招商师"
    post = await world.leader.made(
        "/posts", {"name": f"岗位{expires_on}", "required_certificate_kinds": [kind]}
    )
    profile = {"officer_id": who.id, "post_id": post["id"]}
    await world.leader.made("/officer-profiles", profile)
    held = {"officer_id": who.id, "kind": kind, "issued_on": "2020-01-01"}
    await world.assessor.made("/officer-certificates", {**held, "expires_on": expires_on})


async def limit(world: World, amount: str | None) -> None:
    (profile,) = (await world.leader.seen("/zone-profiles"))["items"]
    path, body = f"/zone-profiles/{profile['id']}", {"negotiator_qualification_above": amount}
    reply = await world.system_admin.patch(path, body, etag(profile))
    assert reply.status_code == 200, reply.text


async def negotiator(world: World, lead: Any, who: Client) -> Any:
    now = await world.leader.get(f"/leads/{lead['id']}")
    members = [
        {"officer_id": world.team_lead.id, "role": "steward"},
        {"officer_id": who.id, "role": "lead_negotiator"},
    ]
    headers = {"If-Match": now.headers["etag"]}
    path = f"/leads/{lead['id']}/member-changes"
    return await world.leader.post(path, {"members": members}, headers=headers)


async def test_expiry_on_the_day(world: World) -> None:
    await qualify(world, world.officer, "2026-03-31")
    path = f"/officers/{world.officer.id}/qualification?as_of="
    seen = await world.officer.seen(f"{path}2026-03-31")
    assert (seen["is_qualified"], seen["lacks"]) == (True, [])
    later = await world.team_lead.seen(f"{path}2026-04-01")
    assert later["is_qualified"] is False
    assert later["lacks"] == [{"code": "certificate", "required": "招商师"}]
    problem(await world.stranger.get(f"{path}2026-04-01"), 404, "not_found")


async def test_each_sees_the_own_a_team_lead_the_team_the_zone_all(world: World) -> None:
    for year, who in enumerate((world.officer, world.colleague, world.stranger), 2090):
        await qualify(world, who, f"{year}-01-01")
    for client, count in (
        (world.officer, 1), (world.team_lead, 2), (world.other_lead, 1), (world.auditor, 3),
    ):  # fmt: skip
        for path in ("/officer-profiles", "/officer-certificates"):
            assert len((await client.seen(path))["items"]) == count, (client.id, path)


async def test_only_the_qualified_lead_a_large_negotiation(world: World) -> None:
    await qualify(world, world.colleague, today().isoformat())
    large = await world.lead(planned_investment="100000000.00")
    small = await world.lead(planned_investment="99999999.99")
    dollars = await world.lead(planned_investment="900000000.00", currency="USD")
    await limit(world, "100000000.00")
    refused = problem(await negotiator(world, large, world.officer), 422, "invalid_values")
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [
        ("/members/1/officer_id", "not_qualified")
    ]
    for lead, who in (
        (large, world.colleague), (small, world.officer), (dollars, world.officer),
    ):  # fmt: skip
        assert (await negotiator(world, lead, who)).status_code == 201
    await limit(world, None)
    assert (await negotiator(world, large, world.officer)).status_code == 201


def unqualified(reply: Any) -> bool:
    found = problem(reply, 422, "invalid_values")["errors"]
    return [(e["pointer"], e["code"]) for e in found] == [("/planned_investment", "not_qualified")]


async def test_no_plan_outgrows_its_negotiator(world: World) -> None:
    """At registering and at every change of the plan; who is qualified may."""
    await qualify(world, world.colleague, today().isoformat())
    await limit(world, "100000000.00")
    large, small = {"planned_investment": "100000000.00"}, {"planned_investment": "99999999.99"}
    body = {"name": "新材料项目", "company_id": (await world.company())["id"]}
    assert unqualified(await world.officer.post("/leads", body | large))
    lead = await world.officer.made("/leads", body | small)
    assert unqualified(await world.officer.patch(f"/leads/{lead['id']}", large, etag(lead)))
    renamed = await world.officer.patch(f"/leads/{lead['id']}", {"name": "项目"}, etag(lead))
    assert renamed.status_code == 200
    assert (await negotiator(world, lead, world.colleague)).status_code == 201
    now = await world.officer.seen(f"/leads/{lead['id']}")
    assert (await world.officer.patch(f"/leads/{lead['id']}", large, etag(now))).status_code == 200
    assert (await world.lead(world.colleague, **large))["owner_id"] == world.colleague.id


async def test_a_foreign_plan_goes_by_the_newest_recognised_rate(world: World) -> None:
    """Of 20 million dollars: 142 million yuan at 7.1, 98 million at 4.9."""
    await limit(world, "100000000.00")
    dollars: dict[str, Any] = {"planned_investment": "20000000.00", "currency": "USD"}
    assert (await world.lead(**dollars))["currency"] == "USD"  # no rate is known yet
    signing: dict[str, Any] = {"agreed_amount": "1.00", "currency": "USD"}
    for day, rate in (("2026-03-02", "7.1"), ("2026-03-01", "4.9")):
        lead = await world.lead_at("pre_signing")
        signing |= {"exchange_rate": rate, "rate_on": day}
        await world.move(lead["id"], "signed", **signing)
    lead = await world.lead_at("pre_signing")
    signing |= {"exchange_rate": "1", "rate_on": "2026-03-03"}
    await world.ask(lead["id"], to_stage="signed", **signing)
    company = (await world.company())["id"]
    body = {"name": "外资项目", "company_id": company}
    assert unqualified(await world.officer.post("/leads", body | dollars))
    euros = body | dollars | {"currency": "EUR"}
    assert (await world.officer.made("/leads", euros))["currency"] == "EUR"


async def test_a_signing_says_whether_its_negotiator_was_qualified(world: World) -> None:
    await qualify(world, world.colleague, today().isoformat())
    leads = [await world.lead_at("pre_signing", planned_investment="5.00") for _ in range(3)]
    await negotiator(world, leads[1], world.colleague)
    assert (await world.move(leads[2]["id"], "signed", agreed_amount="5.00"))[
        "is_negotiator_qualified"
    ] is None
    await limit(world, "1.00")
    for lead, is_qualified in zip(leads[:2], (False, True), strict=True):
        step = await world.move(lead["id"], "signed", agreed_amount="5.00")
        assert step["is_negotiator_qualified"] is is_qualified


async def test_a_post_that_somebody_is_in_stays(world: World) -> None:
    await qualify(world, world.officer, "2026-03-31")
    (post,) = (await world.officer.seen("/posts"))["items"]
    problem(await world.leader.delete(f"/posts/{post['id']}", etag(post)), 409, "in_use")
    held = (await world.officer.seen("/officer-certificates"))["items"][0]
    path = f"/officer-certificates/{held['id']}"
    backwards = await world.leader.patch(path, {"expires_on": "2019-12-31"}, etag(held))
    assert problem(backwards, 422, "invalid_values")["errors"][0]["pointer"] == "/expires_on"
