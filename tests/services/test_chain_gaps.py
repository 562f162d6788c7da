"""What must hold of gaps in any chain: PostgreSQL against fractions, and what moves them how."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.statements import compiled
from app.models.chain_gaps import ranked_gaps

pytestmark = pytest.mark.long

STATEMENT = compiled(sa.select(ranked_gaps()))
FULL = 6
MANY = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CHAIN, NOBODY = UUID(int=1), UUID(int=2)


@dataclass(frozen=True)
class Node:
    """Needed and present shares in ten-thousandths."""

    number: int
    importance: int
    needed: int
    present: tuple[int, ...]


Link = tuple[int, int, int]


@dataclass(frozen=True)
class Chain:
    """Links go from a node's number to another's, with a strength."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """Chains of 1 to 6 nodes with any links between different ones."""
    share = st.integers(0, 10_000)
    count = draw(st.integers(1, 6))
    nodes = [
        Node(
            number,
            draw(st.integers(1, 5)),
            draw(share),
            tuple(draw(st.lists(share, max_size=3))),
        )
        for number in range(count)
    ]
    ends = [(a, b) for a in range(count) for b in range(count) if a != b]
    chosen = draw(st.lists(st.sampled_from(ends), unique=True)) if ends else []
    return Chain(tuple(nodes), tuple((a, b, draw(st.integers(0, 3))) for a, b in chosen))


def node_id(number: int) -> UUID:
    return UUID(int=1000 + number)


async def told(database: asyncpg.Connection, chain: Chain) -> list[dict[str, Any]]:
    """What PostgreSQL answers, the rows written in the order of the chain's."""
    transaction = database.transaction()
    await transaction.start()
    try:
        await _write(database, chain)
        arguments = STATEMENT.arguments({"id": CHAIN, "as_of": date(2026, 1, 1)})
        answer: Any = await database.fetchval(STATEMENT.sql, *arguments)
        return json.loads(answer)
    finally:
        await transaction.rollback()


async def _write(database: asyncpg.Connection, chain: Chain) -> None:
    await database.execute("SET LOCAL session_replication_role = replica")
    await database.execute(
        "INSERT INTO target_weights (id, version, created_at, updated_at, gap, lists,"
        " expansion_signals, relations, mobility, compliance, coupling_strength,"
        " list_kinds_for_full, signal_days, visited_value)"
        " VALUES ($1, 1, now(), now(), 1, 0, 0, 0, 0, 0, 6, 2, 365, 0.5)"
        " ON CONFLICT ((true)) DO UPDATE SET coupling_strength = 6",
        NOBODY,
    )
    await database.executemany(
        "INSERT INTO chain_nodes (id, version, created_at, updated_at, industry_chain_id, code,"
        " name, tier, importance, needed_share, industry_codes, search_text, name_sort)"
        " VALUES ($1, 1, now(), now(), $2, $3, $3, 'upstream', $4, $5::int / 10000.0, '{}',"
        " '', '')",
        [(node_id(n.number), CHAIN, f"N{n.number}", n.importance, n.needed) for n in chain.nodes],
    )
    await database.executemany(
        "INSERT INTO node_presences (id, version, created_at, updated_at, chain_node_id,"
        " company_id, local_share) VALUES (gen_random_uuid(), 1, now(), now(), $1,"
        " gen_random_uuid(), $2::int / 10000.0)",
        [(node_id(n.number), share) for n in chain.nodes for share in n.present],
    )
    await database.executemany(
        "INSERT INTO chain_links (id, version, created_at, updated_at, industry_chain_id,"
        " from_node_id, to_node_id, strength, basis)"
        " VALUES ($1, 1, now(), now(), $2, $3, $4, $5, 'expert')",
        [
            (UUID(int=5000 + 100 * a + b), CHAIN, node_id(a), node_id(b), strength)
            for a, b, strength in chain.links
        ],
    )


