"""Reading company lists: which column means what, and what is wrong with which line."""

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from app.core.faults import MAX_FAULTS, ImportFault, fault, faults_of
from app.core.tabular import TableError, match_headers, read_table
from app.models.company_lists import CompanyListEntryBase

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
_CENT = Decimal("0.01")
Line = tuple[int, CompanyListEntryBase]


def read_entries(content: bytes, filename: str, faults: list[ImportFault]) -> Iterator[Line]:
    """Every good row with the line it stands on, as it is read; of the others their faults.

    Of those no more are kept than a report holds: a file may be wrong throughout.
    """
    try:
        for line, cells in _rows(content, filename):
            if (entry := _entry(line, cells, faults)) is not None:
                yield line, entry
            del faults[MAX_FAULTS:]
    except TableError as error:
        faults.append(fault(error.line or 1, None, error.code))


def _rows(content: bytes, filename: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by field; `TableError` where no column names companies."""
    table = read_table(content, filename=filename)
    columns = match_headers(table.header, SYNONYMS)
    if "listed_name" not in columns:
        raise TableError("table_header_missing", "no column of company names", line=1)
    for line, cells in table.rows:
        yield line, {name: cell for name, at in columns.items() if (cell := cells[at].strip())}


def _entry(
    line: int, cells: dict[str, str], faults: list[ImportFault]
) -> CompanyListEntryBase | None:
    values: dict[str, Any] = dict(cells)
    try:
        if "rank" in values:
            values["rank"] = int(values["rank"].replace(",", ""))
        if "revenue_amount" in values:
            values["revenue_amount"] = _dollars(values["revenue_amount"])
        return CompanyListEntryBase.model_validate(values)
    except ValidationError as error:
        faults += faults_of(error, line)
    except (ValueError, InvalidOperation):
        faults.append(fault(line, None, "number_form"))
    return None


def _dollars(cell: str) -> Decimal:
    return (Decimal(cell.replace(",", "")) * _REVENUE_UNIT).quantize(_CENT)
