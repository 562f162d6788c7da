"""What the caller may do with a lead, in SQL: its reach and `allowed_actions`."""

from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select

from app.models.lead_members import LeadMember
from app.models.pipeline import (
    LeadAction,
    LeadStatus,
    Stage,
    Standing,
    Track,
    allowed_actions,
)
from app.models.roles import Role


def actions_sql(lead: Any, role: str) -> sa.ColumnElement[Any]:
    """`allowed_actions` as one CASE over constants made from the pipeline's pure rule."""
    answers: dict[str, list[str]] = {}
    for parts in product(LeadStatus, Stage, (None, *Track), (False, True), (False, True)):
        actions = allowed_actions(Role(role), Standing(*parts))
        answers.setdefault(_json_list(actions), []).append(_standing_key(parts))
    key = sa.func.concat_ws(
        ".", lead.status, lead.stage, sa.func.coalesce(lead.track, ""),
        sa.cast(lead.is_pending, sa.Text), sa.cast(lead.is_completion_open, sa.Text),
    )  # fmt: skip
    whens = [
        (key == sa.any_(_text_array(keys)), sa.literal_column(json))
        for json, keys in answers.items()
    ]
    return sa.case(
        (sa.not_(within_reach(lead, role)), sa.literal_column("'[]'::json")),
        *whens,
        else_=sa.literal_column("'[]'::json"),
    )


def _standing_key(parts: tuple[Any, ...]) -> str:
    status, stage, track, is_pending, is_open = parts
    return f"{status}.{stage}.{track or ''}.{str(is_pending).lower()}.{str(is_open).lower()}"


def _json_list(actions: tuple[LeadAction, ...]) -> str:
    quoted = ",".join(f'"{action}"' for action in actions)
    return f"'[{quoted}]'::json"


def _text_array(keys: list[str]) -> sa.ColumnElement[Any]:
    return sa.literal_column(f"'{{{','.join(keys)}}}'::text[]", ARRAY(sa.Text))


def is_own(lead: Any) -> sa.ColumnElement[bool]:
    """Owned by the caller, or the caller is one of its members today."""
    me = sa.bindparam("me_id", type_=sa.Uuid)
    member = select(LeadMember.id).where(
        col(LeadMember.lead_id) == lead.id,
        col(LeadMember.officer_id) == me,
        col(LeadMember.to_on).is_(None),
    )
    return sa.or_(lead.owner_id == me, member.exists())


def is_in_team(lead: Any) -> sa.ColumnElement[bool]:
    """In the caller's team subtree and not restricted."""
    teams = sa.bindparam("me_team_ids", type_=ARRAY(sa.Uuid))
    return sa.and_(lead.team_id == sa.any_(teams), lead.is_restricted.is_(False))


def within_reach(lead: Any, role: str) -> sa.ColumnElement[bool]:
    """Whether the caller may act on a lead (what it may do is the role's permission)."""
    if role == Role.leader:
        return sa.true()
    if role == Role.team_lead:
        return sa.or_(is_own(lead), is_in_team(lead))
    return is_own(lead) if role == Role.officer else sa.false()
