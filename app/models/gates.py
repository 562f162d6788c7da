"""Gates 关口 as data: what has to be there before a lead enters a stage, and the rules over it.

Source: the gate table of `docs/domain.md`; a zone changes it by `gate_settings`, not here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from app.core.types import Code
from app.models.evidence_files import EvidenceKind
from app.models.pipeline import COMMON, Stage, Standing, Track, TransitionKind, order


class Need(Code):
    """How much an item is needed: ● at once, ◐ now or by a promised day 容缺, not at all."""

    compulsory = "compulsory"
    deferrable = "deferrable"
    off = "off"


class GateItem(Code):
    """What a gate asks for; `gate_facts` says how each is known."""

    assessed_follow = "assessed_follow"
    claim_active = "claim_active"
    investor_company = "investor_company"
    two_way_contact = "two_way_contact"
    planned_investment = "planned_investment"
    industry = "industry"
    source_place = "source_place"
    combination = "combination"
    responsible_team = "responsible_team"
    duplicates_decided = "duplicates_decided"
    review_passed = "review_passed"
    landing_track = "landing_track"
    expected_output = "expected_output"
    expected_tax = "expected_tax"
    expected_jobs = "expected_jobs"
    site_proposal = "site_proposal"
    legal_review = "legal_review"
    commitments_reviewed = "commitments_reviewed"
    energy_environment_opinion = "energy_environment_opinion"
    investment_agreement = "investment_agreement"
    party_codes = "party_codes"
    deadlines = "deadlines"
    deposit_receipt = "deposit_receipt"
    licence = "licence"
    establishment_document = "establishment_document"
    land_or_lease = "land_or_lease"
    environment_approval = "environment_approval"
    energy_review = "energy_review"
    construction_contract = "construction_contract"
    site_photos = "site_photos"
    construction_permit = "construction_permit"
    start_proof = "start_proof"
    statistics_entry = "statistics_entry"
    purchase_contract = "purchase_contract"
    lease_or_purchase = "lease_or_purchase"
    payment_voucher = "payment_voucher"
    photo_in_place = "photo_in_place"
    acceptance_record = "acceptance_record"
    onsite_check = "onsite_check"
    first_invoice_or_tax = "first_invoice_or_tax"
    designated_size_document = "designated_size_document"
    output_reached = "output_reached"
    termination_file = "termination_file"


@dataclass(frozen=True)
class GateRule:
    """One item of a gate; a deferral promises it within `longest_days` of the event."""

    item: GateItem
    need: Need = Need.compulsory
    longest_days: int = 90

    @property
    def is_deferrable(self) -> bool:
        """Whether a promise will do for now."""
        return self.need is Need.deferrable


def _all(*items: GateItem) -> tuple[GateRule, ...]:
    return tuple(GateRule(item) for item in items)


def _later(*items: GateItem, days: int = 90) -> tuple[GateRule, ...]:
    return tuple(GateRule(item, Need.deferrable, days) for item in items)


I = GateItem  # noqa: E741  the table below is read by its items
GATES: dict[tuple[Stage, Track | None], tuple[GateRule, ...]] = {
    (Stage.contacted, None): _all(I.assessed_follow, I.claim_active),
    (Stage.negotiating, None): _all(
        I.investor_company, I.two_way_contact, I.planned_investment, I.industry, I.source_place,
        I.combination, I.responsible_team, I.duplicates_decided,
    ),
    (Stage.pre_signing, None): _all(
        I.review_passed, I.landing_track, I.expected_output, I.expected_tax, I.expected_jobs,
        I.site_proposal, I.legal_review, I.commitments_reviewed,
    ) + _later(I.energy_environment_opinion),
    (Stage.signed, None): _all(I.investment_agreement, I.party_codes, I.deadlines)
    + _later(I.deposit_receipt),
    (Stage.registered, None): _all(I.licence, I.establishment_document)
    + _later(I.land_or_lease, I.environment_approval, I.energy_review),
    (Stage.building, Track.construction): _all(
        I.construction_contract, I.site_photos, I.start_proof
    ) + _later(I.construction_permit) + _later(I.statistics_entry, days=60),
    (Stage.building, Track.equipment): _all(
        I.purchase_contract, I.payment_voucher, I.photo_in_place
    ),
    (Stage.completed, None): _all(I.acceptance_record, I.site_photos),
    (Stage.producing, None): _all(I.onsite_check, I.first_invoice_or_tax)
    + _later(I.designated_size_document),
    (Stage.producing, Track.opening): _all(
        I.onsite_check, I.lease_or_purchase, I.licence, I.photo_in_place
    ) + _later(I.designated_size_document),
    (Stage.at_capacity, None): _all(I.output_reached),
}  # fmt: skip
# From `signed` on a lead ends with a file 终止协议 or the like; set under that stage.
TERMINATION = _all(I.termination_file)
DECLARED = frozenset(
    {(stage, rule.item) for (stage, _), rules in GATES.items() for rule in rules}
    | {(Stage.signed, rule.item) for rule in TERMINATION}
)


def declared_need(stage: Stage, item: GateItem) -> Need:
    """What is asked for unless the zone says otherwise; alike on all tracks of a stage."""
    rules = [rule for (at, _), declared in GATES.items() if at is stage for rule in declared]
    return next(rule.need for rule in (*rules, *TERMINATION) if rule.item is item)


Settings = Mapping[tuple[Stage, GateItem], Need]


def gate(stage: Stage, track: Track | None, settings: Settings) -> tuple[GateRule, ...]:
    """The items of a stage on a track, as the zone has set them; without those set off."""
    return _as_set(GATES.get((stage, track)) or GATES.get((stage, None), ()), stage, settings)


def _as_set(rules: Iterable[GateRule], stage: Stage, settings: Settings) -> tuple[GateRule, ...]:
    found = (
        GateRule(rule.item, settings.get((stage, rule.item), rule.need), rule.longest_days)
        for rule in rules
    )
    return tuple(rule for rule in found if rule.need is not Need.off)


def asked(
    kind: TransitionKind, here: Stage, to: Stage | None, track: Track | None, settings: Settings
) -> tuple[GateRule, ...]:
    """What a move has to show: the gate of the stage it enters; from `signed` on, how it ended."""
    if kind is TransitionKind.advance and to is not None:
        return gate(to, track, settings)
    is_late = kind is TransitionKind.terminate and order(here) >= order(Stage.signed)
    return _as_set(TERMINATION, Stage.signed, settings) if is_late else ()


def ahead(lead: Standing) -> tuple[Stage, ...]:
    """The stages before whose gates a lead stands, also where its track is not known yet."""
    here = order(lead.stage)
    unknown = COMMON[here + 1 : here + 2] if lead.track is None else ()
    return lead.next_stages() or unknown


def missing(
    rules: Iterable[GateRule], held: Collection[GateItem], promised: Collection[GateItem] = ()
) -> list[GateRule]:
    """What is neither there nor, where a promise will do, promised; in the gate's order."""
    return [
        rule
        for rule in rules
        if rule.item not in held and not (rule.is_deferrable and rule.item in promised)
    ]


