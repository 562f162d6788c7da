"""Looking for companies and leads that may be the same: one search for every way to add one.

A search is one statement, answered from indexes; `with_similar` adds names that are only alike.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import FieldError, Problem, field_error
from app.core.shapes import visible
from app.models.company_names import normal_name
from app.models.duplicate_checks import CompanyLook, LeadLook
from app.models.duplicates import (
    BLOCKING,
    DuplicateDecision,
    DuplicateKind,
    DuplicateLevel,
    DuplicateReason,
    LikeCompany,
    LikeLead,
    Likeness,
    StageBand,
)
from app.models.leads import Lead
from app.models.officers import Officer
from app.models.pipeline import LeadStatus, Stage, order
from app.models.roles import Role
from app.services.access import Caller

# As `pg_trgm.similarity_threshold` in `core/db.py`, which bounds what the index hands over.
_SIMILAR_ENOUGH, _MOST_SIMILAR = 0.5, 20
# `OFFSET 0` keeps the few that were found from being looked for along all companies.
_COMPANIES = """
SELECT a.place, c.id, c.name, c.credit_code,
  coalesce(c.credit_code = a.credit_code, false) AS has_same_credit_code,
  coalesce(c.lei = a.lei, false) OR coalesce(
    (c.country_code, c.registration_number) = (a.country_code, a.registration_number), false)
    AS has_same_registration,
  c.normal_name = a.normal_name OR (SELECT count(*) FROM company_former_names f
    WHERE f.company_id = c.id AND f.normal_name = a.normal_name) > 0 AS has_same_name,
  similarity(c.normal_name, a.normal_name)::float8 AS name_similarity,
  coalesce(c.region_code = a.region_code, false) AS has_same_region,
  coalesce(left(c.industry_code, 3) = left(a.industry_code, 3), false) AS has_same_industry
FROM jsonb_to_recordset($1::text::jsonb) AS a(place int, id uuid, normal_name text,
    credit_code text, lei text, country_code text, registration_number text, region_code text,
    industry_code text)
  CROSS JOIN LATERAL (
    SELECT id FROM companies WHERE credit_code = a.credit_code AND deleted_at IS NULL
    UNION SELECT id FROM companies WHERE lei = a.lei
    UNION SELECT id FROM companies
      WHERE registration_number = a.registration_number AND country_code = a.country_code
    UNION SELECT id FROM companies WHERE normal_name = a.normal_name
    UNION SELECT company_id FROM company_former_names f WHERE f.normal_name = a.normal_name
    UNION (SELECT id FROM companies n
      WHERE $2 AND n.normal_name % a.normal_name AND deleted_at IS NULL
        AND similarity(n.normal_name, a.normal_name) >= $3
      ORDER BY similarity(n.normal_name, a.normal_name) DESC, id LIMIT $4)
  ) AS found
  CROSS JOIN LATERAL (SELECT * FROM companies WHERE id = found.id AND deleted_at IS NULL OFFSET 0) c
