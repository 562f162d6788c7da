"""Assessment schemes with their items."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.roles import Permission
from app.models.schemes import SchemeCreate, SchemeQuery, SchemeRead, SchemeUpdate
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import schemes

router = APIRouter(prefix=f"{API}/schemes", tags=["assessment"], route_class=Endpoint)
READ, WRITE = [needs(Permission.schemes_read)], [needs(Permission.schemes_write)]


@router.get("", dependencies=READ, response_model=Page[SchemeRead])
async def list_schemes(
    reader: ReaderDep, query: Annotated[SchemeQuery, asked(SchemeQuery)]
) -> Response:
    """Schemes; drafts for those who see the zone."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=SchemeRead)
async def create_scheme(write: WriteDep, payload: SchemeCreate) -> Response:
    """Draft a scheme with its items."""
    scheme = await schemes.create(write.session, payload)
    return await write.created(SchemeRead, scheme.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=SchemeRead)
async def get_scheme(reader: ReaderDep, scheme_id: IdPath, view: ViewDep) -> Response:
    """One scheme."""
    return await reader.one(SchemeRead, scheme_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=SchemeRead)
async def update_scheme(change: ChangeDep, payload: SchemeUpdate) -> Response:
    """Change a draft; items that are given replace those it has."""
    await schemes.update(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(SchemeRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def delete_scheme(change: ChangeDep) -> None:
    """Throw a draft away."""
    await schemes.delete(change.session, change.caller, change.id, change.version)


@router.post(
    "/{id:uuid}/publications", status_code=201, dependencies=WRITE, response_model=SchemeRead
)
async def publish_scheme(change: ChangeDep) -> Response:
    """Publish a draft for good; refused with every faulty item named. Answers the scheme."""
    await schemes.publish(change.session, change.caller, change.id, change.version)
    return await change.changed(SchemeRead, 201)


@router.post(
    "/{id:uuid}/retirements", status_code=201, dependencies=WRITE, response_model=SchemeRead
)
async def retire_scheme(change: ChangeDep) -> Response:
    """End a published scheme; its cards stay. Answers the scheme."""
    await schemes.retire(change.session, change.caller, change.id, change.version)
    return await change.changed(SchemeRead, 201)
