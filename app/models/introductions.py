"""Introductions: what an agent 委托招商机构 registers and may follow, and nothing else."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select

from app.core.base import Record, RecordRead, Shape
from app.core.listing import list_query
from app.core.shapes import Computed, visible
from app.core.types import Name, Notes
from app.models.leads import Lead
from app.models.pipeline import LeadStatus, Stage
from app.models.roles import Role


class IntroductionBase(SQLModel):
    """What the agent says."""

    company_name: Name
    description: Notes


class Introduction(Record, IntroductionBase, table=True):
    """An opportunity brought by an agent; a team lead links it to the lead it became."""

    __tablename__ = "introductions"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_introductions_created_at", "created_at", "id"),
        sa.Index("ix_introductions_created_by_id", "created_by_id", "created_at", "id"),
    )

    lead_id: UUID | None = Field(default=None, foreign_key="leads.id", index=True)


class IntroductionCreate(Shape, IntroductionBase):
    """A new introduction."""


class IntroductionUpdate(Shape):
    """The lead that came of it."""

    lead_id: UUID | None


def _of_lead(name: str) -> Computed:
    """A column of the lead: for its agent always, for others where they may see the lead."""

    def sql(row: Any, role: str) -> sa.ColumnElement[Any]:
        rules = [] if role == Role.agent else visible(Lead, role)
        found = select(getattr(Lead, name)).where(col(Lead.id) == row.lead_id, *rules)
        return found.scalar_subquery()

    return Computed(sql)


class IntroductionRead(RecordRead, IntroductionBase):
    """An introduction with the stage its lead has reached: all that an agent learns."""

    table: ClassVar[type[SQLModel]] = Introduction
    lead_code: Annotated[str | None, _of_lead("code")]
    stage: Annotated[Stage | None, _of_lead("stage")]
    status: Annotated[LeadStatus | None, _of_lead("status")]


class IntroductionQuery(
    list_query(IntroductionRead, filters=("created_by_id", "created_at"), sorts=("created_at",))
):
    """Parameters of the introduction list."""
