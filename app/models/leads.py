"""Leads: one investment opportunity with one investor, from the first signal to full production."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.core.base import ReadShape, Record, RecordRead, Shape, patch_of
from app.core.clock import now, today
from app.core.errors import invalid
from app.core.listing import export_of, list_query
from app.core.search import Searchable, search_index
from app.core.shapes import Computed, Expand
from app.core.types import (
    BusinessDate,
    Count,
    Flag,
    Instant,
    Money,
    Name,
    Notes,
    choice,
    numeric,
)
from app.models.codes import CountryCode, CurrencyCode, IndustryCode, RegionCode
from app.models.companies import CompanyStub
from app.models.duplicates import DuplicateDecision
from app.models.lead_actions import actions_sql, own_leads
from app.models.mechanisms import Direction, Mechanism
from app.models.officers import OfficerStub
from app.models.pipeline import LeadAction, LeadStatus, Stage, Standing, Track
from app.models.reference import industry_prefix, region_prefix
from app.models.teams import Team
from app.models.zone_credits import ZoneCredit


class LeadBase(ZoneCredit):
    """What a caller sets."""

    name: Name
    company_id: UUID | None = Field(default=None, foreign_key="companies.id", index=True)
    combination_id: UUID | None = Field(default=None, foreign_key="combinations.id")
    chain_node_id: UUID | None = Field(
        default=None, foreign_key="chain_nodes.id", description="Of the combination's chain."
    )
    mechanism: Mechanism = Field(default=Mechanism.department, sa_type=choice(Mechanism))
    direction: Direction = Field(default=Direction.external, sa_type=choice(Direction))
    track: Track | None = Field(default=None, sa_type=choice(Track))
    industry_code: IndustryCode | None = None
    source_region_code: RegionCode | None = None
    source_country_code: CountryCode = "CN"
    planned_investment: Money | None = Field(default=None, sa_type=numeric(20, 2))
    planned_fixed_investment: Money | None = Field(default=None, sa_type=numeric(20, 2))
    expected_output: Money | None = Field(default=None, sa_type=numeric(20, 2))
    expected_tax: Money | None = Field(default=None, sa_type=numeric(20, 2))
    expected_jobs: Count | None = None
    currency: CurrencyCode = "CNY"
    received_on: BusinessDate = Field(default_factory=today)
    is_leading: Flag = Field(default=False, description="龙头型")
    is_flagship: Flag = Field(default=False, description="旗舰型")
    is_restricted: Flag = Field(default=False, description="Hidden from the rest of the team.")
    description: Notes | None = None


class Lead(Record, Searchable, LeadBase, table=True):
    """The record, its stage and its owner.

    Stage, status and agreed amount move only with recognised transitions.
    """

    __tablename__ = "leads"
    __table_args__: ClassVar[Any] = (
        sa.Index("uq_leads_code", "code", unique=True),
        sa.Index("ix_leads_owner_id", "owner_id", "updated_at", "id"),
        sa.Index("ix_leads_team_id", "team_id", "updated_at", "id"),
        sa.Index("ix_leads_combination_id", "combination_id", "updated_at", "id"),
        sa.Index("ix_leads_chain_node_id", "chain_node_id", "updated_at", "id"),
        sa.Index("ix_leads_updated_at", "updated_at", "id"),
        sa.Index("ix_leads_created_at", "created_at", "id"),
        sa.Index("ix_leads_stage", "stage", "updated_at", "id"),
        sa.Index("ix_leads_planned_investment", "planned_investment", "id"),
        sa.Index(
            "ix_leads_largest_planned",
            sa.text("planned_investment DESC NULLS LAST"),
            sa.text("id DESC"),
        ),
        sa.Index(
            "ix_leads_largest_agreed",
            sa.text("agreed_amount DESC NULLS LAST"),
            sa.text("id DESC"),
        ),
        sa.Index("ix_leads_stage_entered_on", "stage_entered_on", "id"),
        sa.Index("ix_leads_received_on", "received_on", "id"),
        sa.Index("ix_leads_last_visited_on", "last_visited_on", "id"),
        sa.Index("ix_leads_name_sort", "name_sort", "id"),
        sa.Index(
            "ix_leads_search",
            sa.text("search_grams(search_text)"),
            postgresql_using="gin",
        ),
        search_index("leads"),
    )
    search_fields: ClassVar[tuple[str, ...]] = ("name", "code")

    code: str
    owner_id: UUID = Field(foreign_key="officers.id")
    team_id: UUID | None = Field(default=None, foreign_key="teams.id")
    stage: Stage = Field(default=Stage.identified, sa_type=choice(Stage))
    status: LeadStatus = Field(default=LeadStatus.active, sa_type=choice(LeadStatus))
    stage_entered_on: date = Field(default_factory=today)
    suspended_until: date | None = None
    agreed_amount: Decimal | None = Field(default=None, sa_type=numeric(20, 2))
    agreed_currency: str | None = None
    is_pending: bool = False
    is_completion_open: bool = False
    last_visited_on: date | None = None
    is_demo: bool = False
    merged_into_id: UUID | None = None
    deleted_at: datetime | None = None

    @property
    def standing(self) -> Standing:
        """What decides the next moves."""
        return Standing(
            self.status,
            self.stage,
            self.track,
            self.is_pending,
            self.is_completion_open,
        )

    def check_entries(self) -> None:
        """A signal was received already; fixed investment is part of the planned investment."""
        if self.received_on > today():
            raise invalid("/received_on", "date_in_future")
        part, whole = self.planned_fixed_investment, self.planned_investment
        if part is not None and (whole is None or part > whole):
            raise invalid("/planned_fixed_investment", "fixed_above_planned")

    def remove(self) -> None:
        """To the trash; the record stays."""
        self.deleted_at = now()


class LeadCreate(Shape, LeadBase):
    """A new lead; the caller owns it unless an owner is named."""

    owner_id: UUID | None = None
    duplicate_decision: DuplicateDecision | None = None


class LeadUpdate(patch_of(LeadCreate, without=frozenset({"owner_id", "duplicate_decision"}))):
    """Changes of a lead; stage, owner and money move by their own resources."""


class LeadRead(RecordRead, LeadBase):
    """A lead as answered."""

    table: ClassVar[type[SQLModel]] = Lead
    code: str
    owner_id: UUID
    team_id: UUID | None
    stage: Stage
    status: LeadStatus
    stage_entered_on: BusinessDate
    suspended_until: BusinessDate | None
    agreed_amount: Money | None
    agreed_currency: str | None
    is_pending: bool
    last_visited_on: BusinessDate | None
    is_demo: bool
    allowed_actions: Annotated[list[LeadAction], Computed(actions_sql)]
    company: Annotated[CompanyStub | None, Expand("company_id")] = None
    owner: Annotated[OfficerStub | None, Expand("owner_id")] = None


class LeadStub(ReadShape):
    """A lead inside another record."""

    table: ClassVar[type[SQLModel]] = Lead
    id: UUID
    code: str
    name: str
    stage: Stage
    status: LeadStatus
    owner_id: UUID
    stage_entered_on: date
    updated_at: Instant


class LeadQuery(
    list_query(
        LeadRead,
        filters=(
            "code",
            "stage",
            "status",
            "mechanism",
            "direction",
            "track",
            "owner_id",
            "company_id",
            "combination_id",
            "chain_node_id",
            "source_country_code",
            "currency",
            "planned_investment",
            "agreed_amount",
            "received_on",
            "stage_entered_on",
            "last_visited_on",
            "is_leading",
            "is_flagship",
            "is_restricted",
            "is_located_in_zone",
            "is_pending",
            "is_demo",
            "created_at",
            "updated_at",
        ),
        trees={
            "team_id": Team,
            "industry_code": industry_prefix,
            "source_region_code": region_prefix,
        },
        sorts=(
            "updated_at",
            "created_at",
            "name",
            "code",
            "planned_investment",
            "agreed_amount",
            "stage_entered_on",
            "last_visited_on",
            "received_on",
        ),
        search=True,
        own=own_leads,
    )
):
    """Parameters of the lead list."""


class LeadExport(export_of(LeadQuery)):
    """Parameters of the export."""
