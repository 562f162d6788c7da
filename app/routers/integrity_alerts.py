"""Integrity alerts and what was decided on them."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.integrity_alerts import (
    AlertDecision,
    IntegrityAlert,
    IntegrityAlertQuery,
    IntegrityAlertRead,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, asked, needs
from app.services.access import claimed

router = APIRouter(prefix=f"{API}/integrity-alerts", tags=["evidence"], route_class=Endpoint)
READ = [needs(Permission.alerts_read)]


@router.get("", dependencies=READ, response_model=Page[IntegrityAlertRead])
async def list_integrity_alerts(
    reader: ReaderDep, query: Annotated[IntegrityAlertQuery, asked(IntegrityAlertQuery)]
) -> Response:
    """What looks like padding; `status=open` is the inbox."""
    return await reader.page(query)


@router.get("/{id:uuid}", dependencies=READ, response_model=IntegrityAlertRead)
async def get_integrity_alert(reader: ReaderDep, alert_id: IdPath, view: ViewDep) -> Response:
    """One alert."""
    return await reader.one(IntegrityAlertRead, alert_id, view)


@router.post(
    "/{id:uuid}/decisions",
    status_code=201,
    dependencies=[needs(Permission.alerts_decide)],
    response_model=IntegrityAlertRead,
)
async def decide_integrity_alert(change: ChangeDep, payload: AlertDecision) -> Response:
    """Acknowledge or dismiss an open alert, with the reason."""
    row = await claimed(change.session, IntegrityAlert, change.caller, change.id, change.version)
    row.decide(payload.decision, payload.reason, change.caller.id)
    return await change.changed(IntegrityAlertRead, 201)
