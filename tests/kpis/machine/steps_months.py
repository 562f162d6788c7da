"""Months that are locked, definitions that change, sums that are folded."""

from datetime import timedelta
from typing import Any

from app.core.clock import today
from app.kpis import rollup
from app.models.periods import month_of, next_month
from tests.kpis.machine.facts import Capital
from tests.kpis.machine.walk import LONG, NothingToDoError, Walk
from tests.writes.metric_definitions import capital


async def fold(walk: Walk) -> None:
    """Into the monthly sums, all or a few: no number may notice."""
    await rollup.fold_all(walk.database, walk.pick.choice((1, 7, 50_000)))


async def lock(walk: Walk) -> None:
    """The next month, and what it says from now on for ever."""
    month = max(walk.model.open_from, month_of(LONG))
    if next_month(month) > today():
        raise NothingToDoError
    body = {"month": f"{month}", "cut_off_on": f"{next_month(month)}"}
    period = await walk.world.assessor.made("/periods", body)
    for to in ("closings", "locks"):
        period = await walk.posted(walk.world.assessor, f"/periods/{period['id']}/{to}", period)
    walk.model.open_from = next_month(month)
    walk.keep("locked", (month, next_month(month) - timedelta(days=1)))


async def redefine_thresholds(walk: Walk) -> None:
    more = walk.pick.sample(range(2, 60), walk.pick.randint(0, 3))
    thresholds = [100_000_000 * step for step in (1, *more)]
    body = {"metric": "Q03", "label_zh": "亿元以上", "label_en": "Large"}
    await _adopted(walk, {**body, "parameters": {"thresholds": thresholds}})
    walk.model.thresholds = tuple(thresholds)


async def redefine_capital(walk: Walk) -> None:
    """Another border, another investor, another day, other kinds, without some industries."""
    of_ultimate, on_recognition, is_province = (walk.flip() for _ in range(3))
    kinds = walk.pick.choice((("fixed",), ("working",), ("fixed", "working")))
    excluded = tuple(walk.pick.sample(("real_estate", "finance"), walk.pick.randint(0, 2)))
    body = capital(
        origin_scope="province" if is_province else "city",
        origin_of="ultimate" if of_ultimate else "payer",
        counting_date="recognised" if on_recognition else "event",
        kinds=list(kinds), excluded_tags=list(excluded),
    )  # fmt: skip
    await _adopted(walk, body)
    digits = "53" if is_province else "5301"
    walk.model.capital = Capital(digits, of_ultimate, on_recognition, kinds, excluded)


async def _adopted(walk: Walk, body: dict[str, Any]) -> None:
    year = {"effective_from_year": today().year}
    row = await walk.world.assessor.made("/metric-definitions", body | year)
    await walk.posted(walk.world.assessor, f"/metric-definitions/{row['id']}/adoptions", row)


STEPS = {fold: 4, lock: 2, redefine_thresholds: 1, redefine_capital: 2}
