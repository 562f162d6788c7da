"""Identifiers defined by standards: normalise, check, and declare them as Pydantic types.

Sources: GB 32100-2015 (unified social credit code), GB 11714-1997 (organisation code),
ISO 17442 with ISO/IEC 7064 MOD 97-10 (LEI), GB/T 4754-2017, GB/T 2260, ISO 3166-1, ISO 4217.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, LiteralString

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.models.reference import (
    country_codes,
    currency_codes,
    industries,
    industry_sections,
    regions,
)

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100 leaves out I, O, S, V, Z; 31 characters, so every weight is invertible mod 31."""

CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
CREDIT_PATTERN = rf"^[{CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_ALPHABET}]{{10}}$"
LEI_PATTERN = "^[0-9A-Z]{18}[0-9]{2}$"
INDUSTRY_PATTERN = "^([A-T]|[A-T]?[0-9]{2,4})$"
REGION_PATTERN = "^([0-9]{2}|[0-9]{4}|[0-9]{6})$"

ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
SYNTHETIC_PREFIX = "91530100"
SYNTHETIC_SERIES = "MA6K"
SYNTHETIC_COUNT = len(CREDIT_ALPHABET) ** 4

SPACES_AND_HYPHENS = re.compile(r"[\s\u200b\ufeff\u2010-\u2015\u2212-]+")
CITY_LEVEL = 2
VALUE_SHOWN = 40
"""Characters of a refused value repeated in the error."""


def _compact(text: str) -> str:
    """Full width to half width (NFKC), upper case, no spaces or hyphens anywhere."""
    return SPACES_AND_HYPHENS.sub("", unicodedata.normalize("NFKC", text)).upper()


def normalise_credit_code(text: str) -> str:
    """Return the canonical spelling of a credit code; whether it is valid is not checked."""
    return _compact(text)


def credit_code_check_character(first17: str) -> str:
    """Return character 18 of a credit code from its first 17 (GB 32100-2015, annex A).

    The outer mod 31 matters: without it a remainder of 0 has no character.
    Raises ValueError for a wrong length or a character outside the alphabet.
    """
    values = (CREDIT_ALPHABET.index(character) for character in first17)
    total = sum(w * v for w, v in zip(CREDIT_WEIGHTS, values, strict=True))
    return CREDIT_ALPHABET[(31 - total % 31) % 31]


def is_credit_code(text: str) -> bool:
    """Tell whether `text` is a valid credit code in canonical spelling."""
    if not re.fullmatch(CREDIT_PATTERN, text):
        return False
    return text[17] == credit_code_check_character(text[:17])


