"""A workbook with charts whose last sheet is written while it is being sent (ECMA-376 part 1).

openpyxl makes everything else, in memory; the last sheet's rows are put into its own XML one by
one, so that memory does not grow with them.
"""

from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from app.core.sheets import Sink, text_cell

MOST_ROWS = 1_048_576
Value = str | Decimal | int | None


class OpenEnded:
    """The bytes of a workbook, its last sheet still open."""

    def __init__(self, book: Workbook) -> None:
        made = BytesIO()
        book.save(made)
        last = f"xl/worksheets/sheet{len(book.worksheets)}.xml"
        self._sink = Sink()
        self._archive = ZipFile(self._sink, "w", ZIP_DEFLATED, compresslevel=1)
        with ZipFile(made) as source:
            for name in source.namelist():
                if name != last:
                    self._archive.writestr(name, source.read(name))
            head, self._tail = _opened(source.read(last))
        self._part: Any = self._archive.open(last, "w")
        self._part.write(head)

    def rows(self, rows: Iterable[Iterable[Value]]) -> bytes:
        """The next bytes."""
        for row in rows:
            self._part.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
        return self._sink.taken()

    def end(self) -> bytes:
        """The last bytes."""
        self._part.write(self._tail)
        self.close()
        return self._sink.taken()

    def close(self) -> None:
        """Also where the file is given up half-way."""
        self._part.close()
        self._archive.close()


def _opened(sheet: bytes) -> tuple[bytes, bytes]:
    """What stands before and behind the rows; the size that it tells of is no longer true."""
    head, end, tail = sheet.partition(b"</sheetData>")
    before, _, after = head.partition(b"<dimension")
    return before + after.partition(b"/>")[2] if after else head, end + tail


def _cell(value: Value) -> str:
    if value is None or isinstance(value, str):
        return text_cell(value or "")
    return f"<c><v>{value:f}</v></c>" if isinstance(value, Decimal) else f"<c><v>{value}</v></c>"
