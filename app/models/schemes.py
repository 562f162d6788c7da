"""Assessment schemes 考核方案: what is scored in a year, by which rules, for whom."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from pydantic import Strict
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.errors import Problem
from app.core.listing import list_query
from app.core.shapes import Children
from app.core.types import Code, Instant, Name, Notes, Points, choice, numeric
from app.models.scheme_items import Item, RuleTextRead, SchemeItemRead
from app.models.scoring_lists import ListRule


class SchemeSubject(Code):
    """Who is scored."""

    team = "team"
    person = "person"


class SchemeStatus(Code):
    """A draft may change; what was published is applied as it stands, and ends by retirement."""

    draft = "draft"
    published = "published"
    retired = "retired"


SchemeYear = Annotated[int, Strict(), Bounded(ge=1949, le=2199)]
Days = Annotated[int, Strict(), Bounded(ge=1, le=60)]


class SchemeGrade(Shape):
    """A grade from so many points on."""

    name: Name
    at_least: Points


Grades = Annotated[list[SchemeGrade], Bounded(max_length=10)]
ListRules = Annotated[list[ListRule], Bounded(max_length=20)]
Items = Annotated[list[Item], Bounded(max_length=60)]
SubjectIds = Annotated[list[UUID], Bounded(max_length=500)]


class SchemeBase(SQLModel):
    """What a caller sets."""

    year: SchemeYear
    name: Name
    subject_kind: SchemeSubject = Field(sa_type=choice(SchemeSubject))
    total_points: Points = Field(
        default=Decimal(100),
        sa_type=numeric(8, 2),
        description="What the points of all items must add up to, exactly.",
    )
    objection_days: Days = Field(default=5, description="Working days after a card's publication.")
    notes: Notes | None = None


class Scheme(Record, SchemeBase, table=True):
    """One scheme; its items have a table of their own."""

    __tablename__ = "schemes"
    __table_args__: ClassVar[Any] = (sa.Index("uq_schemes_name", "year", "name", unique=True),)

    status: SchemeStatus = Field(default=SchemeStatus.draft, sa_type=choice(SchemeStatus))
    grades: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    lists: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    subject_ids: list[UUID] = Field(default_factory=list, sa_type=ARRAY(sa.Uuid))
    published_at: datetime | None = None
    published_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    is_demo: bool = False

    def check_status(self, wanted: SchemeStatus) -> None:
        """409 where the scheme is no draft any more, or not published."""
        if self.status is not wanted:
            raise Problem("scheme_status", status=self.status.value)


class SchemeCreate(Shape, SchemeBase):
    """A new draft with its items."""

    grades: Grades = []
    lists: ListRules = []
    subject_ids: SubjectIds = Field(
        default=[], description="Who is scored; all officers in the field or all teams if empty."
    )
    items: Items = []


class SchemeUpdate(patch_of(SchemeCreate)):
    """Changes of a draft; items, grades, lists and subjects are given as a whole."""


class SchemeRead(RecordRead, SchemeBase):
    """A scheme as answered."""

    table: ClassVar[type[SQLModel]] = Scheme
    status: SchemeStatus
    grades: list[SchemeGrade]
    lists: list[ListRule]
    subject_ids: list[UUID]
    published_at: Instant | None
    published_by_id: UUID | None
    is_demo: bool
    items: Annotated[list[SchemeItemRead], Children("scheme_id", "place")]
    rule_texts: Annotated[list[RuleTextRead], Children("scheme_id", "place")]


class SchemeQuery(
    list_query(
        SchemeRead,
        filters=("year", "subject_kind", "status", "is_demo"),
        sorts=("year", "name", "created_at"),
    )
):
    """Parameters of the list of schemes."""
