"""`yinfeng targets …`: what a chain lacks, and who is proposed for it."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from pydantic import TypeAdapter
from rich.table import Table
from sqlmodel import col, select

from app.commands.base import database_url, out, progress, session_at
from app.core.clock import today
from app.models.chain_gaps import NodeGap, ranked_gaps
from app.models.combinations import Combination, CombinationStatus
from app.models.industry_chains import IndustryChain
from app.models.target_recomputations import TargetRecomputation, TargetRecomputationCreate
from app.services.target_recomputations import recompute

_NODES = TypeAdapter(list[NodeGap])
targets = typer.Typer(no_args_is_help=True, help="Gaps of chains and targets for them.")
_COLUMNS = ("code", "node", "label", "c", "κ", "μ", "g", "g = importance/5 · (1 − c) · ½(κ + μ)")


@targets.command()
def gaps(
    chain: Annotated[str | None, typer.Option(help="Its name; all active chains unless.")] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
) -> None:
    """Print the nodes of a chain, the most wanted first, with the terms of each gap."""
    day = as_of.date() if as_of else today()
    with database_url() as url:
        found = asyncio.run(_gaps(url, chain, day))
    for name, nodes in found.items():
        table = Table(*_COLUMNS, title=f"{name} {day}")
        for node in nodes:
            table.add_row(*_cells(node))
        out.print(table)
    raise typer.Exit(0 if found else 1)


def _cells(node: NodeGap) -> tuple[str, ...]:
    kappa, mu = node.coupling, node.complementarity
    sums = (
        f"{node.importance}/5 · {mu.shortfall} · ½({kappa.numerator}/{kappa.denominator}"
        f" + {mu.shortfall}·{mu.numerator}/{mu.denominator})"
    )
    values = (node.coverage, kappa.value, mu.value, node.gap)
    return (node.code, node.name, node.label or "", *map(str, values), sums)


async def _gaps(url: str, chain: str | None, day: Any) -> dict[str, list[NodeGap]]:
    query = select(IndustryChain).order_by(col(IndustryChain.priority), col(IndustryChain.name))
    is_asked = col(IndustryChain.name) == chain if chain else col(IndustryChain.is_active)
    async with session_at(url) as session:
        chains = (await session.exec(query.where(is_asked))).all()
        connection = await session.connection()
        rows = [
            await connection.execute(sa.select(ranked_gaps()), {"id": row.id, "as_of": day})
            for row in chains
        ]
        return {
            chain.name: _NODES.validate_python(row.scalar_one())
            for chain, row in zip(chains, rows, strict=True)
        }


@targets.command("recompute")
def recompute_targets(
    combination: Annotated[str | None, typer.Option(help="Its name; all that work unless.")] = None,
    per_node: Annotated[int, typer.Option(min=1, max=500, help="Best candidates a node.")] = 50,
) -> None:
    """Propose and score companies for the gaps of chains; repeating it changes nothing."""
    with database_url() as url:
        runs = asyncio.run(_recompute(url, combination, per_node))
    for name, run in runs.items():
        out.print(
            f"{name}: {run.candidate_count} candidates for {run.node_count} nodes;"
            f" {run.created_count} created, {run.changed_count} changed,"
            f" {run.unchanged_count} unchanged, {run.dropped_count} dropped."
        )
    raise typer.Exit(0 if runs else 1)


async def _recompute(url: str, name: str | None, per_node: int) -> dict[str, TargetRecomputation]:
    query = select(Combination).where(
        col(Combination.status) == CombinationStatus.active,
        col(Combination.industry_chain_id).is_not(None),
    )
    if name is not None:
        query = query.where(col(Combination.name) == name)
    found: dict[str, TargetRecomputation] = {}
    async with session_at(url) as session:
        units = (await session.exec(query.order_by(col(Combination.name)))).all()
        for unit in units:
            payload = TargetRecomputationCreate(combination_id=unit.id, per_node=per_node)
            with progress(unit.name) as step:
                found[unit.name] = await recompute(session, payload, step)
    return found
