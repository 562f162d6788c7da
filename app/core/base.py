"""What every record is: opaque id, version, who and when; and how its changes are told apart."""

from copy import copy
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import uuid_utils.compat
from pydantic import MISSING, BaseModel, ConfigDict, create_model
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from app.core.clock import now
from app.core.types import Instant

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> UUID:
    """UUIDv7 (RFC 9562): opaque, and grows with time, so that indexes stay dense."""
    return uuid_utils.compat.uuid7()


class Row(SQLModel):
    """Any table's row: an id made before the row is written."""

    __tablename__: ClassVar[str]  # pyright: ignore[reportIncompatibleVariableOverride]  tables name it

    id: UUID = Field(default_factory=new_id, primary_key=True)


class Record(Row):
    """A row with an optimistic lock; the version is part of every UPDATE's WHERE."""

    version: int = Field(default=1, sa_column_kwargs={"nullable": False})
    created_at: datetime = Field(default_factory=now)
    created_by_id: UUID | None = Field(default=None)
    updated_at: datetime = Field(default_factory=now)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls: Any) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}

    def apply(self, changes: dict[str, Any]) -> set[str]:
        """Set what differs; answers the names of the fields that changed."""
        changed = {name for name, value in changes.items() if getattr(self, name) != value}
        for name in changed:
            setattr(self, name, changes[name])
        return changed

    def touch(self) -> None:
        """Give the record a new version because something that belongs to it changed."""
        self.updated_at = now()


class Shape(BaseModel):
    """A body: unknown and read-only fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class ReadShape(BaseModel):
    """What a read answers, in this order. `table` is the table the read path selects from.

    `resource` names what is listed where it is not that table's records.
    """

    model_config = ConfigDict(from_attributes=True)
    table: ClassVar[type[SQLModel]]
    resource: ClassVar[str] = ""

    @classmethod
    def listed(cls) -> str:
        """The name of the list."""
        return cls.resource or str(cls.table.__tablename__)


class RecordRead(ReadShape):
    """The fields that every record carries."""

    id: UUID
    version: Annotated[int, Field(ge=1)]
    created_at: Instant
    created_by_id: UUID | None
    updated_at: Instant


class Patch(Shape):
    """JSON merge patch (RFC 7396): absent = unchanged, null = cleared where that is allowed."""

    def changes(self) -> dict[str, Any]:
        """Only what the caller sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def _may_be_absent(info: FieldInfo) -> FieldInfo:
    field = copy(info)
    field.default, field.default_factory = PydanticUndefined, lambda: MISSING
    return field


def patch_of(shape: type[BaseModel], *, without: frozenset[str] = frozenset()) -> type[Patch]:
    """The merge-patch shape of a create shape: same types, every field may be absent.

    An absent field reads as `MISSING`; null passes only where the create shape allows it.
    """
    fields: dict[str, Any] = {
        name: (info.annotation, _may_be_absent(info))
        for name, info in shape.model_fields.items()
        if name not in without
    }
    return create_model(f"{shape.__name__}Patch", __base__=Patch, **fields)
