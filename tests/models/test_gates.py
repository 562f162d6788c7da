"""The gates as declared: what each stage asks for on each track, and what a lack is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.gate_facts import FACTS
from app.models.gates import GATES, TERMINATION, GateItem, Need, gate, missing
from app.models.pipeline import LANDING, Stage, Track

I = GateItem  # noqa: E741
# Written out from the table of docs/domain.md: what can be promised stands behind the bar.
EXPECTED: dict[tuple[Stage, Track], str] = {
    (Stage.registered, Track.construction):
        "licence establishment_document | land_or_lease environment_approval energy_review",
    (Stage.building, Track.construction):
        "construction_contract site_photos start_proof | construction_permit statistics_entry",
    (Stage.building, Track.equipment): "purchase_contract payment_voucher photo_in_place |",
    (Stage.completed, Track.construction): "acceptance_record site_photos |",
    (Stage.producing, Track.construction):
        "onsite_check first_invoice_or_tax | designated_size_document",
    (Stage.producing, Track.equipment):
        "onsite_check first_invoice_or_tax | designated_size_document",
    (Stage.producing, Track.opening):
        "onsite_check lease_or_purchase licence photo_in_place | designated_size_document",
    (Stage.at_capacity, Track.opening): "output_reached |",
}  # fmt: skip


@pytest.mark.parametrize(("place", "expected"), EXPECTED.items(), ids=str)
def test_the_landing_gates(place: tuple[Stage, Track], expected: str) -> None:
    now, later = (part.split() for part in expected.split("|"))
    rules = gate(*place, {})
    assert [rule.item for rule in rules if not rule.is_deferrable] == now
    assert [rule.item for rule in rules if rule.is_deferrable] == later


def test_every_stage_of_every_track_has_a_gate() -> None:
    for track, landing in LANDING.items():
        for stage in (*list(Stage)[1:5], *landing):
            assert gate(stage, track, {}), (track, stage)
    assert gate(Stage.identified, None, {}) == ()


def test_the_statistics_are_promised_for_sixty_days() -> None:
    rules = {rule.item: rule for rule in gate(Stage.building, Track.construction, {})}
    assert rules[I.statistics_entry].longest_days == 60


def test_every_item_is_known_by_something() -> None:
    asked = {rule.item for rules in (*GATES.values(), TERMINATION) for rule in rules}
    assert asked == set(GateItem) == set(FACTS)


def test_a_zone_departs_from_the_declaration() -> None:
    settings = {
        (Stage.signed, I.deadlines): Need.off,
        (Stage.signed, I.party_codes): Need.deferrable,
        (Stage.registered, I.licence): Need.off,
    }
    rules = gate(Stage.signed, None, settings)
    assert [(rule.item, rule.need) for rule in rules] == [
        (I.investment_agreement, Need.compulsory),
        (I.party_codes, Need.deferrable),
        (I.deposit_receipt, Need.deferrable),
    ]


items = st.sets(st.sampled_from(list(GateItem)))
places = st.sampled_from([(stage, track) for stage in Stage for track in (None, *Track)])


@given(place=places, held=items, promised=items, more=st.sampled_from(list(GateItem)))
def test_a_lack_is_what_is_neither_there_nor_rightly_promised(
    place: tuple[Stage, Track | None], held: set[GateItem], promised: set[GateItem], more: GateItem
) -> None:
    rules = gate(*place, {})
    lack = {rule.item for rule in missing(rules, held, promised)}
    for rule in rules:
        is_fine = rule.item in held or (rule.is_deferrable and rule.item in promised)
        assert (rule.item in lack) is not is_fine
    assert {rule.item for rule in missing(rules, held | {more}, promised)} == lack - {more}
