"""Row access of assessment: schemes, cards, red and black lists, objections."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select

from app.models.officers import Officer
from app.models.roles import BUSINESS_READERS, ZONE_READERS, Role
from app.models.schemes import SchemeStatus
from app.models.scorecards import Scorecard, ScorecardStatus
from app.services.row_rules import Condition, of_officer

_ME = sa.bindparam("me_id", type_=sa.Uuid)
_MY_TEAMS = sa.bindparam("me_team_ids", type_=ARRAY(sa.Uuid))


def scheme_rule(scheme: Any, role: Role) -> Condition:
    """Drafts for zone readers, the rest for everybody in the business."""
    if role in ZONE_READERS:
        return sa.true()
    published = scheme.status != SchemeStatus.draft.value
    return published if role in BUSINESS_READERS else sa.false()


def scorecard_rule(card: Any, role: Role) -> Condition:
    """Published cards: the own; the team's and its members' for its lead; all for zone readers."""
    if role in ZONE_READERS:
        return sa.true()
    own = of_officer(card.officer_id, role)
    if role is Role.team_lead:
        own = sa.or_(own, card.team_id == sa.any_(_MY_TEAMS))
    return sa.and_(card.status == ScorecardStatus.published.value, own)


def of_scorecard_rule(row: Any, role: Role) -> Condition:
    """What belongs to a card that may be seen."""
    card = select(Scorecard.id).where(col(Scorecard.id) == row.scorecard_id)
    return card.where(scorecard_rule(Scorecard, role)).exists()


def scorecard_listing_rule(row: Any, role: Role) -> Condition:
    """Red and black lists: the person, the own unit and zone readers."""
    if role in ZONE_READERS:
        return sa.true()
    if role not in {Role.officer, Role.team_lead}:
        return sa.false()
    mates = select(Officer.id).where(col(Officer.team_id) == sa.any_(_MY_TEAMS))
    unit = sa.or_(row.officer_id.in_(mates), row.team_id == sa.any_(_MY_TEAMS))
    return sa.or_(row.officer_id == _ME, unit)
