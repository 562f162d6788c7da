"""Red and black lists as published: who is on which, and by which rule."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel, col

from app.core.base import Record, RecordRead
from app.core.listing import list_query
from app.core.shapes import Computed
from app.core.types import BusinessDate, choice
from app.models.scorecards import Scorecard, ScorecardStatus
from app.models.scoring_lists import ListColour


class ScorecardListing(Record, table=True):
    """One entry, written when the card is published; it holds as long as the card does."""

    __tablename__ = "scorecard_listings"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_scorecard_listings_scorecard_id", "scorecard_id"),
        sa.Index("ix_scorecard_listings_from_on", "from_on", "id"),
        sa.Index("ix_scorecard_listings_created_at", "created_at", "id"),
    )

    scorecard_id: UUID = Field(foreign_key="scorecards.id")
    scheme_id: UUID = Field(foreign_key="schemes.id")
    from_on: date
    to_on: date
    officer_id: UUID | None = Field(default=None, foreign_key="officers.id")
    team_id: UUID | None = Field(default=None, foreign_key="teams.id")
    subject_name: str
    colour: ListColour = Field(sa_type=choice(ListColour))
    name: str
    reason: dict[str, str] = Field(sa_type=JSONB)


def _is_current(listing: Any, _role: str) -> sa.ColumnElement[bool]:
    later = sa.select(col(Scorecard.id)).where(
        col(Scorecard.supersedes_id) == listing.scorecard_id,
        col(Scorecard.status) == ScorecardStatus.published.value,
    )
    return ~later.exists()


class ScorecardListingRead(RecordRead):
    """An entry as answered; `is_current` is false once its card is superseded."""

    table: ClassVar[type[SQLModel]] = ScorecardListing
    scorecard_id: UUID
    scheme_id: UUID
    from_on: BusinessDate
    to_on: BusinessDate
    officer_id: UUID | None
    team_id: UUID | None
    subject_name: str
    colour: ListColour
    name: str
    reason: dict[str, str]
    is_current: Annotated[bool, Computed(_is_current)]


class ScorecardListingQuery(
    list_query(
        ScorecardListingRead,
        filters=("scheme_id", "scorecard_id", "officer_id", "team_id", "colour", "from_on"),
        sorts=("from_on", "created_at"),
    )
):
    """Parameters of the red and black lists."""
