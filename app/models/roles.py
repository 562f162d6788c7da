"""Roles, what each may do at all, and the three administrators who share no power (三员分立)."""

from app.core.types import Code


class Role(Code):
    """Every account has exactly one."""

    officer = "officer"
    team_lead = "team_lead"
    leader = "leader"
    assessor = "assessor"
    agent = "agent"
    auditor = "auditor"
    system_admin = "system_admin"
    security_admin = "security_admin"
    audit_admin = "audit_admin"


ZONE_READERS = frozenset({Role.leader, Role.assessor, Role.auditor})
FIELD_ROLES = frozenset({Role.officer, Role.team_lead, Role.leader})
BUSINESS_READERS = FIELD_ROLES | ZONE_READERS
RECOGNISERS = frozenset({Role.team_lead, Role.leader})
ADMINISTRATORS = frozenset({Role.system_admin, Role.security_admin, Role.audit_admin})
EVERYONE = frozenset(Role)


class Permission(Code):
    """What an endpoint asks for; `SCOPES` says which roles hold it."""

    own_account = "own_account"
    meta_read = "meta_read"
    directory_read = "directory_read"
    officers_write = "officers_write"
    parameters_write = "parameters_write"
    teams_write = "teams_write"
    roles_write = "roles_write"
    audit_read = "audit_read"
    companies_read = "companies_read"
    companies_write = "companies_write"
    contacts_read = "contacts_read"
    contacts_write = "contacts_write"
    duplicates_read = "duplicates_read"
    merges_read = "merges_read"
    duplicates_decide = "duplicates_decide"
    lists_write = "lists_write"
    list_checks_write = "list_checks_write"
    groups_write = "groups_write"
    qualifications_read = "qualifications_read"
    qualifications_write = "qualifications_write"
    chains_read = "chains_read"
    chains_write = "chains_write"
    presences_write = "presences_write"
    presences_verify = "presences_verify"
    statuses_write = "statuses_write"
    targets_read = "targets_read"
    targets_recompute = "targets_recompute"
    targets_decide = "targets_decide"
    target_weights_write = "target_weights_write"
    signals_write = "signals_write"
    combinations_read = "combinations_read"
    combinations_write = "combinations_write"
    sites_read = "sites_read"
    sites_write = "sites_write"
    reservations_write = "reservations_write"
    reservations_confirm = "reservations_confirm"
    reservations_release = "reservations_release"
    introductions_read = "introductions_read"
    introductions_write = "introductions_write"
    leads_read = "leads_read"
    leads_write = "leads_write"
    responses_write = "responses_write"
    reminders_write = "reminders_write"
    members_write = "members_write"
    transitions_write = "transitions_write"
    transitions_recognise = "transitions_recognise"
    reviews_decide = "reviews_decide"
    deferrals_extend = "deferrals_extend"
    agreements_write = "agreements_write"
    agreements_decide = "agreements_decide"
    reports_write = "reports_write"
    reports_recognise = "reports_recognise"
    commitments_write = "commitments_write"
    commitments_decide = "commitments_decide"
    evidence_read = "evidence_read"
    evidence_write = "evidence_write"
    alerts_read = "alerts_read"
    alerts_decide = "alerts_decide"
    claims_write = "claims_write"
    claims_decide = "claims_decide"
    join_requests_write = "join_requests_write"
    join_requests_decide = "join_requests_decide"
    disputes_write = "disputes_write"
    disputes_decide = "disputes_decide"
    transfers_write = "transfers_write"
    visits_read = "visits_read"
    visits_write = "visits_write"
    trips_read = "trips_read"
    trips_write = "trips_write"
    events_read = "events_read"
    events_write = "events_write"
    service_tasks_read = "service_tasks_read"
    service_tasks_write = "service_tasks_write"
    blockers_read = "blockers_read"
    blockers_write = "blockers_write"
    money_read = "money_read"
    money_write = "money_write"
    money_recognise = "money_recognise"
    kpis_read = "kpis_read"
    targets_write = "targets_write"
    credit_policies_write = "credit_policies_write"
    schemes_read = "schemes_read"
    schemes_write = "schemes_write"
    scorecards_read = "scorecards_read"
    scorecards_write = "scorecards_write"
    objections_write = "objections_write"
    objections_decide = "objections_decide"
    periods_write = "periods_write"
    definitions_write = "definitions_write"
    shadows_read = "shadows_read"


