"""Reminders, and the day that they make."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.core.reader import json_response
from app.models.days import Day, DayQuery
from app.models.reminders import ReminderQuery, ReminderRead
from app.models.roles import Permission
from app.routers.deps import API, CallerDep, ChangeDep, IdPath, ReaderDep, ViewDep, asked, needs
from app.services import days, reminders

router = APIRouter(prefix=API, tags=["rhythm"], route_class=Endpoint)
READ, WRITE = [needs(Permission.leads_read)], [needs(Permission.reminders_write)]


@router.get("/my-day", dependencies=READ, response_model=Day)
async def get_my_day(
    reader: ReaderDep, caller: CallerDep, query: Annotated[DayQuery, asked(DayQuery)]
) -> Response:
    """What is due for the caller or an officer led: gravest rule first, then longest over."""
    pool = await reader.db.reads()
    return json_response(await days.day(pool, reader.caller, caller.id, query))


@router.get("/reminders", dependencies=READ, response_model=Page[ReminderRead])
async def list_reminders(
    reader: ReaderDep, query: Annotated[ReminderQuery, asked(ReminderQuery)]
) -> Response:
    """What the night's run found due, with what became of it."""
    return await reader.page(query)


@router.get("/reminders/{id:uuid}", dependencies=READ, response_model=ReminderRead)
async def get_reminder(reader: ReaderDep, reminder_id: IdPath, view: ViewDep) -> Response:
    """One reminder."""
    return await reader.one(ReminderRead, reminder_id, view)


@router.post(
    "/reminders/{id:uuid}/acknowledgements",
    status_code=201,
    dependencies=WRITE,
    response_model=ReminderRead,
)
async def acknowledge_reminder(change: ChangeDep) -> Response:
    """Seen; it stays due. Answers the reminder."""
    await reminders.acknowledge(change.session, change.caller, change.id, change.version)
    return await change.changed(ReminderRead, 201)


@router.post(
    "/reminders/{id:uuid}/resolutions",
    status_code=201,
    dependencies=WRITE,
    response_model=ReminderRead,
)
async def resolve_reminder(change: ChangeDep) -> Response:
    """Dealt with: it does not come back for this window. Answers the reminder."""
    await reminders.resolve(change.session, change.caller, change.id, change.version)
    return await change.changed(ReminderRead, 201)
