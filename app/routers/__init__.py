"""HTTP and nothing else: one router per noun, in the order of the documentation."""

from app.routers import (
    audit_entries,
    companies,
    company_lists,
    contacts,
    health,
    introductions,
    kpis,
    lead_members,
    leads,
    ledger_entries,
    me,
    meta,
    officers,
    sessions,
    stage_transitions,
    teams,
    visits,
)

ROUTERS = (
    sessions.router,
    me.router,
    leads.router,
    stage_transitions.router,
    lead_members.router,
    visits.router,
    companies.router,
    contacts.router,
    company_lists.router,
    introductions.router,
    kpis.router,
    ledger_entries.router,
    officers.router,
    teams.router,
    audit_entries.router,
    meta.router,
)
HEALTH = health.router
