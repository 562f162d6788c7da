"""What was agreed in the past: built on in another year; promised, and not there on its day."""

from decimal import Decimal

from tests.kpis.machine.facts import ZoneCredit
from tests.kpis.machine.steps_activities import mature
from tests.kpis.machine.steps_leads import LAST_YEAR, reversed_one, signed
from tests.kpis.machine.steps_money import received
from tests.kpis.machine.walk import LONG, Walk


async def build_on(walk: Walk) -> None:
    """Money of this year for what was signed in the last."""
    lead_id, lead = await signed(walk, LAST_YEAR, LAST_YEAR)
    for _ in range(3):
        await received(walk, "capital_arrival", lead_id, lead)


async def break_promises(walk: Walk) -> None:
    """Two signings of long ago and a night: most of what was promised with them has passed.

    A third of one is credited here; the other lies in another district, and is credited whole.
    """
    for zone in (ZoneCredit(share=Decimal("33.33")), ZoneCredit(is_located=False)):
        await signed(walk, LONG, LONG, zone)
    await mature(walk)


async def reverse_broken(walk: Walk) -> None:
    """A move whose promise has passed."""
    passed = [promise for promise in walk.model.promises if promise.passed_on]
    await reversed_one(walk, [
        promise.of
        for promise in passed
        if not promise.of.is_merged and promise.of.steps[-1:] == [promise.step]
    ])  # fmt: skip


STEPS = {build_on: 1, break_promises: 1, reverse_broken: 1}
