"""Agreement parties: which companies sign, on whose side."""

from typing import ClassVar
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Row, Shape
from app.core.types import Code, choice


class PartyRole(Code):
    """甲方 the zone's side, 乙方 the investor, 丙方 whoever else."""

    zone = "zone"
    investor = "investor"
    other = "other"


class AgreementParty(Row, table=True):
    """One company's part in an agreement."""

    __tablename__ = "agreement_parties"

    agreement_id: UUID = Field(foreign_key="agreements.id", index=True)
    company_id: UUID = Field(foreign_key="companies.id", index=True)
    role: PartyRole = Field(sa_type=choice(PartyRole))
    place: int


class PartyEntry(Shape):
    """A company that signs; it has a 统一社会信用代码 or a foreign registration number."""

    company_id: UUID
    role: PartyRole


class PartyRead(ReadShape):
    """A party as answered."""

    table: ClassVar[type[SQLModel]] = AgreementParty
    company_id: UUID
    role: PartyRole
