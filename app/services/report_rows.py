"""The statements of the report beside the KPI answers: stages, key projects, the ledger's rows."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.core.shapes import visible
from app.core.statements import Statement, compiled
from app.models.companies import Company
from app.models.leads import Lead
from app.models.ledger_entries import LedgerEntry
from app.models.pipeline import LeadStatus, Stage
from app.models.roles import Role

MOST_PROJECTS = 100


@lru_cache
def statement_of(select: Callable[[Role], Any], role: Role) -> Statement:
    """A SELECT as a role sees its rows."""
    return compiled(select(role))


def _open(lead: Any, role: Role) -> list[Any]:
    return [lead.status == LeadStatus.active.value, *visible(lead, role)]


def stage_counts(role: Role) -> Any:
    """Active leads by stage."""
    lead: Any = Lead
    is_key = sa.or_(lead.is_leading, lead.is_flagship)
    counts = (
        sa.func.count().label("lead_count"),
        sa.func.count().filter(is_key).label("key_count"),
    )
    stage = sa.cast(lead.stage, sa.Text).label("stage")
    return sa.select(stage, *counts).where(*_open(lead, role)).group_by(lead.stage)


def key_projects(role: Role) -> Any:
    """Leading and flagship leads, in the order of their stages, the largest of them."""
    lead: Any = Lead
    columns = (lead.id, lead.code, lead.name, lead.is_leading, lead.is_flagship)
    stage = sa.cast(lead.stage, sa.Text)
    largest = (
        sa.select(*columns, stage.label("stage"))
        .where(sa.or_(lead.is_leading, lead.is_flagship), *_open(lead, role))
        .order_by(lead.planned_investment.desc().nulls_last(), lead.id)
        .limit(MOST_PROJECTS)
        .subquery()
    )
    order = sa.func.array_position(sa.literal([s.value for s in Stage], sa.ARRAY(sa.Text)),
                                   largest.c.stage)  # fmt: skip
    return sa.select(largest).order_by(order, largest.c.code)


def details(role: Role) -> Any:
    """The entries behind the headline; lead and company only where the caller may see them."""
    entry: Any = LedgerEntry
    lead: Any = Lead
    company: Any = Company
    is_told = sa.or_(entry.lead_id.is_(None), lead.id.is_not(None))
    return (
        sa.select(
            entry.metric, entry.definition_version, entry.counted_on, entry.mechanism,
            lead.code.label("lead_code"), lead.name.label("lead_name"),
            company.name.label("company_name"), entry.quantity, entry.recorded_at, entry.id,
        )
        .select_from(entry)
        .outerjoin(lead, sa.and_(lead.id == entry.lead_id, *visible(lead, role)))
        .outerjoin(
            company,
            sa.and_(company.id == entry.company_id, is_told, *visible(company, role)),
        )
        .where(
            sa.cast(entry.scope, sa.Text) == sa.bindparam("scope", type_=sa.Text),
            entry.scope_id == sa.bindparam("scope_id", type_=sa.Uuid),
            entry.metric == sa.any_(sa.bindparam("metrics", type_=sa.ARRAY(sa.Text))),
            entry.counted_on.between(
                sa.bindparam("start", type_=sa.Date), sa.bindparam("end", type_=sa.Date)
            ),
            entry.recorded_at <= sa.bindparam("as_of", type_=sa.DateTime(timezone=True)),
            *visible(entry, role),
        )
        .order_by(entry.metric, entry.counted_on, entry.id)
    )  # fmt: skip
