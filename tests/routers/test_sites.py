"""Parks and sites: areas in two units, the search by need, what is free on which day."""

from typing import Any

import pytest

from tests.world import World, problem
from tests.writes import etag
from tests.writes.sites import a_site


def codes(reply: Any, status: int = 422, code: str = "invalid_values") -> list[tuple[str, str]]:
    """Where a request was refused, and why."""
    return [(e["pointer"], e["code"]) for e in problem(reply, status, code)["errors"]]


# 1 亩 = 2000/3 m²: 15 × 666.666… = 10,000; 0.0001 × 666.666… = 0.0666…; 10.01 → 6673.333….
MU = {
    "15": "10000.00",
    "0.0001": "0.07",
    "10.01": "6673.33",
    "0.0002": "0.13",
    "99999999.9999": "66666666666.60",
}


@pytest.mark.parametrize("mu", MU)
async def test_mu_are_two_thousand_thirds_of_a_square_metre(world: World, mu: str) -> None:
    place = await a_site(world)
    body = {"park_id": place["park_id"], "code": "M", "name": "地块", "kind": "land", "area_mu": mu}
    site = await world.team_lead.made("/sites", body)
    assert site["area_m2"] == MU[mu]
    assert site["area_mu"] == f"{float(mu):.4f}"


async def test_an_area_comes_in_one_unit(world: World) -> None:
    place = await a_site(world)
    body = {"park_id": place["park_id"], "code": "M", "name": "地块", "kind": "land"}
    for areas in ({}, {"area_m2": "1.00", "area_mu": "1"}):
        reply = await world.team_lead.post("/sites", {**body, **areas})
        assert codes(reply) == [("/area_m2", "one_area")]
    path = f"/sites/{place['id']}"
    both = {"area_m2": "1.00", "area_mu": "1"}
    assert codes(await world.team_lead.patch(path, both, etag(place))) == [("/area_m2", "one_area")]
    changed = await world.team_lead.patch(path, {"area_mu": "3"}, etag(place))
    assert (changed.json()["area_m2"], changed.json()["area_mu"]) == ("2000.00", "3.0000")
    for unit in both:
        reply = await world.team_lead.patch(path, {unit: None}, changed.headers["etag"])
        assert codes(reply)[0][0] == f"/{unit}"


async def test_mu_as_answered_change_nothing(world: World) -> None:
    """6,673.34 m² are 10.01001 亩, answered as 10.0100, which alone would be 6,673.33 m²."""
    site = await a_site(world, "6673.34")
    assert site["area_mu"] == "10.0100"
    path = f"/sites/{site['id']}"
    same = await world.team_lead.patch(path, {"area_mu": "10.0100"}, etag(site))
    assert same.json() == site
    beside = {"area_mu": "10.0100", "area_m2": "7000.00"}
    assert (await world.team_lead.patch(path, beside, etag(site))).json()["area_m2"] == "7000.00"


async def found(world: World, query: str) -> set[str]:
    page = await world.officer.seen(f"/sites?{query}")
    return {item["code"] for item in page["items"]}


async def three_sites(world: World) -> dict[str, Any]:
    """A small laboratory, a big factory for bio-medicine only, and a factory of next year."""
    lab = await a_site(
        world, "800.00", code="LAB", name="实验楼", kind="lab", power_kva="250", price="45",
        price_unit="yuan_per_m2_month",
    )  # fmt: skip
    park = {"park_id": lab["park_id"], "name": "厂房", "kind": "factory"}
    factory = {
        **park, "code": "BIO", "area_m2": "12000", "power_kva": "2000", "ceiling_height_m": "9.5",
        "floor_load_t_m2": "2", "industry_codes": ["C27"],
    }  # fmt: skip
    later = {**park, "code": "NEXT", "area_m2": "9000", "available_from": "2097-01-01"}
    made = [await world.team_lead.made("/sites", body) for body in (factory, later)]
    return {site["code"]: site for site in (lab, *made)}


NEEDS = {
    "area_m2__gte=9000": {"BIO", "NEXT"},
    "area_m2__gte=9000.01": {"BIO"},
    "power_kva__gte=2000": {"BIO"},
    "ceiling_height_m__gte=9.5&floor_load_t_m2__gte=2": {"BIO"},
    "ceiling_height_m__gte=9.51": set(),
    "price__lte=45&price_unit=yuan_per_m2_month": {"LAB"},
    "price__lte=44.99": set(),
    "kind=lab": {"LAB"},
    "allows_industry=C2761": {"LAB", "BIO", "NEXT"},
    "allows_industry=C27": {"LAB", "BIO", "NEXT"},
    "allows_industry=C2614": {"LAB", "NEXT"},
    "allows_industry=C": {"LAB", "NEXT"},
    "available_on=2096-12-31": {"LAB", "BIO"},
    "available_on=2097-01-01": {"LAB", "BIO", "NEXT"},
    "free_area_m2__gte=9000&free_from=2096-12-31": {"BIO"},
    "free_area_m2__gte=9000&free_from=2097-01-01": {"BIO", "NEXT"},
    "free_area_m2__gte=12000.01": set(),
    "free_from=2096-12-31&free_to=2096-12-31": {"LAB", "BIO"},
}


async def test_a_site_is_found_by_need(world: World) -> None:
    await three_sites(world)
    assert {query: await found(world, query) for query in NEEDS} == NEEDS
    assert await found(world, "q=changfang") == {"BIO", "NEXT"}


