"""Tables written while they are being read: CSV, and XLSX without a file (ECMA-376 part 1).

Both give bytes for rows and keep nothing of them, so memory does not grow with the table.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from html import escape
from io import RawIOBase, StringIO
from typing import Protocol
from zipfile import ZIP_DEFLATED, ZipFile

from app.core.tabular import MAX_CELL, neutralise

Row = Sequence[str]
# XML 1.0 knows no other control characters than TAB, LF and CR.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SHEET_BYTES = 2**30
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class Sheet(Protocol):
    """A table in the making."""

    def rows(self, rows: Iterable[Row]) -> bytes:
        """The next bytes, these rows at their end."""
        ...

    def end(self) -> bytes:
        """The last bytes."""
        ...


class Csv:
    """Comma-separated, with the mark by which Excel knows UTF-8."""

    media_type = "text/csv"

    def __init__(self) -> None:
        self._mark = "\ufeff"

    def rows(self, rows: Iterable[Row]) -> bytes:
        """RFC 4180."""
        text = StringIO()
        text.write(self._mark)
        self._mark = ""
        csv.writer(text).writerows(map(neutralise, row) for row in rows)
        return text.getvalue().encode()

    def end(self) -> bytes:
        """Nothing follows."""
        return b""


class Sink(RawIOBase):
    """Where the archive writes to; it cannot seek, so sizes follow their parts."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: bytes, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Keep until taken."""
        self._written += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since."""
        written, self._written = bytes(self._written), bytearray()
        return written


class Xlsx:
    """Office Open XML; text cells only, so that nothing in them is ever a formula.

    A sheet that has all the rows it can have goes on in the next; so does one of a gigabyte, for
    larger parts need ZIP64, which not every reader takes.
    """

    media_type = f"{_TYPE}.sheet"

    def __init__(self, rows_in_sheet: int = 1_048_576) -> None:
        self._sink, self._most = Sink(), rows_in_sheet
        self._archive = ZipFile(self._sink, "w", ZIP_DEFLATED, compresslevel=1)
        self._sheets = 0
        self._open()

    def _open(self) -> None:
        self._sheets, self._count, self._size = self._sheets + 1, 0, 0
        name = f"xl/worksheets/sheet{self._sheets}.xml"
        self._part = self._archive.open(name, "w")
        self._part.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())

    def _close(self) -> None:
        self._part.write(b"</sheetData></worksheet>")
        self._part.close()

    def rows(self, rows: Iterable[Row]) -> bytes:
        """Each cell carries its own text: a table of shared strings would have to be kept."""
        for row in rows:
            if self._count == self._most or self._size > _SHEET_BYTES:
                self._close()
                self._open()
            self._count += 1
            self._size += self._part.write(f"<row>{''.join(map(text_cell, row))}</row>".encode())
        return self._sink.taken()

    def end(self) -> bytes:
        """The parts that say what the sheets are."""
        self._close()
        for name, text in _parts(range(1, self._sheets + 1)).items():
            self._archive.writestr(name, _XML + text)
        self._archive.close()
        return self._sink.taken()


def text_cell(text: str) -> str:
    """A cell that is never a formula, as XML."""
    if not text:
        return "<c/>"
    safe = escape(_NOT_XML.sub("", neutralise(text))[:MAX_CELL], quote=False)
    return f'<c t="inlineStr"><is><t xml:space="preserve">{safe}</t></is></c>'


def _parts(sheets: range) -> dict[str, str]:
    names = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="r{n}"/>' for n in sheets)
    links = "".join(_link(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in sheets)
    types = "".join(_content(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in sheets)
    return {
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _links(links),
        "_rels/.rels": _links(_link("r1", "officeDocument", "xl/workbook.xml")),
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{_content('/xl/workbook.xml', 'sheet.main')}{types}</Types>",
    }


def _links(inside: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _link(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _content(part: str, kind: str) -> str:
    return f'<Override PartName="{part}" ContentType="{_TYPE}.{kind}+xml"/>'


FORMATS: dict[str, type[Csv] | type[Xlsx]] = {"csv": Csv, "xlsx": Xlsx}
