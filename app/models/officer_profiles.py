"""Officer profiles: the post of an officer, and what speaks for holding it."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import BusinessDate, choice
from app.models.officers import OfficerStub
from app.models.posts import Education, Names, PostStub


class OfficerProfileBase(SQLModel):
    """What a caller sets; experience in the trade is counted from `experience_from_on`."""

    post_id: UUID | None = Field(default=None, foreign_key="posts.id", index=True)
    education: Education | None = Field(default=None, sa_type=choice(Education))
    majors: Names = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    experience_from_on: BusinessDate | None = None


class OfficerProfile(Record, OfficerProfileBase, table=True):
    """One officer's profile."""

    __tablename__ = "officer_profiles"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_officer_profiles_officer_id", "officer_id", unique=True),
        sa.Index("ix_officer_profiles_created_at", "created_at", "id"),
    )

    officer_id: UUID = Field(foreign_key="officers.id")

    def experience_years(self, day: date) -> int:
        """Full years of experience on a day; of a 29 February they are full on 1 March."""
        begin = self.experience_from_on
        if begin is None:
            return 0
        return max(0, day.year - begin.year - ((day.month, day.day) < (begin.month, begin.day)))


class OfficerProfileCreate(Shape, OfficerProfileBase):
    """A new profile."""

    officer_id: UUID


class OfficerProfileUpdate(patch_of(OfficerProfileCreate, without=frozenset({"officer_id"}))):
    """Changes of a profile."""


class OfficerProfileRead(RecordRead, OfficerProfileBase):
    """A profile as answered."""

    table: ClassVar[type[SQLModel]] = OfficerProfile
    officer_id: UUID
    officer: Annotated[OfficerStub | None, Expand("officer_id")] = None
    post: Annotated[PostStub | None, Expand("post_id")] = None


class OfficerProfileQuery(
    list_query(
        OfficerProfileRead, filters=("officer_id", "post_id", "education"), sorts=("created_at",)
    )
):
    """Parameters of the list of profiles."""
