"""Certificates of officers."""

from typing import Annotated

from fastapi import APIRouter, Response

from app.core import records
from app.core.endpoint import Endpoint
from app.core.listing import Page
from app.models.officer_certificates import (
    OfficerCertificate,
    OfficerCertificateCreate,
    OfficerCertificateQuery,
    OfficerCertificateRead,
    OfficerCertificateUpdate,
)
from app.models.roles import Permission
from app.routers.deps import API, ChangeDep, IdPath, ReaderDep, ViewDep, WriteDep, asked, needs
from app.services.access import claimed

router = APIRouter(
    prefix=f"{API}/officer-certificates", tags=["qualifications"], route_class=Endpoint
)
READ, WRITE = [needs(Permission.qualifications_read)], [needs(Permission.qualifications_write)]


@router.get("", dependencies=READ, response_model=Page[OfficerCertificateRead])
async def list_officer_certificates(
    reader: ReaderDep, query: Annotated[OfficerCertificateQuery, asked(OfficerCertificateQuery)]
) -> Response:
    """The certificates that the caller may look at: the own, the team's, all."""
    return await reader.page(query)


@router.post("", status_code=201, dependencies=WRITE, response_model=OfficerCertificateRead)
async def create_officer_certificate(
    write: WriteDep, payload: OfficerCertificateCreate
) -> Response:
    """A new certificate."""
    row = OfficerCertificate.model_validate(payload)
    row.check_days()
    write.session.add(row)
    await write.session.flush()
    return await write.created(OfficerCertificateRead, row.id)


@router.get("/{id:uuid}", dependencies=READ, response_model=OfficerCertificateRead)
async def get_officer_certificate(
    reader: ReaderDep, certificate_id: IdPath, view: ViewDep
) -> Response:
    """One certificate."""
    return await reader.one(OfficerCertificateRead, certificate_id, view)


@router.patch("/{id:uuid}", dependencies=WRITE, response_model=OfficerCertificateRead)
async def update_officer_certificate(
    change: ChangeDep, payload: OfficerCertificateUpdate
) -> Response:
    """Change a certificate."""
    fields = frozenset(payload.changes())
    row = await claimed(
        change.session, OfficerCertificate, change.caller, change.id, change.version, fields=fields
    )
    row.apply(payload.changes())
    row.check_days()
    await change.session.flush()
    return await change.changed(OfficerCertificateRead)


@router.delete("/{id:uuid}", status_code=204, dependencies=WRITE)
async def delete_officer_certificate(change: ChangeDep) -> None:
    """Remove a certificate; the audit log keeps what it held."""
    row = await claimed(
        change.session, OfficerCertificate, change.caller, change.id, change.version
    )
    await records.remove(change.session, row)
