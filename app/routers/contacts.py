"""Contacts: persons at companies."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.contacts import (
    Contact,
    ContactCreate,
    ContactQuery,
    ContactRead,
    ContactUpdate,
    Unmasking,
    UnmaskingCreate,
    UnmaskingRead,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import companies
from app.services.access import claimed, found

router = APIRouter(prefix=f"{API}/contacts", tags=["contacts"], route_class=Endpoint)


@router.get("", dependencies=[needs(Permission.contacts_read)], response_model=Page[ContactRead])
async def list_contacts(
    reader: ReaderDep, query: Annotated[ContactQuery, asked(ContactQuery)]
) -> Response:
    """Contacts at the companies that the caller works with; phones are masked."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.contacts_write)],
    response_model=ContactRead,
)
async def create_contact(write: WriteDep, payload: ContactCreate) -> Response:
    """Note a contact with its source and lawful basis."""
    await companies.check_present(write.session, payload.company_id)
    contact = await records.add(write.session, Contact, payload)
    return await write.created(ContactRead, contact.id)


@router.get(
    "/{id:uuid}", dependencies=[needs(Permission.contacts_read)], response_model=ContactRead
)
async def get_contact(reader: ReaderDep, contact_id: IdPath, view: ViewDep) -> Response:
    """One contact; the phone is masked."""
    return await reader.one(ContactRead, contact_id, view)


@router.patch(
    "/{id:uuid}", dependencies=[needs(Permission.contacts_write)], response_model=ContactRead
)
async def update_contact(change: ChangeDep, payload: ContactUpdate) -> Response:
    """Change a contact."""
    fields = frozenset(payload.changes())
    contact = await claimed(
        change.session, Contact, change.caller, change.id, change.version, fields=fields
    )
    await records.change(change.session, contact, payload)
    return await change.changed(ContactRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=[needs(Permission.contacts_write)])
async def delete_contact(change: ChangeDep) -> None:
    """To the trash."""
    await records.trash(
        change.session,
        await claimed(change.session, Contact, change.caller, change.id, change.version),
    )


@router.post(
    "/{id:uuid}/unmaskings",
    status_code=201,
    dependencies=[needs(Permission.contacts_write)],
    response_model=UnmaskingRead,
)
async def unmask_contact(write: WriteDep, contact_id: IdPath, payload: UnmaskingCreate) -> Response:
    """Read the full phone for a stated reason; who did so is kept."""
    contact = await found(write.session, Contact, write.caller, contact_id)
    unmasking = await records.add(write.session, Unmasking, payload, contact_id=contact.id)
    response = await write.reply(UnmaskingRead, unmasking.id, 201)
    response.headers["Cache-Control"] = "no-store"
    return response
