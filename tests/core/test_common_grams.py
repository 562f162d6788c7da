"""Terms whose grams are all common: met on a walk through the list, else looked up."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from app.core.base import new_id
from app.core.common_grams import CommonGrams
from app.core.search import names_index
from app.models.companies import CompanyQuery
from tests.world import World

# 甲乙 and 乙丙 in 5,500 names each; both, one behind the other, in seven.
NAMES = (
    [f"甲乙{number:04}" for number in range(5_500)]
    + [f"{number:04}乙丙" for number in range(5_500)]
    + [f"{number}甲乙丙" for number in range(7)]
)


@pytest.fixture
async def grams(world: World) -> AsyncIterator[CommonGrams]:
    """Eleven thousand companies, and what is common among them."""
    rows = [(new_id(), name, *names_index([name])) for name in NAMES]
    await world.database.execute("DROP TABLE IF EXISTS made")
    await world.database.execute("CREATE TEMP TABLE made (id uuid, name text, s text, k text)")
    await world.database.copy_records_to_table("made", records=rows)
    await world.database.execute(
        "INSERT INTO companies (id, version, created_at, updated_at, name, country_code, is_listed,"
        " search_text, name_sort, name_keys, is_demo)"
        " SELECT id, 1, now(), now(), name, 'CN', false, s, k, ARRAY[name], false FROM made"
    )
    await world.database.execute("DROP TABLE made")
    await world.database.execute("VACUUM ANALYZE companies")
    state = world.app.state
    before, state.common_grams = state.common_grams, CommonGrams(state.db)
    yield state.common_grams
    state.common_grams = before


async def _names(world: World, term: str, limit: int) -> list[str]:
    path = f"/companies?q={quote(term)}&limit={limit}&fields=name"
    return [row["name"] for row in await world.opened(f"/api/v1{path}", world.leader)]


@pytest.mark.usefixtures("grams")
async def test_what_is_common_is_found_in_the_same_order(world: World) -> None:
    newest_first = await world.database.fetch(
        "SELECT name FROM companies WHERE name LIKE '%乙丙' ORDER BY created_at DESC, id DESC"
    )
    expected = [row["name"] for row in newest_first]
    found = await _names(world, "乙丙", 200)
    assert found == expected
    assert len(found) == 5_507


@pytest.mark.usefixtures("grams")
async def test_common_grams_that_seldom_meet_are_looked_up(world: World) -> None:
    expected = [f"{number}甲乙丙" for number in reversed(range(7))]
    assert await _names(world, "甲乙丙", 50) == expected
    assert await _names(world, "甲乙丙", 3) == expected
    assert await _names(world, "丙甲", 50) == []


@pytest.mark.usefixtures("grams")
async def test_a_walk_leaves_out_what_came_in_an_earlier_tier(world: World) -> None:
    found = await _names(world, "甲乙", 200)
    assert [name for name in found if not name.startswith("甲乙")] == found[5_500:]
    assert sorted(found) == sorted(name for name in NAMES if "甲乙" in name)


async def test_the_longer_a_walk_the_more_there_is_to_look_up(grams: CommonGrams) -> None:
    """Common is what 105 of these 11,007 names have: 甲 5,507, 乙0 1,001 and 0甲 none of them."""
    terms = {"甲": 30_000, "甲乙丙": 30_000, "甲乙0": 10_000, "丙甲": 0, "甲乙0甲": 0}
    for term, rows in terms.items():
        assert await grams.walk(CompanyQuery.model_validate({"q": term}), "leader") == rows
    assert await grams.walk(CompanyQuery(), "leader") == 0


async def test_a_term_is_looked_up_by_few_grams_that_are_rare_and_apart(
    grams: CommonGrams,
) -> None:
    expected = {
        "一二三四五六": ["一二", "三四", "五六"],
        "一二三四": ["一二", "二三", "三四"],
        "甲乙丙一": ["丙一", "甲乙", "乙丙"],
        "甲": ["甲"],
        "丙甲": ["丙甲"],
        "一一一": ["一一"],
    }
    for term, those in expected.items():
        assert await grams.rarest(CompanyQuery.model_validate({"q": term})) == those
    assert await grams.rarest(CompanyQuery()) == []
