"""The clock of a lead as answered: by when it is told what, and when it was."""

from typing import Annotated, Any, ClassVar

import sqlalchemy as sa
from sqlmodel import SQLModel, col, select

from app.core.base import ReadShape
from app.core.shapes import Computed
from app.core.types import BusinessDate
from app.models.due import assess_due_on, assessed_on, report_due_on, responded_on
from app.models.lead_responses import LeadClock, ResponseKind
from app.models.leads import Lead


def _due(name: str) -> Computed:
    def sql(lead: Any, _role: str) -> sa.ColumnElement[Any]:
        found = select(getattr(LeadClock, name)).where(col(LeadClock.lead_id) == lead.id)
        return found.scalar_subquery()

    return Computed(sql)


def _told(kind: ResponseKind) -> Computed:
    return Computed(lambda lead, _role: responded_on(lead.id, kind))


def _assess_due(lead: Any, _role: str) -> sa.ColumnElement[Any]:
    found = select(assess_due_on(LeadClock)).where(col(LeadClock.lead_id) == lead.id)
    return found.scalar_subquery()


class LeadClockRead(ReadShape):
    """Days are the last ones in time; null where no clock runs, or nothing was said yet."""

    table: ClassVar[type[SQLModel]] = Lead
    answer_due_on: Annotated[BusinessDate | None, _due("answer_due_on")]
    answered_on: Annotated[BusinessDate | None, _told(ResponseKind.answered)]
    assess_due_on: Annotated[BusinessDate | None, Computed(_assess_due)]
    assessed_on: Annotated[BusinessDate | None, Computed(assessed_on)]
    feedback_due_on: Annotated[BusinessDate | None, _due("feedback_due_on")]
    fed_back_on: Annotated[BusinessDate | None, _told(ResponseKind.feedback)]
    report_due_on: Annotated[BusinessDate | None, Computed(report_due_on)]
