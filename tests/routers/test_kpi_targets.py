"""KPI targets: versions, curves, who sets whose, sums, and attainment year to date."""

from decimal import Decimal
from typing import Any

import pytest

from app.core.clock import today
from tests.kpis.test_stage_transitions import shared_signing
from tests.world import Client, World, problem
from tests.writes import etag
from tests.writes.kpi_targets import target

ZONE = "00000000-0000-0000-0000-000000000000"
WEIGHTS = ["2", "3", "10.00", "5", "10", "15", "5", "5", "15", "10", "10", "10"]
YEAR = today().year


async def made(world: World, client: Client | None = None, **more: Any) -> Any:
    return await (client or world.leader).made("/kpi-targets", target(world, **more))


def faults(reply: Any) -> list[tuple[str, str]]:
    return [(e["pointer"], e["code"]) for e in problem(reply, 422, "invalid_values")["errors"]]


async def test_every_version_is_kept(world: World) -> None:
    first = await made(world)
    path, held = f"/kpi-targets/{first['id']}", {"If-Match": etag(first)}
    assert (first["unit"], first["value"], first["version"]) == ("leads", "12.0000", 1)
    silent = await world.leader.patch(path, {"value": "15.0000"}, held["If-Match"])
    assert faults(silent) == [("/reason", "missing")]
    change = {"value": "15.0000", "curve": "monthly", "weights": WEIGHTS, "reason": "年中调整"}
    second = (await world.leader.patch(path, change, held["If-Match"])).json()
    assert (second["version"], second["value"], second["weights"]) == (2, "15.0000", WEIGHTS)
    assert [(v["number"], v["value"], v["reason"]) for v in second["versions"]] == [
        (1, "12.0000", None),
        (2, "15.0000", "年中调整"),
    ]
    assert second["versions"][1]["set_by_id"] == world.leader.id
    stale = await world.assessor.patch(path, change | {"value": "1.0000"}, held["If-Match"])
    problem(stale, 412, "stale_version")


async def test_a_batch_overwrites_only_the_version_it_names(world: World) -> None:
    first = await made(world)
    twice = await world.leader.post("/kpi-targets", target(world, value="9.0000"))
    assert problem(twice, 409, "target_exists")["current_version"] == 1
    other: dict[str, Any] = {"value": "9.0000", "reason": "分解调整"}
    items = [
        target(world, **other),
        target(world, **other, replaces_version=2),
        target(world, **other, replaces_version=1),
        target(world, "Q03"),
        target(world, "Q04", replaces_version=1),
    ]
    reply = await world.leader.post("/kpi-targets/batch", {"items": items})
    done = reply.json()["items"]
    assert [(item["status"], (item["problem"] or {}).get("code")) for item in done] == [
        (409, "target_exists"),
        (412, "stale_version"),
        (201, None),
        (201, None),
        (422, "invalid_values"),
    ]
    replaced = done[2]["record"]
    assert (replaced["id"], replaced["version"]) == (first["id"], 2)
    assert [version["value"] for version in replaced["versions"]] == ["12.0000", "9.0000"]


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"curve": "monthly"}, ("/weights", "missing")),
        ({"weights": WEIGHTS}, ("/weights", "weights_not_needed")),
        ({"curve": "monthly", "weights": ["8.33"] * 12}, ("/weights", "weights_sum")),  # 99.96
        ({"metric": "Z99"}, ("/metric", "metric_unknown")),
        ({"scope": "zone"}, ("/scope_id", "reference_not_found")),
        ({"scope": "team"}, ("/scope_id", "reference_not_found")),
    ],
)
async def test_what_is_refused(world: World, more: Any, fault: tuple[str, str]) -> None:
    reply = await world.leader.post("/kpi-targets", target(world) | more)
    assert faults(reply) == [fault]


async def test_a_team_lead_splits_within_the_team(world: World) -> None:
    below = await world.team("bio-1", "bio")
    await world.settled()
    bio, metal = world.teams["bio"], world.teams["metal"]
    for scope, subject, status in (
        ("officer", world.colleague.id, 201),
        ("officer", world.stranger.id, 403),
        ("officer", world.team_lead.id, 403),
        ("team", below, 201),
        ("team", bio, 403),
        ("team", metal, 403),
        ("zone", ZONE, 403),
    ):
        body = target(world) | {"scope": scope, "scope_id": str(subject)}
        reply = await world.team_lead.post("/kpi-targets", body)
        assert reply.status_code == status, (scope, reply.text)
    own = await made(world, scope="team", scope_id=str(bio))
    seen = await world.team_lead.seen("/kpi-targets")
    assert len(seen["items"]) == 3
    path, change = f"/kpi-targets/{own['id']}", {"value": "1.0000", "reason": "太高"}
    problem(await world.team_lead.patch(path, change, etag(own)), 403, "forbidden")
    problem(await world.officer.patch(path, change, etag(own)), 403, "forbidden")
    assert (await world.officer.seen("/kpi-targets"))["items"] == []
    mine = await made(world, scope="officer", scope_id=world.team_lead.id)
    path = f"/kpi-targets/{mine['id']}"
    problem(await world.team_lead.patch(path, change, etag(mine)), 403, "forbidden")
    again: dict[str, Any] = {"scope_id": mine["scope_id"], "replaces_version": 1}
    items = [target(world, value="0.0100", reason="太高", **again)]
    done = (await world.team_lead.post("/kpi-targets/batch", {"items": items})).json()
    assert [row["status"] for row in done["items"]] == [403]
    assert (await world.leader.seen(path))["value"] == mine["value"]


