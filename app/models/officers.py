"""Officers: every account is an officer with exactly one role."""

from datetime import datetime, timedelta
from math import ceil
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import StringConstraints
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Shape, patch_of
from app.core.clock import now
from app.core.listing import list_query
from app.core.search import Searchable
from app.core.security import MAX_PASSWORD
from app.core.types import VISIBLE, Flag, Instant, Name, choice
from app.models.roles import Role
from app.models.teams import Team

Username = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_.\-]{2,39}$", min_length=3, max_length=40),
]
Password = Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD, pattern=VISIBLE)]

LOCK_AFTER, LOCK_FOR = 5, timedelta(minutes=15)


class OfficerBase(SQLModel):
    """What an administrator sets."""

    name: Name
    team_id: UUID | None = Field(default=None, foreign_key="teams.id", index=True)
    is_active: Flag = True


class Officer(Record, Searchable, OfficerBase, table=True):
    """An account."""

    changes_callers: ClassVar[bool] = True
    __tablename__ = "officers"
    __table_args__: ClassVar[Any] = (sa.Index("uq_officers_username", "username", unique=True),)
    search_fields: ClassVar[tuple[str, ...]] = ("name", "username")

    username: str
    role: Role = Field(sa_type=choice(Role))
    password_hash: str
    failed_count: int = 0
    locked_until: datetime | None = None
    is_demo: bool = False

    def is_locked(self) -> bool:
        """After five wrong passwords, for a quarter of an hour (等保 2.0)."""
        return self.locked_until is not None and self.locked_until > now()

    def seconds_locked(self) -> int:
        """How long the lock still holds."""
        return max(1, ceil((self.locked_until - now()).total_seconds())) if self.locked_until else 0

    def note_failure(self) -> None:
        """Count one wrong password; the fifth locks."""
        self.failed_count += 1
        if self.failed_count >= LOCK_AFTER:
            self.failed_count, self.locked_until = 0, now() + LOCK_FOR

    def note_success(self) -> None:
        """Forget earlier failures."""
        self.apply({"failed_count": 0, "locked_until": None})


class OfficerCreate(Shape, OfficerBase):
    """A new account."""

    username: Username
    role: Role = Role.officer
    password: Password


class OfficerUpdate(patch_of(OfficerCreate, without=frozenset({"username", "role", "password"}))):
    """Changes of an account; its role has an endpoint of its own."""


class OfficerRead(RecordRead, OfficerBase):
    """An account as answered."""

    table: ClassVar[type[SQLModel]] = Officer
    username: str
    role: Role
    locked_until: Instant | None
    is_demo: bool


class OfficerStub(ReadShape):
    """Who somebody is, for embedding."""

    table: ClassVar[type[SQLModel]] = Officer
    id: UUID
    name: str
    role: Role
    team_id: UUID | None


class OfficerQuery(
    list_query(
        OfficerRead,
        filters=("username", "role", "is_active", "is_demo"),
        trees={"team_id": Team},
        sorts=("name", "username", "created_at"),
        default=("name",),
        search=True,
    )
):
    """Parameters of the officer list."""


class RoleChange(Shape):
    """The role an account shall have from now on."""

    role: Role


class PasswordChange(Shape):
    """The caller's own password."""

    current_password: Password
    new_password: Password
