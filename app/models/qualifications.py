"""Whether an officer is qualified for the own post on a day, and what is lacking."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from app.core.types import BusinessDate, Code
from app.models.officer_certificates import OfficerCertificate
from app.models.officer_profiles import OfficerProfile
from app.models.posts import Education, Post


class QualificationLack(Code):
    """What somebody does not have that the post asks for."""

    no_post = "no_post"
    education = "education"
    major = "major"
    experience = "experience"
    certificate = "certificate"


class LackRead(BaseModel):
    """One thing that is lacking; `required` is what the post asks for."""

    code: QualificationLack
    required: str


class QualificationRead(BaseModel):
    """The answer for one officer on one day."""

    officer_id: UUID
    post_id: UUID | None
    as_of: date
    is_qualified: bool
    lacks: list[LackRead]


class QualificationQuery(BaseModel):
    """Which day."""

    model_config = ConfigDict(extra="forbid")

    as_of: BusinessDate | None = None


def lacks(
    post: Post | None,
    profile: OfficerProfile | None,
    certificates: Sequence[OfficerCertificate],
    day: date,
) -> list[LackRead]:
    """All that is lacking for a post on a day; without a post nobody is qualified."""
    if post is None or profile is None:
        return [LackRead(code=QualificationLack.no_post, required="")]
    found = _learnt(post, profile)
    if profile.experience_years(day) < post.required_experience_years:
        found.append(_lack(QualificationLack.experience, str(post.required_experience_years)))
    held = {certificate.kind for certificate in certificates if certificate.holds_on(day)}
    needed = [kind for kind in post.required_certificate_kinds if kind not in held]
    return found + [_lack(QualificationLack.certificate, kind) for kind in needed]


def _learnt(post: Post, profile: OfficerProfile) -> list[LackRead]:
    found, order = [], list(Education)
    needed, has = post.required_education, profile.education
    if needed and (has is None or order.index(has) < order.index(needed)):
        found.append(_lack(QualificationLack.education, needed))
    if post.required_majors and not set(post.required_majors) & set(profile.majors):
        found.append(_lack(QualificationLack.major, "、".join(post.required_majors)))
    return found


def _lack(code: QualificationLack, required: str) -> LackRead:
    return LackRead(code=code, required=required)
