"""Answers to requests for a transition: the dry run, the decision, the reversal."""

from app.core.base import ReadShape, Shape
from app.core.errors import FieldError
from app.core.types import Code, Line
from app.models.lead_gates import GateItemRead


class DecisionKind(Code):
    """What a recogniser answers."""

    recognise = "recognise"
    reject = "reject"


class TransitionDecision(Shape):
    """Recognise a pending transition or send it back."""

    decision: DecisionKind
    comment: Line | None = None


class ReversalCreate(Shape):
    """Take a recognised fact back; it stays in the history."""

    reason: Line


class DryRunRead(ReadShape):
    """What a transition would do; `gate` is what it has to show, and whether that is there."""

    is_allowed: bool
    needs_recognition: bool
    recognised_by: str | None
    errors: list[FieldError]
    gate: list[GateItemRead]
