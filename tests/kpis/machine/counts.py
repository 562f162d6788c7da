"""The KPIs once more, in plain Python: what each fact counts, for whom and on which day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from app.core.clock import today
from tests.kpis.machine.facts import STAGES, Capital, Lead, Money, Placed, Share, Step, Visit
from tests.kpis.machine.model import CREDITED, PAIRS, ZONE, Key, Model

MODELLED = [
    "M01", "M02", "M03", "M04", "M05", "M06", "M07", "P06", "P08", "Q01", "Q02", "Q03", "Q05",
    "Q06", "Q07", "Q08", "Q09", "Q10", "Q11", "Q12", "R01", "R02", "R04", "R05", "R07", "R09",
    "R10", "R11", "T02", "T03", "T05", "T09",
]  # fmt: skip
FLAGS = {
    (True, True): "both", (True, False): "leading", (False, True): "flagship", (False, False): "",
}  # fmt: skip
REACHED = {
    "contacted": "Q01", "registered": "Q05", "completed": "Q07", "producing": "Q08",
    "at_capacity": "Q09",
}  # fmt: skip
INDUSTRIAL = {"real_estate", "infrastructure", "finance"}
FEN, OF_A_LEAD = Decimal("0.01"), Decimal("0.0001")
Counted = Iterator[tuple[str, str, str, str, Any]]  # scope, metric, part, dimension, quantity


def counted(model: Model) -> dict[Key, Decimal]:
    """What all facts count: subject, scope id, metric, part, dimension, company (T02), day."""
    found: dict[Key, Decimal] = defaultdict(Decimal)
    for visit_id, visit in model.visits.items():
        for scope, metric, part, dimension, quantity in _of_visit(visit):
            company = quantity if metric == "T02" else None
            key = (visit_id, scope, metric, part, dimension, company, visit.day)
            found[key] += 1 if company else quantity
    for lead_id, lead in model.leads.items():
        for scope, metric, part, dimension, quantity in _of_lead(model, lead_id, lead):
            found[lead_id, scope, metric, part, dimension, None, today()] += quantity
    for fact_id, fact in model.money.items():
        for day, (scope, metric, part, dimension, quantity) in _of_money(fact, model.capital):
            found[fact_id, scope, metric, part, dimension, None, day] += quantity
    for promise in model.promises:
        if promise.passed_on and promise.is_approved and not promise.of.is_merged:
            step, dimension = promise.step, "late" if promise.is_late else "missing"
            for scope in _scopes([step.owner], step.unit):
                found[step.id, scope, "P06", "value", dimension, None, promise.passed_on] += 1
    return found


def _scopes(people: list[Placed], unit: str | None) -> set[str]:
    return (
        {ZONE, CREDITED}
        | ({unit} if unit else set())
        | {scope for officer, teams in people for scope in (officer, *teams)}
    )


def _of_visit(visit: Visit) -> Counted:
    for scope in _scopes(visit.people, visit.unit):
        yield scope, "T09", "value", visit.kind, 1
        if visit.kind in {"outbound", "local"}:
            yield scope, "T02", "value", "", visit.company
        if visit.kind == "inbound":
            yield scope, "T03", "value", "batches", 1
            yield scope, "T03", "value", "persons", visit.guests
        if visit.mechanism == "leader_led":
            yield scope, "T05", "value", "", 1


def _shared(
    amount: Decimal, shares: list[Share], of: Step | Money
) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Scope, portion and money: members have what is credited, the zone what lies in it."""
    if of.zone.is_located:
        yield ZONE, Decimal(1), amount
    if not of.zone.share:
        return
    parts = [part for part in shares if part[2] > 0]
    portions = _divided(of.zone.share / 100, parts, OF_A_LEAD)
    moneys = _divided(_cut(amount * of.zone.share / 100, FEN), parts, FEN)
    for (officer, teams, _), portion, money in zip(parts, portions, moneys, strict=True):
        for scope in (officer, *teams, *([of.unit] if of.unit else []), CREDITED):
            yield scope, portion, money


def _divided(whole: Decimal, parts: list[Share], unit: Decimal) -> list[Decimal]:
    """Each part cut to the unit, the rest to the last who has a share."""
    cuts = [_cut(whole * share / 100, unit) for _, _, share in parts]
    return [*cuts[:-1], whole - sum(cuts[:-1])]


def _cut(number: Decimal, unit: Decimal) -> Decimal:
    return number.quantize(unit, ROUND_DOWN)


def _of_lead(model: Model, lead_id: str, lead: Lead) -> Counted:
    if lead.is_merged:
        return
    yield from _recognitions(lead)
    if lead.status == "terminated":
        lost = [step for step in lead.steps if step.to == "terminate"][-1]
        for scope in _scopes([lost.owner], lost.unit):
            yield scope, "R09", "value", lost.reason, 1
    for step in lead.milestones:
        yield from _conversions(lead, step)
        yield from _milestone(lead, step)
        if step.to == "signed":
            yield from _signing(step, model.thresholds)
            yield from _fit(step)
            yield from _cohort(lead, step, _arrived(model, lead_id))


