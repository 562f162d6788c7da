"""Codes of the standards: vectors, and what the check characters must detect."""

import string
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.models.codes import (
    CREDIT_ALPHABET,
    SYNTHETIC_COUNT,
    CountryCode,
    CreditCode,
    CurrencyCode,
    IndustryCode,
    Lei,
    RegionCode,
    credit_code_check_character,
    is_credit_code,
    is_lei,
    normalise_credit_code,
    synthetic_credit_code,
)

VALID = [
    "91530100MA6K000490",
    "91110000600037341L",
    "91110108551385082Q",
    "91350200MA2YJ1XR9G",
    "91530100MA6K00014D",
    "91530100MA6K000228",
    "91530100MA6K000303",
    "91530100MA6K00057T",
]
LEI = "5493001KJTIIGC8Y1R12"
numbers = st.integers(0, SYNTHETIC_COUNT - 1)


def refusal(kind: Any, text: str) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(text)
    return caught.value.errors()[0]["type"]


def accepted(kind: Any, text: str) -> str:
    return TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize("code", VALID)
def test_published_credit_codes_are_valid(code: str) -> None:
    assert is_credit_code(code)
    assert credit_code_check_character(code[:17]) == code[17]


@pytest.mark.parametrize(
    "code",
    [
        "91110000600037342L",
        "91350203M0001QAY9B",
        "91530100MA6K000491",
        "91530100MA6K00049",
        "91530100MA6K0004900",
        "9153010IMA6K000490",
        "91530100MA6K00049O",
        "91530100ma6k000490",
        "91530100MA6K000490\n",
        "９1530100MA6K000490",
        "",
    ],
)
def test_other_credit_codes_are_invalid(code: str) -> None:
    assert not is_credit_code(code)


@pytest.mark.parametrize(
    "typed",
    [
        " 91530100ma6k000490\n",
        "９１５３０１００ＭＡ６Ｋ０００４９０",
        "9153 0100 MA6K 0004 90",
        "91530100-MA6K00049-0",
        "91530100－MA6K00049–0",
        "\ufeff91530100MA6K000490\u200b",
    ],
)
def test_credit_codes_are_normalised(typed: str) -> None:
    assert normalise_credit_code(typed) == "91530100MA6K000490"
    assert accepted(CreditCode, typed) == "91530100MA6K000490"


@pytest.mark.parametrize("first17", ["", "91530100MA6K0004", "91530100MA6K00049O"])
def test_a_check_character_needs_17_characters_of_the_alphabet(first17: str) -> None:
    with pytest.raises(ValueError, match=r"shorter|longer|not found"):
        credit_code_check_character(first17)


@given(numbers, st.integers(0, 17), st.sampled_from(CREDIT_ALPHABET))
def test_any_changed_character_is_detected(number: int, place: int, character: str) -> None:
    """31 is prime and no weight is a multiple of it, so one change always moves the sum."""
    code = synthetic_credit_code(number)
    changed = code[:place] + character + code[place + 1 :]
    assert is_credit_code(changed) == (changed == code)


@given(numbers, st.integers(0, 16))
def test_swapped_neighbours_are_detected(number: int, place: int) -> None:
    code = synthetic_credit_code(number)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_credit_code(swapped) == (swapped == code)


@given(numbers, numbers)
def test_synthetic_codes_are_valid_and_distinct(one: int, other: int) -> None:
    code = synthetic_credit_code(one)
    assert is_credit_code(code)
    assert code.startswith("91530100MA6K")
    assert (code == synthetic_credit_code(other)) == (one == other)


def test_synthetic_codes_include_the_published_examples() -> None:
    examples = [1, 2, 3, 4, 5]
    assert [synthetic_credit_code(number) for number in examples] == [
        "91530100MA6K00014D",
        "91530100MA6K000228",
        "91530100MA6K000303",
        "91530100MA6K000490",
        "91530100MA6K00057T",
    ]


