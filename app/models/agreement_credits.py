"""Agreement credits: who earns which part of a supplement's increment."""

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from app.core.base import Row
from app.core.types import numeric


class AgreementCredit(Row, table=True):
    """The members of the day of signing, stamped at recognition, moved by nothing later."""

    __tablename__: ClassVar[str] = "agreement_credits"

    agreement_id: UUID = Field(foreign_key="agreements.id", index=True)
    officer_id: UUID = Field(foreign_key="officers.id", index=True)
    role: str
    share: Decimal = Field(sa_type=numeric(5, 2))
    place: int
    team_path: list[UUID] = Field(sa_type=ARRAY(Uuid))
