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
from sqlmodel import SQLModel

from app.core.base import ReadShape
from app.core.shapes import Computed
from app.core.types import Code, Ratio
from app.models.chain_nodes import Tier
from app.models.gap_rows import gap_rows, number, object_of, rounded, text_of
from app.models.industry_chains import IndustryChain
from app.models.node_statuses import NodeStatus


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


def _node(row: Any) -> sa.ColumnElement[Any]:
    names = ("code", "name", "tier", "status", "importance", "presence_count", "verified_count")
    mean = row.reached / sa.func.nullif(row.strength, number("0"))
    return object_of(
        chain_node_id=row.id,
        **{name: getattr(row, name) for name in names},
        present_share=text_of(row.present_share),
        needed_share=text_of(row.needed_share),
        coverage=rounded(row.coverage),
        coupling=object_of(
            value=rounded(row.coupling), numerator=rounded(row.reached), denominator=row.full,
            link_strength=row.strength, mean=rounded(mean),
        ),
        complementarity=object_of(
            value=rounded(row.complementarity), shortfall=rounded(row.shortfall),
            numerator=text_of(row.wanted), denominator=text_of(row.most_wanted),
        ),
        gap=rounded(row.gap),
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
