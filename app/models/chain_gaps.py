"""Gaps of a chain on a day: how much each node is wanted, with every term of the number.

A neighbour is a node with a link of strength 1 to 3 in either direction; c is its coverage.

- coupling κ = min(1, Σ strength·c ÷ `coupling_strength`), a fixed divisor (decision 22);
- complementarity μ = (1 − c)·Σ strength·needed share ÷ the largest such Σ of the chain;
- gap g = importance/5 · (1 − c) · (0.5 κ + 0.5 μ).

All are 0 to 1, computed exactly and rounded (half up, four decimals) when they are answered.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from app.core.base import ReadShape
from app.core.shapes import Computed
from app.core.types import Code, Ratio, numeric
from app.models.chain_links import ChainLink
from app.models.chain_nodes import ChainNode, Tier
from app.models.industry_chains import IndustryChain
from app.models.node_presences import coverage, presence_count, present_share
from app.models.node_statuses import NodeStatus, status_of
from app.models.target_weights import TargetWeights


class GapLabel(Code):
    """What winning a company for the node would do to the chain; null where nothing is missing.

    A node is missing whose coverage is 0 or which was last declared `missing`.
    """

    # 补链: missing, between present neighbours on both sides or without any.
    fill = "fill"
    # 延链: missing, with present neighbours on one side alone, upstream or downstream.
    extend = "extend"
    # 强链: present, and covering less than is needed.
    strengthen = "strengthen"


class LinkSide(Code):
    """Where the neighbour stands: it gives to the node, or takes from it."""

    upstream = "upstream"
    downstream = "downstream"


class GapLink(BaseModel):
    """A link that counts, and its neighbour."""

    link_id: UUID
    neighbour_id: UUID
    neighbour_code: str
    neighbour_name: str
    side: LinkSide
    strength: int
    present_share: Decimal
    needed_share: Ratio
    coverage: Ratio


class Coupling(BaseModel):
    """κ = min(1, numerator ÷ denominator); `mean` is Σ strength·c ÷ Σ strength, for comparison."""

    value: Ratio
    numerator: Decimal
    denominator: int
    link_strength: int
    mean: Ratio | None


class Complementarity(BaseModel):
    """μ = shortfall · numerator ÷ denominator, 0 where no node of the chain has a link."""

    value: Ratio
    shortfall: Ratio
    numerator: Decimal
    denominator: Decimal


class NodeGap(BaseModel):
    """A node and how much it is wanted; equal gaps in the order of their ids."""

    chain_node_id: UUID
    code: str
    name: str
    tier: Tier
    status: NodeStatus | None
    importance: int
    present_share: Decimal
    needed_share: Ratio
    coverage: Ratio
    presence_count: int
    verified_count: int
    coupling: Coupling
    complementarity: Complementarity
    gap: Ratio
    label: GapLabel | None
    links: list[GapLink]


def _text(value: Any) -> sa.ColumnElement[Any]:
    return sa.cast(value, sa.Text)


def _rounded(value: Any) -> sa.ColumnElement[Any]:
    """Four decimals; PostgreSQL rounds numerics half away from zero."""
    return _text(sa.cast(value, numeric(9, 4)))


def _object(**members: Any) -> sa.ColumnElement[Any]:
    parts = (part for name, value in members.items() for part in (_word(name), value))
    return sa.func.json_build_object(*parts)


def _word(text: str) -> sa.ColumnElement[Any]:
    return sa.literal_column(f"'{text}'")


def _number(text: str) -> sa.ColumnElement[Any]:
    return sa.literal_column(text, sa.Numeric())


def _nodes(chain_id: Any, day: Any) -> sa.CTE:
    node: Any = aliased(ChainNode)
    names = ("id", "code", "name", "tier", "importance", "needed_share")
    return (
        sa.select(
            *(getattr(node, name) for name in names),
            present_share(node, day).label("present_share"),
            coverage(node, day).label("coverage"),
            status_of(node, day).label("status"),
            presence_count(node, day).label("presence_count"),
            presence_count(node, day, verified=True).label("verified_count"),
        )
        .where(node.industry_chain_id == chain_id)
        .cte("nodes")
    )


def _ends(chain_id: Any) -> sa.CTE:
    """Each link twice, seen from either end."""
    start, end = col(ChainLink.from_node_id), col(ChainLink.to_node_id)
    views = [
        sa.select(near.label("node_id"), far.label("other_id"), _word(side).label("side"),
               col(ChainLink.strength), col(ChainLink.id).label("link_id"))
        .where(col(ChainLink.industry_chain_id) == chain_id,
               col(ChainLink.strength) > sa.literal_column("0"))
        for near, far, side in ((start, end, "downstream"), (end, start, "upstream"))
    ]  # fmt: skip
    return sa.union_all(*views).cte("ends")


def _sums(ends: Any, nodes: sa.CTE) -> sa.CTE:
    """What a node's links and neighbours add up to; nodes without links are absent."""
    other = nodes.alias("other")
    is_present = other.c.coverage > sa.literal_column("0")
    link = _object(
        link_id=ends.c.link_id, neighbour_id=other.c.id, neighbour_code=other.c.code,
        neighbour_name=other.c.name, side=ends.c.side, strength=ends.c.strength,
        present_share=_text(other.c.present_share), needed_share=_text(other.c.needed_share),
        coverage=_rounded(other.c.coverage),
    )  # fmt: skip
    strength = ends.c.strength
    return (
        sa.select(
            ends.c.node_id,
            sa.func.sum(strength).label("strength"),
            sa.func.sum(strength * other.c.coverage).label("reached"),
            sa.func.sum(strength * other.c.needed_share).label("wanted"),
            *(
                sa.func.bool_or(is_present & (ends.c.side == _word(side))).label(f"has_{side}")
                for side in ("upstream", "downstream")
            ),
            sa.func.json_agg(aggregate_order_by(link, ends.c.side, other.c.code, ends.c.link_id))
            .label("links"),
        )
        .join_from(ends, other, other.c.id == ends.c.other_id)
        .group_by(ends.c.node_id)
        .cte("sums")
    )  # fmt: skip


