"""The order of a search: names that begin with the term, the caller's own rows, all others."""

import random
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.core.clock import today
from app.core.common_grams import CommonGrams
from app.core.cursors import Order
from app.core.listing import ListQuery
from app.core.reading import ListForm, list_statement
from app.core.search import fold, search_binds
from app.models.companies import CompanyQuery
from app.models.lead_actions import is_own, own_leads
from app.models.leads import Lead, LeadQuery
from tests.core.plans import many_companies, nodes
from tests.world import Client, World, problem


async def _names(client: Client, path: str) -> list[str]:
    return [item["name"] for item in (await client.seen(path))["items"]]


async def _companies(world: World, *names: str) -> None:
    for name in names:
        another = {"decision": "not_duplicate", "reason": "名称相近"}
        body = {"name": name, "duplicate_decision": another}
        await world.officer.made("/companies", body)


async def test_equal_names_lead_then_the_shortest_that_begin_so(world: World) -> None:
    await _companies(
        world, "云南白药控股有限公司", "云南白药", "云南白药集团",
        "昆明云南白药店", "云南白药 Ａ", "新云南白药",
    )  # fmt: skip
    expected = ["云南白药", "云南白药 Ａ", "云南白药集团", "云南白药控股有限公司"]
    found = await _names(world.officer, f"/companies?q={quote('云南白药')}")
    assert found == [*expected, "新云南白药", "昆明云南白药店"]
    assert (await _names(world.officer, f"/companies?q={quote('云南白药　a')}")) == ["云南白药 Ａ"]


async def test_an_order_that_is_asked_for_stays(world: World) -> None:
    await _companies(world, "锗业", "新锗业", "锗")
    path = f"/companies?q={quote('锗')}"
    assert await _names(world.officer, path) == ["锗", "锗业", "新锗业"]
    assert await _names(world.officer, f"{path}&sort=-created_at") == ["锗", "新锗业", "锗业"]
    assert await _names(world.officer, f"{path}&sort=created_at") == ["锗业", "新锗业", "锗"]
    assert await _names(world.officer, f"{path}&sort=-name") == ["锗", "锗业", "新锗业"]
    assert await _names(world.officer, "/companies") == ["锗", "新锗业", "锗业"]


async def test_names_longer_than_the_index_keeps_are_found_all_the_same(world: World) -> None:
    """A name of two hundred characters, each of which folds to eighteen."""
    name = "\ufdfa" * 200
    await _companies(world, name, f"x{name}"[:200])
    for length, expected in {1: [name, f"x{name}"[:200]], 100: [f"x{name}"[:200], name]}.items():
        assert await _names(world.officer, f"/companies?q={quote(name[:length])}") == expected
        assert await _walk(world.officer, f"/companies?q={quote(name[:length])}", 1) == expected


OWNERS = {
    "组长的项目": "team_lead", "参与的项目": "colleague", "离开的项目": "colleague",
    "外组的项目": "stranger", "局长的项目": "officer", "专员的项目": "officer",
    "项目甲": "stranger",
}  # fmt: skip


async def _seven_leads(world: World) -> None:
    """The leader owns one and is a member of another; the officer is of one, was of another."""
    company = {"company_id": (await world.company())["id"]}
    made = {
        name: (await world.lead(getattr(world, owner), name=name, **company))["id"]
        for name, owner in OWNERS.items()
    }
    await world.database.execute(
        "UPDATE leads SET owner_id = $1, team_id = NULL WHERE id = $2", world.leader.id,
        made["局长的项目"],
    )  # fmt: skip
    await world.database.execute("DELETE FROM lead_members")
    for name, member, to_on in (
        ("组长的项目", world.leader, None), ("参与的项目", world.officer, None),
        ("离开的项目", world.officer, today()), ("离开的项目", world.leader, today()),
    ):  # fmt: skip
        await world.database.execute(
            "INSERT INTO lead_members (id, version, created_at, updated_at, lead_id, officer_id,"
            " role, share, from_on, to_on)"
            " VALUES (gen_random_uuid(), 1, now(), now(), $1, $2, 'steward', 0, current_date, $3)",
            made[name], member.id, to_on,
        )  # fmt: skip


