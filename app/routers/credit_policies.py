"""The default credit policy and its history."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.credit_policies import CreditPolicyCreate, CreditPolicyQuery, CreditPolicyRead
from app.models.roles import Permission
from app.routers.deps import API, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services import credit_policies

router = APIRouter(prefix=f"{API}/credit-policies", tags=["assessment"], route_class=Endpoint)
READ = [needs(Permission.kpis_read)]


@router.get("", dependencies=READ, response_model=Page[CreditPolicyRead])
async def list_credit_policies(
    reader: ReaderDep, query: Annotated[CreditPolicyQuery, asked(CreditPolicyQuery)]
) -> Response:
    """All versions; on a day the one with the latest first day holds."""
    return await reader.page(query)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Permission.credit_policies_write)],
    response_model=CreditPolicyRead,
)
async def create_credit_policy(write: WriteDep, payload: CreditPolicyCreate) -> Response:
    """The next version, from a day on that is not over; what was set or stamped before stays."""
    row = await credit_policies.create(write.session, payload)
    return await write.created(CreditPolicyRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=CreditPolicyRead)
async def get_credit_policy(reader: ReaderDep, policy_id: IdPath, view: ViewDep) -> Response:
    """One version."""
    return await reader.one(CreditPolicyRead, policy_id, view)
