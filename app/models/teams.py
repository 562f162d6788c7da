"""Teams: a tree of bureaus, industry teams, stationed teams, departments and agencies."""

from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.search import Searchable
from app.core.types import Code, Flag, Name, choice
from app.models.mechanisms import Mechanism


class TeamKind(Code):
    """What a team is for."""

    bureau = "bureau"
    industry_team = "industry_team"
    stationed_team = "stationed_team"
    department = "department"
    agency = "agency"
    headquarters = "headquarters"


class TeamBase(SQLModel):
    """What a caller sets."""

    name: Name
    kind: TeamKind = Field(default=TeamKind.industry_team, sa_type=choice(TeamKind))
    parent_id: UUID | None = Field(default=None, foreign_key="teams.id", index=True)
    mechanism: Mechanism | None = Field(
        default=None,
        sa_type=choice(Mechanism),
        description="Of the team's new leads, where nobody names one.",
    )
    is_active: Flag = True


class Team(Record, Searchable, TeamBase, table=True):
    """`path` holds the team itself, then its ancestors up to the root."""

    changes_callers: ClassVar[bool] = True
    __tablename__ = "teams"
    __table_args__: ClassVar[Any] = (
        sa.Index(None, "path", postgresql_using="gin"),
        sa.Index("uq_teams_name", "name", unique=True),
    )

    path: list[UUID] = Field(default_factory=list, sa_type=ARRAY(sa.Uuid))
    is_demo: bool = False

    def place_under(self, parent: "Team | None") -> None:
        """Set the path; a team is never its own ancestor."""
        if parent is not None and self.id in parent.path:
            raise invalid("/parent_id", "team_cycle")
        self.parent_id = parent.id if parent else None
        self.path = [self.id, *(parent.path if parent else [])]


class TeamCreate(Shape, TeamBase):
    """A new team."""


class TeamUpdate(patch_of(TeamCreate)):
    """Changes of a team."""


class TeamRead(RecordRead, TeamBase):
    """A team as answered."""

    table: ClassVar[type[SQLModel]] = Team
    path: list[UUID]
    is_demo: bool


class TeamQuery(
    list_query(
        TeamRead,
        filters=("kind", "mechanism", "parent_id", "is_active", "is_demo"),
        sorts=("name", "created_at"),
        default=("name",),
        search=True,
    )
):
    """Parameters of the team list."""
