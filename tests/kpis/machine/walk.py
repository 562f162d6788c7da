"""One history: the same steps over HTTP and in the model, and what was answered on the way."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from app.core.clock import today
from app.core.db import Database
from tests.kpis.machine.facts import Lead, Share, Traits
from tests.kpis.machine.model import Model
from tests.world import Client, World
from tests.writes import etag

LONG = today() - timedelta(days=60)
UNITS = (("生物医药大健康", "bio", "key_industry"), ("金属新材料", "metal", "emerging"))
Thing = TypeVar("Thing")


class NothingToDoError(Exception):
    """A step that this history has nothing for yet: another is taken."""


@dataclass
class Unit:
    """A combination, a node of its chain, and what was last said of that."""

    id: str
    node_id: str
    is_key_chain: bool
    status: str | None = None


@dataclass
class Undoable:
    """A merge or transfer, and how the model takes it back."""

    record: Any
    undo: Callable[[], None]
    lead: Lead | None = None


@dataclass
class Walk:
    """The world, the model beside it, and ids of what the model does not know."""

    world: World
    deputy: Client
    companies: list[str]
    units: list[Unit | None]
    platform: str
    pick: random.Random = field(default_factory=lambda: random.Random(0))
    made: dict[str, list[Any]] = field(default_factory=dict)
    undoable: dict[str, list[Undoable]] = field(default_factory=dict)
    counter: int = 0

    def __post_init__(self) -> None:
        world, self.paths = self.world, dict[str, tuple[str, ...]]()
        self.tops = [str(world.teams[name]) for name in ("bureau", "west")]
        self.leaves = [str(world.teams[name]) for name in ("bio", "metal")]
        for leaf in self.leaves:
            self.paths[leaf] = (leaf, self.tops[0])
        bio = (world.officer, world.colleague, world.team_lead)
        metal = (world.stranger, world.other_lead)
        self.clients = {client.id: client for client in (*bio, *metal)}
        self.home = {c.id: self.leaves[0] for c in bio} | {c.id: self.leaves[1] for c in metal}
        self.model = Model({})
        self.place()

    def place(self) -> None:
        """The teams above each officer, as they stand."""
        self.model.teams = {officer: self.paths[team] for officer, team in self.home.items()}

    @property
    def database(self) -> Database:
        return self.world.app.state.db

    def one_of(self, things: Sequence[Thing]) -> Thing:
        if not things:
            raise NothingToDoError
        return self.pick.choice(things)

    def flip(self, chance: float = 0.5) -> bool:
        return self.pick.random() < chance

    def day(self) -> date:
        return today() - timedelta(days=self.pick.randint(0, 60))

    def late(self, day: date) -> dict[str, str]:
        """What a new fact of a month that is locked has to say."""
        return {"late_reason": "补录"} if day < self.model.open_from else {}

    def amount(self) -> Decimal:
        return Decimal(self.pick.randint(1, 10 ** self.pick.randint(2, 12))) / 100

    def officer(self) -> Client:
        return self.clients[self.pick.choice(sorted(self.clients))]

    def some_people(self) -> list[str]:
        return self.pick.sample(sorted(self.model.teams), self.pick.randint(1, 3))

    def placed(self, officers: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
        return [(officer, self.model.teams[officer]) for officer in officers]

    def credits(self, lead: Lead) -> list[Share]:
        return [(officer, self.model.teams[officer], share) for officer, share in lead.members]

    def lead(self, *, is_signed: bool | None = None, status: str = "active") -> tuple[str, Lead]:
        """One of the leads that are so."""
        return self.one_of([
            (lead_id, lead)
            for lead_id, lead in sorted(self.model.leads.items())
            if lead.status == status and is_signed in {None, lead.has("signed")}
        ])  # fmt: skip

    def owner(self, lead: Lead) -> Client:
        return self.clients[lead.owner]

    def unit(self, unit_id: str | None) -> Unit | None:
        return next((unit for unit in self.units if unit and unit.id == unit_id), None)

    def kept(self, lead: Lead, day: date) -> Traits:
        """What a step of a day keeps; what is said of a node is said today."""
        unit = self.unit(lead.unit) if lead.traits.has_node and day == today() else None
        return Traits(**{**vars(lead.traits), "node_status": unit and unit.status})

    def keep(self, noun: str, record: Any) -> None:
        self.made.setdefault(noun, []).append(record)

    def taken(self, noun: str) -> Any:
        """One of what was kept, which is kept no more."""
        records = self.made.get(noun, [])
        record = self.one_of(records)
        records.remove(record)
        return record

    def number(self) -> int:
        self.counter += 1
        return self.counter

    async def patched(self, client: Client, path: str, changes: dict[str, Any]) -> Any:
        """The record at a path after a change that must succeed."""
        reply = await client.patch(path, changes, etag(await client.seen(path)))
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def posted(self, client: Client, path: str, record: Any, body: Any = None) -> Any:
        """What becomes of a record by a POST beneath it."""
        return await client.made(path, body, headers={"If-Match": etag(record)})


Step = Callable[[Walk], Awaitable[None]]


async def begin(world: World) -> Walk:
    """Two tops, two teams that move between them, five companies, a unit and chain per team."""
    await world.people()
    await world.team("west")
    companies = [(await world.company())["id"] for _ in range(5)]
    platform = await world.leader.made("/platform-companies", {"company_id": companies[0]})
    units = [await _unit(world, platform["id"], *named) for named in UNITS]
    deputy = await world.account("leader", "bureau")
    return Walk(world, deputy, companies, [None, *units], platform["id"])


async def _unit(world: World, platform: str, name: str, team: str, kind: str) -> Unit:
    chain = await world.team_lead.made("/industry-chains", {"name": name, "kind": kind})
    unit = await world.combination(
        name, team, industry_chain_id=chain["id"], platform_company_id=platform
    )
    node = await world.node(chain, "A")
    return Unit(unit["id"], node["id"], is_key_chain=kind == "key_industry")
