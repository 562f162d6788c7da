"""Kaplan-Meier against published examples, and its edges."""

from fractions import Fraction

from app.kpis.survival import kaplan_meier, median

# Freireich et al. (1963), weeks in remission on 6-mercaptopurine, and weeks seen so far. The
# estimate is printed in Cox and Oakes, Analysis of Survival Data (1984), table 1.1 and section 4.2.
ENDED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
GOING_ON = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PRINTED = {
    6: "0.8571", 7: "0.8067", 10: "0.7529", 13: "0.6902", 16: "0.6275", 22: "0.5378", 23: "0.4482",
}  # fmt: skip


def test_remission_of_leukaemia() -> None:
    stays = [(weeks, True) for weeks in ENDED] + [(weeks, False) for weeks in GOING_ON]
    steps = kaplan_meier(stays)
    assert {step.days: f"{step.as_decimal:.4f}" for step in steps} == PRINTED
    assert median(steps) == 23


def test_without_censoring_it_is_the_plain_median() -> None:
    steps = kaplan_meier((days, True) for days in (3, 1, 5, 2, 4))
    assert [step.survival for step in steps] == [Fraction(n, 5) for n in (4, 3, 2, 1, 0)]
    assert median(steps) == 3


def test_there_is_no_median_where_most_go_on() -> None:
    steps = kaplan_meier([(1, True), (10, False), (10, False)])
    assert (steps, median(steps)) == ([(1, Fraction(2, 3))], None)
    assert kaplan_meier([]) == []
    assert median([]) is None
