"""The database's refusals as problems: what PostgreSQL says becomes what the caller can act on.

SQLSTATE classes: PostgreSQL manual, appendix A.
"""

import re
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from app.core.errors import Problem, field_error

DATABASE_ERRORS = (
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
_BUSY_STATES = {"40001", "40P01", "55P03", "57014", "53300", "25P03"}
# Unique and exclusion constraints.
_TAKEN = {"23505": "value_taken", "23P01": "overlaps"}
_SOON = {"Retry-After": "1"}


def problem_of(error: Exception) -> Problem | None:
    """The problem a database error stands for; None where it is a fault of ours."""
    if isinstance(error, StaleDataError):
        return Problem("stale_version")
    if isinstance(error, PoolTimeout):
        return Problem("busy", headers=_SOON)
    cause = _driver_error(error)
    if isinstance(cause, (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)):
        return Problem("database_unavailable", headers=_SOON)
    return _by_state(cause, getattr(cause, "sqlstate", None) or "")


def _driver_error(error: Exception) -> Any:
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error


def _by_state(cause: Any, state: str) -> Problem | None:
    if state in _TAKEN:
        return _refused(cause, "already_exists", _TAKEN[state])
    if state == "23503":
        return _reference_refused(cause)
    if state in _BUSY_STATES:
        return Problem("busy", headers=_SOON)
    if state[:2] in {"08", "57"}:
        return Problem("database_unavailable", headers=_SOON)
    if state[:2] == "22":
        return _refused(cause, "invalid_values", "value_refused")
    return None


def _reference_refused(cause: Any) -> Problem:
    if "still referenced" in str(cause):
        return Problem("in_use")
    return _refused(cause, "invalid_values", "reference_not_found")


def _refused(cause: Any, code: str, field_code: str) -> Problem:
    return Problem(code, errors=[field_error(f"/{_column(cause)}", field_code)])


def _column(cause: Any) -> str:
    """Constraints are named `kind_table_column` (see `core/base.py`)."""
    name, table = (
        getattr(cause, "constraint_name", "") or "",
        getattr(cause, "table_name", ""),
    )
    return re.sub(rf"^[a-z]+_{table}_", "", name) or getattr(cause, "column_name", "") or ""
