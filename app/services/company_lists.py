"""Importing company lists: every row is checked first, then all are written or none."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Problem
from app.core.i18n import text
from app.core.search import fold
from app.core.tabular import TableError, match_headers, read_table
from app.models.companies import Company
from app.models.company_lists import (
    CompanyList,
    CompanyListCreate,
    CompanyListEntry,
    CompanyListEntryBase,
    CompanyListImportRead,
    ImportFault,
)
from app.models.reference import country_codes_by_name

MAX_FAULTS = 1000
# Column names as found in real lists; blanks, width, case and brackets are ignored.
SYNONYMS: dict[str, Sequence[str]] = {
    "rank": ("rank", "排名", "名次", "位次", "序号", "ranking"),
    "listed_name": (
        "company_name", "公司名称", "企业名称", "公司", "企业", "名称", "中文名称", "name_cn",
        "company", "name",
    ),
    "listed_name_en": ("company_name_en", "英文名称", "公司英文名", "english name", "name_en"),
    "country": ("country", "国家", "国家地区", "国家/地区", "所属国家"),
    "city": ("city", "城市", "总部城市", "总部所在城市"),
    "industry": ("industry", "行业", "所属行业", "一级行业", "sector"),
    "revenue_amount": ("revenue", "营业收入", "营收", "收入", "revenues"),
}  # fmt: skip
# Lists print revenue in millions of US dollars.
_REVENUE_UNIT = Decimal(1_000_000)
Progress = Callable[[int, int], None]


@dataclass
class Parsed:
    """A file's good rows, the lines they stand on, and what is wrong with the others."""

    entries: list[CompanyListEntryBase] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faults: list[ImportFault] = field(default_factory=list)


def parse(content: bytes, filename: str) -> Parsed:
    """Read and check every row; nothing is written."""
    parsed = Parsed()
    try:
        for line, cells in _rows(content, filename):
            _parse_row(parsed, line, cells)
    except TableError as error:
        parsed.faults.append(_fault(error.line or 1, None, error.code))
    _find_repeats(parsed)
    return parsed


def _rows(content: bytes, filename: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by field; `TableError` where no column names companies."""
    table = read_table(content, filename=filename)
    columns = match_headers(table.header, SYNONYMS)
    if "listed_name" not in columns:
        raise TableError("table_header_missing", "no column of company names", line=1)
    for line, cells in table.rows:
        yield line, {name: cells[at].strip() for name, at in columns.items()}


def _fault(line: int, column: str | None, code: str, **params: object) -> ImportFault:
    message = text("validation", code, params)
    return ImportFault(line=line, column=column, code=code, message=message)


def _parse_row(parsed: Parsed, line: int, cells: dict[str, str]) -> None:
    values: dict[str, Any] = {name: cell for name, cell in cells.items() if cell}
    try:
        if "rank" in values:
            values["rank"] = int(values["rank"].replace(",", ""))
        if "revenue_amount" in values:
            values["revenue_amount"] = _dollars(values["revenue_amount"])
        parsed.entries.append(CompanyListEntryBase.model_validate(values))
        parsed.lines.append(line)
    except ValidationError as error:
        for detail in error.errors():
            column = str(detail["loc"][0])
            message = text("validation", detail["type"], detail.get("ctx"), fallback=detail["msg"])
            parsed.faults.append(
                ImportFault(line=line, column=column, code=detail["type"], message=message)
            )
    except (ValueError, InvalidOperation):
        parsed.faults.append(_fault(line, None, "number_form"))


def _dollars(cell: str) -> Decimal:
    return (Decimal(cell.replace(",", "")) * _REVENUE_UNIT).quantize(Decimal("0.01"))


def _find_repeats(parsed: Parsed) -> None:
    seen: set[str] = set()
    for line, entry in zip(parsed.lines, parsed.entries, strict=True):
        if (name := fold(entry.listed_name)) in seen:
            parsed.faults.append(
                _fault(line, "listed_name", "row_repeated", name=entry.listed_name)
            )
        seen.add(name)


async def import_list(
    session: AsyncSession,
    head: CompanyListCreate,
    content: bytes,
    filename: str,
    progress: Progress = lambda _done, _total: None,
) -> CompanyListImportRead:
    """Bring one edition of a list in line with a file; running it again changes nothing.

    With any fault nothing is written and the report names each line.
    """
    parsed = parse(content, filename)
    report = CompanyListImportRead(
        company_list_id=None,
        row_count=len(parsed.entries),
        created_count=0,
        updated_count=0,
        unchanged_count=0,
        new_company_count=0,
        faults=parsed.faults[:MAX_FAULTS],
    )
    if parsed.faults:
        return report
    target = await _list(session, head)
    report.company_list_id = target.id
    companies = await _companies(session, parsed.entries)
    held = await _held(session, target.id)
    for done, entry in enumerate(parsed.entries, 1):
        company_id = _known(companies, entry)
        if company_id is None:
            company_id = _new_company(session, entry)
            report.new_company_count += 1
        _merge(session, report, held, entry, company_list_id=target.id, company_id=company_id)
        progress(done, len(parsed.entries))
    await session.flush()
    return report


async def _list(session: AsyncSession, head: CompanyListCreate) -> CompanyList:
    query = select(CompanyList).where(
        col(CompanyList.name) == head.name, col(CompanyList.year) == head.year
    )
    found = (await session.exec(query.with_for_update())).one_or_none()
    if found is None:
        found = CompanyList.model_validate(head)
        session.add(found)
        await session.flush()
    return found


async def _companies(
    session: AsyncSession, entries: Sequence[CompanyListEntryBase]
) -> dict[str, UUID]:
    """Known companies by folded name, Chinese or English; the oldest where a name repeats."""
    names = [fold(name) for e in entries for name in (e.listed_name, e.listed_name_en) if name]
    query = (
        select(Company.id, Company.name_keys)
        .where(col(Company.name_keys).op("&&")(names), col(Company.deleted_at).is_(None))
        .order_by(col(Company.id).desc())
    )
    rows = (await session.exec(query)).all()
    return {key: company_id for company_id, keys in rows for key in keys}


def _known(companies: dict[str, UUID], entry: CompanyListEntryBase) -> UUID | None:
    keys = [fold(name) for name in (entry.listed_name, entry.listed_name_en) if name]
    return next((companies[key] for key in keys if key in companies), None)


def _new_company(session: AsyncSession, entry: CompanyListEntryBase) -> UUID:
    company = Company(
        name=entry.listed_name,
        name_en=entry.listed_name_en,
        country_code=country_codes_by_name().get(fold(entry.country or ""), "CN"),
    )
    session.add(company)
    return company.id


async def _held(session: AsyncSession, list_id: UUID) -> dict[UUID, CompanyListEntry]:
    query = select(CompanyListEntry).where(col(CompanyListEntry.company_list_id) == list_id)
    return {row.company_id: row for row in await session.exec(query)}


def _merge(
    session: AsyncSession,
    report: CompanyListImportRead,
    held: dict[UUID, CompanyListEntry],
    entry: CompanyListEntryBase,
    **placed: UUID,
) -> None:
    if (row := held.get(placed["company_id"])) is not None:
        changed = row.apply(entry.model_dump())
        report.updated_count += bool(changed)
        report.unchanged_count += not changed
        return
    session.add(CompanyListEntry.model_validate(entry, update=placed))
    report.created_count += 1


def refuse_faulty(report: CompanyListImportRead) -> None:
    """422 with the report where a file has faults."""
    if report.faults:
        extra = {"report": report.model_dump(mode="json")}
        raise Problem("import_refused", extra=extra, count=len(report.faults))
