"""Scorecards: computed for everybody at once, published together, corrected by new editions."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.bulk import change_all, remove_all
from app.core.calendar import add_working_days
from app.core.clock import now, today
from app.core.errors import Problem, invalid
from app.core.period import Days
from app.kpis import periods
from app.models.schemes import Scheme, SchemeStatus, SchemeSubject
from app.models.scorecard_listings import ScorecardListing
from app.models.scorecards import (
    Scorecard,
    ScorecardCreate,
    ScorecardPublication,
    ScorecardRun,
    ScorecardStatus,
    ScorecardStub,
    Snapshot,
    hash_of,
)
from app.services import schemes
from app.services.access import Caller
from app.services.scorecard_runs import Run, scored

# Where and when a number was looked up is no difference between two editions.
_LOOKED_UP = {"as_of", "edition", "supersedes_id"}


async def compute(session: AsyncSession, payload: ScorecardCreate) -> ScorecardRun:
    """The drafts of a scheme and period, by rank; drafts that were there go.

    A subject whose published card says the same already gets none. Whoever is posting now is waited
    for, so that no entry of the run's instant comes after it.
    """
    if payload.as_of is not None and payload.as_of > now():
        raise invalid("/as_of", "date_in_future")
    scheme = await applied(session, payload.scheme_id, payload.period)
    as_of = payload.as_of or min(await periods.stop_posting(session), now())
    cards = await draft(session, scheme, payload.period, as_of)
    return _run(scheme, payload.period, ScorecardStatus.draft, cards)


async def locked(session: AsyncSession, scheme_id: UUID) -> Scheme | None:
    """A scheme whose row is locked: one run at a time."""
    query = select(Scheme).where(col(Scheme.id) == scheme_id).with_for_update()
    return (await session.exec(query)).one_or_none()


async def applied(session: AsyncSession, scheme_id: UUID, days: Days) -> Scheme:
    """A published scheme, locked; the days lie in its year."""
    scheme = await locked(session, scheme_id)
    if scheme is None:
        raise invalid("/scheme_id", "reference_not_found")
    scheme.check_status(SchemeStatus.published)
    if not date(scheme.year, 1, 1) <= days.start <= days.end <= date(scheme.year, 12, 31):
        raise invalid("/period", "period_outside_year", year=scheme.year)
    return scheme


async def draft(
    session: AsyncSession,
    scheme: Scheme,
    days: Days,
    as_of: datetime,
    **field: Any,
) -> list[Scorecard]:
    """New drafts for those whose card is new or has changed; `field` goes on to `scored`."""
    rows = await schemes.items_of(session, scheme.id)
    run = await scored(session, scheme, rows, days, as_of, **field)
    if run.faults:
        raise Problem("invalid_values", errors=run.faults)
    held = await _held(session, scheme.id, days)
    known = [c.edited.as_of for c in held if c.status is ScorecardStatus.published]
    if as_of < max(known, default=as_of):
        raise invalid("/as_of", "before_edition")
    await remove_all(session, [c for c in held if c.status is ScorecardStatus.draft])
    current = {c.subject_id: c for c in held if c.status is ScorecardStatus.published}
    cards = _changed(scheme, days, run, current)
    session.add_all(cards)
    await session.flush()
    return cards


def _changed(
    scheme: Scheme, days: Days, run: Run, current: dict[UUID, Scorecard]
) -> list[Scorecard]:
    pairs = [(snapshot, current.get(snapshot.subject.id)) for snapshot in run.snapshots]
    return [
        _card(scheme, days, snapshot, old)
        for snapshot, old in pairs
        if old is None or _said(snapshot) != _said(old.edited)
    ]


def _said(snapshot: Snapshot) -> Any:
    said = snapshot.model_dump(exclude=_LOOKED_UP)
    for line in said["lines"]:
        for measure in line["measures"]:
            for looked_up in ("drill", "numerator", "denominator"):
                del measure[looked_up]
    return said


def _card(scheme: Scheme, days: Days, snapshot: Snapshot, old: Scorecard | None) -> Scorecard:
    if old is not None:
        snapshot.edition, snapshot.supersedes_id = old.edition + 1, old.id
    said, subject = snapshot.model_dump(mode="json"), snapshot.subject
    is_person = scheme.subject_kind is SchemeSubject.person
    return Scorecard(
        scheme_id=scheme.id,
        from_on=days.start,
        to_on=days.end,
        subject_id=subject.id,
        officer_id=subject.id if is_person else None,
        team_id=None if is_person else subject.id,
        edition=snapshot.edition,
        total=snapshot.total,  # pyright: ignore[reportArgumentType]  a decimal as text
        rank=snapshot.rank,
        grade=snapshot.grade,
        snapshot=said,
        hash=hash_of(said),
        supersedes_id=snapshot.supersedes_id,
    )


async def _held(session: AsyncSession, scheme_id: UUID, days: Days) -> list[Scorecard]:
    """Drafts, and of each subject the newest published edition."""
    newer: Any = aliased(Scorecard)
    published = newer.status == ScorecardStatus.published.value
    later = sa.select(newer.id).where(newer.supersedes_id == col(Scorecard.id), published)
    query = select(Scorecard).where(
        col(Scorecard.scheme_id) == scheme_id,
        col(Scorecard.from_on) == days.start,
        col(Scorecard.to_on) == days.end,
        ~later.exists(),
    )
    return list((await session.exec(query.order_by(col(Scorecard.rank), col(Scorecard.id)))).all())


async def publish(
    session: AsyncSession, caller: Caller, payload: ScorecardPublication
) -> ScorecardRun:
    """Publish all drafts of a scheme and period, for good; 409 where there are none."""
    scheme = await applied(session, payload.scheme_id, payload.period)
    held = await _held(session, scheme.id, payload.period)
    drafts = [card for card in held if card.status is ScorecardStatus.draft]
    if not drafts:
        raise Problem("no_drafts")
    await release(session, caller, scheme, drafts)
    return _run(scheme, payload.period, ScorecardStatus.published, drafts)


async def correct(session: AsyncSession, caller: Caller, card: Scorecard) -> None:
    """New editions, published, of all that a correction changes, even of a scheme that has ended.

    Numbers and subjects are those of the last run that was published, whoever has left, joined or
    been renamed since, so that nothing else moves; rates as they are written, if they were.
    """
    scheme, days = await locked(session, card.scheme_id), Days(card.from_on, card.to_on)
    held = await _held(session, card.scheme_id, days)
    cards = [c.edited for c in held if c.status is ScorecardStatus.published]
    last = max(cards, key=lambda c: c.as_of)
    field = [
        c.subject
        for c in cards
        if c.subject_count == last.subject_count or c.subject.id == card.subject_id
    ]
    told: Any = {"subjects": field, "is_printed": not any(c.has_sides for c in cards)}
    assert scheme is not None
    await release(session, caller, scheme, await draft(session, scheme, days, last.as_of, **told))


async def release(
    session: AsyncSession, caller: Caller, scheme: Scheme, drafts: Sequence[Scorecard]
) -> None:
    """Publish some drafts and what lists they put their subjects on; objections may begin."""
    session.add_all(listing for card in drafts for listing in _listings(card))
    await session.flush()
    await change_all(
        session,
        drafts,
        status=ScorecardStatus.published,
        published_at=now(),
        published_by_id=caller.id,
        objections_until=window_end(today(), scheme.objection_days),
    )


def _listings(card: Scorecard) -> list[ScorecardListing]:
    snapshot = card.edited
    return [
        ScorecardListing(
            scorecard_id=card.id,
            scheme_id=card.scheme_id,
            from_on=card.from_on,
            to_on=card.to_on,
            officer_id=card.officer_id,
            team_id=card.team_id,
            subject_name=snapshot.subject.name,
            **listing.model_dump(),
        )
        for listing in snapshot.listings
    ]


def window_end(day: date, working_days: int) -> date:
    """The last day for objections; before a year's holidays are arranged, weekends alone."""
    end = add_working_days(day, working_days)
    while end is None:
        day += timedelta(days=1)
        working_days -= day.weekday() < 5
        end = None if working_days else day
    return end


def _run(
    scheme: Scheme, days: Days, status: ScorecardStatus, cards: Sequence[Scorecard]
) -> ScorecardRun:
    return ScorecardRun(
        scheme_id=scheme.id,
        period=f"{days.start}..{days.end}",
        status=status,
        items=[_stub(card) for card in cards],
    )


def _stub(card: Scorecard) -> ScorecardStub:
    snapshot = card.edited
    return ScorecardStub(
        id=card.id,
        subject=snapshot.subject,
        total=snapshot.total,  # pyright: ignore[reportArgumentType]  a decimal as text
        rank=snapshot.rank,
        grade=snapshot.grade,
        edition=snapshot.edition,
        warnings=sorted({warning for line in snapshot.lines for warning in line.warnings}),
    )
