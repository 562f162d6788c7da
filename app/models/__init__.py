"""Tables, their shapes, vocabulary and pure rules, one file per noun: imported here all at once."""

from app.core import audit, idempotency
from app.models import (
    companies,
    company_lists,
    contacts,
    introductions,
    kpi_months,
    lead_members,
    leads,
    ledger_entries,
    officers,
    sessions,
    stage_credits,
    stage_transitions,
    teams,
    visits,
)

TABLE_MODULES = (
    audit,
    idempotency,
    companies,
    company_lists,
    contacts,
    introductions,
    kpi_months,
    lead_members,
    leads,
    ledger_entries,
    officers,
    sessions,
    stage_credits,
    stage_transitions,
    teams,
    visits,
)
