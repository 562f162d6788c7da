"""The operations: which requests, what their answers must be, and the targets they are held to."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any
from urllib.parse import quote
from uuid import UUID

from app.core.clock import today
from app.core.pinyin import pinyin
from app.core.security import new_token, token_hash
from app.models.sessions import OfficerSession
from benchmarks.client import Wires, wire
from benchmarks.rows import MONTH, YEAR

API = "/api/v1"
LIST = f"{API}/leads?stage=negotiating&sort=-updated_at&limit=50"
# Counts and distinct counts of visits, shares and amounts of signings, a conversion rate.
_EIGHT = "metrics=T02,T03,T05,T09,Q02,Q03,M01,R07"
KPI_MONTH = f"{API}/kpis/officers?period={MONTH}&{_EIGHT}"
KPI_ALL = f"{API}/kpis/officers?period={MONTH}"
KPI_YEAR = f"{API}/kpis/officers?period={YEAR}&{_EIGHT}"
DAY = str(today())
_TERM_KINDS = ("1 character", "2 characters", "3 characters", "4 characters", "pinyin", "initials")
# Not of the stage that is listed: a visit makes its lead the newest there, also for later runs.
_MINE = """SELECT l.id FROM leads l WHERE l.owner_id = $1 AND l.company_id IS NOT NULL
AND l.status IN ('active', 'suspended') AND l.stage <> 'negotiating' ORDER BY l.id LIMIT 500"""


@dataclass(frozen=True)
class Caps:
    """What an operation may cost: CPU in µs, statements, and the ratio of CPU to the limit's."""

    app_us: float | None = None
    pg_us: float | None = None
    statements: float | None = None
    ratio: float | None = None

    def __str__(self) -> str:
        parts = {
            "app": self.app_us and f"{self.app_us:,.0f} µs",
            "PG": self.pg_us and f"{self.pg_us:,.0f} µs",
            "statements": self.statements and f"{self.statements:.0f}",
            "CPU": self.ratio and f"{self.ratio} × limit",
        }
        return ", ".join(f"{name} ≤ {text}" for name, text in parts.items() if text)


@dataclass(frozen=True)
class Operation:
    """One line of the table; `slowness` divides the number of requests."""

    name: str
    wires: Wires
    caps: Caps = field(default_factory=Caps)
    limit: Wires | None = None
    slowness: int = 1


@dataclass(frozen=True)
class World:
    """Whom we ask as and what we ask for."""

    leader: str
    officer: str
    officer_id: UUID
    leads: list[UUID]
    own_leads: list[UUID]
    companies: list[str]


async def world(database: Any) -> World:
    """Open a session for the leader and one officer; pick records by a fixed order."""
    leader = await _token(database, "leader")
    officer = await _token(database, "officer")
    leads = await database.fetch("SELECT id FROM leads ORDER BY md5(id::text) LIMIT 500")
    names = await database.fetch("SELECT name FROM companies ORDER BY md5(id::text) LIMIT 2000")
    own = await database.fetch(_MINE, officer[1])
    return World(
        leader[0],
        officer[0],
        officer[1],
        [row["id"] for row in leads],
        [row["id"] for row in own],
        [row["name"] for row in names],
    )


async def _token(database: Any, role: str) -> tuple[str, UUID]:
    officer_id = await database.fetchval(
        "SELECT id FROM officers WHERE role = $1 AND username LIKE 'bench%' ORDER BY username"
        " LIMIT 1",
        role,
    )
    token = new_token()
    row = OfficerSession(officer_id=officer_id, token_hash=token_hash(token))
    values = row.model_dump()
    await database.copy_records_to_table(
        "officer_sessions", records=[tuple(values.values())], columns=list(values)
    )
    return token, officer_id


def gets(known: World) -> Wires:
    """One lead after another."""
    return cycle([wire("GET", f"{API}/leads/{lead}", known.leader) for lead in known.leads])


def same(path: str, token: str) -> Wires:
    """One request again and again."""
    return cycle([wire("GET", path, token)])


def visit(lead: UUID, summary: str) -> dict[str, Any]:
    """A visit on a lead in the month that everybody writes to."""
    return {"lead_id": str(lead), "kind": "outbound", "visited_on": DAY, "summary": summary}


def visits(known: World, summary: str = "压力测试拜访") -> Iterator[bytes]:
    """New visits on the officer's leads, each with a key of its own."""
    run = random.SystemRandom().getrandbits(64)
    for number, lead in zip(count(), cycle(known.own_leads), strict=False):
        key = f"{run}-{number}"
        body = visit(lead, summary)
        yield wire("POST", f"{API}/visits", known.officer, body, Idempotency_Key=key)


def operations(known: World) -> list[Operation]:
    """All that is measured the same way."""
    return [
        Operation("get one lead", gets(known), Caps(350, None, 2, 2.0), gets(known)),
        Operation(
            "list 50 leads, filter + sort, leader",
            same(LIST, known.leader),
            Caps(600, None, 2, 1.8),
            same(LIST, known.leader),
            2,
        ),
        Operation(
            "list 50 leads, filter + sort, officer",
            same(LIST, known.officer),
            Caps(600, None, 2),
            None,
            2,
        ),
        Operation(
            "KPI, all officers × 8 metrics, a month",
            same(KPI_MONTH, known.leader),
            Caps(2000, 3000, 2),
            None,
            20,
        ),
        Operation(
            "KPI, all officers × all metrics, a month",
            same(KPI_ALL, known.leader),
            Caps(None, None, 2),
            None,
            40,
        ),
        Operation(
            "KPI, all officers × 8 metrics, a year",
            same(KPI_YEAR, known.leader),
            Caps(None, None, 2),
            None,
            20,
        ),
        Operation(
            "KPI, one officer × 8 metrics, a year",
            same(KPI_YEAR, known.officer),
            Caps(None, None, 2),
            None,
            4,
        ),
        Operation("log a visit", visits(known), Caps(2500, None, 10), visits(known), 4),
    ]


def search_wires(known: World, amount: int) -> dict[str, list[tuple[str, bytes]]]:
    """Different terms of every kind, cut out of real names, with their requests."""
    dice = random.Random(1)
    found: dict[str, list[tuple[str, bytes]]] = {}
    for kind in _TERM_KINDS:
        terms = [_term(dice, dice.choice(known.companies), kind) for _ in range(amount)]
        found[kind] = [(term, search(known, term)) for term in dict.fromkeys(terms)]
    return found


def search(known: World, term: str) -> bytes:
    """One search among the companies."""
    return wire("GET", f"{API}/companies?q={quote(term)}&limit=50", known.leader)


def _term(dice: random.Random, name: str, kind: str) -> str:
    length = int(kind[0]) if kind[0].isdigit() else dice.choice((2, 3, 4))
    start = dice.randrange(max(1, len(name) - length))
    part = name[start : start + length]
    if kind == "pinyin":
        return "".join(pinyin(part)[0])
    if kind == "initials":
        return "".join(pinyin(part)[1])
    return part