def reference(chain: Chain) -> dict[int, tuple[Fraction, Fraction, Fraction, Fraction]]:
    """c, κ, μ and g of each node by its number."""
    c = {n.number: covered(n) for n in chain.nodes}
    needed = {n.number: Fraction(n.needed, 10_000) for n in chain.nodes}
    near = {
        n.number: [
            (b if a == n.number else a, strength)
            for a, b, strength in chain.links
            if n.number in {a, b}
        ]
        for n in chain.nodes
    }
    wanted = {n: sum(s * needed[o] for o, s in links) for n, links in near.items()}
    most = max(wanted.values())
    found = {}
    for node in chain.nodes:
        n, shortfall = node.number, 1 - c[node.number]
        kappa = min(Fraction(1), sum(s * c[o] for o, s in near[n]) / Fraction(FULL))
        mu = shortfall * wanted[n] / most if most else Fraction(0)
        gap = Fraction(node.importance, 5) * shortfall * (kappa + mu) / 2
        found[n] = (c[n], kappa, mu, gap)
    return found


def covered(node: Node) -> Fraction:
    if not node.needed:
        return Fraction(1)
    return min(Fraction(1), Fraction(sum(node.present), node.needed))


def numbers(answer: Sequence[dict[str, Any]]) -> dict[int, tuple[Fraction, ...]]:
    return {
        int(node["code"][1:]): (
            Fraction(node["coverage"]),
            Fraction(node["coupling"]["value"]),
            Fraction(node["complementarity"]["value"]),
            Fraction(node["gap"]),
        )
        for node in answer
    }


@MANY
@given(chain=chains())
async def test_all_terms_are_those_of_the_formulas(
    database: asyncpg.Connection, chain: Chain
) -> None:
    answer = await told(database, chain)
    found, expected = numbers(answer), reference(chain)
    assert set(found) == set(expected)
    half = Fraction(1, 20_000) + Fraction(1, 10**12)
    for number, terms in expected.items():
        assert all(0 <= term <= 1 for term in terms)
        pairs = zip(found[number], terms, strict=True)
        assert all(abs(told_term - term) <= half for told_term, term in pairs), number
    gaps = [Fraction(node["gap"]) for node in answer]
    assert gaps == sorted(gaps, reverse=True)


@MANY
@given(chain=chains(), place=st.integers(0, 5), share=st.integers(1, 10_000))
async def test_adding_presence_never_raises_the_gap_of_a_node(
    database: asyncpg.Connection, chain: Chain, place: int, share: int
) -> None:
    """Of the node itself: its neighbours may be wanted more, for they are coupled to more."""
    at = chain.nodes[place % len(chain.nodes)]
    more = replace(at, present=(*at.present, share))
    nodes = tuple(more if node is at else node for node in chain.nodes)
    before = numbers(await told(database, chain))
    after = numbers(await told(database, replace(chain, nodes=nodes)))
    assert after[at.number][3] <= before[at.number][3]
    # Elsewhere only coupling moves, and only upwards.
    for number in set(before) - {at.number}:
        assert after[number][1] >= before[number][1]
        assert (after[number][0], after[number][2]) == (before[number][0], before[number][2])


@MANY
@given(chain=chains().filter(lambda chain: bool(chain.links)), place=st.integers(0, 29))
async def test_a_removed_link_never_raises_coupling(
    database: asyncpg.Connection, chain: Chain, place: int
) -> None:
    gone = chain.links[place % len(chain.links)]
    links = tuple(link for link in chain.links if link is not gone)
    before = numbers(await told(database, chain))
    after = numbers(await told(database, replace(chain, links=links)))
    assert all(after[number][1] <= before[number][1] for number in before)


@MANY
@given(
    pair=chains().flatmap(
        lambda chain: st.tuples(
            st.just(chain),
            st.builds(
                Chain,
                st.permutations(chain.nodes).map(tuple),
                st.permutations(chain.links).map(tuple),
            ),
        )
    )
)
async def test_the_order_of_the_rows_changes_nothing(
    database: asyncpg.Connection, pair: tuple[Chain, Chain]
) -> None:
    first, other = pair
    assert await told(database, other) == await told(database, first)
