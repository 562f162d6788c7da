"""Whole chains in and out: all of a file or nothing, and an export that imports to no change."""

from collections.abc import Iterator
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import audit
from app.core.base import Record
from app.core.db import Database
from app.core.faults import MAX_FAULTS, ImportFault, fault
from app.core.reading import Caller, read_one
from app.models.chain_documents import (
    ChainDocument,
    ChainImportRead,
    Format,
    LinkEntry,
    NodeEntry,
)
from app.models.chain_links import ChainLink
from app.models.chain_nodes import ChainNode
from app.models.industry_chains import IndustryChain, IndustryChainCreate
from app.services.chain_files import Entry, read_chain, written

AnyRecord = TypeVar("AnyRecord", bound=Record)


async def export(db: Database, caller: Caller, chain_id: UUID, format: Format) -> bytes:
    """The chain as a file; who took it is in the audit log."""
    document, _ = await read_one(await db.reads(), ChainDocument, caller, chain_id)
    changes = {"format": [None, format]}
    officer_id = caller.binds["me_id"]
    taken = audit.entry("export", IndustryChain.__tablename__, chain_id, officer_id, changes)
    async with db.sessions() as session:
        await audit.write(session, [taken])
        await session.commit()
    return written(document, format)


async def import_chain(session: AsyncSession, content: bytes, filename: str) -> ChainImportRead:
    """Bring a chain in line with a file; running it again changes nothing.

    The chain is known by its name, nodes by their codes, links by their ends; what the file does
    not hold stays as it is. With any fault nothing is written.
    """
    report = ChainImportRead(faults=[])
    entries = read_chain(content, filename, report.faults)
    report.row_count = len(entries)
    heads = _of(entries, IndustryChainCreate)
    if len(heads) != 1:
        line = heads[1].line if heads else 1
        report.faults.append(fault(line, "record", "one_chain_row"))
    if not report.faults:
        await _merge(session, heads[0].shape, entries, report)
    del report.faults[MAX_FAULTS:]
    return report


def _of(entries: list[Entry], shape: type[SQLModel]) -> list[Entry]:
    return [entry for entry in entries if isinstance(entry.shape, shape)]


async def _merge(
    session: AsyncSession,
    head: IndustryChainCreate,
    entries: list[Entry],
    report: ChainImportRead,
) -> None:
    query = select(IndustryChain).where(col(IndustryChain.name) == head.name)
    chain = (await session.exec(query.with_for_update())).one_or_none()
    nodes = {node.code: node for node in await _rows(session, ChainNode, chain)}
    links = await _rows(session, ChainLink, chain)
    report.faults += _faults(entries, set(nodes))
    if report.faults:
        return
    chain = _kept(session, report, chain, IndustryChain, head.model_dump(exclude_unset=True))
    report.industry_chain_id = chain.id
    # Without relationships SQLAlchemy does not order inserts by foreign key.
    await session.flush()
    _merge_nodes(session, report, chain, nodes, _of(entries, NodeEntry))
    await session.flush()
    _merge_links(session, report, nodes, links, _of(entries, LinkEntry))
    await session.flush()


def _merge_nodes(
    session: AsyncSession,
    report: ChainImportRead,
    chain: IndustryChain,
    nodes: dict[str, ChainNode],
    entries: list[Entry],
) -> None:
    for entry in entries:
        values = entry.shape.model_dump(exclude_unset=True) | {"industry_chain_id": chain.id}
        code = entry.shape.code
        nodes[code] = _kept(session, report, nodes.get(code), ChainNode, values)


def _merge_links(
    session: AsyncSession,
    report: ChainImportRead,
    nodes: dict[str, ChainNode],
    links: list[ChainLink],
    entries: list[Entry],
) -> None:
    known = {(link.from_node_id, link.to_node_id): link for link in links}
    for entry in entries:
        start, end = nodes[entry.shape.from_code], nodes[entry.shape.to_code]
        values = entry.shape.model_dump(exclude_unset=True, exclude={"from_code", "to_code"})
        values |= {"from_node_id": start.id, "to_node_id": end.id}
        values["industry_chain_id"] = start.industry_chain_id
        _kept(session, report, known.get((start.id, end.id)), ChainLink, values)


async def _rows(session: AsyncSession, model: Any, chain: IndustryChain | None) -> list[Any]:
    if chain is None:
        return []
    return list(
        (await session.exec(select(model).where(model.industry_chain_id == chain.id))).all()
    )


def _kept(
    session: AsyncSession,
    report: ChainImportRead,
    row: AnyRecord | None,
    model: type[AnyRecord],
    values: dict[str, Any],
) -> AnyRecord:
    """The row with these values, made where there was none; the report counts what was done."""
    if row is None:
        row = model.model_validate(values)
        session.add(row)
        report.created_count += 1
    elif row.apply(values):
        report.updated_count += 1
    else:
        report.unchanged_count += 1
    return row


def _faults(entries: list[Entry], known: set[str]) -> Iterator[ImportFault]:
    """What is wrong between the records of a file and with what is there."""
    codes: set[str] = set()
    for entry in _of(entries, NodeEntry):
        if entry.shape.code in codes:
            yield entry.fault("code", "code_repeated")
        codes.add(entry.shape.code)
    pairs: set[tuple[str, str]] = set()
    for entry in _of(entries, LinkEntry):
        pair = entry.shape.from_code, entry.shape.to_code
        for name in ("from_code", "to_code"):
            if getattr(entry.shape, name) not in codes | known:
                yield entry.fault(name, "node_unknown")
        if pair[0] == pair[1]:
            yield entry.fault("to_code", "link_to_itself")
        if pair in pairs:
            yield entry.fault("to_code", "link_repeated")
        pairs.add(pair)
