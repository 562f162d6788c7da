"""Leads that have waited so many days, and what somebody's day says of them."""

from datetime import timedelta
from typing import Any

from app.core.clock import today
from tests.world import Client, World


def ago(days: int) -> str:
    """The day so many days back."""
    return (today() - timedelta(days=days)).isoformat()


async def negotiating(world: World, days: int, client: Client | None = None, **more: Any) -> Any:
    """A lead that came to negotiate so many days ago, and nothing since."""
    lead = await world.lead(client, **more)
    await world.database.execute(
        "UPDATE leads SET stage = 'negotiating', stage_entered_on = $2, received_on = $2"
        " WHERE id = $1",
        lead["id"], today() - timedelta(days=days),
    )  # fmt: skip
    return lead


async def my_day(world: World, client: Client | None = None, query: str = "") -> Any:
    """What is due on a day, the officer's unless another asks."""
    return (await (client or world.officer).seen(f"/my-day{query}"))["items"]