def _organisation_check_character(first8: str) -> str:
    """Return character 9 of an organisation code (GB 11714-1997): letters count from A = 10."""
    total = sum(
        w * int(character, 36) for w, character in zip(ORGANISATION_WEIGHTS, first8, strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def _credit_digits(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, len(CREDIT_ALPHABET))
        digits = CREDIT_ALPHABET[digit] + digits
    return digits


def synthetic_credit_code(number: int) -> str:
    """Return valid fictional code `number` of the series 91530100MA6K…, for demos and tests.

    Both check characters are right (GB 11714 in place 17, GB 32100 in place 18).
    Raises ValueError outside 0 ≤ number < 31⁴ = 923,521.
    """
    if not 0 <= number < SYNTHETIC_COUNT:
        message = f"number must be at least 0 and below {SYNTHETIC_COUNT}"
        raise ValueError(message)
    organisation = SYNTHETIC_SERIES + _credit_digits(number, 4)
    first17 = SYNTHETIC_PREFIX + organisation + _organisation_check_character(organisation)
    return first17 + credit_code_check_character(first17)


def is_lei(text: str) -> bool:
    """Tell whether `text` is a valid LEI in canonical spelling (check digits 02 to 98)."""
    if not re.fullmatch(LEI_PATTERN, text):
        return False
    digits = "".join(str(int(character, 36)) for character in text[:18])
    return int(text[18:]) == 98 - int(digits + "00") % 97


def _refusal(
    code: LiteralString, message: LiteralString, text: str, **context: str
) -> PydanticCustomError:
    return PydanticCustomError(code, message, {"value": text[:VALUE_SHOWN], **context})


def _credit_code(text: str) -> str:
    code = normalise_credit_code(text)
    if not is_credit_code(code):
        message = "{value} is not a valid unified social credit code (GB 32100-2015)"
        raise _refusal("credit_code_invalid", message, text)
    return code


def _lei(text: str) -> str:
    code = _compact(text)
    if not is_lei(code):
        raise _refusal("lei_invalid", "{value} is not a valid LEI (ISO 17442)", text)
    return code


def _industry_code(text: str) -> str:
    """Return letter and digits: C2710 for 2710. The letter, if given, must fit the division."""
    code = _compact(text)
    digits = code.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    expected = industry_sections().get(digits[:2], "") + digits if digits else code
    if expected not in industries() or len(code) - len(digits) > 1:
        message = "{value} is not an industry code of GB/T 4754-2017"
        raise _refusal("industry_code_unknown", message, text)
    if code not in (digits, expected):
        message = "the section letter of {value} does not fit its division: use {expected}"
        raise _refusal("industry_letter_mismatch", message, text, expected=expected)
    return expected


def _region_code(text: str) -> str:
    """Return six digits: 530000 for 53."""
    code = _compact(text)
    padded = code.ljust(6, "0")
    if not re.fullmatch(REGION_PATTERN, code) or padded not in regions():
        raise _refusal("region_code_unknown", "{value} is not a region code of GB/T 2260", text)
    return padded


def _city_code(text: str) -> str:
    """Return the four digits: a code that names a city."""
    if regions().get(f"{text}00", (None, 0))[1] != CITY_LEVEL:
        raise _refusal("city_code_unknown", "{value} names no city of GB/T 2260", text)
    return text


def _listed(
    codes: Callable[[], frozenset[str]], error: LiteralString, what: LiteralString
) -> AfterValidator:
    """Return a validator that accepts the members of `codes()`."""

    def check(text: str) -> str:
        code = _compact(text)
        if code not in codes():
            raise _refusal(error, f"{{value}} is not {what}", text)
        return code

    return AfterValidator(check)


def _schema(pattern: str, lengths: tuple[int, int], what: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema(
        {
            "type": "string",
            "description": what,
            "pattern": pattern,
            "minLength": lengths[0],
            "maxLength": lengths[1],
            "examples": list(examples),
        }
    )


CreditCode = Annotated[
    str,
    AfterValidator(_credit_code),
    _schema(
        CREDIT_PATTERN,
        (18, 18),
        "Unified social credit code, GB 32100-2015",
        "91530100MA6K00014D",
    ),
]
Lei = Annotated[
    str,
    AfterValidator(_lei),
    _schema(
        LEI_PATTERN,
        (20, 20),
        "Legal entity identifier, ISO 17442",
        "5493001KJTIIGC8Y1R12",
    ),
]
IndustryCode = Annotated[
    str,
    AfterValidator(_industry_code),
    _schema(INDUSTRY_PATTERN, (1, 5), "Industry code, GB/T 4754-2017", "C2710", "C27", "C"),
]
RegionCode = Annotated[
    str,
    AfterValidator(_region_code),
    _schema(REGION_PATTERN, (2, 6), "Region code, GB/T 2260", "530102", "530100", "530000"),
]
CityCode = Annotated[
    str,
    AfterValidator(_city_code),
    _schema("^[0-9]{4}$", (4, 4), "First four digits of a city's code, GB/T 2260", "5301"),
]
CountryCode = Annotated[
    str,
    _listed(country_codes, "country_code_unknown", "a country code of ISO 3166-1"),
    _schema("^[A-Z]{2}$", (2, 2), "Country code, ISO 3166-1 alpha-2", "CN", "US"),
]
CurrencyCode = Annotated[
    str,
    _listed(currency_codes, "currency_code_unknown", "a currency code of ISO 4217"),
    _schema("^[A-Z]{3}$", (3, 3), "Currency code, ISO 4217", "CNY", "USD"),
]
