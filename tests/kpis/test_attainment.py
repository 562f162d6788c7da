"""Published figures: rates as printed, attainment, gap to the schedule (domain §7, V1 to V9)."""

from decimal import Decimal
from fractions import Fraction

import pytest

from app.kpis.attainment import attainment, expected, percent, rounded, schedule_gap


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "printed"),
    [
        pytest.param("244", "247", 1, "98.8 %", id="V1"),  # 许昌: 履约
        pytest.param("222", "247", 1, "89.9 %", id="V2"),  # 开工
        pytest.param("370", "1077", 1, "34.4 %", id="V3"),  # 阿坝: 到位
        pytest.param("326", "2104", 2, "15.49 %", id="V4"),
        pytest.param("99.68", "145", 1, "68.7 %", id="V8"),
        pytest.param("40", "45", 1, "88.9 %", id="V8-count"),
        pytest.param("219.22", "589", 2, "37.22 %", id="V9"),
        ("1", "8", 1, "12.5 %"),
        ("1", "16", 1, "6.3 %"),  # 6.25: half up, where binary halves go to even
        ("0", "5", 1, "0.0 %"),
    ],
)
def test_rates_as_printed(numerator: str, denominator: str, decimals: int, printed: str) -> None:
    assert percent(Decimal(numerator), Decimal(denominator), decimals) == printed


def test_nothing_to_divide_by() -> None:
    assert percent(Decimal(1), Decimal(0)) is None
    assert attainment(Decimal(1), Decimal(0)) is None


def test_v5_panzhihua_october() -> None:
    """1,005,136 万元 of 80 亿元 by the end of October."""
    attained = attainment(Decimal(10_051_360_000), Decimal(8_000_000_000))
    assert attained is not None
    assert percent(attained, Decimal(1), 2) == "125.64 %"
    assert schedule_gap(attained, 10) == Decimal("42.31")


@pytest.mark.parametrize(("completion", "gap"), [("0.7041", "-12.92"), ("4.9569", "412.36")])
def test_v6_v7_gap_to_the_linear_year(completion: str, gap: str) -> None:
    assert schedule_gap(Decimal(completion), 10) == Decimal(gap)


def test_explicit_weights() -> None:
    weights = [
        Decimal(w) for w in ("2", "3", "10", "5", "10", "15", "5", "5", "15", "10", "10", "10")
    ]
    assert expected(3, weights) == Decimal("0.15")
    assert expected(12, weights) == 1
    assert schedule_gap(Decimal("0.2"), 3, weights) == Decimal("5.00")


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert str(rounded(Decimal(0) / Decimal(-1), 4)) == "0.0000"
    assert str(rounded(Decimal("-0.004"), 2)) == "0.00"
    assert str(rounded(Decimal("-0.005"), 2)) == "-0.01"


def test_a_rate_is_rounded_once() -> None:
    """1/3 of 1/3 is all of it, and 1 of 32 of a half is 6.25 %."""
    third = Fraction(1, 3)
    assert attainment(third, Decimal("0.01")) == Fraction(100, 3)
    assert rounded(attainment(third, Decimal("0.01")) or third, 4) == Decimal("33.3333")
    assert [rounded(Fraction(n, 200), 2) for n in (1, -1, 3)] == [
        Decimal("0.01"), Decimal("-0.01"), Decimal("0.02"),
    ]  # fmt: skip
    assert percent(Fraction(1, 32), Fraction(1, 2), 1) == "6.3 %"
