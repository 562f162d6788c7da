"""Lights: how the leads in view stand against their clocks."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.core.base import ReadShape
from app.core.listing import Filter, list_query
from app.core.shapes import Computed
from app.core.types import BusinessDate
from app.models.leads import Lead
from app.models.pipeline import LeadStatus, Stage
from app.models.progress import (
    Light,
    LightReason,
    days_in_stage,
    days_without_progress,
    last_progress_on,
    last_update_on,
    light,
    light_reasons,
    most_days,
)
from app.models.teams import Team


def _is_light(lead: Any, _role: str, name: str) -> sa.ColumnElement[bool]:
    return light(lead) == sa.bindparam(name, type_=sa.Text)


class LeadLightRead(ReadShape):
    """A lead and its light; not part of the lead, whose lists would pay for it."""

    table: ClassVar[type[SQLModel]] = Lead
    resource: ClassVar[str] = "lead_lights"
    id: UUID
    code: str
    name: str
    owner_id: UUID
    team_id: UUID | None
    stage: Stage
    status: LeadStatus
    light: Annotated[Light, Computed(light)]
    reasons: Annotated[list[LightReason], Computed(light_reasons)]
    stage_entered_on: BusinessDate
    days_in_stage: Annotated[int, Computed(days_in_stage)]
    most_days: Annotated[int | None, Computed(most_days)]
    last_progress_on: Annotated[BusinessDate, Computed(last_progress_on)]
    days_without_progress: Annotated[int, Computed(days_without_progress)]
    last_update_on: Annotated[BusinessDate, Computed(last_update_on)]


class LeadLightQuery(
    list_query(
        LeadLightRead,
        filters=("owner_id", "stage"),
        trees={"team_id": Team},
        matches={
            "light": (Filter("light", "eq", condition=_is_light), Light),
            "light__ne": (
                Filter("light", "ne", condition=lambda *given: sa.not_(_is_light(*given))),
                Light,
            ),
        },
        sorts=("stage_entered_on",),
        default=("stage_entered_on",),
    )
):
    """Parameters of the list of lights; longest in the stage first."""
