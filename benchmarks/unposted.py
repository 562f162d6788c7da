"""The product with posting to the ledger switched off: what KPI costs the writers is told by it.

Everything else of a visit stays: login, checks, idempotency, audit.
Start: `python -OO -m benchmarks.unposted serve`.
"""

from typing import Any

from app.cli import cli
from app.kpis import ledger


async def _nothing(*_: Any) -> None:
    pass


if __name__ == "__main__":
    ledger.post = _nothing
    cli()
