"""The numbers of `chain_gaps` in SQL: a row per node with every term, unrounded."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core.types import numeric
from app.models.chain_links import ChainLink
from app.models.chain_nodes import ChainNode
from app.models.node_presences import coverage, presence_count, present_share
from app.models.node_statuses import status_of
from app.models.target_weights import TargetWeights


def text_of(value: Any) -> sa.ColumnElement[Any]:
    """Decimals travel as text."""
    return sa.cast(value, sa.Text)


def rounded(value: Any) -> sa.ColumnElement[Any]:
    """Four decimals; PostgreSQL rounds numerics half away from zero."""
    return text_of(sa.cast(value, numeric(9, 4)))


def object_of(**members: Any) -> sa.ColumnElement[Any]:
    """A JSON object of these members."""
    parts = (part for name, value in members.items() for part in (word(name), value))
    return sa.func.json_build_object(*parts)


def word(text: str) -> sa.ColumnElement[Any]:
    """A constant text."""
    return sa.literal_column(f"'{text}'")


def number(text: str) -> sa.ColumnElement[Any]:
    """A constant decimal."""
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
        sa.select(near.label("node_id"), far.label("other_id"), word(side).label("side"),
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
    link = object_of(
        link_id=ends.c.link_id, neighbour_id=other.c.id, neighbour_code=other.c.code,
        neighbour_name=other.c.name, side=ends.c.side, strength=ends.c.strength,
        present_share=text_of(other.c.present_share), needed_share=text_of(other.c.needed_share),
        coverage=rounded(other.c.coverage),
    )  # fmt: skip
    strength = ends.c.strength
    return (
        sa.select(
            ends.c.node_id,
            sa.func.sum(strength).label("strength"),
            sa.func.sum(strength * other.c.coverage).label("reached"),
            sa.func.sum(strength * other.c.needed_share).label("wanted"),
            *(
                sa.func.bool_or(is_present & (ends.c.side == word(side))).label(f"has_{side}")
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
    zero = number("0")
    wanted = sa.func.coalesce(sums.c.wanted, zero)
    return (
        sa.select(
            *nodes.c,
            (number("1") - nodes.c.coverage).label("shortfall"),
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
        terms.c.coverage == number("0"), sa.cast(terms.c.status, sa.Text) == word("missing")
    )
    return sa.case(
        (sa.and_(is_missing, terms.c.has_upstream != terms.c.has_downstream), word("extend")),
        (is_missing, word("fill")),
        (terms.c.shortfall > number("0"), word("strengthen")),
    )


def gap_rows(chain_id: Any, day: Any) -> sa.CTE:
    """A row per node of a chain on a day (SQL expressions), with κ, μ, g unrounded, and terms."""
    nodes = _nodes(chain_id, day)
    terms = _terms(nodes, _sums(_ends(chain_id), nodes))
    coupling = sa.func.least(number("1"), terms.c.reached / terms.c.full)
    complementarity = sa.func.coalesce(
        terms.c.shortfall * terms.c.wanted / sa.func.nullif(terms.c.most_wanted, number("0")),
        number("0"),
    )
    valued = sa.select(
        *terms.c,
        coupling.label("coupling"),
        complementarity.label("complementarity"),
        _label(terms).label("label"),
    ).cte("valued")
    part = valued.c.coupling + valued.c.complementarity
    gap = valued.c.importance * valued.c.shortfall * part / number("10")
    return sa.select(*valued.c, gap.label("gap")).cte("gaps")
