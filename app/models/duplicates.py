"""How alike two companies or two leads are: levels from evidence, by one pure rule."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from app.core.base import Shape
from app.core.types import Code, Line


class DuplicateKind(Code):
    """What is compared and merged."""

    company = "company"
    lead = "lead"


class DuplicateLevel(Code):
    """From weak to strong; `certain` cannot be decided away."""

    possible = "possible"
    likely = "likely"
    same_name = "same_name"
    certain_foreign = "certain_foreign"
    certain = "certain"


class DuplicateEvidence(Code):
    """What two records have in common."""

    credit_code = "credit_code"
    foreign_registration = "foreign_registration"
    same_name = "same_name"
    similar_name = "similar_name"
    investor = "investor"
    region = "region"
    industry = "industry"
    amount = "amount"


class StageBand(Code):
    """All that an officer learns of the stage of a lead of others."""

    before_talks = "before_talks"
    in_talks = "in_talks"
    signed = "signed"


@dataclass(frozen=True)
class Likeness:
    """Evidence about a pair; similarity and closeness run from 0 to 1."""

    has_same_credit_code: bool = False
    has_same_registration: bool = False
    has_same_name: bool = False
    name_similarity: float = 0.0
    has_same_investor: bool = False
    has_same_region: bool = False
    has_same_industry: bool = False
    amount_closeness: float = 0.0

    def score(self) -> float:
        """Grows with every part; a like name alone stays below `likely`."""
        return (
            0.7 * self.name_similarity
            + 0.5 * self.has_same_investor
            + 0.15 * self.has_same_region
            + 0.15 * self.has_same_industry
            + 0.2 * self.amount_closeness
        )

    def level(self) -> DuplicateLevel | None:
        """The strongest level that the evidence carries; more evidence never lowers it."""
        if self.has_same_credit_code:
            return DuplicateLevel.certain
        if self.has_same_registration:
            return DuplicateLevel.certain_foreign
        if self.has_same_name:
            return DuplicateLevel.same_name
        if self.score() >= LIKELY_FROM:
            return DuplicateLevel.likely
        return DuplicateLevel.possible if self.score() >= POSSIBLE_FROM else None

    def evidence(self) -> list[DuplicateEvidence]:
        """What speaks for it, the strongest first."""
        found = {
            DuplicateEvidence.credit_code: self.has_same_credit_code,
            DuplicateEvidence.foreign_registration: self.has_same_registration,
            DuplicateEvidence.same_name: self.has_same_name,
            DuplicateEvidence.similar_name: not self.has_same_name
            and self.name_similarity >= POSSIBLE_FROM,
            DuplicateEvidence.investor: self.has_same_investor,
            DuplicateEvidence.region: self.has_same_region,
            DuplicateEvidence.industry: self.has_same_industry,
            DuplicateEvidence.amount: self.amount_closeness >= CLOSE_FROM,
        }
        return [code for code, holds in found.items() if holds]


# Our defaults: no source gives any.
LIKELY_FROM, POSSIBLE_FROM, CLOSE_FROM = 0.7, 0.35, 0.9
# These hold a creation up; `possible` is told where somebody asks.
BLOCKING = frozenset(DuplicateLevel) - {DuplicateLevel.possible}


class DuplicateDecision(Shape):
    """The caller has looked: it is another one, and why."""

    decision: Literal["not_duplicate"]
    reason: Line


class LikeCompany(BaseModel):
    """What every officer may know of a company."""

    id: UUID
    name: str
    credit_code: str | None


class LikeLead(BaseModel):
    """A lead; of one that the caller may not read only its owner and the band of its stage."""

    id: UUID | None
    code: str | None
    name: str | None
    owner_name: str
    stage_band: StageBand


class DuplicateReason(BaseModel):
    """One record that may be the same; the evidence on a hidden lead is not told."""

    kind: DuplicateKind
    level: DuplicateLevel
    evidence: list[DuplicateEvidence]
    company: LikeCompany | None = None
    lead: LikeLead | None = None
