"""Tables, their shapes, vocabulary and pure rules: one file per noun. Importing this knows them all."""

from app.core import audit, idempotency
from app.models import (
    companies,
    company_lists,
    contacts,
    introductions,
    leads,
    ledger_entries,
    officers,
    sessions,
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
    leads,
    ledger_entries,
    officers,
    sessions,
    stage_transitions,
    teams,
    visits,
)
