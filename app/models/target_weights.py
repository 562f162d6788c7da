"""What a target's score is made of and how much each factor weighs: one row, editable."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar

import sqlalchemy as sa
from pydantic import Field as Bounded
from pydantic import Strict
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.types import Code, Ratio, numeric


class TargetFactorCode(Code):
    """What speaks for a company at a node, in the order of the answer."""

    gap = "gap"
    lists = "lists"
    expansion_signals = "expansion_signals"
    relations = "relations"
    mobility = "mobility"
    compliance = "compliance"


def _weight(default: str) -> Any:
    return Field(default=Decimal(default), sa_type=numeric(5, 4))


class TargetWeightsBase(SQLModel):
    """What a caller sets; the defaults are our own, no source was found."""

    gap: Ratio = _weight("0.35")
    lists: Ratio = _weight("0.2")
    expansion_signals: Ratio = _weight("0.15")
    relations: Ratio = _weight("0.15")
    mobility: Ratio = _weight("0.1")
    compliance: Ratio = _weight("0.05")
    coupling_strength: Annotated[int, Strict(), Bounded(ge=1, le=300)] = Field(
        default=6,
        description="Σ strength of links to covered neighbours that makes a coupling of 1.",
    )
    list_kinds_for_full: Annotated[int, Strict(), Bounded(ge=1, le=10)] = Field(
        default=2, description="Kinds of lists a company is on for a value of 1."
    )
    signal_days: Annotated[int, Strict(), Bounded(ge=1, le=3650)] = Field(
        default=365, description="Days over which a signal fades, evenly, to nothing."
    )
    visited_value: Ratio = Field(
        default=Decimal("0.5"),
        sa_type=numeric(5, 4),
        description="Value of relations where there is a visit and no relation of the group.",
    )


class TargetWeights(Record, TargetWeightsBase, table=True):
    """The one row; migrations bring it."""

    __tablename__ = "target_weights"
    __table_args__: ClassVar[Any] = (sa.Index("uq_target_weights", sa.text("(true)"), unique=True),)

    def check_sum(self) -> None:
        """422 where the six weights do not sum to exactly 1."""
        total = sum(getattr(self, factor) for factor in TargetFactorCode)
        if total != 1:
            raise invalid("/gap", "weights_not_one", total=total)


class TargetWeightsCreate(Shape, TargetWeightsBase):
    """The whole row."""


class TargetWeightsUpdate(patch_of(TargetWeightsCreate)):
    """Changes; the six weights sum to 1 afterwards."""


class TargetWeightsRead(RecordRead, TargetWeightsBase):
    """The row as answered."""

    table: ClassVar[type[SQLModel]] = TargetWeights


class TargetWeightsQuery(
    list_query(TargetWeightsRead, filters=("signal_days",), sorts=("created_at",))
):
    """Parameters of the list, which has one row."""
