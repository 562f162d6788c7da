"""Names as they are found: substrings, pinyin, initials; the index never hides a match."""

from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql
from sqlmodel import col

from app.core.search import fold, names_index, query_grams, search_binds, search_condition
from app.models.companies import Company
from tests.core.plans import many_companies, nodes
from tests.world import World


def searchable_text(names: list[str]) -> str:
    return names_index(names)[0]


def sort_key(name: str) -> str:
    return names_index([name])[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("云南白药（集团）", "云南白药(集团)"),
        ("ＡＢＣ　Ｇｒｏｕｐ", "abc group"),
        ("  Sony   Group\n ", "sony group"),
        ("①号", "1号"),
        ("ﬁrst", "first"),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_searchable_text_holds_name_pinyin_and_initials() -> None:
    assert searchable_text(["云南白药", "Yunnan Baiyao", "YNBY"]) == (
        "云南白药\n\tyunnanbaiyao\nynby\nyunnan baiyao"
    )


def test_names_sort_by_pinyin() -> None:
    names = ["贵研铂业", "Apple", "云南白药", "阿里巴巴", "昆药集团"]
    assert sorted(names, key=sort_key) == ["阿里巴巴", "Apple", "贵研铂业", "昆药集团", "云南白药"]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("药", ["药"]),
        ("白药", ["白药"]),
        ("云南白", ["云南", "南白"]),
        ("ynb", ["ynb"]),
        ("yn", ["yn"]),
        ("ynby", ["ynb", "nby"]),
        ("5g芯片", ["5g", "g芯", "芯片"]),
        ("abc集团", ["abc", "c集", "集团"]),
        ("a b", ["a ", " b"]),
    ],
)
def test_query_grams(term: str, expected: list[str]) -> None:
    assert query_grams(term) == expected


def grams(text: str) -> set[str]:
    """What `search_grams` of the migrations keeps, said again."""
    found: set[str] = set()
    for line in text.split("\n"):
        spelt = line.removeprefix("\t")
        starts = range(1 if line.startswith("\t") else len(line))
        found |= {spelt[i : i + n] for i in starts for n in (1, 2)}
        found |= {g for i in range(len(spelt) - 2) if LATIN.issuperset(g := spelt[i : i + 3])}
    return found - {""}


LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def terms(line: str) -> set[str]:
    """What of a line is found: every part of it; of pinyin its beginning and what is longer."""
    spelt = line.removeprefix("\t")
    parts = {
        (start, spelt[start:end])
        for start in range(len(spelt))
        for end in range(start + 1, len(spelt) + 1)
    }
    return {part for start, part in parts if spelt == line or len(part) > 2 or start == 0}


NAMES = st.text("云南白药集团abcz019 .é中", min_size=1, max_size=12).filter(str.strip)


@given(st.lists(NAMES, min_size=1, max_size=3), st.data())
def test_every_substring_asks_only_for_grams_that_the_text_has(
    names: list[str], data: st.DataObject
) -> None:
    text = searchable_text(names)
    line = data.draw(st.sampled_from(text.split("\n")))
    term = data.draw(st.sampled_from(sorted(terms(line))))
    assert set(query_grams(term)) <= grams(text)


TEXTS = [
    ["云南贵金属新材料股份有限公司", "Yunnan Precious Metals", "91530100MA6K00014D"],
    ["5G芯片（上海）研究院", "3M中国"],
    ["重庆长安汽车", "A&B Co., Ltd.", "x"],
    ["龘靐齉", "𠮷野家", "Müller-Straße №5"],
    ["a", "\u2028b\tcd", "abcdefghijklmnopqrstuvwxyz0123456789"],
    [""],
]


@pytest.mark.parametrize("names", TEXTS)
async def test_every_substring_is_covered_by_the_databases_grams(
    database: asyncpg.Connection, names: list[str]
) -> None:
    text = searchable_text(names)
    kept: Any = await database.fetchval("SELECT search_grams($1)", text)
    held = set(kept)
    assert held == grams(text)
    for line in text.split("\n"):
        for term in terms(line):
            assert set(query_grams(term)) <= held, term


@pytest.fixture
async def companies(world: World) -> asyncpg.Connection:
    await many_companies(world.database)
    return world.database


@pytest.mark.long
@pytest.mark.parametrize(
    ("term", "count", "node", "index"),
    [
        ("04217", 1, "Bitmap Index Scan", "ix_companies_search"),
        ("云岭", 10, "Bitmap Index Scan", "ix_companies_search"),
        ("公司", 50, "Index Scan", "ix_companies_name_sort"),
        ("gs", 50, "Index Scan", "ix_companies_name_sort"),
    ],
)
async def test_rare_terms_are_looked_up_and_common_ones_met_on_the_way(
    companies: asyncpg.Connection, term: str, count: int, node: str, index: str
) -> None:
    query = sa.select(col(Company.id)).where(search_condition(Company))
    query = query.order_by(col(Company.name_sort), col(Company.id)).limit(50)
    bound = query.params(**search_binds(term)).compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    statement = str(bound)
    chosen = await nodes(companies, statement)
    assert (node, index) in [(n["Node Type"], n.get("Index Name")) for n in chosen]
    assert len(await companies.fetch(statement)) == count