@dataclass(frozen=True)
class Documents:
    """An item known by files attached to the lead: of any of these kinds, so many of them."""

    kinds: tuple[EvidenceKind, ...]
    at_least: int = 1


E_ = EvidenceKind
DOCUMENTS: dict[GateItem, Documents] = {
    I.legal_review: Documents((E_.legal_review,)),
    I.energy_environment_opinion: Documents((E_.energy_review, E_.environment_approval)),
    I.deposit_receipt: Documents((E_.deposit_receipt,)),
    I.licence: Documents((E_.licence,)),
    I.establishment_document: Documents((E_.establishment_document,)),
    I.land_or_lease: Documents((E_.land_contract, E_.lease)),
    I.environment_approval: Documents((E_.environment_approval,)),
    I.energy_review: Documents((E_.energy_review,)),
    I.construction_contract: Documents((E_.construction_contract,)),
    I.site_photos: Documents((E_.site_photo,), at_least=2),
    I.start_proof: Documents(
        (E_.establishment_document, E_.construction_permit, E_.design, E_.feasibility_study)
    ),
    I.construction_permit: Documents((E_.construction_permit,)),
    I.statistics_entry: Documents((E_.statistics_entry,)),
    I.purchase_contract: Documents((E_.purchase_contract,)),
    I.lease_or_purchase: Documents((E_.lease, E_.purchase_contract)),
    I.payment_voucher: Documents((E_.payment_voucher,)),
    I.photo_in_place: Documents((E_.site_photo,)),
    I.acceptance_record: Documents((E_.acceptance_record,)),
    I.onsite_check: Documents((E_.onsite_check,)),
    I.first_invoice_or_tax: Documents((E_.first_invoice, E_.tax_record)),
    I.designated_size_document: Documents((E_.designated_size_document,)),
    I.termination_file: Documents((E_.termination_file,)),
}
