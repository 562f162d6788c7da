"""What must hold of scores: contributions add up, the unknown never lowers, order says nothing."""

import json
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app.core.statements import compiled
from app.models.target_weights import TargetFactorCode
from app.services import target_scores as sql
from tests.services.test_chain_gaps import MANY, NOBODY

NAMES = tuple(TargetFactorCode)
STATEMENTS = [compiled(sa.text(text)) for text in (sql.SCORES, sql.EVIDENCE)]
NODE = UUID(int=9)
# One value per factor in ten-thousandths, null where it is unknown; the gap is always known.
Values = tuple[int | None, ...]
VALUE = st.integers(0, 10_000)
VALUES = st.tuples(VALUE, *([st.none() | VALUE] * 5))


@st.composite
def weights(draw: st.DrawFn) -> tuple[int, ...]:
    """Six parts of 10,000; the gap weighs something."""
    cuts = sorted(draw(st.lists(st.integers(1, 10_000), min_size=5, max_size=5)))
    return tuple(b - a for a, b in zip([0, *cuts], [*cuts, 10_000], strict=True))


async def told(
    database: asyncpg.Connection, weighed: tuple[int, ...], companies: list[tuple[int, Values]]
) -> dict[int, dict[str, Any]]:
    """What the statements make of facts: a row per company, by its number."""
    transaction = database.transaction()
    await transaction.start()
    try:
        await _write(database, weighed, companies)
        binds = {"combination_id": NOBODY, "per_node": 500, "as_of": None}
        for statement in STATEMENTS:
            await database.execute(statement.sql, *statement.arguments(binds))
        rows = await database.fetch(sql.OPENED)
        return {
            row["company_id"].int: {**row, "factors": json.loads(row["factors"])} for row in rows
        }
    finally:
        await transaction.rollback()


async def _write(
    database: asyncpg.Connection, weighed: tuple[int, ...], companies: list[tuple[int, Values]]
) -> None:
    await database.execute("DELETE FROM target_weights")
    shares = ", ".join(f"{weight} / 10000.0" for weight in weighed)
    await database.execute(
        "INSERT INTO target_weights (id, version, created_at, updated_at, gap, lists,"
        " expansion_signals, relations, mobility, compliance, coupling_strength,"
        f" list_kinds_for_full, signal_days, visited_value)"
        f" VALUES ($1, 1, now(), now(), {shares}, 6, 2, 365, 0.5)",
        NOBODY,
    )
    facts = ", ".join(f"{name} numeric(5, 4)" for name in NAMES[1:])
    await database.execute(
        f"{sql.GAPS}; CREATE TEMP TABLE target_pairs (chain_node_id uuid, company_id uuid)"
        " ON COMMIT DROP; CREATE TEMP TABLE target_listed (company_id uuid, company_list_id uuid,"
        " kind text, text text) ON COMMIT DROP; CREATE TEMP TABLE target_facts (company_id uuid,"
        f" local_id uuid, spread uuid[], {facts}) ON COMMIT DROP"
    )
    for number, (gap, *values) in companies:
        node = UUID(int=NODE.int + 100 * number)
        await database.execute(
            "INSERT INTO target_gaps VALUES ($1, 'fill', $2::int / 10000.0, 1, '')", node, gap
        )
        await database.execute("INSERT INTO target_pairs VALUES ($1, $2)", node, UUID(int=number))
        given_values = ", ".join(
            "NULL" if value is None else f"{value} / 10000.0" for value in values
        )
        await database.execute(
            f"INSERT INTO target_facts VALUES ($1, NULL, NULL, {given_values})", UUID(int=number)
        )


def reference(weighed: tuple[int, ...], values: Values) -> tuple[Decimal, Decimal]:
    """Score and confidence: the weighted mean of what is known, and how much that weighs."""
    known = [(w, v) for w, v in zip(weighed, values, strict=True) if v is not None]
    weight = sum(w for w, _ in known)
    score = Fraction(sum(w * v for w, v in known), weight * 10_000)
    exact = Decimal(score.numerator) / Decimal(score.denominator)
    return exact.quantize(Decimal("0.0001"), ROUND_HALF_UP), Decimal(weight) / 10_000


@MANY
@given(weighed=weights(), values=VALUES)
async def test_a_score_is_the_weighted_mean_of_what_is_known_and_opens_into_its_parts(
    database: asyncpg.Connection, weighed: tuple[int, ...], values: Values
) -> None:
    row = (await told(database, weighed, [(1, values)]))[1]
    assert (row["score"], row["confidence"]) == reference(weighed, values)
    parts = [Decimal(factor["contribution"]) for factor in row["factors"]]
    assert sum(parts) == row["score"]
    assert min(parts) >= 0
    assert [factor["factor"] for factor in row["factors"]] == list(NAMES)
    for factor, part, value in zip(row["factors"], parts, values, strict=True):
        assert (factor["value"] is None) == (value is None)
        assert value is not None or part == 0


@MANY
@given(weighed=weights(), values=VALUES, at=st.integers(1, 5))
async def test_the_unknown_never_lowers_a_score_it_lowers_confidence(
    database: asyncpg.Connection, weighed: tuple[int, ...], values: Values, at: int
) -> None:
    """Unknown counts as what the known ones say: never less than the worst that could be known."""
    unknown = tuple(None if place == at else v for place, v in enumerate(values))
    worst = tuple(0 if place == at else v for place, v in enumerate(values))
    rows = await told(database, weighed, [(1, unknown), (2, worst)])
    assert rows[1]["score"] >= rows[2]["score"]
    assert rows[1]["confidence"] == rows[2]["confidence"] - Decimal(weighed[at]) / 10_000
    # Within what the known values are, whatever the unknown one weighs.
    known = [v for v in unknown if v is not None]
    assert Decimal(min(known)) / 10_000 <= rows[1]["score"] <= Decimal(max(known)) / 10_000


@MANY
@given(
    weighed=weights(),
    many=st.lists(VALUES, min_size=1, max_size=5)
    .map(lambda values: list(enumerate(values, 1)))
    .flatmap(lambda companies: st.tuples(st.just(companies), st.permutations(companies))),
)
async def test_the_order_of_companies_changes_nothing(
    database: asyncpg.Connection, weighed: tuple[int, ...], many: Any
) -> None:
    one, other = many
    assert await told(database, weighed, one) == await told(database, weighed, other)
