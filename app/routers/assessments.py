"""Assessments of leads."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.assessments import AssessmentCreate, AssessmentQuery, AssessmentRead
from app.models.roles import Permission
from app.routers.deps import API, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import assessments

router = APIRouter(prefix=f"{API}/assessments", tags=["gates"], route_class=Endpoint)
READ, WRITE = [needs(Permission.leads_read)], [needs(Permission.transitions_write)]


@router.get("", dependencies=READ, response_model=Page[AssessmentRead])
async def list_assessments(
    reader: ReaderDep, query: Annotated[AssessmentQuery, asked(AssessmentQuery)]
) -> Response:
    """Judgements; `lead_id` gives a lead's, newest first."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=AssessmentRead)
async def create_assessment(write: WriteDep, payload: AssessmentCreate) -> Response:
    """Judge a lead that is not contacted yet; the newest judgement holds."""
    row = await assessments.create(write.session, write.caller, payload)
    return await write.created(AssessmentRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=AssessmentRead)
async def get_assessment(reader: ReaderDep, assessment_id: IdPath, view: ViewDep) -> Response:
    """One judgement."""
    return await reader.one(AssessmentRead, assessment_id, view)
