"""Agreement parties: companies that can be told from every other, each once."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Problem, field_error
from app.models.agreement_parties import AgreementParty, PartyEntry
from app.models.agreements import Agreement
from app.models.companies import Company


async def check(session: AsyncSession, parties: list[PartyEntry]) -> None:
    """422 at each company that is absent, comes twice or could not be told from another."""
    ids = [party.company_id for party in parties]
    query = select(Company).where(col(Company.id).in_(ids), col(Company.deleted_at).is_(None))
    known = {company.id: company for company in await session.exec(query)} if ids else {}
    faults = []
    for place, company_id in enumerate(ids):
        company = known.get(company_id)
        code = _party_fault(company, is_repeated=company_id in ids[:place])
        if code:
            faults.append(field_error(f"/parties/{place}/company_id", code))
    if faults:
        raise Problem("invalid_values", errors=faults)


def _party_fault(company: Company | None, *, is_repeated: bool) -> str | None:
    if company is None:
        return "reference_not_found"
    if not company.credit_code and not company.registration_number:
        return "code_or_number_needed"
    return "party_repeated" if is_repeated else None


def add(session: AsyncSession, agreement: Agreement, parties: list[PartyEntry]) -> None:
    """The parties of an agreement, in the order given."""
    session.add_all(
        AgreementParty(
            agreement_id=agreement.id, company_id=party.company_id, role=party.role, place=place
        )
        for place, party in enumerate(parties)
    )


async def of(session: AsyncSession, agreement: Agreement) -> list[AgreementParty]:
    """The parties in order."""
    query = select(AgreementParty).where(col(AgreementParty.agreement_id) == agreement.id)
    return list((await session.exec(query.order_by(col(AgreementParty.place)))).all())


async def replaced(
    session: AsyncSession, agreement: Agreement, parties: list[PartyEntry] | None
) -> list[AgreementParty] | None:
    """The parties that go; None where the wanted ones are there already."""
    if parties is None:
        return None
    held = await of(session, agreement)
    if [(p.company_id, p.role) for p in held] == [(p.company_id, p.role) for p in parties]:
        return None
    await check(session, parties)
    return held
