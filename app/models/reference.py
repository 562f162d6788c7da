"""Look-ups over the shipped national standards and the Unicode CLDR, read once and cached.

Codes are taken in canonical form (see `app.models.codes`); an unknown code raises KeyError.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, NamedTuple

from babel import Locale
from babel.core import get_global

Language = Literal["zh", "en"]

REGION_DIGITS = {1: 2, 2: 4, 3: 6}
"""Digits of a GB/T 2260 code that identify a province, a city, an area; the rest are zeros."""

GROUPING_NAMES = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""Level-2 entries that only group areas and are left out of a full name."""

NOT_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ".split())  # noqa: SIM905 - the list of codes reads best as one line
"""Two-letter CLDR territories that ISO 3166-1 has not assigned."""


class Region(NamedTuple):
    """One GB/T 2260 division: its name and level (1 province, 2 city, 3 area)."""

    name: str
    level: int


def _rows(file_name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(
        files("app.data").joinpath(file_name).read_text(encoding="utf-8").splitlines()
    )


@cache
def industries() -> Mapping[str, str]:
    """Return GB/T 4754-2017 as canonical code (C, C27, C271, C2710) to name."""
    names: dict[str, str] = {}
    section = {}
    for row in _rows("gbt4754.csv"):
        code = row["code"]
        if row["level"] == "2":
            section[code] = row["parent"]
        names[code if row["level"] == "1" else section[code[:2]] + code] = row["name"]
    return MappingProxyType(names)


@cache
def industry_sections() -> Mapping[str, str]:
    """Return division (27) to section letter (C)."""
    return MappingProxyType({code[1:]: code[0] for code in industries() if len(code) == len("C27")})


@cache
def regions() -> Mapping[str, Region]:
    """Return GB/T 2260 as six-digit code to name and level."""
    rows = _rows("gbt2260.csv")
    return MappingProxyType({row["code"]: Region(row["name"], int(row["level"])) for row in rows})


def industry_name(code: str) -> str:
    """Return the Chinese name of an industry code such as C2710."""
    return industries()[code]


def industry_prefix(code: str) -> str:
    """Return what every code below `code` starts with: the code itself, once known to exist.

    The standard numbers each level by appending one digit (two for a division).
    """
    industries()[code]
    return code


def region_name(code: str, *, full: bool = False) -> str:
    """Return 五华区 for 530102, or 云南省昆明市五华区 when `full`."""
    if not full:
        return regions()[code].name
    own = regions()[code]
    above = (regions()[code[: REGION_DIGITS[n]].ljust(6, "0")].name for n in range(1, own.level))
    return "".join(name for name in above if name not in GROUPING_NAMES) + own.name


def region_prefix(code: str) -> str:
    """Return what every code of the region starts with: 530000 is 53, 530100 is 5301."""
    return code[: REGION_DIGITS[regions()[code].level]]


@cache
def country_codes() -> frozenset[str]:
    """Return the officially assigned ISO 3166-1 alpha-2 codes."""
    territories = map(str, Locale("en").territories)
    return frozenset(filter(re.compile("[A-Z]{2}").fullmatch, territories)) - NOT_COUNTRIES


@cache
def currency_codes() -> frozenset[str]:
    """Return the ISO 4217 codes that are legal tender somewhere today (no funds, metals, tests)."""
    histories = get_global("territory_currencies").values()
    return frozenset(
        code for history in histories for code, _, end, tender in history if tender and not end
    )


# As Chinese official statistics print them (港澳台 count as foreign capital, domain.md §3).
PRINTED_REGIONS = {
    "HK": {"zh": "中国香港", "en": "Hong Kong, China"},
    "MO": {"zh": "中国澳门", "en": "Macao, China"},
    "TW": {"zh": "中国台湾", "en": "Taiwan, China"},
}


def country_name(code: str, lang: Language) -> str:
    """Return the CLDR name of an ISO 3166-1 alpha-2 code: 美国, United States."""
    if code not in country_codes():
        raise KeyError(code)
    return PRINTED_REGIONS.get(code, {}).get(lang) or Locale(lang).territories[code]


@cache
def country_codes_by_name() -> Mapping[str, str]:
    """Return lower-cased names, Chinese and English, long and printed, to ISO 3166-1 codes."""
    names: dict[str, str] = {
        "香港": "HK",
        "澳门": "MO",
        "台湾": "TW",
        "u.s.": "US",
        "usa": "US",
    }
    for code in country_codes():
        for lang in ("zh", "en"):
            names[Locale(lang).territories[code].lower()] = code
            names[country_name(code, lang).lower()] = code
    return MappingProxyType(names)


def currency_name(code: str, lang: Language) -> str:
    """Return the CLDR name of an ISO 4217 code (人民币), or the code where CLDR lacks one."""
    if code not in currency_codes():
        raise KeyError(code)
    return str(Locale(lang).currencies.get(code, code))
