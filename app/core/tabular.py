"""Read an uploaded table (CSV or XLSX, told apart by content) and write one back safely.

Text may be UTF-8, GB18030 (GBK) or UTF-16, separated by comma, semicolon or TAB.
"""

import codecs
import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO, TextIOWrapper
from typing import NamedTuple

from app.core.xlsx import TableError, workbook_rows

__all__ = ["Table", "TableError", "match_headers", "neutralise", "read_table", "restored"]

MAX_BYTES = 20_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELL = 32_767
"""Characters in a cell: the limit of Excel."""
MAX_LINE = MAX_COLUMNS * (MAX_CELL + 3)
SAMPLE = 65_536

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NOT_TABLES = (
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"\x1f\x8b",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"<",
)
"""First bytes of old or encrypted Office files, PDF, gzip, images, HTML and XML."""

FORMULA_STARTS = frozenset("=+-@\t\r\n")
PLAIN_NUMBER = re.compile(r"[+-]([0-9][0-9,]*(\.[0-9]+)?|\.[0-9]+)%?")
BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|\u3014[^\u3014\u3015]*\u3015")
SPACES_AND_UNDERSCORES = re.compile(r"[\s_]+")


class Table(NamedTuple):
    """A header and its rows, read as they are iterated, each as wide as the header.

    A row is (line number in the file where it starts, cells). Iterating may raise TableError.
    """

    header: list[str]
    rows: Iterator[tuple[int, list[str]]]


def read_table(content: bytes, *, filename: str = "") -> Table:
    """Read the header now and the rows on demand; blank rows are left out.

    The first row that is not blank is the header. Shorter rows are filled with "", longer ones
    refused. `filename` only appears in messages. Raises TableError with the codes table_empty,
    table_encoding, table_too_large, table_malformed, table_not_supported, table_unsafe.
    """
    if len(content) > MAX_BYTES:
        raise TableError("table_too_large", f"the file is larger than {MAX_BYTES} bytes")
    if content.startswith(NOT_TABLES):
        message = f"{filename or 'the file'} is neither CSV nor XLSX"
        raise TableError("table_not_supported", message)
    records = workbook_rows(content) if content.startswith(b"PK") else _text_rows(content)
    return _table(row for row in records if any(cell.strip() for cell in row[1]))


def _table(records: Iterator[tuple[int, list[str]]]) -> Table:
    line, first = next(records, (0, []))
    header = _without_blank_tail([cell.strip() for cell in first])
    if not header:
        raise TableError("table_empty", "the table is empty")
    _check(line, header)
    return Table(header, _rows(records, len(header)))


def _rows(records: Iterator[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, list[str]]]:
    for count, (line, cells) in enumerate(records, 1):
        if count > MAX_ROWS:
            raise TableError("table_too_large", f"the table has more than {MAX_ROWS} rows", line)
        row = cells if len(cells) == width else _fitted(line, cells, width)
        _check(line, row)
        yield line, row


def _fitted(line: int, cells: list[str], width: int) -> list[str]:
    if any(cells[width:]):
        message = f"the row has more cells than the header, which has {width}"
        raise TableError("table_malformed", message, line)
    return cells[:width] + [""] * (width - len(cells))


def _without_blank_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _check(line: int, cells: list[str]) -> None:
    if len(cells) > MAX_COLUMNS:
        raise TableError("table_too_large", f"the table has more than {MAX_COLUMNS} columns", line)
    if max(map(len, cells)) > MAX_CELL:
        raise TableError("table_too_large", f"a cell is longer than {MAX_CELL} characters", line)
    if any("\0" in cell for cell in cells):
        raise TableError("table_malformed", "a cell contains a NUL character", line)


