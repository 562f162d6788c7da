"""Posts and what they ask for."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.posts import (
    Post,
    PostCreate,
    PostQuery,
    PostRead,
    PostUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services.access import claimed

router = APIRouter(prefix=f"{API}/posts", tags=["qualifications"], route_class=Endpoint)
READ, WRITE = [needs(Permission.qualifications_read)], [needs(Permission.qualifications_write)]


@router.get("", dependencies=READ, response_model=Page[PostRead])
async def list_posts(reader: ReaderDep, query: Annotated[PostQuery, asked(PostQuery)]) -> Response:
    """All posts."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=PostRead)
async def create_post(write: WriteDep, payload: PostCreate) -> Response:
    """A new post."""
    row = await records.add(write.session, Post, payload)
    return await write.created(PostRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=PostRead)
async def get_post(reader: ReaderDep, post_id: IdPath, view: ViewDep) -> Response:
    """One post."""
    return await reader.one(PostRead, post_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=PostRead)
async def update_post(change: ChangeDep, payload: PostUpdate) -> Response:
    """Change what a post asks for."""
    fields = frozenset(payload.changes())
    row = await claimed(
        change.session, Post, change.caller, change.id, change.version, fields=fields
    )
    await records.change(change.session, row, payload)
    return await change.changed(PostRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def delete_post(change: ChangeDep) -> None:
    """Remove a post that nobody is in."""
    row = await claimed(change.session, Post, change.caller, change.id, change.version)
    await records.remove(change.session, row)
