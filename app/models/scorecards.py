"""Scorecards 计分卡: the points of one subject in one period, opened item by item.

What is published never changes, not even in the database; a correction is a new edition that
`supersedes_id` the old one.
"""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, PlainSerializer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.listing import list_query
from app.core.period import Period
from app.core.shapes import Computed
from app.core.types import BusinessDate, Code, Instant, choice, numeric
from app.models.scheme_items import KpiDimension
from app.models.scoring_lists import ListColour
from app.models.scoring_rules import ScoringRule

# Penalties go below 0.
Total = Annotated[Decimal, PlainSerializer(lambda value: f"{value:.2f}", return_type=str)]


class ScorecardStatus(Code):
    """Drafts are computed anew at will; what is published stays."""

    draft = "draft"
    published = "published"


class MeasureLine(BaseModel):
    """One number of an item: `drill` opens the rows that add up to it.

    A rate is scored as `numerator` ÷ `denominator`, not as `actual` is written; null of all else,
    and on older cards. `target_version` is that of the KPI target; null where it was given.
    """

    metric: str
    dimension: str | None
    actual: str | None
    numerator: str | None = None
    denominator: str | None = None
    target: str | None
    target_version: int | None = None
    unit: str
    definition_id: str
    drill: str


class ScoreLine(BaseModel):
    """One item: how many of `full_points`, by which rule, from which numbers.

    `entered` are the scores of an item that no metric gives; `correction` the reason where an
    upheld objection set the points. `warnings` are codes.
    """

    place: int
    name: str
    kpi_dimension: KpiDimension
    rule: ScoringRule
    rule_text: dict[str, str]
    full_points: str
    rate: str | None
    points: str
    measures: list[MeasureLine]
    entered: list[str]
    correction: str | None
    warnings: list[str]


class Listing(BaseModel):
    """A list that the subject is on, and the rule that put it there."""

    colour: ListColour
    name: str
    reason: dict[str, str]


class ScoredSubject(BaseModel):
    """Who is scored."""

    id: UUID
    name: str
    team_id: UUID | None


class Snapshot(BaseModel):
    """All that a card says; `hash` is taken over it. `rank` among `subject_count`, ties share."""

    scheme_id: UUID
    scheme_name: str
    period: str
    as_of: Instant
    subject: ScoredSubject
    lines: list[ScoreLine]
    total: str
    rank: int
    subject_count: int
    grade: str | None
    listings: list[Listing]
    edition: int = 1
    supersedes_id: UUID | None = None

    @property
    def has_sides(self) -> bool:
        """Whether a rate was scored by its sides, and not as it is written."""
        return any(measure.numerator for line in self.lines for measure in line.measures)


def hash_of(snapshot: dict[str, Any]) -> str:
    """SHA-256 of a snapshot as JSON with sorted keys, no spaces, UTF-8 and nothing escaped."""
    text = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Scorecard(Record, table=True):
    """One edition of a card. The columns beside `snapshot` repeat it, to be listed by."""

    __tablename__ = "scorecards"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "uq_scorecards_edition",
            "scheme_id", "from_on", "to_on", "subject_id", "edition",
            unique=True,
        ),
        sa.Index("uq_scorecards_supersedes_id", "supersedes_id", unique=True),
        sa.Index("ix_scorecards_subject_id", "subject_id", "from_on"),
        sa.Index("ix_scorecards_from_on", "from_on", "id"),
        sa.Index("ix_scorecards_created_at", "created_at", "id"),
        sa.Index("ix_scorecards_rank", "rank", "id"),
    )  # fmt: skip

    scheme_id: UUID = Field(foreign_key="schemes.id")
    from_on: date
    to_on: date
    subject_id: UUID
    officer_id: UUID | None = Field(default=None, foreign_key="officers.id")
    team_id: UUID | None = Field(default=None, foreign_key="teams.id")
    edition: int
    status: ScorecardStatus = Field(default=ScorecardStatus.draft, sa_type=choice(ScorecardStatus))
    total: Decimal = Field(sa_type=numeric(10, 2))
    rank: int
    grade: str | None = None
    snapshot: dict[str, Any] = Field(sa_type=JSONB)
    hash: str
    supersedes_id: UUID | None = Field(default=None, foreign_key="scorecards.id")
    published_at: datetime | None = None
    published_by_id: UUID | None = Field(default=None, foreign_key="officers.id")
    objections_until: date | None = None

    @property
    def edited(self) -> Snapshot:
        """The snapshot by its shape."""
        return Snapshot.model_validate(self.snapshot)


class ScorecardCreate(Shape):
    """Compute the cards of a published scheme for a period of its year; drafts are replaced."""

    scheme_id: UUID
    period: Period
    as_of: Instant | None = Field(
        default=None, description="What was known then; now unless given."
    )


class ScorecardPublication(Shape):
    """Publish the drafts of a scheme and period."""

    scheme_id: UUID
    period: Period


class ScorecardStub(BaseModel):
    """A card in a run: enough to rank by."""

    id: UUID
    subject: ScoredSubject
    total: Total
    rank: int
    grade: str | None
    edition: int
    warnings: list[str]


class ScorecardRun(BaseModel):
    """What was computed or published, by rank. A subject whose card did not change has none."""

    scheme_id: UUID
    period: str
    status: ScorecardStatus
    items: list[ScorecardStub]


def _is_current(card: Any, _role: str) -> sa.ColumnElement[bool]:
    newer: Any = aliased(Scorecard)
    published = newer.status == ScorecardStatus.published.value
    later = sa.select(newer.id).where(newer.supersedes_id == card.id, published)
    return ~later.exists()


class ScorecardRead(RecordRead):
    """A card as answered; `is_current` is false once a published edition supersedes it."""

    table: ClassVar[type[SQLModel]] = Scorecard
    scheme_id: UUID
    from_on: BusinessDate
    to_on: BusinessDate
    subject_id: UUID
    officer_id: UUID | None
    team_id: UUID | None
    edition: int
    status: ScorecardStatus
    total: Total
    rank: int
    grade: str | None
    snapshot: Snapshot
    hash: str
    supersedes_id: UUID | None
    is_current: Annotated[bool, Computed(_is_current)]
    published_at: Instant | None
    published_by_id: UUID | None
    objections_until: BusinessDate | None


class ScorecardQuery(
    list_query(
        ScorecardRead,
        filters=(
            "scheme_id",
            "subject_id",
            "officer_id",
            "team_id",
            "status",
            "from_on",
            "edition",
        ),
        sorts=("from_on", "rank", "created_at"),
    )
):
    """Parameters of the list of cards."""
