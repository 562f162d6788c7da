"""The rule shapes by the vectors of docs/domain.md, and what holds whatever the numbers."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.kpis.scoring import Measured, grade_of, printed, promoted, score
from app.models.lead_members import split
from app.models.scoring_rules import Scoring, rule_text

D = Decimal
F = Fraction
RULE: Any = TypeAdapter(Scoring)


def points(full: str, rule: dict[str, Any], *parts: Measured, entered: tuple[str, ...] = ()) -> F:
    return score(RULE.validate_python(rule), D(full), parts, [D(e) for e in entered]).points


def part(actual: str, target: str | None = None, weight: str = "1", field: str = "") -> Measured:
    return Measured(
        F(actual), F(target) if target else None, F(weight), tuple(F(v) for v in field.split())
    )


def test_v10_count_and_amount_each_capped() -> None:
    parts = (part("28", "27", "0.5"), part("177.7", "54", "0.5"))
    assert points("0.5", {"rule": "composite"}, *parts) == D("0.50")
    assert points("0.5", {"rule": "composite"}, parts[0], part("27", "54", "0.5")) == D("0.375")


def test_v11_a_cap_of_120_percent() -> None:
    rule = {"rule": "item_cap", "cap": "1.20"}
    assert points("0.5", rule, part("121", "100")) == D("0.60")
    assert points("0.5", {**rule, "cap": "1.00"}, part("121", "100")) == D("0.50")
    with pytest.raises(ValidationError):
        RULE.validate_python({"rule": "item_cap", "cap": "1.10"})


def test_v12_the_rate_below_the_cap() -> None:
    assert points("0.5", {"rule": "ratio_capped"}, part("96", "100")) == D("0.48")
    assert points("0.5", {"rule": "ratio_capped"}, part("90", "100")) == D("0.45")


@pytest.mark.parametrize(("x", "expected"), [("9", "100"), ("1", "60"), ("5", "80")])
def test_v14_efficacy_from_lowest_to_highest(x: str, expected: str) -> None:
    assert points("100", {"rule": "efficacy"}, part(x, field="1 5 9")) == D(expected)


def test_v14_all_equal_is_full_and_warned_of() -> None:
    found = score(RULE.validate_python({"rule": "efficacy"}), D(100), [part("7", field="7 7")])
    assert (found.points, found.warnings) == (D(100), ("all_equal",))


@pytest.mark.parametrize(("actual", "expected"), [("5", "2.5"), ("6", "3"), ("9", "3")])
def test_v16_half_a_point_each_up_to_three(actual: str, expected: str) -> None:
    rule = {"rule": "bonus", "per_unit": "0.5", "cap": "3"}
    assert points("0", rule, part(actual)) == D(expected)


def test_v17_points_of_several_introducers() -> None:
    assert split([D(1)] * 2, D(20)) == [D("10.00"), D("10.00")]
    assert split([D(1)] * 3, D(20)) == [D("6.67"), D("6.67"), D("6.66")]


STEPS = [{"at_least": "1", "points": "10"}, {"at_least": "0.8", "points": "6"}]


@pytest.mark.parametrize(
    ("full", "rule", "parts", "expected"),
    [
        ("10", {"rule": "relative_to_best"}, [part("3", field="3 4 1")], "7.5"),
        ("10", {"rule": "relative_to_best"}, [part("0", field="0 0")], "0"),
        ("10", {"rule": "steps", "steps": STEPS}, [part("8", "10")], "6"),
        ("10", {"rule": "steps", "steps": STEPS}, [part("79", "100")], "0"),
        ("10", {"rule": "steps", "steps": STEPS}, [part("11", "10")], "10"),
        # 7.5 % below: seven whole points of percent, half a point each.
        ("10", {"rule": "shortfall", "per": "0.01", "deduct": "0.5"}, [part("92.5", "100")], "6.5"),
        ("10", {"rule": "shortfall", "per": "0.01", "deduct": "0.5"}, [part("10", "100")], "0"),
        ("10", {"rule": "shortfall", "per": "0.01", "deduct": "0.5"}, [part("120", "100")], "10"),
        ("0", {"rule": "penalty", "per_unit": "2"}, [part("3")], "-6"),
        ("0", {"rule": "penalty", "per_unit": "2", "cap": "5"}, [part("3")], "-5"),
        ("10", {"rule": "quota", "deduct": "4"}, [part("3", "5")], "2"),
        ("10", {"rule": "quota", "deduct": "4"}, [part("1", "5")], "0"),
        ("10", {"rule": "quota", "deduct": "4"}, [part("9", "5")], "10"),
        # 0.7 × 1.2 + 0.3 × 0.5
        (
            "100",
            {"rule": "weighted_rates"},
            [part("13", "10", "0.7"), part("5", "10", "0.3")],
            "99",
        ),
    ],
)
def test_the_other_shapes_by_hand(
    full: str, rule: dict[str, Any], parts: list[Measured], expected: str
) -> None:
    assert points(full, rule, *parts) == D(expected)


def test_peers_are_averaged_without_the_ends_where_asked() -> None:
    entered = ("60", "90", "90", "100")
    assert points("10", {"rule": "peer"}, entered=entered) == D("8.5")
    assert points("10", {"rule": "peer", "is_trimmed": True}, entered=entered) == D("9")
    assert points("10", {"rule": "peer", "is_trimmed": True}, entered=("60", "90")) == D("7.5")
    nothing = score(RULE.validate_python({"rule": "peer"}), D(10), [])
    assert (nothing.points, nothing.warnings) == (D(0), ("nothing_entered",))


def test_a_promotion_raises_and_never_lowers() -> None:
    order = ["优秀", "良好", "合格"]
    assert promoted("合格", "良好", order) == "良好"
    assert promoted("优秀", "良好", order) == "优秀"
    assert promoted(None, "良好", order) == "良好"
    grades = [("优秀", D(90)), ("良好", D(80))]
    assert [grade_of(D(t), grades) for t in ("90", "89.99", "79")] == ["优秀", "良好", None]


def test_points_are_printed_half_up() -> None:
    assert [printed(D(v)) for v in ("0.005", "2.675", "-0.005")] == [
        D("0.01"), D("2.68"), D("-0.01"),
    ]  # fmt: skip


def test_the_words_are_made_of_the_parameters() -> None:
    rule = RULE.validate_python({"rule": "item_cap", "cap": "1.20"})
    assert rule_text(rule, D("0.50")) == {
        "zh": "完成率=实际÷目标，按完成率计分，最高120%，满分0.5分",
        "en": "rate = actual ÷ target; points by rate, at most 120%; full points 0.5",
    }
    words = rule_text(RULE.validate_python({"rule": "steps", "steps": STEPS}), D(10))
    assert "达到80%得6分；达到100%得10分" in words["zh"]


@pytest.mark.parametrize(
    "missing", ["bonus", "penalty", "quota", "shortfall", "steps", "promotion"]
)
def test_a_rule_without_its_parameters_is_refused(missing: str) -> None:
    with pytest.raises(ValidationError):
        RULE.validate_python({"rule": missing})


ACTUALS = st.decimals(0, 10**9, places=2)
RULES = [
    {"rule": "ratio_capped", "cap": "1.2"},
    {"rule": "item_cap", "cap": "1.20"},
    {"rule": "steps", "steps": STEPS},
    {"rule": "shortfall", "per": "0.05", "deduct": "0.7"},
    {"rule": "bonus", "per_unit": "0.5", "cap": "12"},
    {"rule": "quota", "deduct": "0.01"},
]


@given(st.sampled_from(RULES), ACTUALS, ACTUALS, st.decimals("0.01", 10**9, places=2))
def test_more_never_gives_less_and_caps_hold(rule: Any, one: D, other: D, target: D) -> None:
    less, more = (
        score(RULE.validate_python(rule), D(10), [Measured(F(actual), F(target))]).points
        for actual in sorted((one, other))
    )
    assert D(0) <= less <= more <= D(12)


@given(ACTUALS, ACTUALS, ACTUALS)
def test_among_others_more_never_gives_less(one: D, other: D, third: D) -> None:
    field = (F(one), F(other), F(third))
    for rule in ("efficacy", "relative_to_best"):
        less, more = (
            score(RULE.validate_python({"rule": rule}), D(10), [Measured(F(a), field=field)]).points
            for a in sorted((one, other))
        )
        assert D(0) <= less <= more <= D(10)


@given(st.lists(st.tuples(ACTUALS, st.decimals("0.01", 10**6, places=2)), min_size=2, max_size=6))
def test_the_order_of_measures_is_irrelevant(pairs: list[tuple[D, D]]) -> None:
    parts = [Measured(F(a), F(t), F("0.1")) for a, t in pairs]
    rule = RULE.validate_python({"rule": "weighted_rates"})
    forth, back = (score(rule, D(10), order).points for order in (parts, parts[::-1]))
    assert forth == back <= F(12) * len(pairs) / 10
