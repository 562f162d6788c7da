"""What a run has to come by to mean anything, told from what the model counts."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tests.kpis.machine.model import CREDITED, ZONE, Key, Model

WANTED = {
    "P06 missing", "P06 late", "M04 new", "M04 continued", "credited in part", "credited alone",
}  # fmt: skip
# Of many histories.
RARE = {
    "P06 taken back", "P06 of a locked month", "credited nothing",
    "credited otherwise in a locked month",
}  # fmt: skip


def reached(model: Model) -> set[str]:
    """What this history has come by and counts now."""
    held = [key for key, quantity in model.held.items() if quantity]
    late = [(key, quantity) for key, day, quantity in model.entries if key[-1] < day]
    told = {
        "P06 taken back": any(p.passed_on and not p.is_approved for p in model.promises),
        "P06 of a locked month": any(key[2] == "P06" for key, _ in late),
        "credited otherwise in a locked month": _of(late, ZONE) != _of(late, CREDITED),
    }
    names = {f"{key[2]} {key[4]}" for key in held if key[2] in {"M04", "P06"}}
    return names | _credited(model) | {name for name, is_so in told.items() if is_so}


def _credited(model: Model) -> set[str]:
    """How the two totals lie to each other, fact by fact."""
    located, credited = (_of(model.held.items(), scope) for scope in (ZONE, CREDITED))
    names: set[str] = set()
    for key in located | credited:
        here, ours = located[key], credited[key]
        if here != ours:
            names.add("alone" if not here else "nothing" if not ours else "in part")
    return {f"credited {name}" for name in names}


def _of(rows: Iterable[tuple[Key, Decimal]], scope: str) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for key, quantity in rows:
        if key[1] == scope:
            found[key[0], *key[2:]] += quantity  # pyright: ignore[reportArgumentType]
    return found
