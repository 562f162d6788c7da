"""Numbers asked for another way: mechanism by mechanism, on a unit's own page."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from app.core.clock import today
from app.kpis.catalogue import METRICS
from app.models.mechanisms import Mechanism
from tests.kpis.machine.audit import SCOPES, Answers, asked, parts_of
from tests.kpis.machine.walk import LONG, Walk


async def check_mechanisms(walk: Walk, found: Answers) -> None:
    """What is counted under each mechanism adds up, where something is counted under one at all."""
    summed = [metric for metric in METRICS if metric not in {"M10", "Q13", "T02"}]
    for scope in SCOPES:
        sums: dict[Any, Decimal] = defaultdict(Decimal)
        for mechanism in Mechanism:
            query = f"period={LONG}..{today()}&mechanism={mechanism}"
            for subject, values in (await asked(walk, scope, query)).items():
                _add(sums, subject, (values[metric] for metric in summed))
        whole: dict[Any, Decimal] = defaultdict(Decimal)
        for (of, subject), values in found.items():
            if of == scope:
                _add(whole, subject, (values[metric] for metric in summed))
        assert {k: n for k, n in sums.items() if n} == {k: n for k, n in whole.items() if n}, scope


def _add(sums: dict[Any, Decimal], subject: str, values: Iterable[dict[str, Any]]) -> None:
    for value in values:
        for key, number in parts_of(value):
            sums[subject, value["metric"], key] += number


async def check_results(walk: Walk, found: Answers) -> None:
    """A unit's own page says what its summary says."""
    for unit in filter(None, walk.units):
        path = f"/combinations/{unit.id}/results?period={LONG}..{today()}"
        told = {v["metric"]: v["value"] for v in (await walk.world.leader.seen(path))["values"]}
        values = found["combination", unit.id]
        assert told.items() ^ {(metric, v["value"]) for metric, v in values.items()} == set(), unit
