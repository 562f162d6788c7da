"""A world as it was: the rows of every table and the people in it, back again in no time.

What many tests begin with is prepared over HTTP once in a run. The copies are temporary tables of
the tests' own connection, which lasts as long as the run does.
"""

from dataclasses import dataclass
from typing import Any

from tests.world import Client, World

_TABLES = (
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
)
_OF_THE_WORLD = ("app", "database", "http")


@dataclass(frozen=True)
class Kept:
    """The people of a world and the statements that bring its rows back."""

    people: dict[str, Any]
    statements: str

    async def again(self, world: World, *others: Client) -> None:
        """The rows and people of then in this world; `others` are those it has no name for."""
        await world.database.execute(self.statements)
        for client in (*others, *self.people.values()):
            if isinstance(client, Client):
                client.http = world.http
        vars(world).update(self.people)
        await world.settled()


async def keep(world: World) -> Kept:
    """Copies of all tables as they are now."""
    names = [row["tablename"] for row in await world.database.fetch(_TABLES)]
    copies = [f'CREATE TEMP TABLE "kept_{name}" AS TABLE public."{name}"' for name in names]
    await world.database.execute("; ".join(copies))
    back = [f'DELETE FROM "{n}"; INSERT INTO "{n}" TABLE "kept_{n}"' for n in names]
    ends = ("SET session_replication_role = replica", "RESET session_replication_role")
    people = {name: it for name, it in vars(world).items() if name not in _OF_THE_WORLD}
    return Kept(people, "; ".join([ends[0], *back, ends[1]]))
