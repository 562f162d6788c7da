"""Integrity alerts: what looks as if one thing had been counted twice. Somebody has to look."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.clock import now
from app.core.errors import Problem
from app.core.listing import list_query
from app.core.types import Code, Instant, Line, choice


class AlertKind(Code):
    """The rule that was met."""

    same_evidence = "same_evidence"


class AlertStatus(Code):
    """What was decided."""

    open = "open"
    acknowledged = "acknowledged"
    dismissed = "dismissed"


class AlertVerdict(Code):
    """What may be decided: it is what it looks like, or there is a good reason."""

    acknowledge = "acknowledge"
    dismiss = "dismiss"


_STATUS_AFTER = {
    AlertVerdict.acknowledge: AlertStatus.acknowledged,
    AlertVerdict.dismiss: AlertStatus.dismissed,
}


class IntegrityAlert(Record, table=True):
    """A rule met by two leads and one content, once; the lower id comes first."""

    __tablename__ = "integrity_alerts"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "uq_integrity_alerts_lead_id", "lead_id", "other_lead_id", "kind", "sha256", unique=True
        ),
        sa.Index("ix_integrity_alerts_other_lead_id", "other_lead_id"),
        sa.Index("ix_integrity_alerts_status", "status", "created_at"),
        sa.Index("ix_integrity_alerts_created_at", "created_at", "id"),
    )

    kind: AlertKind = Field(sa_type=choice(AlertKind))
    lead_id: UUID = Field(foreign_key="leads.id")
    other_lead_id: UUID = Field(foreign_key="leads.id")
    sha256: str = Field(description="Of the file that shows both.")
    status: AlertStatus = Field(default=AlertStatus.open, sa_type=choice(AlertStatus))
    reason: str | None = None
    decided_at: datetime | None = None
    decided_by_id: UUID | None = Field(default=None, foreign_key="officers.id")

    def decide(self, verdict: AlertVerdict, reason: str, officer_id: UUID) -> None:
        """Close it with a reason; 409 where that was done before."""
        if self.status is not AlertStatus.open:
            raise Problem("already_decided", status=self.status)
        self.status, self.reason = _STATUS_AFTER[verdict], reason
        self.decided_at, self.decided_by_id = now(), officer_id


class AlertDecision(Shape):
    """A verdict, always with its reason."""

    decision: AlertVerdict
    reason: Line


class IntegrityAlertRead(RecordRead):
    """An alert as answered."""

    table: ClassVar[type[SQLModel]] = IntegrityAlert
    kind: AlertKind
    lead_id: UUID
    other_lead_id: UUID
    sha256: str
    status: AlertStatus
    reason: str | None
    decided_at: Instant | None
    decided_by_id: UUID | None


class IntegrityAlertQuery(
    list_query(
        IntegrityAlertRead,
        filters=("kind", "status", "lead_id", "other_lead_id"),
        sorts=("created_at",),
    )
):
    """Parameters of the list of alerts."""
