"""Read the first visible sheet of an XLSX workbook that may be hostile.

The archive is judged by its directory before anything is unpacked, then every part is streamed
once to refuse document types and element counts that would exhaust memory, then read by openpyxl.
"""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Never
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

MAX_ENTRIES = 1_000
MAX_UNPACKED = 100_000_000
MAX_RATIO = 100
MAX_ROW = 1_048_576
"""Rows in a sheet and distinct strings in a workbook: the limit of the format (ECMA-376)."""
MAX_COLUMN = 256
"""Columns read; a cell further right is out of reach of every table this product accepts."""
MAX_DEPTH = 100
MAX_NODES = 400_000
"""Elements and attributes held at once: those of one row or string, or of all other markup."""
MAX_TEXT = 10_000_000
"""Characters of text held at once, counted as MAX_NODES."""
CHUNK = 65_536

ENTRY_SIGNATURE = b"PK\x01\x02"
ENCRYPTED = 0x1
PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# ECMA-376 part 1, annex A.2.
SHEET_MAIN_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RECORD_TAGS = {f"{{{SHEET_MAIN_NS}}}row": 3, f"{{{SHEET_MAIN_NS}}}si": 2}
"""Elements the reader releases as soon as they end, and the depth at which they do."""

UNREADABLE = (
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, ParseError, RuntimeError,
    TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What zipfile, expat and openpyxl raise on damaged input."""


class TableError(ValueError):
    """A table that cannot be read: a stable `code`, an English message, the line if known."""

    def __init__(self, code: str, message_en: str, line: int | None = None) -> None:
        """Keep the parts apart so that a caller can translate by `code`."""
        super().__init__(message_en)
        self.code = code
        self.message_en = message_en
        self.line = line


class _PartLimits:
    """Parser target that builds nothing and refuses what would not fit in memory."""

    def __init__(self) -> None:
        self.depth = self.nodes = self.records = self.text = 0

    def start(self, _tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.nodes += 1 + len(attributes)
        if self.nodes > MAX_NODES or self.depth > MAX_DEPTH:
            _unsafe("a part of the workbook holds too many elements")

    def end(self, tag: str) -> None:
        if RECORD_TAGS.get(tag) == self.depth:
            self.nodes = self.text = 0
            self.records += 1
            if self.records > MAX_ROW:
                raise TableError("table_too_large", f"the workbook has more than {MAX_ROW} rows")
        self.depth -= 1

    def data(self, text: str) -> None:
        self.text += len(text)
        if self.text > MAX_TEXT:
            _unsafe("a part of the workbook holds too much text")

    def close(self) -> None:
        """Nothing was built."""


def _unsafe(message: str) -> Never:
    raise TableError("table_unsafe", message)


def _malformed(error: Exception) -> TableError:
    return TableError("table_malformed", f"the workbook is damaged ({type(error).__name__})")


def _guard_directory(content: bytes) -> None:
    """Refuse by count before the directory is parsed: every entry starts with the signature."""
    if content.count(ENTRY_SIGNATURE) > MAX_ENTRIES:
        _unsafe(f"the archive has more than {MAX_ENTRIES} entries")


def _guard_entries(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse by declared sizes; zipfile never unpacks more than an entry declares."""
    if all(entry.filename != "xl/workbook.xml" for entry in entries):
        raise TableError("table_not_supported", "the archive is not an XLSX workbook")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        _unsafe(f"the archive unpacks to more than {MAX_UNPACKED} bytes")
    if any(entry.file_size > MAX_RATIO * max(entry.compress_size, 1) for entry in entries):
        _unsafe(f"the archive is compressed more than {MAX_RATIO} times")
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise TableError("table_not_supported", "the workbook is encrypted")
    if any(entry.compress_type not in PLAIN_METHODS for entry in entries):
        _unsafe("the archive uses an unusual compression method")


def _guard_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Stream one part through the limits; a part that is not XML (an image) is left alone."""
    parser = DefusedXMLParser(target=_PartLimits(), forbid_dtd=True)
    try:
        with archive.open(entry) as part:
            while chunk := part.read(CHUNK):
                parser.feed(chunk)
    except ParseError:
        return
    except DefusedXmlException:
        _unsafe("the workbook contains a document type or an entity")


def _guard(content: bytes) -> None:
    _guard_directory(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            _guard_entries(entries)
            for entry in entries:
                _guard_part(archive, entry)
    except TableError:
        raise
    except UNREADABLE as error:
        raise _malformed(error) from error


def _cell_text(value: object) -> str:
    """Print as a person would type it: 2020.0 is 2020, dates are ISO, floats have 15 digits."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return str(int(value)) if value.is_integer() else f"{value:.15g}"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _sheet_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # noqa: PLC0415  10 MB that most processes never need

    book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    sheet = next((s for s in book.worksheets if s.sheet_state == "visible"), None)
    if sheet is None:
        return
    sheet.reset_dimensions()  # pyright: ignore[reportAttributeAccessIssue] - read-only sheets have it
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMN, values_only=True), 1):
        if number > MAX_ROW:
            raise TableError("table_too_large", f"the sheet has more than {MAX_ROW} rows", number)
        if cells.count(None) < len(cells):
            yield number, [_cell_text(cell) for cell in _without_padding(cells)]


def _without_padding(cells: tuple[object, ...]) -> tuple[object, ...]:
    width = len(cells)
    while cells[width - 1] is None:
        width -= 1
    return cells[:width]


def workbook_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells as text) for each row of the first visible sheet with a value.

    Raises TableError: table_unsafe, table_too_large, table_not_supported, table_malformed.
    """
    _guard(content)
    try:
        yield from _sheet_rows(content)
    except TableError:
        raise
    except UNREADABLE as error:
        raise _malformed(error) from error
