"""Development plans 发展规划: what an industry is to reach, by year and metric."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from pydantic import Strict, WithJsonSchema
from sqlmodel import Field, Relationship, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Row, Shape, patch_of
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.search import Searchable
from app.core.shapes import Children
from app.core.types import Code, Name, Notes, Quantity, choice, numeric


class PlanStatus(Code):
    """What the plan is worth."""

    draft = "draft"
    approved = "approved"
    superseded = "superseded"


PlanYear = Annotated[int, Strict(), Bounded(ge=1949, le=2199)]
_METRIC = r"^[A-Z][0-9]{2}$"
MetricCode = Annotated[
    str,
    Bounded(pattern=_METRIC),
    WithJsonSchema({"type": "string", "pattern": _METRIC, "examples": ["M02"]}),
]


class DevelopmentPlanBase(SQLModel):
    """What a caller sets."""

    name: Name
    from_year: PlanYear
    to_year: PlanYear
    status: PlanStatus = Field(default=PlanStatus.draft, sa_type=choice(PlanStatus))
    notes: Notes | None = None


class DevelopmentPlan(Record, Searchable, DevelopmentPlanBase, table=True):
    """One plan; its goals have a table of their own."""

    __tablename__ = "development_plans"
    __table_args__: ClassVar[Any] = (sa.Index("uq_development_plans_name", "name", unique=True),)

    is_demo: bool = False

    def check_years(self, years: list[int]) -> None:
        """The period has an order, and every goal lies in it."""
        if self.to_year < self.from_year:
            raise invalid("/to_year", "period_order")
        for place, year in enumerate(years):
            if not self.from_year <= year <= self.to_year:
                raise invalid(f"/goals/{place}/year", "year_outside_plan")


class DevelopmentGoal(Row, table=True):
    """One number to reach in one year, in the metric's unit."""

    __tablename__ = "development_goals"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_development_goals_year", "development_plan_id", "year", "metric", unique=True),
    )

    development_plan_id: UUID = Field(foreign_key="development_plans.id")
    development_plan: DevelopmentPlan = Relationship(sa_relationship_kwargs={"lazy": "raise"})
    place: int
    metric: str
    year: int
    value: Decimal = Field(sa_type=numeric(24, 4))


class Goal(Shape):
    """What a metric is to be in a year, in the metric's own unit (yuan, leads, companies …)."""

    metric: MetricCode
    year: PlanYear
    value: Quantity


Goals = Annotated[list[Goal], Bounded(max_length=200)]


class DevelopmentPlanCreate(Shape, DevelopmentPlanBase):
    """A new plan with its goals."""

    goals: Goals = []


class DevelopmentPlanUpdate(patch_of(DevelopmentPlanCreate)):
    """Changes of a plan; goals are given as a whole."""


class GoalRead(ReadShape):
    """A goal as answered."""

    table: ClassVar[type[SQLModel]] = DevelopmentGoal
    metric: str
    year: int
    value: Quantity


class DevelopmentPlanRead(RecordRead, DevelopmentPlanBase):
    """A plan as answered."""

    table: ClassVar[type[SQLModel]] = DevelopmentPlan
    is_demo: bool
    goals: Annotated[list[GoalRead], Children("development_plan_id", "place")]


class DevelopmentPlanQuery(
    list_query(
        DevelopmentPlanRead,
        filters=("status", "from_year", "to_year", "is_demo"),
        sorts=("name", "from_year", "created_at"),
        default=("name",),
        search=True,
    )
):
    """Parameters of the list of plans."""
