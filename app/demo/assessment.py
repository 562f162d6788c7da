"""Half a year as an assessor leaves it: targets, a locked June, a late visit, published cards.

Targets and scheme are made up. June 2026 is locked before the visit of that month is typed, so that
the visit counts on the day of loading as an adjustment.
"""

from datetime import date
from decimal import Decimal

from app.core.period import Days
from app.demo.money import caller_of
from app.demo.people import Zone, demo_id
from app.demo.visits import add_late_visit
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.kpi_targets import KpiTargetUpload, TargetCurve
from app.models.leads import Lead
from app.models.ledger_entries import ZONE_ID, Scope
from app.models.officers import Officer
from app.models.periods import Period
from app.models.roles import Role
from app.models.schemes import SchemeCreate
from app.models.scorecards import ScorecardCreate, ScorecardPublication
from app.services import kpi_targets, periods, schemes, scorecards

YEAR, JUNE = 2026, date(2026, 6, 1)
HALF = Days(date(2026, 1, 1), date(2026, 6, 30))
_REASON = "演示数据"
# Signings come at the ends of quarters.
_CURVE = ["5", "5", "10", "5", "5", "15", "5", "5", "15", "5", "5", "20"]
_ZONE_TARGETS = {"Q02": "8", "M01": "4000000000", "T09": "800", "M10": "300000000"}
_UNIT_TARGETS = {"Q02": "2", "M01": "800000000"}
_OFFICER_TARGETS = {"T09": "60"}
_CURVED = {"M01"}
_SCHEME = {
    "year": YEAR,
    "name": f"{YEAR}年招商人员考核方案（演示）",
    "subject_kind": "person",
    "notes": _REASON,
    "grades": [
        {"name": "优秀", "at_least": "80"},
        {"name": "良好", "at_least": "60"},
        {"name": "合格", "at_least": "40"},
    ],
    "lists": [{"colour": "red", "name": "招商先进个人", "when": {"condition": "top", "count": 3}}],
    "items": [
        {
            "name": "走访接待",
            "kpi_dimension": "quantity",
            "points": "30",
            "scoring": {"rule": "ratio_capped"},
            "measures": [{"metric": "T09", "target_source": "kpi_targets"}],
        },
        {
            "name": "新签约项目",
            "kpi_dimension": "quantity",
            "points": "30",
            "scoring": {"rule": "item_cap", "cap": "1.20"},
            "measures": [{"metric": "Q02", "target_value": "0.5"}],
        },
        {
            "name": "协议投资额",
            "kpi_dimension": "performance",
            "points": "25",
            "scoring": {"rule": "relative_to_best"},
            "measures": [{"metric": "M01"}],
        },
        {
            "name": "领导带队",
            "kpi_dimension": "quality",
            "points": "15",
            "scoring": {"rule": "ratio_capped"},
            "measures": [{"metric": "T05", "target_value": "10"}],
        },
    ],
}


async def add_assessment(zone: Zone, leads: list[Lead]) -> int:
    """Call it once the ledger is posted; answers how many cards were published."""
    await _set_targets(zone)
    await _lock_june(zone)
    visit = await add_late_visit(zone, leads)
    await ledger.post(zone.session, Family.visit, visit.id)
    return await _publish_cards(zone)


async def _set_targets(zone: Zone) -> None:
    leader = caller_of(zone, Role.leader)
    wanted = [(Scope.zone, ZONE_ID, _ZONE_TARGETS)]
    wanted += [(Scope.combination, unit.id, _UNIT_TARGETS) for unit in zone.units.values()]
    wanted += [(Scope.officer, officer.id, _OFFICER_TARGETS) for officer in _scored(zone)]
    for scope, scope_id, values in wanted:
        for metric, value in values.items():
            is_curved = metric in _CURVED
            target = KpiTargetUpload(
                metric=metric,
                scope=scope,
                scope_id=scope_id,
                year=YEAR,
                value=Decimal(value),
                curve=TargetCurve.monthly if is_curved else TargetCurve.linear,
                weights=_CURVE if is_curved else None,
                reason=_REASON,
            )
            await kpi_targets.upload(zone.session, leader, target)


def _scored(zone: Zone) -> list[Officer]:
    return zone.field_officers()


async def _lock_june(zone: Zone) -> None:
    """The first month that is locked locks all before it."""
    session, assessor = zone.session, caller_of(zone, Role.assessor)
    period = Period(id=demo_id("period", JUNE), month=JUNE)
    period.settle()
    session.add(period)
    await session.flush()
    await periods.close(session, assessor, period.id, period.version)
    await periods.lock(session, assessor, period.id, period.version)


async def _publish_cards(zone: Zone) -> int:
    session, assessor = zone.session, caller_of(zone, Role.assessor)
    named = {"subject_ids": [officer.id for officer in _scored(zone)]}
    scheme = await schemes.create(session, SchemeCreate.model_validate(_SCHEME | named))
    scheme.is_demo = True
    await session.flush()
    await schemes.publish(session, assessor, scheme.id, scheme.version)
    await scorecards.compute(session, ScorecardCreate(scheme_id=scheme.id, period=HALF))
    asked = ScorecardPublication(scheme_id=scheme.id, period=HALF)
    return len((await scorecards.publish(session, assessor, asked)).items)
