"""What a zone changes of the gates: an item made compulsory or deferrable, or switched off."""

from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape, patch_of
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.types import Flag, choice
from app.models.gates import DECLARED, GateItem, Need
from app.models.pipeline import Stage

NAMED = 200


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
    """A new departure; `dry_run` only says whom it would touch, also where there is one."""

    dry_run: Flag = False

    def check_item(self) -> None:
        """422 where the stage's gate never asks for the item."""
        if (self.stage, self.item) not in DECLARED:
            raise invalid("/item", "item_not_in_gate", stage=self.stage)


class GateSettingUpdate(
    patch_of(GateSettingCreate, without=frozenset({"stage", "item", "dry_run"}))
):
    """Changes of a departure."""


class GateEffect(BaseModel):
    """The leads of one stage whose next move changes; all are counted, the first 200 named."""

    stage: Stage
    refused_count: int = 0
    refused_lead_ids: list[UUID] = []
    allowed_count: int = 0
    allowed_lead_ids: list[UUID] = []

    @property
    def is_any(self) -> bool:
        """Whether anything changes."""
        return bool(self.refused_count or self.allowed_count)

    def note(self, lead_id: UUID, *, was: bool, will: bool) -> None:
        """One lead, by whether its gate was and will be open."""
        if was and not will:
            self.refused_count += 1
            self.refused_lead_ids = [*self.refused_lead_ids, lead_id][:NAMED]
        elif will and not was:
            self.allowed_count += 1
            self.allowed_lead_ids = [*self.allowed_lead_ids, lead_id][:NAMED]


class GateSettingPreview(BaseModel):
    """What a departure would do: leads before the gate, those without the item, by their stage.

    A move is allowed where all is there that cannot be promised, and no promise is overdue.
    """

    stage: Stage
    item: GateItem
    need_before: Need
    need_after: Need
    lead_count: int
    lacking_count: int
    items: list[GateEffect]


class GateSettingRead(RecordRead, GateSettingBase):
    """A departure as answered."""

    table: ClassVar[type[SQLModel]] = GateSetting


class GateSettingQuery(
    list_query(GateSettingRead, filters=("stage", "item", "need"), sorts=("created_at",))
):
    """Parameters of the list of departures."""