def _text_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield (line on which the row starts, cells); a quoted line feed does not start a row."""
    encoding = _encoding(content)
    lines = _lines(TextIOWrapper(BytesIO(content), encoding, newline=""))
    reader = csv.reader(lines, delimiter=_delimiter(content, encoding), strict=True)
    start = 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        code = "table_too_large" if "limit" in str(error) else "table_malformed"
        raise TableError(code, f"the row cannot be read: {error}", start) from error


def _lines(text: TextIOWrapper) -> Iterator[str]:
    while line := text.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise TableError("table_too_large", f"a line is longer than {MAX_LINE} characters")
        yield line


def _delimiter(content: bytes, encoding: str) -> str:
    """Return the separator found most often in the first line that has any text."""
    sample = _sample(content, encoding)
    bare = re.sub(r'"[^"]*"', "", sample).lstrip("\r\n")
    return max(",;\t", key=re.split(r"[\r\n]", bare, maxsplit=1)[0].count)


def _sample(content: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)().decode(content[:SAMPLE])


def _encoding(content: bytes) -> str:
    """Return the encoding in which the whole content decodes, by mark, NUL pattern or trial."""
    marked = [encoding for mark, encoding in BYTE_ORDER_MARKS if content.startswith(mark)]
    candidates = marked or [*_utf16_by_nul(content[:SAMPLE]), "utf-8", "gb18030"]
    for encoding in candidates:
        if _decodes(content, encoding):
            return encoding
    raise TableError("table_encoding", "the text is not UTF-8, GB18030 or UTF-16")


def _utf16_by_nul(sample: bytes) -> list[str]:
    """Return UTF-16 in the byte order the NULs of ASCII characters betray, if they do.

    The other half may hold some too (一 is U+4E00). Bytes that are also UTF-8 must be mostly
    ASCII in UTF-16, else a stray NUL would decide.
    """
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    least = 0.5 if _decodes(sample, "utf-8", final=False) else 0.02
    if max(even, odd) < max(1, least * len(sample) / 2) or max(even, odd) < 4 * min(even, odd):
        return []
    return ["utf-16-le" if odd > even else "utf-16-be"]


def _decodes(content: bytes, encoding: str, *, final: bool = True) -> bool:
    """Try the whole content in slices, so that the text is never held at once."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), SAMPLE):
            decoder.decode(content[start : start + SAMPLE])
        decoder.decode(b"", final)
    except UnicodeDecodeError:
        return False
    return True


def _header_key(text: str) -> str:
    plain = BRACKETED.sub("", unicodedata.normalize("NFKC", text))
    return SPACES_AND_UNDERSCORES.sub("", plain).casefold()


def match_headers(header: Sequence[str], synonyms: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return canonical field to column index, for the fields that the header has.

    A field is found by its own name or a synonym; case, width, spaces, underscores and what
    stands in brackets do not matter: 营业收入(百万美元) is 营业收入.
    Raises TableError table_header_ambiguous when two columns fit one field, or the reverse.
    """
    columns = [_header_key(name) for name in header]
    found: dict[str, int] = {}
    for field, names in synonyms.items():
        wanted = {_header_key(name) for name in (field, *names)} - {""}
        matches = [index for index, column in enumerate(columns) if column in wanted]
        if len(matches) > 1 or set(matches) & set(found.values()):
            message = f"more than one way to read the column {header[matches[-1]]!r} as {field}"
            raise TableError("table_header_ambiguous", message)
        found.update((field, index) for index in matches)
    return found


def neutralise(text: str) -> str:
    """Return `text` so that no spreadsheet runs it as a formula, for a cell of an export.

    A leading = + - @ TAB CR LF, also in full width, gets an apostrophe in front (OWASP, CSV
    injection); signed numbers and percentages such as -5% stay as they are. What already has
    apostrophes in front gets one more, so that `restored` gives back every text.
    """
    bare = text.lstrip("'")
    first = unicodedata.normalize("NFKC", bare[:1])
    if first not in FORMULA_STARTS or PLAIN_NUMBER.fullmatch(bare):
        return text
    return "'" + text


def restored(cell: str) -> str:
    """Return the text that `neutralise` made this cell of; any other cell as it is."""
    return cell[1:] if cell[:1] == "'" and neutralise(cell[1:]) == cell else cell
