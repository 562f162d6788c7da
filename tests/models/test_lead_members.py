"""Credit: every share by hand, and for any team the sum is exactly 100.00."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Problem
from app.models.lead_members import LeadMemberRole, MemberEntry, shares_of, split

WHOLE = Decimal("100.00")
POLICY = {
    LeadMemberRole.first_contact: Decimal(30),
    LeadMemberRole.lead_negotiator: Decimal(50),
    LeadMemberRole.supporter: Decimal(20),
    LeadMemberRole.steward: Decimal(0),
}
FIRST, CHIEF, HELP, KEEP = "first_contact", "lead_negotiator", "supporter", "steward"


def a_team(*roles: str, shares: str = "") -> list[MemberEntry]:
    given_shares = [Decimal(part) for part in shares.split()] or [None] * len(roles)
    return [
        MemberEntry.model_construct(
            officer_id=UUID(int=number), role=LeadMemberRole(role), share=share
        )
        for number, (role, share) in enumerate(zip(roles, given_shares, strict=True), 1)
    ]


def written(shares: list[Decimal]) -> str:
    return " ".join(f"{share:.2f}" for share in shares)


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([FIRST, CHIEF, HELP], "30.00 50.00 20.00"),
        ([FIRST, CHIEF, HELP, KEEP], "30.00 50.00 20.00 0.00"),
        ([FIRST, CHIEF, HELP, HELP], "30.00 50.00 10.00 10.00"),
        ([FIRST, CHIEF, HELP, HELP, HELP], "30.00 50.00 6.67 6.67 6.66"),
        ([FIRST, CHIEF, HELP, HELP, HELP, KEEP], "30.00 50.00 6.67 6.67 6.66 0.00"),
        ([FIRST, CHIEF], "30.00 70.00"),
        ([CHIEF, HELP], "80.00 20.00"),
        ([CHIEF], "100.00"),
        ([CHIEF, KEEP], "100.00 0.00"),
        ([HELP, HELP, HELP, CHIEF], "6.67 6.67 6.67 79.99"),
    ],
)
def test_the_policy(roles: list[str], expected: str) -> None:
    assert written(shares_of(a_team(*roles), POLICY)) == expected


@pytest.mark.parametrize(
    ("whole", "parts", "expected"),
    [
        ("20.00", [1, 1], "10.00 10.00"),
        ("20.00", [1, 1, 1], "6.67 6.67 6.66"),
        ("100.00", [1, 1, 1], "33.33 33.33 33.34"),
        ("100.00", [1, 1, 1, 0], "33.33 33.33 33.34 0.00"),
        ("0.01", [1, 1, 1], "0.00 0.00 0.01"),
        ("0.05", [1] * 10, "0.01 0.01 0.01 0.01 0.01 0.00 0.00 0.00 0.00 0.00"),
        ("1.00", [2, 1], "0.67 0.33"),
    ],
)
def test_the_last_takes_the_remainder(whole: str, parts: list[int], expected: str) -> None:
    assert written(split([Decimal(part) for part in parts], Decimal(whole))) == expected


@given(
    st.lists(st.integers(0, 1000), min_size=1, max_size=50).filter(any),
    st.integers(0, 10**9),
)
def test_a_split_loses_nothing_and_takes_from_nobody(parts: list[int], cents: int) -> None:
    whole = Decimal(cents) / 100
    shares = split([Decimal(part) for part in parts], whole)
    assert sum(shares) == whole
    assert min(shares) >= 0
    assert all(share == 0 for share, part in zip(shares, parts, strict=True) if part == 0)


@given(st.data(), st.integers(0, 1), st.integers(0, 45), st.integers(0, 3))
def test_any_team_shares_exactly_the_whole(
    data: st.DataObject, first: int, supporters: int, stewards: int
) -> None:
    team = [CHIEF, *[FIRST] * first, *[HELP] * supporters, *[KEEP] * stewards]
    roles = data.draw(st.permutations(team))
    shares = shares_of(a_team(*roles), POLICY)
    assert sum(shares) == WHOLE
    assert min(shares) >= 0
    assert all(share == 0 for share, role in zip(shares, roles, strict=True) if role == KEEP)


def test_shares_by_hand() -> None:
    team = a_team(FIRST, CHIEF, HELP, shares="33.33 33.33 33.34")
    assert written(shares_of(team, POLICY)) == "33.33 33.33 33.34"


@pytest.mark.parametrize(
    ("team", "code"),
    [
        (a_team(FIRST, CHIEF, shares="33.33 66.66"), "shares_sum"),
        (a_team(FIRST, CHIEF, shares="50.01 50.00"), "shares_sum"),
        (a_team(FIRST, HELP), "one_lead_negotiator"),
        (a_team(CHIEF, CHIEF), "one_lead_negotiator"),
        (a_team(CHIEF, FIRST, FIRST), "one_first_contact"),
        ([*a_team(CHIEF), *a_team(HELP)], "member_repeated"),
        ([*a_team(CHIEF, shares="50"), *a_team(CHIEF, HELP)[1:]], "shares_all_or_none"),
    ],
)
def test_what_is_refused(team: list[MemberEntry], code: str) -> None:
    with pytest.raises(Problem) as caught:
        shares_of(team, POLICY)
    assert [error.code for error in caught.value.errors] == [code]
    assert caught.value.status == 422