async def test_children_that_do_not_add_up_are_told(world: World) -> None:
    unit = await world.combination("生物医药大健康", "bio")
    subjects = [
        ("zone", ZONE, "20.0000"),
        ("team", world.teams["bio"], "12.0000"),
        ("team", world.teams["metal"], "8.0000"),
        ("combination", unit["id"], "15.0000"),
        ("officer", world.officer.id, "7.0000"),
        ("officer", world.colleague.id, "6.5000"),
        ("officer", world.stranger.id, "8.0000"),
    ]
    for scope, subject, value in subjects:
        await made(world, scope=scope, scope_id=str(subject), value=value)
    await made(world, year=2025, scope="zone", scope_id=ZONE)
    sums = await world.leader.seen("/kpi-target-sums?year=2026&metric=Q02")
    names = ("scope", "name", "child_scope", "child_count", "child_sum", "difference")
    assert [tuple(item[name] for name in names) for item in sums["items"]] == [
        ("combination", "生物医药大健康", "officer", 2, "13.5000", "-1.5000"),
        ("team", "bio", "officer", 2, "13.5000", "1.5000"),
        ("zone", "", "combination", 1, "15.0000", "-5.0000"),
    ]
    ours = await world.team_lead.seen("/kpi-target-sums?year=2026")
    assert {item["scope"] for item in ours["items"]} == {"combination", "team"}
    assert (await world.officer.seen("/kpi-target-sums?year=2026"))["items"] == []


async def test_attainment_year_to_date(world: World) -> None:
    await shared_signing(world, "100000000.01")
    zone = {"scope": "zone", "scope_id": ZONE, "year": YEAR}
    await made(world, metric="M01", value="80000000.0000", **zone)
    await made(world, metric="R02", value="0.5000", **zone)
    await made(world, metric="Q02", value="4.0000", curve="monthly", weights=WEIGHTS, **zone)
    page = await world.leader.seen(f"/kpi-attainments?period={YEAR}-01..{YEAR}-12")
    (row,) = page["items"]
    values = {value["metric"]: value for value in row["values"]}
    names = ("value", "target", "attainment", "display", "schedule_gap", "pace")
    assert [values["M01"][name] for name in names] == [
        "100000000.01", "80000000.00", "1.2500", "125.00 %", "25.00", "ahead",
    ]  # fmt: skip
    assert [values["Q02"][name] for name in names] == [
        "1.0000", "4.0000", "0.2500", "25.00 %", "-75.00", "behind",
    ]  # fmt: skip
    assert [values["R02"][name] for name in names] == [
        "0.0000", "0.5000", "0.0000", "0.00 %", None, None,
    ]  # fmt: skip
    rows = await world.opened(values["Q02"]["drill"])
    assert len(rows) == 1


async def test_attainment_as_it_was_known(world: World) -> None:
    """500 万 of 1 亿 at first; then another signing, and a target of a tenth."""
    zone = {"metric": "M01", "scope": "zone", "scope_id": ZONE, "year": YEAR}
    await world.lead_at("signed", agreed_amount="5000000.00")
    before = await world.instant()
    held = await made(world, value="100000000.0000", **zone)
    then = await world.instant()
    await world.lead_at("signed", agreed_amount="1000000.00")
    change = {"value": "10000000.0000", "reason": "年中调整"}
    await world.leader.patch(f"/kpi-targets/{held['id']}", change, etag(held))
    query = f"/kpi-attainments?period={YEAR}-01..{YEAR}-12&units=wan"
    names = ("value", "value_display", "target", "target_display", "target_version", "display")
    first = ("5000000.00", "500.00 万元", "100000000.00", "10,000.00 万元", 1, "5.00 %")
    second = ("6000000.00", "600.00 万元", "10000000.00", "1,000.00 万元", 2, "60.00 %")
    for url, wanted in ((f"{query}&as_of={then}", first), (query, second)):
        ((value,),) = [row["values"] for row in (await world.leader.seen(url))["items"]]
        assert tuple(value[name] for name in names) == wanted
        rows = await world.opened(value["drill"])
        assert sum(Decimal(row["quantity"]) for row in rows) == Decimal(value["value"])
    page = await world.leader.seen(f"{query}&as_of={before}")
    assert (page["items"], page["as_of"]) == ([], before)
    later = await world.leader.get(f"{query}&as_of=2199-01-01T00:00:00Z")
    (error,) = problem(later, 422, "invalid_values")["errors"]
    assert error["parameter"] == "as_of"


async def test_the_gap_is_against_the_months_of_the_period(world: World) -> None:
    await made(world, metric="Q02", value="4.0000", year=2025)
    weighted = {"curve": "monthly", "weights": WEIGHTS, "year": 2025}
    await made(world, metric="Q01", value="4.0000", **weighted)
    query = "period=2025-01..2025-10&scope=officer"
    (row,) = (await world.officer.seen(f"/kpi-attainments?{query}"))["items"]
    assert row["subject"]["id"] == world.officer.id
    gaps = {value["metric"]: value["schedule_gap"] for value in row["values"]}
    assert gaps == {"Q01": "-80.00", "Q02": "-83.33"}
    assert (await world.stranger.seen(f"/kpi-attainments?{query}"))["items"] == []


@pytest.mark.parametrize("period", ["2026-02..2026-03", "2025..2026", "2026-01-15", "last_30d"])
async def test_only_a_year_to_date_has_a_schedule(world: World, period: str) -> None:
    reply = await world.leader.get(f"/kpi-attainments?period={period}")
    (error,) = problem(reply, 422, "invalid_values")["errors"]
    assert (error["parameter"], error["code"]) == ("period", "period_not_year_to_date")
