"""Requests to move a lead, and everything in them that can be wrong by itself."""

from datetime import date
from typing import Annotated

from pydantic import Field as Bounded

from app.core.base import Shape
from app.core.clock import today
from app.core.errors import FieldError, field_error
from app.core.types import Flag
from app.models.deferrals import DeferralCreate
from app.models.leads import Lead
from app.models.pipeline import ExitReason, Stage, TransitionKind, skipped
from app.models.stage_transitions import StageTransitionBase

Promises = Annotated[list[DeferralCreate], Bounded(max_length=20)]


class StageTransitionCreate(Shape, StageTransitionBase):
    """A request to move a lead; `dry_run` answers what would happen and changes nothing."""

    dry_run: Flag = False
    deferrals: Promises = Bounded(default=[], description="容缺: items promised by a day.")

    def faults(self, lead: Lead, last_on: date) -> list[FieldError]:
        """Everything that speaks against the move, so that one answer names all of it."""
        found = self._date_faults(last_on)
        if self.kind is TransitionKind.advance:
            return found + self._advance_faults(lead)
        return found + self._status_faults()

    def _date_faults(self, last_on: date) -> list[FieldError]:
        if self.event_on > today():
            return [field_error("/event_on", "date_in_future")]
        if self.event_on < last_on:
            return [field_error("/event_on", "date_before_last", last=last_on.isoformat())]
        return []

    def _advance_faults(self, lead: Lead) -> list[FieldError]:
        if self.to_stage is None:
            return [field_error("/to_stage", "missing")]
        jumped = skipped(lead.stage, self.to_stage, lead.track)
        found = (
            [] if self.to_stage in lead.standing.next_stages() else [_no_way(lead, self.to_stage)]
        )
        found += [
            field_error("/to_stage", "stage_skipped", stage=stage) for stage in jumped if found
        ]
        if self.to_stage is Stage.signed:
            return found + self._signing_faults()
        if self.agreed_amount is not None:
            found.append(field_error("/agreed_amount", "only_at_signing"))
        return found

    def _signing_faults(self) -> list[FieldError]:
        found = []
        if self.agreed_amount is None:
            found.append(field_error("/agreed_amount", "missing"))
        if self.currency != "CNY":
            found += [
                field_error(f"/{name}", "rate_needed")
                for name in ("exchange_rate", "rate_on")
                if getattr(self, name) is None
            ]
        return found

    def _status_faults(self) -> list[FieldError]:
        needed = {
            TransitionKind.suspend: ("explanation", "resume_by"),
            TransitionKind.terminate: ("reason_code", "explanation"),
        }.get(self.kind, ())
        found = [field_error(f"/{name}", "missing") for name in needed if not getattr(self, name)]
        if self.reason_code is ExitReason.lost_to_other_place and not self.competitor_region_code:
            found.append(field_error("/competitor_region_code", "missing"))
        if self.to_stage is not None:
            found.append(field_error("/to_stage", "only_when_advancing"))
        if self.resume_by is not None and self.resume_by <= self.event_on:
            found.append(field_error("/resume_by", "resume_not_later"))
        return found


def _no_way(lead: Lead, to: Stage) -> FieldError:
    is_trackless = lead.track is None and not lead.standing.next_stages()
    code = "track_needed" if is_trackless else "no_such_move"
    return field_error("/to_stage", code, stage=lead.stage, to=to)
