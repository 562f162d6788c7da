"""The pipeline as its table says, written out by hand: what the walk over HTTP has to find.

Nothing here is taken from the code's own declaration (docs/domain.md, "Pipeline" and "Gates").
"""

COMMON: str = "identified contacted negotiating pre_signing signed registered"
PATHS: dict[str, list[str]] = {
    "construction": [*COMMON.split(), "building", "completed", "producing", "at_capacity"],
    "equipment": [*COMMON.split(), "building", "producing", "at_capacity"],
    "opening": [*COMMON.split(), "producing", "at_capacity"],
}
STAGES = PATHS["construction"]
# The one fork: production may come before the acceptance, which is then a milestone beside it.
FORK = {("construction", "building"): ["completed", "producing"]}
# Without a track a lead gets as far as the negotiation.
TRACKLESS = ["identified", "contacted", "negotiating"]

RECOGNISED_BY = {
    "contacted": "team_lead", "negotiating": "team_lead", "pre_signing": "leader",
    "signed": "leader", "registered": "team_lead", "building": "leader", "completed": "leader",
    "producing": "leader", "at_capacity": "leader",
}  # fmt: skip

# What has to be there, before the bar at once, behind it now or by a promised day 容缺.
GATES = {
    "contacted": "assessed_follow claim_active |",
    "negotiating":
        "investor_company two_way_contact planned_investment industry source_place combination"
        " responsible_team duplicates_decided |",
    "pre_signing":
        "review_passed landing_track expected_output expected_tax expected_jobs site_proposal"
        " legal_review commitments_reviewed | energy_environment_opinion",
    "signed": "investment_agreement party_codes deadlines | deposit_receipt",
    "registered":
        "licence establishment_document | land_or_lease environment_approval energy_review",
    "building construction":
        "construction_contract site_photos start_proof | construction_permit statistics_entry",
    "building equipment": "purchase_contract payment_voucher photo_in_place |",
    "completed": "acceptance_record site_photos |",
    "producing": "onsite_check first_invoice_or_tax | designated_size_document",
    "producing opening":
        "onsite_check lease_or_purchase licence photo_in_place | designated_size_document",
    "at_capacity": "output_reached |",
}  # fmt: skip
# Days within which a promise is kept, where it is not the usual 90.
LONGEST = {"statistics_entry": 60}

# What a lead already has when it comes to a gate, from its birth or from what was brought before.
HELD = {
    # The claim stands on a visit with a named guest; the world's lead has company and team.
    "negotiating": "investor_company two_way_contact responsible_team duplicates_decided",
    # The track was set in the negotiation, and nothing was promised that needs a review.
    "pre_signing": "landing_track commitments_reviewed",
    # The pre-opinion was given by the energy review itself.
    "registered": "energy_review",
    "building construction": "start_proof",
    "completed": "site_photos",
    "producing opening": "licence",
}
# One paper shows all three.
ALONG = {"investment_agreement": ["party_codes", "deadlines"]}


def steps(track: str, stage: str) -> list[str]:
    """Where a lead may go from a stage."""
    path = PATHS[track]
    if (track, stage) in FORK:
        return FORK[track, stage]
    return path[path.index(stage) + 1 :][:1]


def between(track: str, stage: str, to: str) -> list[str]:
    """The stages that a direct move would leave out; none where it goes back."""
    low, high = STAGES.index(stage), STAGES.index(to)
    return [step for step in PATHS[track] if low < STAGES.index(step) < high]


def _cell(table: dict[str, str], to: str, track: str) -> str:
    return table.get(f"{to} {track}") or table.get(to, "")


def gate(to: str, track: str) -> tuple[list[str], list[str]]:
    """The compulsory and the deferrable items of a gate."""
    now, _, later = _cell(GATES, to, track).partition("|")
    return now.split(), later.split()


def missing(to: str, track: str) -> list[str]:
    """What a lead lacks when it first comes to a gate, in the table's order."""
    held = _cell(HELD, to, track).split()
    return [item for items in gate(to, track) for item in items if item not in held]
