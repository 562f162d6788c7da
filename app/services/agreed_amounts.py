"""What a lead is signed for: the amount of its agreement in force, wherever there is one."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import FieldError, field_error
from app.models.agreements import Agreement, AgreementKind, AgreementStatus
from app.models.leads import Lead
from app.models.pipeline import Stage, TransitionKind
from app.models.stage_transitions import StageTransitionBase
from app.models.transition_requests import StageTransitionCreate

_TAKEN = {
    "agreed_amount": "amount",
    "currency": "currency",
    "exchange_rate": "exchange_rate",
    "rate_on": "rate_on",
}


async def in_force(session: AsyncSession, lead: Lead) -> Agreement | None:
    """The lead's active investment agreement."""
    query = select(Agreement).where(
        col(Agreement.lead_id) == lead.id,
        col(Agreement.kind) == AgreementKind.investment,
        col(Agreement.status) == AgreementStatus.active,
    )
    return (await session.exec(query)).one_or_none()


def _is_signing(move: StageTransitionBase) -> bool:
    return move.kind is TransitionKind.advance and move.to_stage is Stage.signed


async def filled(
    session: AsyncSession, lead: Lead, payload: StageTransitionCreate
) -> StageTransitionCreate:
    """A signing that names no amount is for the agreement's."""
    if not _is_signing(payload) or payload.agreed_amount is not None:
        return payload
    agreement = await in_force(session, lead)
    if agreement is None:
        return payload
    taken = {name: getattr(agreement, source) for name, source in _TAKEN.items()}
    return payload.model_copy(update=taken)


async def faults(session: AsyncSession, lead: Lead, move: StageTransitionBase) -> list[FieldError]:
    """A signing for another amount, in another currency or at another rate than was agreed."""
    if not _is_signing(move) or move.agreed_amount is None:
        return []
    agreement = await in_force(session, lead)
    if agreement is None:
        return []
    is_as_agreed = all(
        getattr(move, name) == getattr(agreement, source) for name, source in _TAKEN.items()
    )
    agreed = {"amount": agreement.amount, "currency": agreement.currency}
    return [] if is_as_agreed else [field_error("/agreed_amount", "not_as_agreed", **agreed)]
