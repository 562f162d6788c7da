"""Reviews 项目评审: decision nodes in the order of the project's class, opinions, conditions.

Order of the nodes: East Lake High-tech Zone (武汉东湖高新区), by class of project.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Row, Shape
from app.core.clock import today
from app.core.errors import Problem, invalid
from app.core.listing import list_query
from app.core.shapes import Children, Expand
from app.core.types import BusinessDate, Code, Line, Money, choice, numeric
from app.models.leads import LeadStub


class ProjectClass(Code):
    """政策类, 供地类, 投资类 (the zone's own money above 0.5 亿元), others."""

    policy = "policy"
    land = "land"
    investment = "investment"
    other = "other"


class ReviewNode(Code):
    """投委会, 常务会, 供地会, 国企投决会."""

    investment_committee = "investment_committee"
    executive_meeting = "executive_meeting"
    land_meeting = "land_meeting"
    state_firm_committee = "state_firm_committee"


N = ReviewNode
NODES: dict[ProjectClass, tuple[ReviewNode, ...]] = {
    ProjectClass.policy: (N.investment_committee, N.executive_meeting),
    ProjectClass.land: (N.investment_committee, N.executive_meeting, N.land_meeting),
    ProjectClass.investment: (
        N.state_firm_committee, N.investment_committee, N.executive_meeting,
    ),
    ProjectClass.other: (),
}  # fmt: skip
# Yuan of state money from which an investment goes through the nodes of its class.
STATE_MONEY_FROM = Decimal(50_000_000)


class ReviewStatus(Code):
    """Open until its last node has decided, or one has said no."""

    open = "open"
    passed = "passed"
    rejected = "rejected"


class ReviewVerdict(Code):
    """What a node says."""

    passed = "passed"
    passed_with_conditions = "passed_with_conditions"
    rejected = "rejected"


class ReviewBase(SQLModel):
    """What a caller sets."""

    lead_id: UUID = Field(foreign_key="leads.id")
    project_class: ProjectClass = Field(sa_type=choice(ProjectClass))
    state_amount: Money | None = Field(
        default=None, sa_type=numeric(20, 2), description="Yuan of the zone's own money."
    )


class Review(Record, ReviewBase, table=True):
    """One way through the nodes; a lead has one open at a time."""

    __tablename__ = "reviews"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "uq_reviews_lead_id",
            "lead_id",
            unique=True,
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.Index("ix_reviews_lead_id", "lead_id", "created_at"),
        sa.Index("ix_reviews_created_at", "created_at", "id"),
    )

    status: ReviewStatus = Field(default=ReviewStatus.open, sa_type=choice(ReviewStatus))
    next_node: ReviewNode | None = Field(default=None, sa_type=choice(ReviewNode))

    @property
    def nodes(self) -> tuple[ReviewNode, ...]:
        """The nodes of its class; small state money needs none."""
        is_small = (self.state_amount or 0) < STATE_MONEY_FROM
        if self.project_class is ProjectClass.investment and is_small:
            return ()
        return NODES[self.project_class]

    def begin(self) -> None:
        """At the first node; a class without nodes has passed."""
        if self.project_class is ProjectClass.investment and self.state_amount is None:
            raise invalid("/state_amount", "missing")
        self._go_to(0)

    def _go_to(self, place: int) -> None:
        is_over = place == len(self.nodes)
        self.next_node = None if is_over else self.nodes[place]
        self.status = ReviewStatus.passed if is_over else ReviewStatus.open

    def decide(self, decision: "ReviewDecision", last_on: date | None) -> None:
        """One node's answer: only the next one's, not before the last, and not in the future."""
        if self.status is not ReviewStatus.open:
            raise Problem("review_closed", status=self.status)
        if decision.node is not self.next_node:
            raise invalid("/node", "node_not_next", node=self.next_node)
        if decision.decided_on > today():
            raise invalid("/decided_on", "date_in_future")
        if last_on is not None and decision.decided_on < last_on:
            raise invalid("/decided_on", "date_before_last", last=last_on.isoformat())
        if decision.verdict is ReviewVerdict.rejected:
            self.status, self.next_node = ReviewStatus.rejected, None
            return
        self._go_to(self.nodes.index(decision.node) + 1)


class ReviewDecisionBase(SQLModel):
    """What a node said."""

    node: ReviewNode = Field(sa_type=choice(ReviewNode))
    decided_on: BusinessDate = Field(default_factory=today)
    verdict: ReviewVerdict = Field(sa_type=choice(ReviewVerdict))
    opinion: Line


class ReviewDecision(Row, ReviewDecisionBase, table=True):
    """One node's answer; never changed."""

    __tablename__ = "review_decisions"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_review_decisions_node", "review_id", "node", unique=True),
    )

    review_id: UUID = Field(foreign_key="reviews.id")
    created_by_id: UUID | None = None


class ConditionCreate(Shape):
    """What has to be done for the verdict to stand."""

    text: Line
    due_on: BusinessDate


class ReviewDecisionCreate(Shape, ReviewDecisionBase):
    """A node's answer with its conditions."""

    conditions: Annotated[list[ConditionCreate], Bounded(max_length=50)] = []

    def check_conditions(self) -> None:
        """Conditions are there where the verdict says so, and nowhere else."""
        is_conditional = self.verdict is ReviewVerdict.passed_with_conditions
        if is_conditional != bool(self.conditions):
            code = "missing" if is_conditional else "only_with_conditions"
            raise invalid("/conditions", code)


class ReviewCreate(Shape, ReviewBase):
    """A new review."""


class ReviewDecisionRead(ReadShape):
    """A node's answer."""

    table: ClassVar[type[SQLModel]] = ReviewDecision
    node: ReviewNode
    decided_on: BusinessDate
    verdict: ReviewVerdict
    opinion: str
    created_by_id: UUID | None


class ReviewRead(RecordRead, ReviewBase):
    """A review as answered."""

    table: ClassVar[type[SQLModel]] = Review
    status: ReviewStatus
    next_node: ReviewNode | None
    decisions: Annotated[list[ReviewDecisionRead], Children("review_id")]
    lead: Annotated[LeadStub | None, Expand("lead_id")] = None


class ReviewQuery(
    list_query(
        ReviewRead,
        filters=("lead_id", "project_class", "status", "next_node"),
        sorts=("created_at",),
    )
):
    """Parameters of the list of reviews."""


def last_day(decisions: Sequence[ReviewDecision]) -> date | None:
    """The day of the newest answer."""
    return max((decision.decided_on for decision in decisions), default=None)
