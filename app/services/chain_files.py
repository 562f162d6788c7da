"""A chain's document as JSON and as a table (CSV, XLSX): one row for the chain, each node and link.

A fault names the line of the table, or in JSON the place among all records and the pointer.
"""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple, get_args

from pydantic import Field, ValidationError

from app.core.base import Shape
from app.core.errors import Problem
from app.core.export import cell
from app.core.faults import ImportFault, fault, faults_of
from app.core.i18n import LANGUAGES, label, text
from app.core.listing import bare
from app.core.sheets import FORMATS
from app.core.strict import parsed
from app.core.tabular import TableError, match_headers, read_table, restored
from app.models.chain_documents import ChainRecord, Format, LinkEntry, NodeEntry
from app.models.industry_chains import IndustryChainCreate

MAX_RECORDS = 5000
SHAPES: dict[ChainRecord, type[Shape]] = {
    ChainRecord.chain: IndustryChainCreate,
    ChainRecord.node: NodeEntry,
    ChainRecord.link: LinkEntry,
}
_INFOS = {name: info for shape in SHAPES.values() for name, info in shape.model_fields.items()}
_KINDS = {"record": ChainRecord} | {name: bare(info.annotation) for name, info in _INFOS.items()}
_COLUMNS = (
    "record", "code", "name", "tier", "importance", "needed_share", "industry_codes", "from_code",
    "to_code", "strength", "basis", "source", "kind", "priority", "is_active", "notes",
)  # fmt: skip
_SEPARATORS = re.compile(r"[\s、,，;；]+")


class Entry(NamedTuple):
    """A record of a document and where it stands."""

    line: int
    prefix: str
    shape: Any  # one of SHAPES

    def fault(self, field: str, code: str) -> ImportFault:
        """What is wrong with one of its fields."""
        return fault(self.line, self.prefix + field, code, value=getattr(self.shape, field))


class _Raw(NamedTuple):
    line: int
    prefix: str
    record: ChainRecord
    values: dict[str, Any]


class _Document(Shape):
    chain: dict[str, Any]
    nodes: list[dict[str, Any]] = Field(default_factory=list)
    links: list[dict[str, Any]] = Field(default_factory=list)


def read_chain(content: bytes, filename: str, faults: list[ImportFault]) -> list[Entry]:
    """The good records of a file; of the others their faults."""
    bare_content = content.removeprefix(BOM_UTF8).lstrip()
    is_json = bare_content.startswith(b"{")
    rows = _of_json(bare_content, faults) if is_json else _of_table(content, filename, faults)
    found: list[Entry] = []
    try:
        for line, prefix, record, values in rows:
            if len(found) == MAX_RECORDS:
                faults.append(fault(line, None, "too_long", max_length=MAX_RECORDS))
                break
            try:
                found.append(Entry(line, prefix, SHAPES[record].model_validate(values)))
            except ValidationError as error:
                faults += faults_of(error, line, prefix)
    except TableError as error:
        faults.append(fault(error.line or 1, None, error.code))
    return found


def _of_json(content: bytes, faults: list[ImportFault]) -> Iterator[_Raw]:
    try:
        document = _Document.model_validate(parsed(content))
    except ValidationError as error:
        faults += faults_of(error, 1, "/")
        return
    except Problem as error:
        line = getattr(error.__cause__, "lineno", 1)
        faults.append(fault(line, None, "json_malformed"))
        return
    yield _Raw(1, "/chain/", ChainRecord.chain, document.chain)
    for index, values in enumerate(document.nodes):
        yield _Raw(index + 2, f"/nodes/{index}/", ChainRecord.node, values)
    for index, values in enumerate(document.links, len(document.nodes)):
        place = index - len(document.nodes)
        yield _Raw(index + 2, f"/links/{place}/", ChainRecord.link, values)


def _of_table(content: bytes, filename: str, faults: list[ImportFault]) -> Iterator[_Raw]:
    table = read_table(content, filename=filename)
    names = {name: tuple(label("fields", name).values()) for name in _COLUMNS}
    columns = match_headers(table.header, names)
    if "record" not in columns:
        raise TableError("record_column_missing", "no column says what a row is", line=1)
    for line, cells in table.rows:
        row = {name: restored(cells[at].strip()) for name, at in columns.items()}
        record = _value("record", row.pop("record"))
        if record in set(ChainRecord):
            kind = ChainRecord(record)
            yield _Raw(line, "", kind, _values(row, SHAPES[kind]))
        else:
            expected = "、".join(text("ChainRecord", kind) for kind in ChainRecord)
            faults.append(fault(line, "record", "enum", expected=expected))


def _values(row: dict[str, str], shape: type[Shape]) -> dict[str, Any]:
    """A row's values; blank is null where that is allowed, else not given."""
    values = {name: _value(name, cell) for name, cell in row.items() if cell}
    for name in row.keys() - values.keys():
        if name in shape.model_fields and type(None) in get_args(_INFOS[name].annotation):
            values[name] = None
        elif name in shape.model_fields and name == "industry_codes":
            values[name] = []
    return values


def _value(name: str, cell: str) -> Any:
    """A cell in the type of its field, or as it is for the shape to refuse."""
    kind = _KINDS[name]
    if name == "industry_codes":
        return [code for code in _SEPARATORS.split(cell) if code]
    if kind is int:
        return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 10 else cell
    if kind is bool:
        return _by_word({True: _words("yes"), False: _words("no")}, cell)
    if issubclass(kind, Enum):
        names = {code.value: set(label(kind.__name__, code.value).values()) for code in kind}
        return _by_word({code: words | {code} for code, words in names.items()}, cell)
    return cell


def _words(key: str) -> set[str]:
    return {text("words", key, lang=lang) for lang in LANGUAGES}


def _by_word(words: dict[Any, set[str]], cell: str) -> Any:
    wanted = cell.casefold()
    found = (value for value, names in words.items() if wanted in map(str.casefold, names))
    return next(found, cell)


def written(document: bytes, format: Format) -> bytes:
    """A document's JSON (UTF-8) as a file of the wanted format, tables in the reader's language."""
    if format == "json":
        return document
    chain = json.loads(document)
    rows = [(ChainRecord.chain, chain["chain"])]
    rows += [(ChainRecord.node, node) for node in chain["nodes"]]
    rows += [(ChainRecord.link, link) for link in chain["links"]]
    sheet = FORMATS[format]()
    header = [text("fields", name) for name in _COLUMNS]
    body = [_cells({"record": record.value} | values) for record, values in rows]
    return sheet.rows([header, *body]) + sheet.end()


def _cells(values: dict[str, Any]) -> list[str]:
    return [cell(values.get(name), _KINDS[name]) for name in _COLUMNS]
