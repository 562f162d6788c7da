"""Rows of leads with their history."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from app.models.lead_members import LeadMember
from app.models.leads import Lead, Mechanism
from app.models.pipeline import Stage, Track, path
from app.models.stage_credits import StageCredit
from app.models.stage_transitions import StageTransition
from benchmarks.names import Derived
from benchmarks.rows import DAYS, FIRST_DAY, Member, Row, Rows, id_at, row, spread

_STAGE_WEIGHTS = (30, 25, 15, 8, 7, 5, 4, 3, 2, 1)
_AMOUNTS = tuple(Decimal(wan) * 10_000 for wan in (3000, 8000, 12000, 35000, 60000, 120000))
_MECHANISMS, _TRACKS = list(Mechanism), list(Track)
_PURPOSES = ("生产基地", "区域总部", "研发中心", "设备扩能")


@dataclass(frozen=True)
class Deal:
    """What its history needs to know of a lead."""

    id: UUID
    company_id: UUID
    owner: int
    mechanism: Mechanism


def lead_names(index: int, count: int, company_name: str) -> tuple[str, str]:
    """Name and code of a lead."""
    name = f"{company_name.removesuffix('有限公司')}{_PURPOSES[index % 4]}项目"
    return name, f"XM-{spread(index, count).year}-{index + 1:05d}"


def lead(  # noqa: PLR0917  what a lead is made of
    dice: random.Random,
    at: datetime,
    owner: tuple[int, Member],
    names: tuple[str, str],
    more: Derived,
    company_id: UUID,
) -> tuple[Deal, Row, list[Stage]]:
    """One lead, and the stages it has been through."""
    track = dice.choice(_TRACKS)
    stages = path(track)
    reached = dice.choices(range(len(stages)), _STAGE_WEIGHTS[: len(stages)])[0]
    deal = Deal(id_at(dice, at), company_id, owner[0], dice.choice(_MECHANISMS))
    days = (FIRST_DAY - at.date()).days + DAYS
    values = row(
        Lead,
        id=deal.id,
        name=names[0],
        code=names[1],
        company_id=company_id,
        mechanism=deal.mechanism,
        track=track,
        planned_investment=dice.choice(_AMOUNTS) + dice.randrange(1_000_000),
        received_on=at.date(),
        search_text=more[0],
        name_sort=more[1],
        owner_id=owner[1].id,
        team_id=owner[1].team_id,
        stage=stages[reached],
        status="suspended" if dice.random() < 0.05 else "active",
        stage_entered_on=at.date() + timedelta(days=dice.randrange(days)),
        created_at=at,
        created_by_id=owner[1].id,
        updated_at=at + timedelta(seconds=dice.randrange(days * 86_400)),
    )
    return deal, values, list(stages[: reached + 1])


def history(
    dice: random.Random, deal: Deal, at: datetime, stages: list[Stage], members: list[Member]
) -> Rows:
    """The lead's members, and its recognised steps with the credit stamped on them."""
    owner, helper = members[deal.owner], members[dice.randrange(1, len(members))]
    shares = [(owner, "lead_negotiator", Decimal(70)), (helper, "supporter", Decimal(30))]
    if helper is owner or dice.random() < 0.7:
        shares = [(owner, "lead_negotiator", Decimal(100))]
    found: Rows = {LeadMember: [], StageTransition: [], StageCredit: []}
    for member, role, share in shares:
        part = {"officer_id": member.id, "role": role, "share": share, "from_on": at.date()}
        found[LeadMember].append(row(LeadMember, id=id_at(dice, at), lead_id=deal.id, **part))
    gap = ((FIRST_DAY - at.date()).days + DAYS) / len(stages)
    for place, (old, new) in enumerate(pairwise(stages), 1):
        when = at + timedelta(days=gap * place)
        step = id_at(dice, when)
        found[StageTransition].append(_step(step, deal, when, (old, new), members))
        for order, (member, role, share) in enumerate(shares):
            part = {"officer_id": member.id, "role": role, "share": share, "place": order}
            way = {"team_path": member.team_path, "transition_id": step}
            found[StageCredit].append(row(StageCredit, id=id_at(dice, when), **part, **way))
    return found


def _step(
    step: UUID, deal: Deal, when: datetime, move: tuple[Stage, Stage], members: list[Member]
) -> Row:
    amount = _AMOUNTS[step.int % len(_AMOUNTS)] if move[1] is Stage.signed else None
    return row(
        StageTransition,
        id=step,
        lead_id=deal.id,
        company_id=deal.company_id,
        from_stage=move[0],
        to_stage=move[1],
        from_status="active",
        status="recognised",
        event_on=when.date(),
        agreed_amount=amount,
        agreed_amount_cny=amount,
        recognised_at=when,
        recognised_by_id=members[0].id,
        owner_id=members[deal.owner].id,
        team_path=members[deal.owner].team_path,
        mechanism=deal.mechanism,
        created_at=when,
        created_by_id=members[deal.owner].id,
        updated_at=when,
    )
