"""Company lists: changing them posts what they count; imports are checked, then all or nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.audit import BULK_WITH_OWN_AUDIT
from app.core.clock import now
from app.core.db import driver
from app.core.faults import MAX_FAULTS, ImportFault, fault
from app.core.logging import request_id
from app.kpis import ledger
from app.kpis.metrics import Family
from app.models.company_flags import ListKind, last_year
from app.models.company_lists import (
    CompanyList,
    CompanyListCreate,
    CompanyListEntry,
    CompanyListImportRead,
    CompanyListUpdate,
)
from app.services import company_list_staging as staging
from app.services.access import Caller, claimed
from app.services.company_list_files import Line, read_entries

# Rows per statement: well below the time that one statement may take, and a step of the progress.
_SLICE = 5000
# Rows read between two looks at what else the process has to do.
_TURN = 200
Phase = Literal["reading", "checking", "merging"]
# What an import also brings in line on an edition that is there.
_HEAD = {"kind", "published_on", "valid_until_year"}
# One writer of Q13 at a time: an edition changes what the next ones count. Any number that no other
# advisory lock of the database uses.
_LOCK = 730_012
Progress = Callable[[Phase, int, int | None], None]


async def create(session: AsyncSession, payload: CompanyListCreate) -> CompanyList:
    """An empty edition; it holds as long as lists of its kind do, unless said."""
    return await _new(session, payload)


async def _new(session: AsyncSession, payload: CompanyListCreate) -> CompanyList:
    row = CompanyList.model_validate(payload)
    row.restate(payload.model_dump(include={"valid_until_year"} & payload.model_fields_set))
    if "valid_until_year" not in payload.model_fields_set:
        row.valid_until_year = last_year(row.kind, row.year)
    session.add(row)
    await session.flush()
    return row


async def update(
    session: AsyncSession,
    caller: Caller,
    list_id: UUID,
    payload: CompanyListUpdate,
    if_match: int,
) -> None:
    """Change an edition; what it and the later ones of its kind count follows."""
    changes = payload.changes()
    row = await claimed(session, CompanyList, caller, list_id, if_match, fields=frozenset(changes))
    was = row.kind
    row.restate(changes)
    await session.flush()
    await _post_changed(session, row, was)


async def post_of_companies(session: AsyncSession, *company_ids: UUID) -> None:
    """Bring in line what the lists of some companies count, after these moved or became one."""
    on = select(CompanyListEntry.company_list_id).where(
        col(CompanyListEntry.company_id).in_(company_ids)
    )
    await _post(session, col(CompanyList.id).in_(on))


async def _post_changed(session: AsyncSession, row: CompanyList, was: ListKind) -> None:
    """Post a list and all that are of its kind, or of the one it was."""
    await _post(session, col(CompanyList.kind).in_({row.kind, was}))


async def _post(session: AsyncSession, *which: sa.ColumnElement[bool]) -> None:
    connection = await session.connection()
    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    lists = select(CompanyList.id).where(*which).order_by(col(CompanyList.id))
    await ledger.post_all(session, Family.company_list, (await session.exec(lists)).all())


async def import_list(
    session: AsyncSession,
    head: CompanyListCreate,
    content: bytes,
    filename: str,
    progress: Progress = lambda _phase, _done, _total: None,
) -> CompanyListImportRead:
    """Bring one edition of a list in line with a file; running it again changes nothing.

    With any fault nothing is written and the report names each line. `progress` hears of rows
    done, and of how many there are once that is known.
    """
    report = _blank_report()
    attempt = await session.begin_nested()
    target, was = await _list(session, head)
    stamp = staging.Stamp(target.id, now(), session.info.get("actor_id"), request_id.get())
    for statement in staging.CREATE:
        await _run(session, statement)
    await _read(session, read_entries(content, filename, report.faults), stamp, report, progress)
    await _check(session, report, progress)
    del report.faults[MAX_FAULTS:]
    if report.faults:
        await attempt.rollback()
        return report
    report.company_list_id = target.id
    await _merge(session, report, stamp, progress)
    await _run(session, staging.DROP)
    await attempt.commit()
    await _post_changed(session, target, was)
    return report


def _blank_report() -> CompanyListImportRead:
    return CompanyListImportRead(
        company_list_id=None,
        row_count=0,
        created_count=0,
        updated_count=0,
        unchanged_count=0,
        new_company_count=0,
        possible_duplicate_count=0,
        faults=[],
    )


async def _list(session: AsyncSession, head: CompanyListCreate) -> tuple[CompanyList, ListKind]:
    """The edition as the head has it, and of which kind it was."""
    query = select(CompanyList).where(
        col(CompanyList.name) == head.name, col(CompanyList.year) == head.year
    )
    found = (await session.exec(query.with_for_update())).one_or_none()
    if found is None:
        found = await _new(session, head)
    was = found.kind
    found.restate(head.model_dump(include=_HEAD & head.model_fields_set))
    await session.flush()
    return found, was


async def _run(session: AsyncSession, statement: str, **values: Any) -> sa.CursorResult[Any]:
    connection = await session.connection()
    return await connection.execute(
        sa.text(statement), values, execution_options=BULK_WITH_OWN_AUDIT
    )


async def _read(
    session: AsyncSession,
    lines: Iterator[Line],
    stamp: staging.Stamp,
    report: CompanyListImportRead,
    progress: Progress,
) -> None:
    """Stream the good rows into the staging table while they are read."""

    async def rows() -> AsyncIterator[staging.Staged]:
        for number, (line, entry) in enumerate(lines, 1):
            yield staging.staged(number, line, entry, stamp)
            report.row_count = number
            if number % _TURN == 0:
                progress("reading", number, None)
                await asyncio.sleep(0)

    connection = await driver(session)
    await connection.copy_records_to_table("import_rows", records=rows())
    await _run(session, "ANALYZE import_rows")
    progress("reading", report.row_count, report.row_count)


def _slices(count: int) -> Iterator[dict[str, int]]:
    for first in range(1, count + 1, _SLICE):
        yield {"first": first, "last": min(first + _SLICE - 1, count)}


async def _check(session: AsyncSession, report: CompanyListImportRead, progress: Progress) -> None:
    """Find the companies that are known already, and the rows that mean one twice."""
    progress("checking", 0, report.row_count)
    await _run(session, staging.MATCH)
    await _run(session, "ANALYZE import_matches")
    repeated = await _run(session, staging.REPEATED, count=MAX_FAULTS)
    report.faults += [_repeat(*row) for row in repeated]
    progress("checking", report.row_count, report.row_count)


def _repeat(line: int, name: str) -> ImportFault:
    return fault(line, "listed_name", "row_repeated", name=name)


async def _merge(
    session: AsyncSession,
    report: CompanyListImportRead,
    stamp: staging.Stamp,
    progress: Progress,
) -> None:
    common = {"at": stamp.at, "actor_id": stamp.actor_id}
    audit = common | {"request_id": stamp.request_id}
    entry = audit | {"list_id": stamp.list_id}
    for part in _slices(report.row_count):
        made = await _run(session, staging.NEW_COMPANIES, **common, **part)
        report.new_company_count += made.rowcount
        await _run(session, staging.NEW_COMPANIES_AUDIT, **audit, **part)
        changed = await _run(session, staging.CHANGED_ENTRIES, **entry, **part)
        report.updated_count += changed.rowcount
        created = await _run(session, staging.NEW_ENTRIES, **entry, **part)
        report.created_count += created.rowcount
        progress("merging", part["last"], report.row_count)
    if report.new_company_count:
        pairs = await _run(session, staging.SAME_NAMES, **common)
        report.possible_duplicate_count = pairs.rowcount
    report.unchanged_count = report.row_count - report.created_count - report.updated_count