WHERE c.id IS DISTINCT FROM a.id
"""
_PARTS = {part.name for part in fields(Likeness)}
OPEN = (LeadStatus.active, LeadStatus.suspended)
_POINTERS = {
    DuplicateLevel.certain: "/credit_code",
    DuplicateLevel.certain_foreign: "/registration_number",
}
_STRONGEST_FIRST = list(reversed(DuplicateLevel))


async def like_companies(
    session: AsyncSession, looks: Sequence[dict[str, Any]], *, with_similar: bool = True
) -> dict[int, list[DuplicateReason]]:
    """The companies like each of some, by its place; `look_of` says what a look holds."""
    asked = json.dumps([{"place": place, **look} for place, look in enumerate(looks)])
    found: dict[int, list[DuplicateReason]] = {place: [] for place in range(len(looks))}
    bounds = (with_similar, _SIMILAR_ENOUGH, _MOST_SIMILAR)
    connection = await session.connection()
    for record in (await connection.exec_driver_sql(_COMPANIES, (asked, *bounds))).mappings():
        row = dict(record)
        reason = _company_reason(row)
        if reason is not None:
            found[row["place"]].append(reason)
    return {place: _ordered(reasons) for place, reasons in found.items()}


def _company_reason(row: dict[str, Any]) -> DuplicateReason | None:
    likeness = Likeness(**{part: row[part] for part in row.keys() & _PARTS})
    level = likeness.level()
    if level is None:
        return None
    other = LikeCompany(id=row["id"], name=row["name"], credit_code=row["credit_code"])
    return DuplicateReason(
        kind=DuplicateKind.company, level=level, evidence=likeness.evidence(), company=other
    )


def look_of(company: Any, company_id: UUID | None = None) -> dict[str, Any]:
    """What of a company, or of what somebody says of one, is compared."""
    look = {name: getattr(company, name) for name in CompanyLook.model_fields if name != "name"}
    return {"id": company_id and str(company_id), "normal_name": normal_name(company.name), **look}


def _ordered(reasons: Iterable[DuplicateReason]) -> list[DuplicateReason]:
    return sorted(reasons, key=lambda reason: _STRONGEST_FIRST.index(reason.level))


async def like_leads(
    session: AsyncSession, caller: Caller, look: LeadLook, lead_id: UUID | None = None
) -> list[DuplicateReason]:
    """Open leads of the same investor that may be the same, hidden ones as stubs.

    The amount counts only where the caller may read the lead: asking again and again with other
    amounts must not tell it.
    """
    binds = {**caller.binds, "company_id": look.company_id, "lead_id": lead_id}
    rows = await session.exec(_leads(caller.role, look), params=binds)
    found = [_lead_reason(row, look) for row in rows]
    return _ordered(reason for reason in found if reason is not None)


def _leads(role: Role, look: LeadLook) -> Any:
    likeness = sa.func.similarity(sa.func.lower(Lead.name), look.name.lower())
    return (
        sa.select(Lead, col(Officer.name), likeness, sa.and_(*visible(Lead, role)))
        .join(Officer, col(Officer.id) == Lead.owner_id)
        .where(
            col(Lead.company_id) == sa.bindparam("company_id", type_=sa.Uuid),
            col(Lead.deleted_at).is_(None),
            col(Lead.status).in_(OPEN),
            col(Lead.id).is_distinct_from(sa.bindparam("lead_id", type_=sa.Uuid)),
        )
    )


def _lead_reason(row: Any, look: LeadLook) -> DuplicateReason | None:
    lead, owner_name, similarity, is_visible = row
    likeness = _lead_likeness(look, lead, similarity, _closeness(look, lead) if is_visible else 0.0)
    level = likeness.level()
    if level is None:
        return None
    stub = LikeLead(
        id=lead.id if is_visible else None,
        code=lead.code if is_visible else None,
        name=lead.name if is_visible else None,
        owner_name=owner_name,
        stage_band=_band(lead.stage),
    )
    evidence = likeness.evidence() if is_visible else []
    return DuplicateReason(kind=DuplicateKind.lead, level=level, evidence=evidence, lead=stub)


def lead_level(one: Lead, other: Lead, similarity: float) -> DuplicateLevel | None:
    """How alike two leads of one investor are, the amount included."""
    return _lead_likeness(one, other, similarity, _closeness(one, other)).level()


def _lead_likeness(
    look: LeadLook | Lead, lead: Lead, similarity: float, closeness: float
) -> Likeness:
    """Of one investor; a name says less than that of a company: its projects are named alike."""
    return Likeness(
        name_similarity=similarity / 5,
        has_same_investor=True,
        has_same_region=look.source_region_code is not None
        and look.source_region_code == lead.source_region_code,
        has_same_industry=look.industry_code is not None
        and look.industry_code[:3] == (lead.industry_code or "")[:3],
        amount_closeness=closeness,
    )


def _closeness(look: LeadLook | Lead, lead: Lead) -> float:
    one, other = look.planned_investment, lead.planned_investment
    if not one or not other or look.currency != lead.currency:
        return 0.0
    return float(min(one, other) / max(one, other))


def _band(stage: Stage) -> StageBand:
    if order(stage) >= order(Stage.signed):
        return StageBand.signed
    is_early = order(stage) < order(Stage.negotiating)
    return StageBand.before_talks if is_early else StageBand.in_talks


def refuse(
    reasons: Sequence[DuplicateReason], decision: DuplicateDecision | None
) -> list[DuplicateReason]:
    """409 with the reasons that hold a creation up; answers those that were decided away."""
    blocking = [reason for reason in reasons if reason.level in BLOCKING]
    is_certain = any(reason.level is DuplicateLevel.certain for reason in blocking)
    if blocking and (decision is None or is_certain):
        told = [reason.model_dump(mode="json") for reason in blocking]
        errors = [_error(reason) for reason in blocking]
        raise Problem("possible_duplicate", errors=errors, extra={"reasons": told})
    return blocking


def _error(reason: DuplicateReason) -> FieldError:
    known = reason.company.name if reason.company else reason.lead and reason.lead.owner_name
    return field_error(_POINTERS.get(reason.level, "/name"), "possible_duplicate", known=known)
