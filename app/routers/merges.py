"""Merging companies and leads, and taking it back."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.core.reader import json_response
from app.models.merges import (
    MergeCreate,
    MergePreview,
    MergeQuery,
    MergeRead,
    MergeReversalCreate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import merge_reversals, merges

router = APIRouter(prefix=f"{API}/merges", tags=["duplicates"], route_class=Endpoint)
READ, WRITE = [needs(Permission.merges_read)], [needs(Permission.duplicates_decide)]


@router.get("", dependencies=READ, response_model=Page[MergeRead])
async def list_merges(
    reader: ReaderDep, query: Annotated[MergeQuery, asked(MergeQuery)]
) -> Response:
    """Merges; `merged_id` says where a record went."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=WRITE,
    response_model=MergeRead,
    responses={200: {"model": MergePreview, "description": "What `dry_run` answers."}},
)
async def create_merge(write: WriteDep, payload: MergeCreate) -> Response:
    """Merge one record into another: companies by a leader, leads also by their team lead.

    All that points to the merged record moves, later kinds of records included; what the kept one
    may have only once stays. A signed lead is never merged away (409).
    """
    if payload.dry_run:
        found = await merges.preview(write.session, write.caller, payload)
        return json_response(found.model_dump_json().encode())
    row = await merges.create(write.session, write.caller, payload)
    return await write.created(MergeRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=MergeRead)
async def get_merge(reader: ReaderDep, merge_id: IdPath, view: ViewDep) -> Response:
    """One merge with the ids of what moved."""
    return await reader.one(MergeRead, merge_id, view)


@router.post("/{id:uuid}/reversals", status_code=201, dependencies=WRITE, response_model=MergeRead)
async def reverse_merge(change: ChangeDep, payload: MergeReversalCreate) -> Response:
    """Take a merge back: exactly what moved returns. Answers the merge."""
    await merge_reversals.reverse(change.session, change.caller, change.id, payload, change.version)
    return await change.changed(MergeRead, 201)
