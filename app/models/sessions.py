"""Log-ins: an opaque token of which only the hash is kept."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from sqlmodel import Field

from app.core.base import Row
from app.core.clock import now

IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)


def _end() -> datetime:
    return now() + ABSOLUTE


class OfficerSession(Row, table=True):
    """Ends after 30 idle minutes, 12 hours, log-out or the account's end, whichever is first."""

    changes_callers: ClassVar[bool] = True
    __tablename__ = "officer_sessions"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_officer_sessions_token_hash", "token_hash", unique=True),
    )

    officer_id: UUID = Field(foreign_key="officers.id", index=True)
    token_hash: bytes
    created_at: datetime = Field(default_factory=now)
    last_seen_at: datetime = Field(default_factory=now)
    expires_at: datetime = Field(default_factory=_end)
    revoked_at: datetime | None = None


class SessionRead(BaseModel):
    """The reply to a log-in (RFC 6749 §5.1)."""

    access_token: str
    token_type: str
    expires_in: int
