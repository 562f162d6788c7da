"""Decisions on pending transitions, and the reversal of what was recognised."""

from app.core.base import Shape
from app.core.types import Code, Line


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
