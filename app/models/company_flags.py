"""What a company's record shows of other tables: flags, by lists and control, and incubation.

A flag is a kind of list that the company is on today, itself or through who controls it.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.core.clock import today_sql
from app.core.types import Code

# Levels of control that are looked through; as `controllers_on` in the database has it.
MAX_DEPTH = 20


class ListKind(Code):
    """What being on a list says of a company."""

    global500 = "global500"
    china500 = "china500"
    listed = "listed"
    neeq = "neeq"
    high_tech = "high_tech"
    specialised = "specialised"
    little_giant = "little_giant"
    gazelle = "gazelle"
    unicorn = "unicorn"
    other = "other"


class IncubationStage(Code):
    """苗圃—孵化器—加速器, and out of them."""

    seedbed = "seedbed"
    incubator = "incubator"
    accelerator = "accelerator"
    graduated = "graduated"


# Years that an edition holds: three for high-tech firms (高新技术企业认定管理办法 2016), for
# 专精特新 firms and little giants (优质中小企业梯度培育管理暂行办法 2022), and by our default for
# gazelles. A share stays listed until it is not: null is open. A ranking speaks of its year alone.
VALID_YEARS: dict[ListKind, int | None] = {
    ListKind.high_tech: 3,
    ListKind.specialised: 3,
    ListKind.little_giant: 3,
    ListKind.gazelle: 3,
    ListKind.listed: None,
    ListKind.neeq: None,
}


def last_year(kind: ListKind, year: int) -> int | None:
    """The last year that an edition of a kind holds unless it says otherwise; null is open."""
    years = VALID_YEARS.get(kind, 1)
    return None if years is None else year + years - 1


class CompanyFlag(BaseModel):
    """A place on a list that holds today, the own one or that of a controller."""

    kind: ListKind
    year: int
    rank: int | None
    list_id: UUID
    through_company_id: UUID | None


# As light tables: the models of lists know companies, and companies have flags.
_LISTS = sa.table(
    "company_lists",
    *map(sa.column, ("id", "kind", "year", "valid_until_year")),
)
_ENTRIES = sa.table(
    "company_list_entries", *map(sa.column, ("id", "company_list_id", "company_id", "rank"))
)
_CONTROLS = sa.table(
    "company_controls", *map(sa.column, ("company_id", "controller_id", "from_on", "to_on"))
)
_INCUBATION = sa.table(
    "incubation_stages", *map(sa.column, ("id", "company_id", "stage", "from_on"))
)
_THIS_YEAR = sa.func.extract("year", today_sql()).op("::")(sa.literal_column("int"))


def _entries_today() -> sa.FromClause:
    return _ENTRIES.join(
        _LISTS,
        sa.and_(
            _LISTS.c.id == _ENTRIES.c.company_list_id,
            _LISTS.c.year <= _THIS_YEAR,
            sa.func.coalesce(_LISTS.c.valid_until_year, _THIS_YEAR) >= _THIS_YEAR,
        ),
    )


def flags_of(company: Any, _role: str) -> sa.ColumnElement[Any]:
    """The flags of a company today as JSON: own ones before inherited ones of the same kind."""
    up = sa.func.controllers_on(company.id, today_sql()).table_valued(
        "company_id", "depth", name="up"
    )
    through = sa.case((up.c.depth > 0, up.c.company_id))
    flag = sa.func.json_build_object(
        *_quoted("kind"), _LISTS.c.kind, *_quoted("year"), _LISTS.c.year,
        *_quoted("rank"), _ENTRIES.c.rank, *_quoted("list_id"), _LISTS.c.id,
        *_quoted("through_company_id"), through,
    )  # fmt: skip
    order = (_LISTS.c.kind, up.c.depth, _LISTS.c.year.desc(), _ENTRIES.c.id)
    rows = sa.func.json_agg(aggregate_order_by(flag, *order))
    found = sa.select(sa.func.coalesce(rows, sa.literal_column("'[]'::json")))
    listed = _entries_today()
    return (
        found.select_from(up.join(listed, _ENTRIES.c.company_id == up.c.company_id))
        .correlate(company)
        .scalar_subquery()
    )


def _quoted(name: str) -> tuple[sa.ColumnElement[Any]]:
    return (sa.literal_column(f"'{name}'"),)


def is_flagged(company: Any, _role: str, name: str) -> sa.ColumnElement[bool]:
    """Whether a company has the flag bound as `name` today, found from the lists downwards."""
    kind = sa.bindparam(name, type_=sa.Text)
    own = sa.select(_ENTRIES.c.company_id, sa.literal_column("0").label("depth"))
    flagged = (
        own.select_from(_entries_today()).where(_LISTS.c.kind == kind)
    ).cte("flagged", recursive=True)  # fmt: skip
    begin, end = _CONTROLS.c.from_on, _CONTROLS.c.to_on
    below = sa.select(_CONTROLS.c.company_id, flagged.c.depth + 1).where(
        _CONTROLS.c.controller_id == flagged.c.company_id,
        begin <= today_sql(),
        sa.func.coalesce(end, today_sql()) >= today_sql(),
        flagged.c.depth < MAX_DEPTH,
    )
    return company.id.in_(sa.select(flagged.union(below).c.company_id))


def incubation_of(company: Any, _role: str) -> sa.ColumnElement[Any]:
    """The stage of incubation that a company is in today; null before the first."""
    entries = sa.select(_INCUBATION.c.stage).where(
        _INCUBATION.c.company_id == company.id, _INCUBATION.c.from_on <= today_sql()
    )
    newest = entries.order_by(_INCUBATION.c.from_on.desc()).limit(1)
    return newest.correlate(company).scalar_subquery()
