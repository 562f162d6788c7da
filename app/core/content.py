"""What a file is by its content, never by its name: an allow-list of kinds that cannot run.

A file that is two things at once is taken for what its first bytes say, and is served as that, as
an attachment, with `nosniff`. Archives are judged by their directory and never unpacked.
"""

import zipfile
from collections.abc import Sequence
from io import BytesIO

from app.core.xlsx import (
    ENCRYPTED,
    ENTRY_SIGNATURE,
    MAX_ENTRIES,
    MAX_RATIO,
    MAX_UNPACKED,
    PLAIN_METHODS,
    UNREADABLE,
)

_OFFICE = "application/vnd.openxmlformats-officedocument"
# Media type → ending of the name under which a file is handed out.
ENDINGS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    f"{_OFFICE}.wordprocessingml.document": "docx",
    f"{_OFFICE}.spreadsheetml.sheet": "xlsx",
    "application/ofd": "ofd",
}
# ISO 32000-1 §7.5.2, ISO 10918-1 B.1.1.3, ISO 15948 §5.2: (place, bytes) that have to be there.
_SIGNATURES: dict[str, tuple[tuple[int, bytes], ...]] = {
    "application/pdf": ((0, b"%PDF-"),),
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"), (12, b"IHDR")),
    "image/webp": ((0, b"RIFF"), (8, b"WEBP")),
}
# ECMA-376 part 2; GB/T 33190-2016 (OFD): the entries that make an archive a document.
_DOCUMENTS = {
    f"{_OFFICE}.wordprocessingml.document": {"[Content_Types].xml", "word/document.xml"},
    f"{_OFFICE}.spreadsheetml.sheet": {"[Content_Types].xml", "xl/workbook.xml"},
    "application/ofd": {"OFD.xml"},
}
_MACROS = "vbaproject.bin"


class ContentError(ValueError):
    """A file that is not taken; `code` is stable: file_empty, file_kind_refused, file_unsafe."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def media_type_of(content: bytes) -> str:
    """The media type, one of `ENDINGS`; ContentError for everything else."""
    if not content:
        raise ContentError("file_empty")
    for media_type, signature in _SIGNATURES.items():
        if all(content.startswith(part, place) for place, part in signature):
            return media_type
    if content.startswith(b"PK\x03\x04"):
        return _document_type(content)
    raise ContentError("file_kind_refused")


def _document_type(content: bytes) -> str:
    if content.count(ENTRY_SIGNATURE) > MAX_ENTRIES:
        raise ContentError("file_unsafe")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
    except UNREADABLE as error:
        raise ContentError("file_kind_refused") from error
    if not _is_safe(entries):
        raise ContentError("file_unsafe")
    names = {entry.filename for entry in entries}
    for media_type, needed in _DOCUMENTS.items():
        if needed <= names:
            return media_type
    raise ContentError("file_kind_refused")


def _is_safe(entries: Sequence[zipfile.ZipInfo]) -> bool:
    return sum(entry.file_size for entry in entries) <= MAX_UNPACKED and not any(
        entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
        or entry.flag_bits & ENCRYPTED
        or entry.compress_type not in PLAIN_METHODS
        or entry.filename.lower().endswith(_MACROS)
        for entry in entries
    )