OWN_FIRST = {
    "leader": "项目甲 局长的项目 组长的项目 专员的项目 外组的项目 离开的项目 参与的项目",
    "auditor": "项目甲 专员的项目 局长的项目 外组的项目 离开的项目 参与的项目 组长的项目",
    "team_lead": "组长的项目 专员的项目 离开的项目 参与的项目",
    "other_lead": "项目甲 外组的项目",
    "officer": "专员的项目 参与的项目",
}


async def test_own_leads_go_before_others(world: World) -> None:
    await _seven_leads(world)
    path = f"/leads?q={quote('项目')}"
    for name, expected in OWN_FIRST.items():
        client, names = getattr(world, name), expected.split()
        assert await _names(client, path) == names
        page = await client.seen(f"{path}&total=exact&limit=1&fields=name&expand=owner")
        assert (page["page"]["total"], set(page["items"][0])) == (len(names), {"name", "owner"})
        assert await _walk(client, path, 1) == names


async def test_both_ways_to_say_own_mean_the_same_rows(world: World) -> None:
    await _seven_leads(world)

    async def ids(query: Any, client: Client) -> set[Any]:
        bound = query.params(me_id=client.id).compile(
            dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
        )
        return {row[0] for row in await world.database.fetch(str(bound))}

    for client in (world.officer, world.leader, world.team_lead, world.stranger, world.agent):
        own = own_leads(Lead, "leader").ids
        assert await ids(own, client) == await ids(sa.select(Lead.id).where(is_own(Lead)), client)  # pyright: ignore[reportCallIssue, reportArgumentType]


async def _walk(client: Client, path: str, limit: int) -> list[str]:
    """Names page by page, along the cursors."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await client.seen(f"{path}&limit={limit}{cursor and f'&cursor={cursor}'}")
        found += [item["name"] for item in page["items"]]
        cursor = page["page"]["next_cursor"]
    return found


async def _paged(client: Client, path: str, size: int) -> list[str]:
    """Names page by page, by number."""
    found: list[str] = []
    for number in range(1, 100):
        page = await client.seen(f"{path}&page={number}&page_size={size}")
        found += [item["name"] for item in page["items"]]
        if not page["page"]["has_more"]:
            break
    return found


def _expected(leads: list[Any], own: set[str], term: str) -> list[str]:
    """The tiers of the leads that are found, which stand in the list's own order."""
    named = [lead for lead in leads if fold(lead["name"]).startswith(term)]
    named.sort(key=lambda lead: (len(fold(lead["name"])), fold(lead["name"]), lead["id"]))
    others = [lead["name"] for lead in leads if lead not in named]
    mine = [name for name in others if name in own]
    return [*(lead["name"] for lead in named), *mine, *(n for n in others if n not in own)]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
