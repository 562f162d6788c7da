"""Posts 岗位资格认证: what somebody in a post must have learnt and done."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Shape, patch_of
from app.core.listing import list_query
from app.core.types import Code, Name, Notes, choice

Names = Annotated[list[Name], Bounded(max_length=50)]
Years = Annotated[int, Bounded(strict=True, ge=0, le=60)]


class Education(Code):
    """Education, from the lowest to the highest."""

    secondary = "secondary"
    associate = "associate"
    bachelor = "bachelor"
    master = "master"
    doctor = "doctor"


class PostBase(SQLModel):
    """What a caller sets; one of `required_majors` suffices, all certificate kinds are needed."""

    name: Name
    required_education: Education | None = Field(default=None, sa_type=choice(Education))
    required_majors: Names = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    required_experience_years: Years = 0
    required_certificate_kinds: Names = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    notes: Notes | None = None


class Post(Record, PostBase, table=True):
    """One post."""

    __tablename__ = "posts"
    __table_args__: ClassVar[Any] = (sa.Index("uq_posts_name", "name", unique=True),)


class PostCreate(Shape, PostBase):
    """A new post."""


class PostUpdate(patch_of(PostCreate)):
    """Changes of a post."""


class PostRead(RecordRead, PostBase):
    """A post as answered."""

    table: ClassVar[type[SQLModel]] = Post


class PostStub(ReadShape):
    """Which post, for embedding."""

    table: ClassVar[type[SQLModel]] = Post
    id: UUID
    name: str


class PostQuery(
    list_query(
        PostRead,
        filters=("name", "required_education"),
        sorts=("name", "created_at"),
        default=("name",),
    )
):
    """Parameters of the list of posts."""
