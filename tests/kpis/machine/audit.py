"""What must hold between the answers themselves, for every metric and every scope.

No model is needed for it: rows add up to numbers, officers and teams to the zone, terms of a bridge
to a difference; what was answered once is answered again.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.clock import today
from app.kpis import ledger
from app.kpis.catalogue import METRICS, RATIOS
from app.kpis.metrics import Aggregation, CreditMode
from tests.kpis.machine.counts import MODELLED
from tests.kpis.machine.model import CREDITED, ZONE
from tests.kpis.machine.walk import LONG, Walk

# How each scope is asked for; the zone by both of its totals.
SCOPES = {
    "officer": ("officers", ""), "team": ("teams", ""), "combination": ("combinations", ""),
    "zone": ("zone", ""), "credited": ("zone", "&credit_basis=credited"),
}  # fmt: skip
# In which totals the ledger's rows of a scope are.
_TOTALS = {"zone": ("zone", "credited"), "credit_difference": ("credited",)}
# Whole to one officer, or split: what officers have adds up to what the zone has.
ADDITIVE = [
    code
    for code, metric in METRICS.items()
    if metric.credit_mode in {CreditMode.shared, CreditMode.owner} or code == "T06"
]
# All but those whose two sides are of different subjects or units: never below 0 nor above 1.
PARTS_OF_ONE = sorted({*RATIOS} - {"P08", "R05", "R12", "R13", "T07", "T08"})
OF_TEAMS = [*ADDITIVE, "M10"]
WHOLE = [code for code, m in METRICS.items() if m.credit_mode is not CreditMode.shared]
Answers = dict[tuple[str, str], dict[str, Any]]  # scope and id → metric → number
_ROWS = """
SELECT scope, scope_id, metric, part, dimension,
       CASE WHEN metric = 'T02' THEN company_id END AS company_id, sum(quantity) AS quantity
FROM ledger_entries WHERE counted_on BETWEEN $1 AND $2 AND (subject_on >= $1) IS NOT FALSE
GROUP BY 1, 2, 3, 4, 5, 6
"""


async def answers(walk: Walk, start: date, end: date | None = None, as_of: str = "") -> Answers:
    """Every metric of every subject of every scope, with its parts."""
    query = f"period={start}..{end or today()}" + (f"&as_of={as_of}" if as_of else "")
    found: Answers = {}
    for scope in SCOPES:
        for subject, values in (await asked(walk, scope, query)).items():
            assert list(values) == list(METRICS), scope
            found[scope, subject] = values
    return found


async def asked(walk: Walk, scope: str, query: str) -> dict[str, Any]:
    """What a scope is told."""
    path, more = SCOPES[scope]
    found = await walk.world.kpis(path, query + more)
    return {CREDITED: found[ZONE]} if scope == "credited" else found


def kept(found: Answers) -> Any:
    """What must be answered again, of those who have anything."""
    return {
        subject: told
        for subject, values in found.items()
        if (told := {metric: _told(value) for metric, value in values.items() if _any(value)})
    }


def _told(value: dict[str, Any]) -> Any:
    """A number and its parts, those left out that say nothing."""
    parts = {p["dimension"]: _sides(p) for p in value["breakdown"] if any(map(_some, _sides(p)))}
    return (_sides(value), value["definition_id"], parts)


def _any(value: dict[str, Any]) -> bool:
    return any(map(_some, _sides(value))) or any(
        any(map(_some, _sides(p))) for p in value["breakdown"]
    )


def _some(text: str | None) -> bool:
    return text is not None and Decimal(text) != 0


def _sides(value: dict[str, Any]) -> tuple[str | None, ...]:
    return tuple(value.get(name) for name in ("value", "numerator", "denominator"))


def as_modelled(found: Answers) -> dict[tuple[str, str], Any]:
    """What the model has a word on, zero numbers left out."""
    told: dict[tuple[str, str], Any] = {}
    for (_, subject), values in found.items():
        for metric in MODELLED:
            main = _number(values[metric]["value"])
            parts = {p["dimension"]: _number(p["value"]) for p in values[metric]["breakdown"]}
            if metric != "R07":
                parts = {name: number for name, number in parts.items() if number}
            parts = {name: number for name, number in parts.items() if number is not None}
            if main or parts:
                told[subject, metric] = (main, parts)
    return told


def expected(walk: Walk, start: date, end: date = date.max) -> dict[tuple[str, str], Any]:
    """What the model says, zero numbers left out."""
    return {key: told for key, told in walk.model.numbers(start, end).items() if any(told)}


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


async def check_rows(walk: Walk, found: Answers, start: date) -> None:
    """The ledger's rows of each number add up to it, and so do those of each of its parts."""
    rows = await walk.world.database.fetch(_ROWS, start, today())
    held: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        for scope in _TOTALS.get(row["scope"], (row["scope"],)):
            subject = CREDITED if scope == "credited" else str(row["scope_id"])
            held[scope, subject, row["metric"]].append(row)
    for (scope, subject), values in found.items():
        for metric, value in values.items():
            mine = held.pop((scope, subject, metric), [])
            _check_number(metric, value, mine)
    left = {key for key, rows in held.items() if any(row["quantity"] for row in rows)}
    assert not left, f"counted for somebody who is not listed: {left}"


