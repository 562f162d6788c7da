"""Combinations of fact A14, of which the two emerging ones still lack parts, and their leads."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from app.demo.chains import NODE_OF
from app.demo.people import TEAMS, Zone, demo_id
from app.models.chain_nodes import ChainNode
from app.models.codes import synthetic_credit_code
from app.models.combinations import Combination
from app.models.companies import Company
from app.models.development_plans import DevelopmentGoal, DevelopmentPlan, PlanStatus
from app.models.industry_chains import ChainKind, IndustryChain
from app.models.leads import Lead
from app.models.node_statuses import NodeStatusEntry
from app.models.pipeline import Stage, order
from app.models.platform_companies import PlatformCompany
from app.models.platform_fundings import PlatformFunding

if TYPE_CHECKING:
    from app.demo.leads import Plan

# Made-up platform companies of the three key industries, in their order.
_PLATFORMS = ("滇池生物医药产业投资", "滇池新材料产业投资", "滇池数字产业投资")
_GOALS = (("Q02", "12"), ("Q11", "2"), ("M01", "6000000000"))
_PAID = ((date(2025, 6, 30), Decimal(50_000_000)), (date(2026, 6, 30), Decimal(80_000_000)))
# Where the article's projects and what fits no chain belong.
_BY_NAME = {
    "贵金属产业园区": "金属新材料",
    "电子商务产业园": "电子商务",
    "军民融合科技创新园": "智能装备",
    "高尚正电子药物生产基地": "生物医药大健康",
}
_REST = "IT和现代服务业"


async def add_combinations(zone: Zone) -> None:
    """A unit per chain, the first industry first; fills the zone's `units`."""
    query = select(IndustryChain).order_by(col(IndustryChain.priority), col(IndustryChain.name))
    for place, chain in enumerate(await zone.session.exec(query)):
        unit = Combination(
            id=demo_id("combination", chain.name),
            name=chain.name,
            industry_chain_id=chain.id,
            priority=place + 1,
            is_demo=True,
        )
        if chain.kind is ChainKind.key_industry:
            await _complete(zone, unit, place)
        zone.session.add(unit)
        zone.units[chain.name] = unit
    await zone.session.flush()
    await _add_fundings(zone)
    zone.nodes = {
        (chain.name, node.name): node.id
        for node, chain in await zone.session.exec(
            select(ChainNode, IndustryChain).join(
                IndustryChain, col(IndustryChain.id) == col(ChainNode.industry_chain_id)
            )
        )
    }
    by_day = select(NodeStatusEntry).order_by(col(NodeStatusEntry.from_on))
    zone.statuses = list(await zone.session.exec(by_day))


async def _complete(zone: Zone, unit: Combination, place: int) -> None:
    """Plan, platform company and team; the park is entered with the parks."""
    unit.development_plan_id = await _plan(zone, unit.name)
    unit.platform_company_id = await _platform(zone, place)
    unit.team_id = zone.teams[TEAMS[place][0]].id


async def _plan(zone: Zone, name: str) -> Any:
    plan = DevelopmentPlan(
        id=demo_id("plan", name),
        name=f"{name}产业发展规划",
        from_year=2025,
        to_year=2027,
        status=PlanStatus.approved,
        is_demo=True,
    )
    zone.session.add(plan)
    await zone.session.flush()
    for place, (metric, value) in enumerate(_GOALS):
        zone.session.add(
            DevelopmentGoal(
                id=demo_id("goal", name, metric),
                development_plan_id=plan.id,
                place=place,
                metric=metric,
                year=2026,
                value=Decimal(value),
            )
        )
    return plan.id


async def _platform(zone: Zone, place: int) -> Any:
    name = _PLATFORMS[place]
    company = Company(
        id=demo_id("company", name),
        name=f"{name}有限公司",
        credit_code=synthetic_credit_code(2000 + place),
        region_code="530100",
        is_demo=True,
    )
    zone.session.add(company)
    await zone.session.flush()
    platform = PlatformCompany(
        id=demo_id("platform", name),
        company_id=company.id,
        committed_amount=Decimal(200_000_000),
        is_demo=True,
    )
    zone.session.add(platform)
    await zone.session.flush()
    return platform.id


async def _add_fundings(zone: Zone) -> None:
    for unit in zone.units.values():
        if unit.platform_company_id is None:
            continue
        team = next(team for team in zone.teams.values() if team.id == unit.team_id)
        zone.session.add_all(
            PlatformFunding(
                id=demo_id("funding", unit.name, day),
                platform_company_id=unit.platform_company_id,
                combination_id=unit.id,
                paid_on=day,
                amount=amount,
                purpose="专业园区标准厂房建设",
                team_path=team.path,
                is_demo=True,
            )
            for day, amount in _PAID
        )
    await zone.session.flush()


def placed(zone: Zone, plan: "Plan") -> dict[str, Any]:
    """The unit of a lead, and the node its company would take."""
    word = next((w for w in NODE_OF if plan.company and w in plan.company.name), None)
    if word is not None:
        chain, node = NODE_OF[word]
        return {"combination_id": zone.units[chain].id, "chain_node_id": zone.nodes[chain, node]}
    if plan.name in _BY_NAME:
        return {"combination_id": zone.units[_BY_NAME[plan.name]].id}
    is_early = order(plan.stage) < order(Stage.negotiating)
    return {} if is_early else {"combination_id": zone.units[_REST].id}


def kept(zone: Zone, lead: Lead, day: date) -> dict[str, Any]:
    """What a transition keeps of its lead."""
    known = [
        entry.status
        for entry in zone.statuses
        if entry.chain_node_id == lead.chain_node_id and entry.from_on <= day
    ]
    names = ("combination_id", "chain_node_id", "direction", "is_leading", "is_flagship")
    held = {name: getattr(lead, name) for name in names}
    return held | {"chain_node_status": known[-1] if known else None}