async def test_a_walk_of_any_step_meets_every_match_once_in_the_order_of_the_tiers(
    world: World, seed: int
) -> None:
    dice = random.Random(seed)
    company = (await world.company())["id"]
    names = {"".join(dice.choices("云南药A9 🐉", k=dice.randint(1, 5))).strip() for _ in range(30)}
    made = [await world.lead(name=name, company_id=company) for name in sorted(names - {""})]
    # All in one moment: what remains to tell rows apart is the id.
    await world.database.execute("UPDATE leads SET updated_at = '2026-01-01', code = id::text")
    own = {lead["name"] for lead in dice.sample(made, len(made) // 3)}
    await world.database.execute(
        "UPDATE leads SET owner_id = $1 WHERE name = ANY($2)", world.leader.id, own
    )
    made.sort(key=lambda lead: lead["id"], reverse=True)
    for term in ("云", "南", "药", "a", "n", "yn", "nan", "🐉", "云南"):
        path = f"/leads?q={quote(term)}"
        held = await _names(world.leader, f"{path}&limit=200&sort=id")
        expected = _expected([lead for lead in made if lead["name"] in held], own, term)
        assert await _names(world.leader, f"{path}&limit=200") == expected
        for step in (1, 2, dice.randint(3, 9)):
            assert await _walk(world.leader, path, step) == expected
        assert await _paged(world.leader, path, dice.randint(1, 9)) == expected


async def test_a_cursor_belongs_to_its_search(world: World) -> None:
    await _companies(world, "锗", "锗业", "锗业务", "新锗", "新锗业", "老锗业")
    path = f"/companies?limit=1&q={quote('锗')}"
    cursor: str | None = ""
    while cursor is not None:
        page = await world.officer.seen(path + (cursor and f"&cursor={cursor}"))
        cursor = page["page"]["next_cursor"]
        if cursor:
            fine = f"{path}&cursor={cursor}"
            for other in (
                fine.replace(quote("锗"), quote("锗业")),
                f"{fine}&sort=-created_at",
                f"{fine}&is_listed=false",
                fine.replace("/companies", "/leads"),
                fine.replace(f"&q={quote('锗')}", ""),
            ):
                problem(await world.officer.get(other), 400, "cursor_mismatch")
    sorted_page = await world.officer.seen(f"{path}&sort=-created_at")
    cursor = sorted_page["page"]["next_cursor"]
    problem(await world.officer.get(f"{path}&cursor={cursor}"), 400, "cursor_mismatch")


async def _met(
    world: World, query: type[ListQuery], client: Client, term: str, **cursor: Any
) -> tuple[int, set[str]]:
    """The most rows that any node of the plan of a page of fifty met, and the indexes it used."""
    order = Order(query.default_sort[0].removeprefix("-"), is_descending=True)
    walk = await CommonGrams(world.app.state.db).walk(query.model_validate({"q": term}), "leader")
    form = ListForm(
        query, "leader", (), (order, Order("id", is_descending=True)),
        tier=cursor.pop("tier", 0), null_keys=(False,) * len(cursor) or None,
        fields=("name",), expand=(), is_search=True, walk=walk, is_weighed=False,
        is_paged=False,
    )  # fmt: skip
    statement = list_statement(form)
    binds = search_binds(term) | {"limit": 50, "me_id": client.id, "me_team_ids": []} | cursor
    async with world.database.transaction():
        # So few rows are scanned as fast as looked up; what counts is that they can be looked up.
        await world.database.execute("SET LOCAL enable_seqscan = off")
        chosen = await nodes(world.database, statement.sql, *statement.arguments(binds), run=True)
    rows = [
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in chosen
    ]
    return max(rows), {node["Index Name"] for node in chosen if "Index Name" in node}


KEYS = {"k0": "11", "k1": "翠湖02500有限公司", "k2": "00000000-0000-0000-0000-000000000000"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("term", "cursor", "index"),
    [
        ("公司", {}, "ix_companies_created_at"),
        ("g", {}, "ix_companies_created_at"),
        ("翠湖", {}, "ix_companies_search_name"),
        ("翠湖", KEYS, "ix_companies_search_name"),
        ("翠", {}, "ix_companies_search_name"),
        ("云岭", {}, "ix_companies_search_name"),
        ("04217", {}, "ix_companies_search"),
    ],
)  # fmt: skip
async def test_a_page_meets_no_more_rows_than_it_shows(
    world: World, term: str, cursor: dict[str, str], index: str
) -> None:
    await many_companies(world.database)
    most, used = await _met(world, CompanyQuery, world.leader, term, **cursor)
    assert most <= 60
    assert {index, "ix_companies_search_name"} <= used


@pytest.mark.long
async def test_nobodys_own_leads_are_not_looked_for_among_all(world: World) -> None:
    await world.lead(name="产业园项目")
    await world.database.execute(
        "INSERT INTO leads SELECT (jsonb_populate_record(l, jsonb_build_object("
        " 'id', gen_random_uuid(), 'code', n))).* FROM leads l, generate_series(1, 4000) n"
    )
    await world.database.execute("VACUUM ANALYZE leads, lead_members, combinations, teams")
    for client in (world.leader, world.agent):
        most, _ = await _met(world, LeadQuery, client, "项目")
        assert most <= 60
