"""What a zone changes of the gates: an item made compulsory or deferrable, or switched off."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.types import choice
from app.models.gates import DECLARED, GateItem, Need
from app.models.pipeline import Stage


class GateSettingBase(SQLModel):
    """What a caller sets."""

    stage: Stage = Field(sa_type=choice(Stage))
    item: GateItem = Field(sa_type=choice(GateItem))
    need: Need = Field(sa_type=choice(Need))


class GateSetting(Record, GateSettingBase, table=True):
    """One departure from the declared gates."""

    __tablename__ = "gate_settings"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_gate_settings_stage", "stage", "item", unique=True),
    )


class GateSettingCreate(Shape, GateSettingBase):
    """A new departure."""

    def check_item(self) -> None:
        """422 where the stage's gate never asks for the item."""
        if (self.stage, self.item) not in DECLARED:
            raise invalid("/item", "item_not_in_gate", stage=self.stage)


class GateSettingUpdate(patch_of(GateSettingCreate, without=frozenset({"stage", "item"}))):
    """Changes of a departure."""


class GateSettingRead(RecordRead, GateSettingBase):
    """A departure as answered."""

    table: ClassVar[type[SQLModel]] = GateSetting


class GateSettingQuery(
    list_query(GateSettingRead, filters=("stage", "item", "need"), sorts=("created_at",))
):
    """Parameters of the list of departures."""
