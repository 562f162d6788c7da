"""Shipped standards: complete, consistent, and read back by code."""

import pytest

from app.models.reference import (
    Language,
    country_codes,
    country_name,
    currency_codes,
    currency_name,
    industries,
    industry_name,
    industry_prefix,
    industry_sections,
    region_name,
    region_prefix,
    regions,
)


def test_industries_are_the_whole_standard() -> None:
    lengths = [len(code) for code in industries()]
    assert [lengths.count(n) for n in (1, 3, 4, 5)] == [20, 97, 473, 1_381]
    assert all(code[:-1] in industries() for code in industries() if len(code) > len("C27"))
    assert not [name for name in industries().values() if not name.strip() or " " in name]


def test_every_division_has_the_letter_of_the_standard() -> None:
    spans = "A01-05 B06-12 C13-43 D44-46 E47-50 F51-52 G53-60 H61-62 I63-65 J66-69 K70-70 L71-72"
    spans += " M73-75 N76-79 O80-82 P83-83 Q84-85 R86-90 S91-96 T97-97"
    expected = {
        f"{number:02d}": span[0]
        for span in spans.split()
        for number in range(int(span[1:3]), int(span[4:]) + 1)
    }
    assert industry_sections() == expected


def test_industry_names() -> None:
    assert industry_name("C") == "制造业"
    assert industry_name("C27") == "医药制造业"
    assert industry_name("C2710") == "化学药品原料药制造"
    assert industry_name("C37") == "铁路、船舶、航空航天和其他运输设备制造业"


@pytest.mark.parametrize("code", ["C", "C27", "C271", "C2710"])
def test_industry_prefixes_cover_exactly_the_subtree(code: str) -> None:
    assert industry_prefix(code) == code


def test_regions_are_the_whole_standard() -> None:
    levels = [region.level for region in regions().values()]
    assert [levels.count(level) for level in (1, 2, 3)] == [31, 342, 2_975]
    assert all(code[:2] + "0000" in regions() for code in regions())
    assert all(f"{code[:4]}00" in regions() for code, region in regions().items())


@pytest.mark.parametrize(
    ("code", "name", "full"),
    [
        ("530000", "云南省", "云南省"),
        ("530100", "昆明市", "云南省昆明市"),
        ("530102", "五华区", "云南省昆明市五华区"),
        ("110101", "东城区", "北京市东城区"),
        ("500241", "秀山土家族苗族自治县", "重庆市秀山土家族苗族自治县"),
        ("429004", "仙桃市", "湖北省仙桃市"),
        ("441900", "东莞市", "广东省东莞市"),
    ],
)
def test_region_names(code: str, name: str, full: str) -> None:
    assert region_name(code) == name
    assert region_name(code, full=True) == full


@pytest.mark.parametrize(
    ("code", "prefix"),
    [("530000", "53"), ("530100", "5301"), ("530102", "530102"), ("441900", "4419")],
)
def test_region_prefixes(code: str, prefix: str) -> None:
    assert region_prefix(code) == prefix


@pytest.mark.parametrize(
    ("code", "lang", "name"),
    [("US", "zh", "美国"), ("US", "en", "United States"), ("CN", "zh", "中国")],
)
def test_country_names(code: str, lang: Language, name: str) -> None:
    assert country_name(code, lang) == name


def test_every_country_and_currency_has_both_names() -> None:
    assert len(country_codes()) == 249
    assert {"CNY", "USD", "EUR", "HKD", "JPY", "SGD", "TWD"} <= currency_codes()
    assert not {"DEM", "XAU", "XTS", "CNH", "BOV"} & currency_codes()
    for lang in ("zh", "en"):
        assert all(country_name(code, lang) for code in country_codes())
        assert all(currency_name(code, lang) for code in currency_codes())


@pytest.mark.parametrize(
    "look_up",
    [
        lambda: industry_name("C99"),
        lambda: industry_prefix("27"),
        lambda: region_name("5301"),
        lambda: region_prefix("990000"),
        lambda: country_name("ZZ", "en"),
        lambda: currency_name("DEM", "zh"),
    ],
)
def test_unknown_codes_raise(look_up: object) -> None:
    assert callable(look_up)
    with pytest.raises(KeyError):
        look_up()
