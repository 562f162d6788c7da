"""Order of precedence and the clocks of a claim, by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.core.base import new_id
from app.models.claims import Claim, ClaimStatus, ranks_at


def at(day: int, hour: int, month: int = 9) -> datetime:
    """An instant of 2026, given by the clock of Shanghai."""
    return datetime(2026, month, day, hour, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("contacted_on", "contacted_at", "typed_at", "expected"),
    [
        # 30 September, a Wednesday; 1–7 October are off, 10 October is a working Saturday:
        # the working days after it are the 8th, the 9th and the 10th.
        (date(2026, 9, 30), at(30, 10), at(10, 23, 10), at(30, 10)),
        (date(2026, 9, 30), at(30, 10), at(11, 0, 10), at(11, 0, 10)),
        # Without an hour it ranks at the end of its day, but never after it was typed.
        (date(2026, 9, 21), None, at(22, 9), at(22, 0) - timedelta(microseconds=1)),
        (date(2026, 9, 21), None, at(21, 9), at(21, 9)),
        # Thursday, typed on Tuesday: three working days; on Wednesday: too late.
        (date(2026, 9, 10), at(10, 8), at(15, 23), at(10, 8)),
        (date(2026, 9, 10), at(10, 8), at(16, 0), at(16, 0)),
    ],
)
def test_a_contact_ranks_by_its_hour_if_typed_in_three_working_days(
    contacted_on: date, contacted_at: datetime | None, typed_at: datetime, expected: datetime
) -> None:
    assert ranks_at(contacted_on, contacted_at, typed_at) == expected


def active(approved: datetime) -> Claim:
    claim = Claim(
        lead_id=new_id(),
        visit_id=new_id(),
        company_id=new_id(),
        officer_id=new_id(),
        contacted_on=date(2026, 1, 5),
        ranks_at=at(5, 9, 1),
    )
    claim.protect(new_id(), approved)
    return claim


def test_ninety_days_of_protection_and_ninety_more() -> None:
    claim = active(at(10, 12, 1))
    assert claim.protected_until == date(2026, 4, 10)
    lately = date(2026, 4, 10)
    assert claim.lapse(date(2026, 4, 10), lately) is None
    assert claim.lapse(date(2026, 4, 11), lately) is ClaimStatus.expired
    claim.renew(at(1, 9, 4))
    assert claim.protected_until == date(2026, 7, 9)
    assert claim.lapse(date(2026, 4, 11), lately) is None


def test_sixty_days_of_silence_from_contact_or_approval() -> None:
    claim = active(at(10, 12, 1))
    assert claim.lapse(date(2026, 3, 11), date(2026, 1, 5)) is None  # day 60 from approval
    assert claim.lapse(date(2026, 3, 12), date(2026, 1, 5)) is ClaimStatus.released
    assert claim.lapse(date(2026, 3, 12), date(2026, 1, 11)) is None  # day 60 from the contact
    claim.end(ClaimStatus.superseded, date(2026, 2, 1))
    assert claim.lapse(date(2026, 3, 12), date(2026, 1, 5)) is None
