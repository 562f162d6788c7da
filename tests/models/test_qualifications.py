"""Qualification for a post on a day: what is lacking, by hand."""

from datetime import date
from uuid import uuid4

import pytest

from app.models.officer_certificates import OfficerCertificate
from app.models.officer_profiles import OfficerProfile
from app.models.posts import Education, Post
from app.models.qualifications import lacks

WHO = uuid4()
POST = Post(
    name="生物医药招商岗",
    required_education=Education.bachelor,
    required_majors=["药学", "化学"],
    required_experience_years=3,
    required_certificate_kinds=["招商师"],
)
FIT = {
    "education": Education.master,
    "majors": ["化学", "英语"],
    "experience_from_on": date(2022, 6, 15),
}
HELD = OfficerCertificate(
    officer_id=WHO, kind="招商师", issued_on=date(2024, 1, 1), expires_on=date(2026, 1, 31)
)


def found(day: date, *held: OfficerCertificate, **changed: object) -> list[tuple[str, str]]:
    profile = OfficerProfile(officer_id=WHO, post_id=POST.id, **{**FIT, **changed})
    return [(lack.code.value, lack.required) for lack in lacks(POST, profile, held, day)]


@pytest.mark.parametrize(
    ("day", "is_held"),
    [
        (date(2026, 1, 31), True),
        (date(2026, 2, 1), False),
    ],
)
def test_a_certificate_holds_on_its_last_day(day: date, *, is_held: bool) -> None:
    assert found(day, HELD) == ([] if is_held else [("certificate", "招商师")])


def test_a_certificate_does_not_hold_before_it_is_issued() -> None:
    early = date(2023, 12, 31)
    assert ("certificate", "招商师") in found(early, HELD)
    assert HELD.holds_on(date(2024, 1, 1))


@pytest.mark.parametrize(
    ("day", "is_enough"), [(date(2025, 6, 14), False), (date(2025, 6, 15), True)]
)
def test_years_are_full_years(day: date, *, is_enough: bool) -> None:
    assert found(day, HELD) == ([] if is_enough else [("experience", "3")])


@pytest.mark.parametrize(
    ("changed", "lack"),
    [
        ({"education": Education.associate}, ("education", "bachelor")),
        ({"education": None}, ("education", "bachelor")),
        ({"education": Education.bachelor}, None),
        ({"majors": ["英语"]}, ("major", "药学、化学")),
        ({"experience_from_on": None}, ("experience", "3")),
    ],
)
def test_each_thing_that_is_lacking_is_named(
    changed: dict[str, object], lack: tuple[str, str] | None
) -> None:
    assert found(date(2025, 9, 1), HELD, **changed) == ([lack] if lack else [])


def test_without_a_post_nobody_is_qualified() -> None:
    (lack,) = lacks(None, None, [HELD], date(2025, 9, 1))
    assert lack.code == "no_post"