def _terms(nodes: sa.CTE, sums: sa.CTE) -> sa.CTE:
    zero = _number("0")
    wanted = sa.func.coalesce(sums.c.wanted, zero)
    return (
        sa.select(
            *nodes.c,
            (_number("1") - nodes.c.coverage).label("shortfall"),
            sa.func.coalesce(sums.c.strength, zero).label("strength"),
            sa.func.coalesce(sums.c.reached, zero).label("reached"),
            wanted.label("wanted"),
            sa.func.max(wanted).over().label("most_wanted"),
            sa.func.coalesce(sums.c.has_upstream, sa.false()).label("has_upstream"),
            sa.func.coalesce(sums.c.has_downstream, sa.false()).label("has_downstream"),
            sa.func.coalesce(sums.c.links, sa.literal_column("'[]'::json")).label("links"),
            sa.select(col(TargetWeights.coupling_strength)).scalar_subquery().label("full"),
        )
        .outerjoin_from(nodes, sums, sums.c.node_id == nodes.c.id)
        .cte("terms")
    )


def _label(terms: Any) -> sa.ColumnElement[Any]:
    is_missing = sa.or_(
        terms.c.coverage == _number("0"), sa.cast(terms.c.status, sa.Text) == _word("missing")
    )
    return sa.case(
        (sa.and_(is_missing, terms.c.has_upstream != terms.c.has_downstream), _word("extend")),
        (is_missing, _word("fill")),
        (terms.c.shortfall > _number("0"), _word("strengthen")),
    )


def gap_rows(chain_id: Any, day: Any) -> sa.CTE:
    """A row per node of a chain on a day (SQL expressions), with κ, μ, g unrounded, and terms."""
    nodes = _nodes(chain_id, day)
    terms = _terms(nodes, _sums(_ends(chain_id), nodes))
    coupling = sa.func.least(_number("1"), terms.c.reached / terms.c.full)
    complementarity = sa.func.coalesce(
        terms.c.shortfall * terms.c.wanted / sa.func.nullif(terms.c.most_wanted, _number("0")),
        _number("0"),
    )
    valued = sa.select(
        *terms.c,
        coupling.label("coupling"),
        complementarity.label("complementarity"),
        _label(terms).label("label"),
    ).cte("valued")
    part = valued.c.coupling + valued.c.complementarity
    gap = valued.c.importance * valued.c.shortfall * part / _number("10")
    return sa.select(*valued.c, gap.label("gap")).cte("gaps")


def _node(row: Any) -> sa.ColumnElement[Any]:
    names = ("code", "name", "tier", "status", "importance", "presence_count", "verified_count")
    mean = row.reached / sa.func.nullif(row.strength, _number("0"))
    return _object(
        chain_node_id=row.id,
        **{name: getattr(row, name) for name in names},
        present_share=_text(row.present_share),
        needed_share=_text(row.needed_share),
        coverage=_rounded(row.coverage),
        coupling=_object(
            value=_rounded(row.coupling), numerator=_rounded(row.reached), denominator=row.full,
            link_strength=row.strength, mean=_rounded(mean),
        ),
        complementarity=_object(
            value=_rounded(row.complementarity), shortfall=_rounded(row.shortfall),
            numerator=_text(row.wanted), denominator=_text(row.most_wanted),
        ),
        gap=_rounded(row.gap),
        label=row.label,
        links=row.links,
    )  # fmt: skip


DAY: sa.ColumnElement[date] = sa.bindparam("as_of", type_=sa.Date)


def ranked_gaps() -> sa.ColumnElement[Any]:
    """A JSON array of the nodes of the chain bound as `id` on the day `as_of` (`NodeGap`)."""
    rows = gap_rows(sa.bindparam("id", type_=sa.Uuid), DAY)
    nodes = sa.func.json_agg(aggregate_order_by(_node(rows.c), rows.c.gap.desc(), rows.c.id))
    return sa.select(sa.func.coalesce(nodes, sa.literal_column("'[]'::json"))).scalar_subquery()


class ChainGaps(ReadShape):
    """A chain's nodes on a day, the one that is wanted most first."""

    table: ClassVar[type[SQLModel]] = IndustryChain
    id: UUID
    name: str
    as_of: Annotated[date, Computed(lambda _chain, _role: DAY)]
    nodes: Annotated[list[NodeGap], Computed(lambda _chain, _role: ranked_gaps())]