def _arrived(model: Model, lead_id: str) -> list[Decimal]:
    return [
        fact.amount
        for fact in model.money.values()
        if fact.is_recognised and (fact.noun, fact.lead) == ("capital_arrival", lead_id)
    ]


def _recognitions(lead: Lead) -> Counted:
    for step in (*lead.milestones, *lead.reversed):
        if step.to in STAGES:
            for scope in _scopes([step.owner], step.unit):
                yield scope, "P08", "denominator", "", 1
                if step in lead.reversed:
                    yield scope, "P08", "numerator", "", 1


def _milestone(lead: Lead, step: Step) -> Counted:
    start = "producing" if lead.track == "opening" else "building"
    for scope, portion, _ in _shared(Decimal(0), step.credits, step):
        if step.to in REACHED:
            yield scope, REACHED[step.to], "value", "", portion
        if step.to == start:
            yield scope, "Q06", "value", lead.track, portion
            yield scope, "Q10", "value", "", portion


def _signing(step: Step, thresholds: Iterable[int]) -> Counted:
    for scope, portion, money in _shared(step.amount, step.credits, step):
        yield scope, "Q02", "value", "", portion
        yield scope, "M01", "value", "", money
        if step.traits.is_internal:
            yield scope, "Q12", "value", "", portion
        if flags := FLAGS[step.traits.is_leading, step.traits.is_flagship]:
            yield scope, "Q11", "value", flags, portion
        for threshold in thresholds:
            if step.amount >= threshold:
                yield scope, "Q03", "value", str(threshold), portion


def _cohort(lead: Lead, step: Step, arrived: list[Decimal]) -> Counted:
    added = [supplement for supplement in lead.supplements.values() if supplement.is_active]
    for supplement in added:
        for scope, _, money in _shared(supplement.amount, supplement.credits, step):
            yield scope, "M01", "value", "", money
    agreed = step.amount + sum(supplement.amount for supplement in added)
    for scope, _, money in _shared(agreed, step.credits, step):
        yield scope, "R05", "denominator", "", money
    if arrived:
        for scope, _, money in _shared(sum(arrived, Decimal(0)), step.credits, step):
            yield scope, "R05", "numerator", "", money
    became = {
        "R01": lead.has("registered") or bool(arrived),
        "R02": lead.has("registered"),
        "R04": lead.has("producing"),
    }
    for scope, portion, _ in _shared(Decimal(0), step.credits, step):
        for metric, is_top in became.items():
            yield scope, metric, "denominator", "", portion
            if is_top:
                yield scope, metric, "numerator", "", portion


def _fit(step: Step) -> Counted:
    tops = {"R10": step.traits.has_node, "R11": step.traits.node_status in {"missing", "weak"}}
    for scope in _scopes([step.owner], step.unit):
        for metric, is_top in tops.items():
            yield scope, metric, "denominator", "", 1
            if is_top:
                yield scope, metric, "numerator", "", 1


def _conversions(lead: Lead, step: Step) -> Counted:
    furthest = STAGES.index(lead.stage)
    for pair in PAIRS:
        source, target = pair.split(">")
        if step.to == source:
            for scope in _scopes([step.owner], step.unit):
                yield scope, "R07", "denominator", pair, 1
                if furthest >= STAGES.index(target):
                    yield scope, "R07", "numerator", pair, 1


def _of_money(fact: Money, capital: Capital) -> Iterator[tuple[date, Any]]:
    if not fact.is_recognised:
        return
    for scope, _, money in _shared(fact.amount, fact.credits, fact):
        for day, metric, part, dimension in _money_metrics(fact, capital):
            yield day, (scope, metric, part, dimension, money)


def _money_metrics(fact: Money, capital: Capital) -> Iterator[tuple[date, str, str, str]]:
    if fact.noun == "foreign_capital_use":
        yield fact.day, "M05", "value", ""
    if fact.noun == "fixed_investment" and fact.is_in_statistics:
        yield fact.day, "M06", "value", ""
    if fact.noun != "capital_arrival":
        return
    # A definition holds from the first of January of this year.
    rules = capital if fact.day.year == today().year else Capital()
    origin = fact.ultimate if rules.of_ultimate and fact.ultimate else fact.region
    is_excluded = fact.kind not in rules.kinds or set(fact.tags) & set(rules.excluded)
    if _is_outside(origin, rules.digits) and not is_excluded:
        yield (today() if rules.on_recognition else fact.day), "M02", "value", ""
    if _is_outside(fact.region, "53") and not set(fact.tags) & INDUSTRIAL:
        yield fact.day, "M03", "value", ""
    if _is_outside(fact.region, "5301"):
        is_new = fact.signed_on.year >= fact.day.year
        yield fact.day, "M04", "value", "new" if is_new else "continued"
        yield fact.day, "M07", "denominator", ""
        if fact.is_key_chain:
            yield fact.day, "M07", "numerator", ""


def _is_outside(region: str | None, digits: str) -> bool:
    """Abroad there is no region."""
    return region is None or not region.startswith(digits)
