"""T02, T03, T05, T09 in a small zone, each number counted by hand."""

from typing import Any

import pytest

from app.kpis.catalogue import METRICS as ALL
from tests.world import World
from tests.writes import etag

# When, kind, company, who, guests, mechanism.
VISITS: dict[str, tuple[str, str, str, str, int, str]] = {
    "first": ("2025-03-10", "outbound", "A", "officer colleague", 0, "department"),
    "again": ("2025-03-20", "local", "A", "officer", 0, "department"),
    "joint": ("2025-03-25", "outbound", "B", "officer stranger", 0, "leader_led"),
    "guests": ("2025-04-02", "inbound", "C", "stranger", 4, "stationed"),
    "online": ("2025-03-31", "online", "C", "colleague", 0, "department"),
    "alone": ("2025-03-05", "inbound", "B", "officer", 0, "department"),
}
METRICS = ("T02", "T03", "T05", "T09")
NOTHING = "0 0 0 0"


async def logged(world: World) -> dict[str, Any]:
    companies = {name: (await world.company(f"{name}公司"))["id"] for name in "ABC"}
    found = {}
    for name, (day, kind, company, people, guests, mechanism) in VISITS.items():
        found[name] = await world.visit(
            visited_on=day,
            kind=kind,
            company_id=companies[company],
            participant_ids=[getattr(world, who).id for who in people.split()],
            guest_count=guests,
            mechanism=mechanism,
        )
    return found


async def numbers(world: World, query: str) -> dict[str, str]:
    """The four numbers of everybody who has any."""
    names = {getattr(world, n).id: n for n in ("officer", "colleague", "team_lead", "stranger")}
    names |= {str(team_id): name for name, team_id in world.teams.items()}
    found = {}
    for scope in ("officers", "teams", "zone"):
        for subject, values in (await world.kpis(scope, query)).items():
            written = " ".join(values[metric]["value"] for metric in METRICS)
            if written != NOTHING:
                found[names.get(subject, "zone")] = written
    return found


async def check_drills(world: World, query: str) -> int:
    """Every number of every metric and subject against its rows; how many there were."""
    pages = [await world.kpis(scope, query) for scope in ("officers", "teams", "zone")]
    values = [value for page in pages for row in page.values() for value in row.values()]
    for value in values:
        await world.check_drill(value)
    return len(values)


MARCH = {
    "officer": "2 1 1 4",
    "colleague": "1 0 0 2",
    "stranger": "1 0 1 1",
    "bio": "2 1 1 5",
    "metal": "1 0 1 1",
    "bureau": "2 1 1 5",
    "zone": "2 1 1 5",
}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("period=2025-03", MARCH),
        ("period=2025-Q1", MARCH),
        ("period=2025-02", {}),
        (
            "period=2025-04",
            dict.fromkeys(("stranger", "metal", "bureau", "zone"), "0 1 0 1"),
        ),
        (
            "period=2025",
            {
                "officer": "2 1 1 4",
                "colleague": "1 0 0 2",
                "stranger": "1 1 1 2",
                "bio": "2 1 1 5",
                "metal": "1 1 1 2",
                "bureau": "2 2 1 6",
                "zone": "2 2 1 6",
            },
        ),
        (
            "period=2025-03-10..2025-03-20",
            {
                "officer": "1 0 0 2",
                "colleague": "1 0 0 1",
                **dict.fromkeys(("bio", "bureau", "zone"), "1 0 0 2"),
            },
        ),
        (
            "period=2025&mechanism=leader_led",
            dict.fromkeys(("officer", "stranger", "bio", "metal", "bureau", "zone"), "1 0 1 1"),
        ),
    ],
)
async def test_a_small_zone(world: World, query: str, expected: dict[str, str]) -> None:
    await logged(world)
    assert await numbers(world, query) == expected


@pytest.mark.long
@pytest.mark.parametrize(
    "query", ["period=2025..2099", "period=2025&mechanism=leader_led", "as_of"]
)
async def test_every_number_opens_to_the_rows_that_make_it(world: World, query: str) -> None:
    visits = await logged(world)
    if query == "as_of":
        query = f"period=2025-03&as_of={await world.instant()}"
    await world.take_back("visits", visits["again"], world.officer)
    await world.lead_at("signed", mechanism="leader_led")
    # six accounts in the field, three teams and the zone
    assert await check_drills(world, query) == 10 * len(ALL)


async def test_parts_of_a_number(world: World) -> None:
    await logged(world)
    zone = next(iter((await world.kpis("zone", "period=2025")).values()))
    parts = {
        metric: {part["dimension"]: part["value"] for part in zone[metric]["breakdown"]}
        for metric in ("T03", "T09")
    }
    assert parts == {
        "T03": {"batches": "2", "persons": "4"},
        "T09": {"inbound": "2", "local": "1", "online": "1", "outbound": "2"},
    }
    assert {v["credit_mode"] for m, v in zone.items() if m in METRICS} == {"participants"}