async def test_a_site_out_of_use_is_not_offered(world: World) -> None:
    site = (await three_sites(world))["LAB"]
    await world.team_lead.patch(f"/sites/{site['id']}", {"is_active": False}, etag(site))
    for query in ("free_area_m2__gte=1&free_to=2096-12-31", "available_on=2096-12-31"):
        assert await found(world, query) == {"BIO"}
    assert await found(world, "is_active=false") == {"LAB"}


async def test_what_is_free_for_a_need_is_free_on_every_day(world: World) -> None:
    site = (await three_sites(world))["BIO"]
    lead = await world.lead()
    body = {"site_id": site["id"], "lead_id": lead["id"], "area_m2": "7000"}
    for days in (("2097-01-01", "2097-03-31"), ("2097-04-01", "2097-06-30")):
        span = {"from_on": days[0], "to_on": days[1]}
        await world.officer.made("/site-reservations", {**body, **span})
    need = "kind=factory&free_from={}&free_to={}&free_area_m2__gte={}"
    assert await found(world, need.format("2097-02-01", "2097-05-01", "5000")) == {"BIO", "NEXT"}
    assert await found(world, need.format("2097-02-01", "2097-05-01", "5000.01")) == {"NEXT"}
    assert await found(world, need.format("2097-06-30", "2097-12-31", "5000.01")) == {"NEXT"}
    assert await found(world, need.format("2097-07-01", "2097-12-31", "12000")) == {"BIO"}
    assert await found(world, need.format("2096-12-01", "2096-12-31", "12000")) == {"BIO"}


async def test_the_steps_of_what_is_free(world: World) -> None:
    site = await a_site(world, "1000.00", available_from="2097-01-10")
    lead = await world.lead()
    path = f"/sites/{site['id']}/availability"
    for area, begin, end in (
        ("300", "2097-02-01", "2097-02-28"), ("500", "2097-02-15", None),
        ("300", "2097-03-01", "2097-03-31"),
    ):  # fmt: skip
        body = {"site_id": site["id"], "lead_id": lead["id"], "area_m2": area}
        await world.officer.made("/site-reservations", {**body, "from_on": begin, "to_on": end})
    seen = await world.officer.seen(f"{path}?from_on=2097-01-01&to_on=2097-04-01")
    # On 1 March one of 300 m² ends and another begins: no step.
    assert [(step["from_on"], step["free_area_m2"]) for step in seen["steps"]] == [
        ("2097-01-01", "0.00"), ("2097-01-10", "1000.00"), ("2097-02-01", "700.00"),
        ("2097-02-15", "200.00"), ("2097-04-01", "500.00"),
    ]  # fmt: skip
    inside = await world.officer.seen(f"{path}?from_on=2097-02-20&to_on=2097-03-31")
    assert inside["steps"] == [{"from_on": "2097-02-20", "free_area_m2": "200.00"}]
    refused = await world.officer.get(f"{path}?from_on=2097-02-20&to_on=2097-02-19")
    assert problem(refused, 422, "invalid_values")["errors"][0]["parameter"] == "to_on"
    nothing = f"/sites/{lead['id']}/availability"
    problem(await world.officer.get(nothing), 404, "not_found")


async def test_a_price_has_a_unit(world: World) -> None:
    site = await a_site(world, price="30", price_unit="yuan_per_m2_month")
    for change in ({"price": None}, {"price_unit": None}):
        reply = await world.team_lead.patch(f"/sites/{site['id']}", change, etag(site))
        assert codes(reply) == [("/price_unit", "price_with_unit")]


async def test_a_full_park_takes_no_new_land(world: World) -> None:
    west = await world.team_lead.made("/parks", {"name": "西区", "kind": "area", "is_full": True})
    body = {"park_id": west["id"], "name": "楼", "area_m2": "10"}
    land = await world.team_lead.post("/sites", {**body, "code": "L", "kind": "land"})
    assert codes(land) == [("/kind", "park_full")]
    await world.team_lead.made("/sites", {**body, "code": "O", "kind": "office"})


async def test_parks_lie_in_areas_and_areas_in_nothing(world: World) -> None:
    areas = [
        await world.team_lead.made("/parks", {"name": name, "kind": "area"})
        for name in ("东区", "西区")
    ]
    inside = {"name": "贵金属产业园区", "parent_id": areas[0]["id"]}
    park = await world.team_lead.made("/parks", inside)
    listed = await world.officer.seen(f"/parks?parent_id={areas[0]['id']}")
    assert [item["id"] for item in listed["items"]] == [park["id"]]
    wrong = [("/parent_id", "park_in_area")]
    for body in (
        {"name": "中区", "kind": "area", "parent_id": areas[0]["id"]},
        {"name": "园中园", "parent_id": park["id"]},
    ):
        assert codes(await world.team_lead.post("/parks", body)) == wrong
    for record in (park, areas[0]):
        reply = await world.team_lead.patch(
            f"/parks/{record['id']}", {"parent_id": park["id"]}, etag(record)
        )
        assert codes(reply) == wrong
    again = await world.team_lead.post("/parks", {"name": "东区"})
    assert codes(again, 409, "already_exists") == [("/name", "value_taken")]


async def test_a_code_is_once_in_a_park(world: World) -> None:
    site = await a_site(world)
    body = {"park_id": site["park_id"], "code": site["code"], "name": "另一栋", "kind": "lab"}
    reply = await world.team_lead.post("/sites", {**body, "area_m2": "1"})
    assert codes(reply, 409, "already_exists") == [("/code", "value_taken")]
    assert (await a_site(world))["code"] == site["code"]
