"""Credit: who earns which part of a lead. Shares of one lead sum to exactly 100.00."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as Bounded
from sqlmodel import Field, SQLModel

from app.core.base import Record, RecordRead, Shape
from app.core.errors import invalid
from app.core.listing import list_query
from app.core.shapes import Expand
from app.core.types import BusinessDate, Code, Share, choice, numeric
from app.models.officers import OfficerStub

WHOLE = Decimal("100.00")
_CENT = Decimal("0.01")


class LeadMemberRole(Code):
    """Who earns what part of a signing; shares are set by the policy or by hand."""

    first_contact = "first_contact"
    lead_negotiator = "lead_negotiator"
    supporter = "supporter"
    steward = "steward"


class LeadMember(Record, table=True):
    """An officer's part in a lead between two days; the open rows' shares sum to 100.00."""

    __tablename__ = "lead_members"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_lead_members_lead_id", "lead_id", "to_on"),
        sa.Index("ix_lead_members_officer_id", "officer_id", "to_on", "lead_id"),
        sa.Index("ix_lead_members_created_at", "created_at", "id"),
    )

    lead_id: UUID = Field(foreign_key="leads.id")
    officer_id: UUID = Field(foreign_key="officers.id")
    role: LeadMemberRole = Field(sa_type=choice(LeadMemberRole))
    share: Decimal = Field(sa_type=numeric(5, 2))
    from_on: date
    to_on: date | None = None


# What each role earns in percent, 100 in all; the versions are in `credit_policies`.
Policy = Mapping[LeadMemberRole, Decimal]


class MemberEntry(Shape):
    """One officer's part."""

    officer_id: UUID
    role: LeadMemberRole
    share: Share | None = None


class MemberChangeCreate(Shape):
    """All members of a lead from today on: with every share given, or with none for the policy."""

    members: Annotated[list[MemberEntry], Bounded(min_length=1, max_length=50)]


def split(parts: Sequence[Decimal], whole: Decimal, step: Decimal = _CENT) -> list[Decimal]:
    """`whole` divided in proportion, each rounded half up; the last positive part takes the rest.

    20 points for three are 6.67 + 6.67 + 6.66. Nobody gets more than is left: no part is negative.
    """
    total, left = sum(parts), whole
    last = max(index for index, part in enumerate(parts) if part > 0)
    shares: list[Decimal] = []
    for index, part in enumerate(parts):
        rounded = (whole * part / total).quantize(step, ROUND_HALF_UP)
        shares.append(left if index == last else min(rounded, left))
        left -= shares[-1]
    return shares


def shares_of(members: Sequence[MemberEntry], policy: Policy) -> list[Decimal]:
    """The share of each member, by hand or by policy; 422 where they cannot sum to 100.00."""
    _check_roles(members)
    given = [member.share for member in members if member.share is not None]
    if not given:
        return _policy_shares([member.role for member in members], policy)
    if len(given) != len(members):
        raise invalid("/members", "shares_all_or_none")
    if sum(given) != WHOLE:
        raise invalid("/members", "shares_sum", total=f"{sum(given):.2f}")
    return given


def _check_roles(members: Sequence[MemberEntry]) -> None:
    officers = [member.officer_id for member in members]
    if len(set(officers)) != len(officers):
        raise invalid("/members", "member_repeated")
    if sum(member.role is LeadMemberRole.lead_negotiator for member in members) != 1:
        raise invalid("/members", "one_lead_negotiator")
    if sum(member.role is LeadMemberRole.first_contact for member in members) > 1:
        raise invalid("/members", "one_first_contact")


def _policy_shares(roles: Sequence[LeadMemberRole], policy: Policy) -> list[Decimal]:
    """An empty role's part goes to the lead negotiator."""
    missing = sum((policy[role] for role in policy if role not in roles), Decimal(0))
    parts = [
        policy[role] / roles.count(role)
        + (missing if role is LeadMemberRole.lead_negotiator else 0)
        for role in roles
    ]
    return split(parts, WHOLE)


class LeadMemberRead(RecordRead):
    """A member as answered; `to_on` is the day before which the part ended."""

    table: ClassVar[type[SQLModel]] = LeadMember
    lead_id: UUID
    officer_id: UUID
    role: LeadMemberRole
    share: Share
    from_on: BusinessDate
    to_on: BusinessDate | None
    officer: Annotated[OfficerStub | None, Expand("officer_id")] = None


class LeadMemberQuery(
    list_query(
        LeadMemberRead,
        filters=("lead_id", "officer_id", "role", "from_on", "to_on"),
        sorts=("created_at", "share", "from_on"),
    )
):
    """Parameters of the member list."""