async def test_a_visit_moved_to_another_month(world: World) -> None:
    visit = (await logged(world))["first"]
    await world.officer.patch(f"/visits/{visit['id']}", {"visited_on": "2025-05-01"}, etag(visit))
    assert await numbers(world, "period=2025-03") == MARCH | {
        "officer": "2 1 1 3",
        "colleague": "0 0 0 1",
        "bio": "2 1 1 4",
        "bureau": "2 1 1 4",
        "zone": "2 1 1 4",
    }
    assert await numbers(world, "period=2025-05") == dict.fromkeys(
        ("officer", "colleague", "bio", "bureau", "zone"), "1 0 0 1"
    )


async def test_other_participants(world: World) -> None:
    visit = (await logged(world))["joint"]
    body = {"participant_ids": [world.stranger.id]}
    await world.officer.patch(f"/visits/{visit['id']}", body, etag(visit))
    assert await numbers(world, "period=2025-03") == MARCH | {
        "officer": "1 1 0 3",
        "bio": "1 1 0 4",
    }


async def test_a_reversed_visit_counts_no_more_but_did(world: World) -> None:
    visits = await logged(world)
    before = await world.instant()
    await world.take_back("visits", visits["joint"], world.officer)
    await world.take_back("visits", visits["alone"], world.officer)
    after = await world.instant()
    gone = {
        "officer": "1 0 0 2",
        "colleague": "1 0 0 2",
        **dict.fromkeys(("bio", "bureau", "zone"), "1 0 0 3"),
    }
    assert await numbers(world, "period=2025-03") == gone
    assert await numbers(world, f"period=2025-03&as_of={before}") == MARCH
    assert await numbers(world, f"period=2025-03&as_of={after}") == gone
    assert await numbers(world, "period=2025-03&as_of=2025-12-31T00:00:00Z") == {}
    rows = await world.opened(f"/ledger-entries?subject_id={visits['joint']['id']}")
    assert len(rows) == 2 * 3 * 6  # T02, T05, T09 for two officers, three teams, the zone; twice
    assert sum(float(row["quantity"]) for row in rows) == 0


async def test_the_companies_behind_a_distinct_count(world: World) -> None:
    await logged(world)
    zone = next(iter((await world.kpis("zone", "period=2025")).values()))
    rows = await world.opened(zone["T02"]["drill"])
    assert [(r["name"], r["entry_count"], r["first_on"], r["last_on"]) for r in rows] == [
        ("A公司", 2, "2025-03-10", "2025-03-20"),
        ("B公司", 1, "2025-03-25", "2025-03-25"),
    ]


async def test_months_of_a_distinct_count_do_not_add_up(world: World) -> None:
    visits = await logged(world)
    visit = visits["again"]
    await world.officer.patch(f"/visits/{visit['id']}", {"visited_on": "2025-04-20"}, etag(visit))
    counts = [
        (await numbers(world, f"period={period}"))["zone"].split()[0]
        for period in ("2025-03", "2025-04", "2025")
    ]
    assert counts == ["2", "1", "2"]


async def test_a_visit_stays_with_the_teams_of_its_day(world: World) -> None:
    await logged(world)
    officer = await world.system_admin.seen(f"/officers/{world.officer.id}")
    path, body = f"/officers/{officer['id']}", {"team_id": str(world.teams["metal"])}
    await world.system_admin.patch(path, body, etag(officer))
    assert await numbers(world, "period=2025-03") == MARCH


async def test_credit_outlives_a_change_of_role(world: World) -> None:
    await logged(world)
    path, headers = f"/officers/{world.stranger.id}/role-changes", {"If-Match": '"v1"'}
    await world.security_admin.made(path, {"role": "auditor"}, headers=headers)
    assert await numbers(world, "period=2025-03") == MARCH


async def test_everybody_reads_the_same_number(world: World) -> None:
    await logged(world)
    own = await world.kpis("officers", "period=2025-03", world.officer)
    assert list(own) == [world.officer.id]
    mates = await world.kpis("officers", "period=2025-03", world.team_lead)
    assert set(mates) == {world.officer.id, world.colleague.id, world.team_lead.id}
    everyone = await world.kpis("officers", "period=2025-03")
    assert own[world.officer.id] == mates[world.officer.id] == everyone[world.officer.id]
    for value in own[world.officer.id].values():
        await world.check_drill(value, world.officer)
    teams = await world.kpis("teams", "period=2025-03", world.team_lead)
    assert list(teams) == [str(world.teams["bio"])]
    for value in teams[str(world.teams["bio"])].values():
        await world.check_drill(value, world.team_lead)
    assert await world.kpis("teams", "period=2025-03", world.officer) == {}
    assert await world.kpis("zone", "period=2025-03", world.team_lead) == {}
