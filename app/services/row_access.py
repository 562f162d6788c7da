"""Which rule each model has: a model without one is readable by nobody."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.core.audit import AuditEntry
from app.models.agreement_parties import AgreementParty
from app.models.agreements import Agreement
from app.models.assessments import Assessment
from app.models.blockers import Blocker
from app.models.capital_arrivals import CapitalArrival
from app.models.chain_links import ChainLink
from app.models.chain_nodes import ChainNode
from app.models.claims import Claim
from app.models.combinations import Combination
from app.models.commitments import Commitment
from app.models.companies import Company
from app.models.company_controls import CompanyControl
from app.models.company_former_names import CompanyFormerName
from app.models.company_lists import CompanyList, CompanyListEntry
from app.models.company_signals import CompanySignal
from app.models.contacts import Contact, Unmasking
from app.models.credit_policies import CreditPolicy
from app.models.deferrals import Deferral
from app.models.development_plans import DevelopmentGoal, DevelopmentPlan
from app.models.disputes import Dispute
from app.models.duplicate_checks import DuplicateCheck
from app.models.duplicate_pairs import DuplicatePair
from app.models.event_leads import EventLead
from app.models.events import Event, EventParticipant
from app.models.evidence_files import EvidenceFile
from app.models.evidence_links import EvidenceLink
from app.models.fixed_investments import FixedInvestment
from app.models.follow_ups import FollowUp
from app.models.foreign_capital_uses import ForeignCapitalUse
from app.models.gate_settings import GateSetting
from app.models.incubation_stages import IncubationEntry
from app.models.industry_chains import IndustryChain
from app.models.integrity_alerts import IntegrityAlert
from app.models.introductions import Introduction
from app.models.join_requests import JoinRequest
from app.models.kpi_targets import KpiTarget, KpiTargetVersion
from app.models.lead_members import LeadMember
from app.models.lead_responses import LeadResponse
from app.models.leads import Lead
from app.models.ledger_entries import LedgerEntry
from app.models.merges import Merge
from app.models.metric_definitions import MetricDefinition
from app.models.money_facts import MoneyCredit
from app.models.no_change_notes import NoChangeNote
from app.models.node_presences import NodePresence
from app.models.node_statuses import NodeStatusEntry
from app.models.objections import Objection
from app.models.officer_certificates import OfficerCertificate
from app.models.officer_profiles import OfficerProfile
from app.models.officers import Officer
from app.models.operation_reports import OperationReport
from app.models.parks import Park
from app.models.periods import Period, PeriodSnapshot
from app.models.platform_companies import PlatformCompany
from app.models.platform_fundings import PlatformFunding
from app.models.posts import Post
from app.models.reminders import Reminder
from app.models.review_conditions import ReviewCondition
from app.models.reviews import Review, ReviewDecision
from app.models.roles import BUSINESS_READERS, EVERYONE, ZONE_READERS, Role
from app.models.schemes import Scheme
from app.models.scorecard_inputs import ScorecardInput
from app.models.scorecard_listings import ScorecardListing
from app.models.scorecards import Scorecard
from app.models.service_tasks import ServiceTask
from app.models.site_reservations import SiteReservation
from app.models.sites import Site
from app.models.stage_credits import StageCredit
from app.models.stage_transitions import StageTransition
from app.models.stationings import Stationing
from app.models.target_recomputations import TargetRecomputation
from app.models.target_weights import TargetWeights
from app.models.targets import Target
from app.models.teams import Team
from app.models.transfers import Transfer
from app.models.trips import Trip, TripParticipant
from app.models.visits import Visit, VisitGuest, VisitParticipant
from app.models.zone_profiles import ZoneProfile
from app.services.assessment_rules import (
    of_scorecard_rule,
    scheme_rule,
    scorecard_listing_rule,
    scorecard_rule,
)
from app.services.row_rules import (
    Condition,
    Rule,
    blocker_rule,
    company_rule,
    contact_rule,
    dispute_rule,
    evidence_file_rule,
    evidence_link_rule,
    follow_up_rule,
    introduction_rule,
    join_request_rule,
    lead_rule,
    ledger_rule,
    merge_rule,
    of_lead_rule,
    of_officer_rule,
    pair_rule,
    reminder_rule,
    roles,
    service_task_rule,
    stationing_rule,
    transfer_rule,
    trip_rule,
    unmasking_rule,
    visit_rule,
)

RULES: dict[type[SQLModel], Rule] = {
    Officer: roles(*(EVERYONE - {Role.agent})),
    Team: roles(*(EVERYONE - {Role.agent})),
    Company: company_rule,
    CompanyFormerName: roles(*BUSINESS_READERS),
    CompanyList: roles(*BUSINESS_READERS),
    CompanyListEntry: roles(*BUSINESS_READERS),
    CompanyControl: roles(*BUSINESS_READERS),
    IncubationEntry: roles(*BUSINESS_READERS),
    Post: roles(*BUSINESS_READERS),
    OfficerProfile: of_officer_rule,
    CreditPolicy: roles(*BUSINESS_READERS),
    Scheme: scheme_rule,
    Scorecard: scorecard_rule,
    ScorecardListing: scorecard_listing_rule,
    # Peers score in confidence: the card shows what they gave, not who.
    ScorecardInput: roles(*ZONE_READERS),
    Objection: of_scorecard_rule,
    OfficerCertificate: of_officer_rule,
    IndustryChain: roles(*BUSINESS_READERS),
    ChainNode: roles(*BUSINESS_READERS),
    ChainLink: roles(*BUSINESS_READERS),
    NodePresence: roles(*BUSINESS_READERS),
    NodeStatusEntry: roles(*BUSINESS_READERS),
    CompanySignal: roles(*BUSINESS_READERS),
    Target: roles(*BUSINESS_READERS),
    TargetRecomputation: roles(*BUSINESS_READERS),
    TargetWeights: roles(*BUSINESS_READERS),
    Combination: roles(*BUSINESS_READERS),
    DevelopmentPlan: roles(*BUSINESS_READERS),
    DevelopmentGoal: roles(*BUSINESS_READERS),
    PlatformCompany: roles(*BUSINESS_READERS),
    PlatformFunding: roles(*BUSINESS_READERS),
    Park: roles(*BUSINESS_READERS),
    Site: roles(*BUSINESS_READERS),
    # What is free is everybody's business; for whom it is taken depends on the lead (the shape).
    SiteReservation: roles(*BUSINESS_READERS),
    Contact: contact_rule,
    Unmasking: unmasking_rule,
    DuplicateCheck: roles(Role.auditor),
    DuplicatePair: pair_rule,
    Merge: merge_rule,
    Introduction: introduction_rule,
    Lead: lead_rule,
    LeadMember: of_lead_rule,
    StageTransition: of_lead_rule,
    LeadResponse: of_lead_rule,
    NoChangeNote: of_lead_rule,
    FollowUp: follow_up_rule,
    Reminder: reminder_rule,
    Assessment: of_lead_rule,
    Review: of_lead_rule,
    ReviewDecision: roles(*BUSINESS_READERS),
    ReviewCondition: of_lead_rule,
    Deferral: of_lead_rule,
    GateSetting: roles(*EVERYONE),
    Claim: of_lead_rule,
    JoinRequest: join_request_rule,
    Dispute: dispute_rule,
    Transfer: transfer_rule,
    StageCredit: roles(*BUSINESS_READERS),
    CapitalArrival: of_lead_rule,
    ForeignCapitalUse: of_lead_rule,
    FixedInvestment: of_lead_rule,
    MoneyCredit: roles(*BUSINESS_READERS),
    Visit: visit_rule,
    VisitParticipant: roles(*BUSINESS_READERS),
    VisitGuest: roles(*BUSINESS_READERS),
    Trip: trip_rule,
    TripParticipant: roles(*BUSINESS_READERS),
    Event: roles(*BUSINESS_READERS),
    EventParticipant: roles(*BUSINESS_READERS),
    EventLead: of_lead_rule,
    Stationing: stationing_rule,
    ServiceTask: service_task_rule,
    Blocker: blocker_rule,
    LedgerEntry: ledger_rule,
    KpiTarget: ledger_rule,
    KpiTargetVersion: roles(*BUSINESS_READERS),
    MetricDefinition: roles(*BUSINESS_READERS),
    Period: roles(*BUSINESS_READERS),
    PeriodSnapshot: ledger_rule,
    EvidenceFile: evidence_file_rule,
    EvidenceLink: evidence_link_rule,
    IntegrityAlert: roles(*ZONE_READERS),
    Agreement: of_lead_rule,
    AgreementParty: roles(*BUSINESS_READERS),
    OperationReport: of_lead_rule,
    Commitment: of_lead_rule,
    ZoneProfile: roles(*(EVERYONE - {Role.agent})),
    AuditEntry: roles(Role.audit_admin, Role.auditor),
}


def row_rule(entity: Any, role: str) -> list[Condition]:
    """What a row of a model (a table or its alias) must fulfil for a role to see it."""
    return [RULES[sa.inspect(entity).mapper.class_](entity, Role(role))]
