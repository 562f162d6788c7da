"""Development plans and their goals, which are replaced as a whole."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.bulk import remove_all
from app.core.errors import invalid
from app.kpis.catalogue import METRICS
from app.models.development_plans import (
    DevelopmentGoal,
    DevelopmentPlan,
    DevelopmentPlanCreate,
    DevelopmentPlanUpdate,
    Goal,
)
from app.services.access import Caller, claimed


async def create(session: AsyncSession, payload: DevelopmentPlanCreate) -> DevelopmentPlan:
    """A new plan with its goals."""
    plan = DevelopmentPlan.model_validate(payload.model_dump(exclude={"goals"}))
    _check(plan, payload.goals)
    session.add(plan)
    _add_goals(session, plan, payload.goals)
    await session.flush()
    return plan


def _check(plan: DevelopmentPlan, goals: list[Goal]) -> None:
    """Goals lie in the plan's years, are of known metrics, and each once a year."""
    plan.check_years([goal.year for goal in goals])
    seen = set[tuple[int, str]]()
    for place, goal in enumerate(goals):
        if goal.metric not in METRICS:
            raise invalid(f"/goals/{place}/metric", "metric_unknown", value=goal.metric)
        if (goal.year, goal.metric) in seen:
            raise invalid(f"/goals/{place}/metric", "goal_repeated")
        seen.add((goal.year, goal.metric))


def _add_goals(session: AsyncSession, plan: DevelopmentPlan, goals: list[Goal]) -> None:
    for place, goal in enumerate(goals):
        row = DevelopmentGoal(
            development_plan=plan, development_plan_id=plan.id, place=place, **goal.model_dump()
        )
        session.add(row)


async def update(
    session: AsyncSession,
    caller: Caller,
    plan_id: UUID,
    payload: DevelopmentPlanUpdate,
    if_match: int,
) -> None:
    """Change a plan; goals that are given replace those it has."""
    changes = payload.changes()
    fields = frozenset(changes)
    plan = await claimed(session, DevelopmentPlan, caller, plan_id, if_match, fields=fields)
    wanted: list[Goal] | None = changes.pop("goals", None)
    held = await _goals(session, plan)
    plan.apply(changes)
    given = held if wanted is None else wanted
    _check(plan, [Goal(metric=g.metric, year=g.year, value=g.value) for g in given])
    if wanted is not None and _values(held) != _values(wanted):
        plan.touch()
        await remove_all(session, held)
        _add_goals(session, plan, wanted)
    await session.flush()


async def _goals(session: AsyncSession, plan: DevelopmentPlan) -> list[DevelopmentGoal]:
    query = select(DevelopmentGoal).where(col(DevelopmentGoal.development_plan_id) == plan.id)
    return list((await session.exec(query.order_by(col(DevelopmentGoal.place)))).all())


def _values(goals: list[Any]) -> list[Any]:
    return [(goal.metric, goal.year, goal.value) for goal in goals]