def _check_number(metric: str, value: dict[str, Any], rows: list[Any]) -> None:
    main = METRICS[metric].main
    _check_sum(metric, value, [row for row in rows if main in {None, row["dimension"]}])
    parts = {part["dimension"]: part for part in value["breakdown"]}
    for dimension in {row["dimension"] for row in rows if row["quantity"]} - {""}:
        assert dimension in parts, (metric, dimension)
    for dimension, part in parts.items():
        _check_sum(metric, part, [row for row in rows if row["dimension"] == dimension])


def _check_sum(metric: str, value: dict[str, Any], rows: list[Any]) -> None:
    if METRICS[metric].aggregation is Aggregation.distinct_companies:
        assert value["value"] == str(sum(row["quantity"] > 0 for row in rows)), metric
        return
    sums = {
        part: sum((row["quantity"] for row in rows if row["part"] == part), Decimal(0))
        for part in ("value", "numerator", "denominator")
    }
    if METRICS[metric].aggregation is not Aggregation.ratio:
        assert Decimal(value["value"]) == sums["value"], (metric, value["value"], sums)
        return
    for part in ("numerator", "denominator"):
        assert Decimal(value[part]) == sums[part], (metric, part, value, sums)
    bottom = sums["denominator"]
    assert (value["value"] is None) == (not bottom), metric
    if bottom:
        assert abs(Decimal(value["value"]) - sums["numerator"] / bottom) <= _half(value["value"])


def _half(text: str) -> Decimal:
    """Half of the last digit that is shown."""
    exponent = Decimal(text).as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(5).scaleb(exponent - 1)


def check_rates(found: Answers) -> None:
    """Whatever the days: what is divided are subjects of these days and no others."""
    for subject, values in found.items():
        for metric in PARTS_OF_ONE:
            for part in (values[metric], *values[metric]["breakdown"]):
                rate = _number(part["value"])
                assert rate is None or 0 <= rate <= 1, (subject, metric, part)


def check_sums(walk: Walk, found: Answers) -> None:
    """Officers add up to what the zone is credited, and so do the teams below and those above."""
    for metric in ADDITIVE:
        officers = (subject for scope, subject in found if scope == "officer")
        _check_same(metric, found, (("officer", subject) for subject in officers))
    for metric in OF_TEAMS:
        for teams in (walk.leaves, walk.tops):
            _check_same(metric, found, (("team", team) for team in teams))
    for metric in WHOLE:
        _check_same(metric, found, [("zone", ZONE)])


def _check_same(metric: str, found: Answers, among: Iterable[tuple[str, str]]) -> None:
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for subject in among:
        for key, number in parts_of(found[subject][metric]):
            sums[key] += number
    zone = dict(parts_of(found["credited", CREDITED][metric]))
    assert {k: n for k, n in sums.items() if n} == {k: n for k, n in zone.items() if n}, metric


def parts_of(value: dict[str, Any]) -> Iterable[tuple[tuple[str, str], Decimal]]:
    """What adds up of a number and its parts: never a rate."""
    for part in (value, *value["breakdown"]):
        for name in ("numerator", "denominator") if "denominator" in part else ("value",):
            yield (part.get("dimension", ""), name), Decimal(part[name])


async def check_drills(walk: Walk, found: Answers, most: int) -> None:
    """Numbers opened over HTTP, drawn by lot."""
    values = [value for told in found.values() for value in told.values() if _any(value)]
    for value in walk.pick.sample(values, min(most, len(values))):
        await walk.world.check_drill(value)


async def check_bridge(
    walk: Walk, metric: str, subject: tuple[str, str], since: Any, until: Any
) -> None:
    """Between two instants the terms add up, from the one number to the other."""
    (then_at, then), (now_at, now) = since, until
    told = await walk.world.leader.seen(
        f"/kpi-changes?metric={metric}&period={LONG}..{today()}&scope={subject[0]}"
        f"&scope_id={subject[1]}&from_at={then_at}&to_at={now_at}"
    )
    for part in told["parts"]:
        values = [Decimal(part[f"value_{when}"]) for when in ("then", "now")]
        total = sum(Decimal(term["value"]) for term in part["terms"])
        assert total == values[1] - values[0] == Decimal(part["difference"]), metric
        numbers = [_side(found, subject, metric, part["part"]) for found in (then, now)]
        assert values == numbers, (metric, subject, part["part"])


def _side(found: Answers, subject: tuple[str, str], metric: str, part: str) -> Decimal:
    told = found.get(subject, {}).get(metric)
    return Decimal(told[part]) if told else Decimal(0)


async def differences(walk: Walk) -> list[ledger.Difference]:
    async with walk.database.transaction() as session:
        return await ledger.verify(session)