HOLDERS: dict[Permission, frozenset[Role]] = {
    Permission.own_account: EVERYONE,
    Permission.meta_read: EVERYONE,
    Permission.directory_read: EVERYONE - {Role.agent},
    Permission.officers_write: frozenset({Role.system_admin}),
    Permission.parameters_write: frozenset({Role.system_admin}),
    Permission.teams_write: frozenset({Role.system_admin}),
    Permission.roles_write: frozenset({Role.security_admin}),
    Permission.audit_read: frozenset({Role.audit_admin, Role.auditor}),
    Permission.companies_read: BUSINESS_READERS,
    Permission.companies_write: FIELD_ROLES,
    Permission.contacts_read: BUSINESS_READERS,
    Permission.contacts_write: FIELD_ROLES,
    Permission.duplicates_read: FIELD_ROLES,
    Permission.merges_read: RECOGNISERS | ZONE_READERS,
    Permission.duplicates_decide: RECOGNISERS,
    Permission.lists_write: frozenset({Role.team_lead, Role.leader, Role.assessor}),
    # A mark moves credit: not for those who sign.
    Permission.list_checks_write: frozenset({Role.leader, Role.assessor}),
    Permission.groups_write: FIELD_ROLES | {Role.assessor},
    Permission.qualifications_read: BUSINESS_READERS,
    Permission.qualifications_write: frozenset({Role.leader, Role.assessor}),
    Permission.chains_read: BUSINESS_READERS,
    Permission.chains_write: frozenset({Role.team_lead, Role.leader, Role.assessor}),
    Permission.presences_write: FIELD_ROLES,
    Permission.presences_verify: RECOGNISERS,
    # Bonuses hang on what a node was at signing: not for those who sign.
    Permission.statuses_write: frozenset({Role.leader, Role.assessor}),
    Permission.targets_read: BUSINESS_READERS,
    Permission.targets_recompute: frozenset({Role.team_lead, Role.leader, Role.assessor}),
    Permission.targets_decide: FIELD_ROLES,
    # What is proposed follows from them: not for those who work the proposals.
    Permission.target_weights_write: frozenset({Role.leader, Role.assessor}),
    Permission.signals_write: FIELD_ROLES | {Role.assessor},
    Permission.combinations_read: BUSINESS_READERS,
    # A unit's numbers follow from its parts: not for those who are measured by them.
    Permission.combinations_write: frozenset({Role.leader, Role.assessor}),
    Permission.sites_read: BUSINESS_READERS,
    Permission.sites_write: RECOGNISERS,
    Permission.reservations_write: frozenset({Role.officer, Role.team_lead}),
    Permission.reservations_confirm: RECOGNISERS,
    Permission.reservations_release: FIELD_ROLES,
    Permission.introductions_read: frozenset({Role.agent}) | RECOGNISERS | {Role.auditor},
    Permission.introductions_write: frozenset({Role.agent}) | RECOGNISERS,
    Permission.leads_read: BUSINESS_READERS,
    Permission.leads_write: frozenset({Role.officer, Role.team_lead}),
    Permission.responses_write: FIELD_ROLES,
    Permission.reminders_write: FIELD_ROLES,
    Permission.members_write: RECOGNISERS,
    Permission.transitions_write: FIELD_ROLES,
    Permission.transitions_recognise: RECOGNISERS,
    Permission.reviews_decide: frozenset({Role.leader, Role.assessor}),
    Permission.deferrals_extend: frozenset({Role.leader}),
    Permission.agreements_write: FIELD_ROLES,
    Permission.agreements_decide: frozenset({Role.leader}),
    Permission.reports_write: FIELD_ROLES,
    Permission.reports_recognise: frozenset({Role.leader, Role.assessor}),
    Permission.commitments_write: FIELD_ROLES,
    Permission.commitments_decide: RECOGNISERS,
    Permission.evidence_read: BUSINESS_READERS,
    Permission.evidence_write: FIELD_ROLES,
    Permission.alerts_read: ZONE_READERS,
    Permission.alerts_decide: frozenset({Role.leader, Role.assessor}),
    Permission.claims_write: frozenset({Role.officer, Role.team_lead}),
    Permission.claims_decide: RECOGNISERS,
    Permission.join_requests_write: frozenset({Role.officer, Role.team_lead}),
    Permission.join_requests_decide: RECOGNISERS,
    Permission.disputes_write: FIELD_ROLES,
    Permission.disputes_decide: frozenset({Role.leader}),
    Permission.transfers_write: RECOGNISERS,
    Permission.visits_read: BUSINESS_READERS,
    Permission.visits_write: FIELD_ROLES,
    Permission.trips_read: BUSINESS_READERS,
    Permission.trips_write: FIELD_ROLES,
    Permission.events_read: BUSINESS_READERS,
    Permission.events_write: FIELD_ROLES,
    Permission.service_tasks_read: BUSINESS_READERS,
    Permission.service_tasks_write: FIELD_ROLES,
    Permission.blockers_read: BUSINESS_READERS,
    Permission.blockers_write: FIELD_ROLES,
    Permission.money_read: BUSINESS_READERS,
    Permission.money_write: FIELD_ROLES,
    Permission.money_recognise: frozenset({Role.leader, Role.assessor}),
    Permission.kpis_read: BUSINESS_READERS,
    Permission.targets_write: frozenset({Role.team_lead, Role.leader, Role.assessor}),
    # Shares follow from it: not for whoever is paid by them.
    Permission.credit_policies_write: frozenset({Role.assessor}),
    Permission.schemes_read: BUSINESS_READERS,
    Permission.schemes_write: frozenset({Role.assessor}),
    Permission.scorecards_read: BUSINESS_READERS,
    Permission.scorecards_write: frozenset({Role.assessor}),
    Permission.objections_write: frozenset({Role.officer, Role.team_lead}),
    Permission.objections_decide: frozenset({Role.assessor}),
    Permission.periods_write: frozenset({Role.assessor}),
    Permission.definitions_write: frozenset({Role.assessor}),
    Permission.shadows_read: ZONE_READERS,
}


def may(role: Role, permission: Permission) -> bool:
    """Whether a role holds a permission; rows are a second question (`services/access.py`)."""
    return role in HOLDERS[permission]
