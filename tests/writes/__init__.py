"""One valid call of every write of the API, each prepared on records of its own.

A module per noun says `calls(world)` by `operationId`; which audit rows each leaves (`LEFT`); who
may do what (`ACCESS`, rows as in `tests/services/test_access.py`, reads included); and the call
whose path is a single record's (`SINGLE`, by the path before the id).
"""

import pkgutil
from importlib import import_module
from typing import Any

import asyncpg

from tests.keeping import Kept, keep
from tests.world import World
from tests.writes.call import CHAIN, FILE, PASSWORD, Call, etag, password_hash

__all__ = [
    "ACCESS", "CHAIN", "FILE", "LEFT", "PASSWORD", "SINGLE",
    "Call", "etag", "every_write", "password_hash",
]  # fmt: skip

# Accounts come first: who logs in has to be there before anybody is counted.
_NOUNS: list[Any] = [
    import_module(f"{__name__}.{module.name}")
    for module in pkgutil.iter_modules(__path__)
    if module.name != "call"
]


def _all(name: str) -> dict[str, Any]:
    return {key: value for noun in _NOUNS for key, value in getattr(noun, name, {}).items()}


LEFT: dict[str, set[str]] = _all("LEFT")
ACCESS: dict[str, str] = _all("ACCESS")
SINGLE: dict[str, str] = _all("SINGLE")


_PREPARED: dict[asyncpg.Connection, tuple[Kept, dict[str, Call]]] = {}


async def every_write(world: World) -> dict[str, Call]:
    """The calls by `operationId`, in place of whatever was in the world.

    Hundreds of requests prepare them, so a run does that once, and then brings the rows back.
    """
    if world.database not in _PREPARED:
        calls = {name: call for noun in _NOUNS for name, call in (await noun.calls(world)).items()}
        _PREPARED[world.database] = (await keep(world), calls)
    kept, calls = _PREPARED[world.database]
    await kept.again(world, *(call.client for call in calls.values()))
    return dict(calls)
