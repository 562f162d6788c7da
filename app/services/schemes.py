"""Schemes: drafted with items, published once every item holds, then applied as they stand."""

from collections.abc import Set as AbstractSet
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.bulk import remove_all
from app.core.clock import now, today
from app.core.errors import FieldError, Problem, field_error, invalid
from app.core.period import Days, parse
from app.kpis.catalogue import METRICS
from app.models.scheme_items import Item, SchemeItem, sum_faults
from app.models.schemes import Scheme, SchemeCreate, SchemeStatus, SchemeUpdate
from app.models.scoring_rules import Promotion
from app.services import scorecard_runs
from app.services.access import Caller, claimed

_LISTS = ("grades", "lists")


async def create(session: AsyncSession, payload: SchemeCreate) -> Scheme:
    """A draft with its items."""
    plain = payload.model_dump(exclude={"items", *_LISTS})
    scheme = Scheme.model_validate(plain, update=_json(payload, set(_LISTS)))
    await _check_subjects(session, scheme)
    session.add(scheme)
    await session.flush()
    await _add_items(session, scheme, payload.items)
    return scheme


async def _check_subjects(session: AsyncSession, scheme: Scheme) -> None:
    """422 for a subject that is no officer, or no team."""
    known = {s.id for s in await scorecard_runs.subjects_of(session, scheme)}
    for place, subject_id in enumerate(scheme.subject_ids):
        if subject_id not in known:
            raise invalid(f"/subject_ids/{place}", "reference_not_found")


def _json(payload: Any, names: AbstractSet[str]) -> dict[str, Any]:
    return payload.model_dump(mode="json", include=names)


async def _add_items(session: AsyncSession, scheme: Scheme, items: list[Item]) -> None:
    session.add_all(SchemeItem.of(item, scheme.id, place) for place, item in enumerate(items))
    await session.flush()


async def update(
    session: AsyncSession, caller: Caller, scheme_id: UUID, payload: SchemeUpdate, if_match: int
) -> None:
    """Change a draft; items that are given replace those it has. 409 after publication."""
    changes = payload.changes()
    fields = frozenset(changes)
    scheme = await claimed(session, Scheme, caller, scheme_id, if_match, fields=fields)
    scheme.check_status(SchemeStatus.draft)
    wanted: list[Item] | None = changes.pop("items", None)
    scheme.apply(changes | _json(payload, fields & set(_LISTS)))
    if fields & {"subject_ids", "subject_kind"}:
        await _check_subjects(session, scheme)
    if wanted is not None:
        await _replace_items(session, scheme, wanted)
    await session.flush()


async def _replace_items(session: AsyncSession, scheme: Scheme, wanted: list[Item]) -> None:
    held = await items_of(session, scheme.id)
    if [row.item() for row in held] == wanted:
        return
    scheme.touch()
    await remove_all(session, held)
    await _add_items(session, scheme, wanted)


async def items_of(session: AsyncSession, scheme_id: UUID) -> list[SchemeItem]:
    """A scheme's items in order."""
    query = select(SchemeItem).where(col(SchemeItem.scheme_id) == scheme_id)
    return list((await session.exec(query.order_by(col(SchemeItem.place)))).all())


async def delete(session: AsyncSession, caller: Caller, scheme_id: UUID, if_match: int) -> None:
    """Throw a draft away; 409 after publication."""
    scheme = await claimed(session, Scheme, caller, scheme_id, if_match)
    scheme.check_status(SchemeStatus.draft)
    await remove_all(session, await items_of(session, scheme.id))
    await session.delete(scheme)
    await session.flush()


async def publish(session: AsyncSession, caller: Caller, scheme_id: UUID, if_match: int) -> None:
    """Publish a draft that holds; 422 names every faulty item.

    It holds when the points are exactly the total, each rule has its measures, weights and targets,
    every metric exists, and the same rules give every subject a card for the year before.
    """
    scheme = await claimed(session, Scheme, caller, scheme_id, if_match)
    scheme.check_status(SchemeStatus.draft)
    rows = await items_of(session, scheme.id)
    faults = list(_faults(scheme, [row.item() for row in rows]))
    if not faults:
        run = await scorecard_runs.scored(session, scheme, rows, last_period(scheme.year), now())
        faults = run.faults
    if faults:
        raise Problem("invalid_values", errors=faults)
    scheme.apply(
        {"status": SchemeStatus.published, "published_at": now(), "published_by_id": caller.id}
    )
    await session.flush()


def last_period(year: int) -> Days:
    """The year before the scheme's, or the one before today's where the scheme looks further."""
    return parse(str(max(1950, min(year, today().year) - 1)))


def _faults(scheme: Scheme, items: list[Item]) -> list[FieldError]:
    found = [fault for place, item in enumerate(items) for fault in item.faults(f"/items/{place}")]
    found += [fault for place, item in enumerate(items) for fault in _unknown(scheme, item, place)]
    return found + list(sum_faults(items, scheme.total_points))


def _unknown(scheme: Scheme, item: Item, place: int) -> list[FieldError]:
    """Metrics and grades that do not exist."""
    found = [
        field_error(f"/items/{place}/measures/{n}/metric", "metric_unknown", value=measure.metric)
        for n, measure in enumerate(item.measures)
        if measure.metric not in METRICS
    ]
    rule, names = item.scoring, {grade["name"] for grade in scheme.grades}
    if isinstance(rule, Promotion) and rule.grade not in names:
        pointer = f"/items/{place}/scoring/grade"
        found.append(field_error(pointer, "grade_unknown", value=rule.grade))
    return found


async def retire(session: AsyncSession, caller: Caller, scheme_id: UUID, if_match: int) -> None:
    """End a published scheme: its cards stay, no new ones are made."""
    scheme = await claimed(session, Scheme, caller, scheme_id, if_match)
    scheme.check_status(SchemeStatus.published)
    scheme.apply({"status": SchemeStatus.retired})
    await session.flush()