@pytest.mark.parametrize("number", [-1, SYNTHETIC_COUNT])
def test_synthetic_codes_end_with_the_series(number: int) -> None:
    with pytest.raises(ValueError, match="923521"):
        synthetic_credit_code(number)


def test_the_published_lei_is_valid() -> None:
    assert is_lei(LEI)
    assert accepted(Lei, " 5493-001k jtii gc8y 1r12 ") == LEI


@given(st.integers(0, 19), st.sampled_from(string.digits + string.ascii_uppercase))
def test_a_changed_character_of_the_same_kind_of_a_lei_is_detected(
    place: int, character: str
) -> None:
    """A digit for a digit or a letter for a letter moves the sum by less than the prime 97."""
    assume(character.isdigit() == LEI[place].isdigit())
    changed = LEI[:place] + character + LEI[place + 1 :]
    assert is_lei(changed) == (changed == LEI)


def test_a_lei_never_ends_in_an_alias_of_its_check_digits() -> None:
    stem = "529900T8BM49AURSDO"
    valid = [f"{stem}{n:02d}" for n in range(100) if is_lei(f"{stem}{n:02d}")]
    assert valid == ["529900T8BM49AURSDO55"]


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("C2710", "C2710"),
        ("2710", "C2710"),
        ("C27", "C27"),
        ("27", "C27"),
        ("c271", "C271"),
        ("Ｃ", "C"),
        ("0111", "A0111"),
        ("T9700", "T9700"),
    ],
)
def test_industry_codes_become_letter_and_digits(typed: str, canonical: str) -> None:
    assert accepted(IndustryCode, typed) == canonical


def test_a_section_letter_must_fit_the_division() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(IndustryCode).validate_python("A2710")
    error = caught.value.errors()[0]
    assert error["type"] == "industry_letter_mismatch"
    assert error.get("ctx") == {"value": "A2710", "expected": "C2710"}


@pytest.mark.parametrize("typed", ["", "U", "2", "C2", "2799", "C27100", "CC27", "27C", "٢٧"])
def test_unknown_industry_codes(typed: str) -> None:
    assert refusal(IndustryCode, typed) == "industry_code_unknown"


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("53", "530000"),
        ("5301", "530100"),
        ("530100", "530100"),
        ("５３０１０２", "530102"),
    ],
)
def test_region_codes_become_six_digits(typed: str, canonical: str) -> None:
    assert accepted(RegionCode, typed) == canonical


@pytest.mark.parametrize("typed", ["", "5", "530", "53010", "99", "530199", "5301000", "云南"])
def test_unknown_region_codes(typed: str) -> None:
    assert refusal(RegionCode, typed) == "region_code_unknown"


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        (CreditCode, "91110000600037342L", "credit_code_invalid"),
        (Lei, "5493001KJTIIGC8Y1R13", "lei_invalid"),
        (CountryCode, "XK", "country_code_unknown"),
        (CountryCode, "ZZ", "country_code_unknown"),
        (CurrencyCode, "DEM", "currency_code_unknown"),
        (CurrencyCode, "XXX", "currency_code_unknown"),
    ],
)
def test_refusals_have_stable_codes(kind: Any, typed: str, code: str) -> None:
    assert refusal(kind, typed) == code


def test_countries_and_currencies_are_normalised() -> None:
    assert accepted(CountryCode, " cn") == "CN"
    assert accepted(CurrencyCode, "ｃｎｙ") == "CNY"


def test_a_refused_value_is_repeated_shortened() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Lei).validate_python("X" * 5_000)
    assert caught.value.errors()[0].get("ctx") == {"value": "X" * 40}


@pytest.mark.parametrize(
    "kind", [CreditCode, Lei, IndustryCode, RegionCode, CountryCode, CurrencyCode]
)
def test_the_schema_shows_form_and_valid_examples(kind: Any) -> None:
    schema = TypeAdapter(kind).json_schema()
    assert {"pattern", "minLength", "maxLength", "description"} <= schema.keys()
    for example in schema["examples"]:
        assert accepted(kind, example) == example
        assert schema["minLength"] <= len(example) <= schema["maxLength"]
