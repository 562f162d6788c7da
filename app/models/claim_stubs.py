"""What every officer may know of a colleague's claim: name, owner, stage band, protection."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, select

from app.core.base import ReadShape
from app.core.errors import ProblemBody
from app.core.shapes import Computed, json_of
from app.core.types import BusinessDate, Code
from app.models.claims import Claim, ClaimStatus, effective_status, stands
from app.models.companies import Company
from app.models.leads import Lead
from app.models.officers import Officer
from app.models.pipeline import Stage, order


class StageBand(Code):
    """How far a colleague's lead is, and no more than that."""

    before_signing = "before_signing"
    signed = "signed"
    landed = "landed"


def _band(claim: Any, _role: str) -> sa.ColumnElement[Any]:
    early = [stage for stage in Stage if order(stage) < order(Stage.signed)]
    codes = [sa.literal_column(f"'{stage}'") for stage in early]
    band = sa.case(
        (col(Lead.stage).in_(codes), sa.literal_column("'before_signing'")),
        (col(Lead.stage) == sa.literal_column("'signed'"), sa.literal_column("'signed'")),
        else_=sa.literal_column("'landed'"),
    )
    return select(band).where(col(Lead.id) == claim.lead_id).scalar_subquery()


def _owner(name: str) -> Computed:
    def sql(claim: Any, _role: str) -> sa.ColumnElement[Any]:
        owner = select(getattr(Officer, name)).join(Lead, col(Lead.owner_id) == Officer.id)
        return owner.where(col(Lead.id) == claim.lead_id).scalar_subquery()

    return Computed(sql)


class ClaimStub(ReadShape):
    """A claim as a stranger sees it."""

    table: ClassVar[type[SQLModel]] = Claim
    owner_id: Annotated[UUID, _owner("id")]
    owner_name: Annotated[str, _owner("name")]
    stage_band: Annotated[StageBand, Computed(_band)]
    status: Annotated[ClaimStatus, Computed(effective_status)]
    protected_until: BusinessDate | None


def _claims(company: Any, role: str) -> sa.ColumnElement[Any]:
    claim: Any = aliased(Claim)
    rows = sa.func.json_agg(
        aggregate_order_by(json_of(ClaimStub, claim, role), claim.ranks_at, claim.id)
    )
    found = sa.select(sa.func.coalesce(rows, sa.literal_column("'[]'::json")))
    return found.where(claim.company_id == company.id, stands(claim)).scalar_subquery()


class CompanyClaims(ReadShape):
    """Who is on a company: nobody, one, or two where a dispute left both claims."""

    table: ClassVar[type[SQLModel]] = Company
    company_id: Annotated[UUID, Computed(lambda company, _role: company.id)]
    company_name: Annotated[str, Computed(lambda company, _role: company.name)]
    claims: Annotated[list[ClaimStub], Computed(_claims)]


class AlreadyClaimed(ProblemBody):
    """409 `already_claimed`: the refusal with the stub."""

    claimed: CompanyClaims | None = None
