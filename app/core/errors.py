"""Every error as `application/problem+json` (RFC 9457), in the caller's language.

Rules and services raise `Problem`; this file alone turns it, the framework's own errors and the
database's into a reply. Anything raised rolls the request's transaction back.
"""

import difflib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from app.core.i18n import text

# code → HTTP status: the published list (`GET /api/v1/meta/errors`). Texts are in `locales/`.
STATUS: dict[str, int] = {
    "malformed_request": 400,
    "malformed_json": 400,
    "duplicate_json_key": 400,
    "nested_too_deeply": 400,
    "cursor_mismatch": 400,
    "unauthenticated": 401,
    "wrong_credentials": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "conflict": 409,
    "already_exists": 409,
    "in_use": 409,
    "idempotency_in_progress": 409,
    "stale_version": 412,
    "too_large": 413,
    "unsupported_media_type": 415,
    "invalid_values": 422,
    "idempotency_key_reused": 422,
    "batch_refused": 422,
    "precondition_required": 428,
    "too_many_requests": 429,
    "account_locked": 429,
    "internal_error": 500,
    "busy": 503,
    "database_unavailable": 503,
    "storage_unavailable": 503,
    "not_ready": 503,
}


def publish(codes: Mapping[str, int]) -> None:
    """Add a noun's own error codes to the published list."""
    STATUS.update(codes)


def _is_absent(value: object) -> bool:
    return value is None


class FieldError(BaseModel):
    """One thing that is wrong: where (`pointer` into the body or `parameter`), what, in words."""

    pointer: str | None = Field(default=None, exclude_if=_is_absent)
    parameter: str | None = Field(default=None, exclude_if=_is_absent)
    code: str
    message: str


class ProblemBody(BaseModel):
    """RFC 9457 problem details with our members `code`, `request_id` and `errors`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldError] = []
    current_version: int | None = None
    clashing_fields: list[str] | None = None
    retry_after: int | None = None
    reasons: list[dict[str, Any]] | None = None
    merged_into_id: str | None = None


class Problem(Exception):  # noqa: N818  RFC 9457 calls it a problem
    """A refusal with a published code.

    `params` fill the text's placeholders; `errors` name the fields; `extra` are further members.
    """

    def __init__(
        self,
        code: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        **params: Any,  # whatever the text's placeholders take
    ) -> None:
        super().__init__(code)
        self.code, self.status, self.params = code, STATUS[code], params
        self.errors, self.headers, self.extra = (
            list(errors),
            dict(headers or {}),
            dict(extra or {}),
        )

    def detail(self) -> str:
        """The explanation, in the language of the request at hand."""
        if self.errors:
            return " · ".join(error.message for error in self.errors)
        return text("details", self.code, self.params, fallback=text("errors", self.code))

    def body(self, request_id: str) -> dict[str, Any]:
        """The JSON document, in the language of the request at hand."""
        return {
            "type": f"/api/v1/meta/errors#{self.code}",
            "title": text("errors", self.code, self.params),
            "status": self.status,
            "detail": self.detail(),
            "code": self.code,
            "request_id": request_id,
            "errors": [error.model_dump() for error in self.errors],
            **self.extra,
        }


def escaped(part: object) -> str:
    """One step of a JSON pointer (RFC 6901 §3)."""
    return str(part).replace("~", "~0").replace("/", "~1")


def field_error(pointer: str, code: str, /, **params: Any) -> FieldError:
    """A wrong value at a JSON pointer of the body, in words of `locales/`, section `validation`."""
    return FieldError(pointer=pointer, code=code, message=text("validation", code, params))


def invalid(pointer: str, code: str, /, **params: Any) -> Problem:
    """422 for one field of the body."""
    return Problem("invalid_values", errors=[field_error(pointer, code, **params)])


def invalid_parameter(parameter: str, code: str, /, **params: Any) -> Problem:
    """422 for one parameter of the query string."""
    error = FieldError(parameter=parameter, code=code, message=text("validation", code, params))
    return Problem("invalid_values", errors=[error])


def unknown_name(parameter: str, code: str, name: str, allowed: Collection[str]) -> Problem:
    """422 for a name that does not exist; says which do, and the nearest."""
    close = difflib.get_close_matches(name, allowed, n=1)
    return invalid_parameter(
        parameter,
        code,
        name=name,
        allowed=", ".join(sorted(allowed)) or "-",
        suggestion=close[0] if close else "-",
    )
