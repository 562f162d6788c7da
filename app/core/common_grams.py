"""Whether a search term is so common that its page may well be met on a walk in the list's order.

PostgreSQL knows how often each gram occurs, but takes the grams of one term for independent: of
`jituan` it expects 227 rows in a million and gets 121,000.
"""

import time

from app.core.db import Database
from app.core.listing import Selection
from app.core.search import search_binds

# Rows that are looked up, read and sorted in 25 ms.
_MANY_ROWS = 5_000
_KEPT_SECONDS = 600.0
_STATISTICS = """
SELECT gram FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid
JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_stats s ON s.tablename = x.relname
CROSS JOIN LATERAL
  unnest(CAST(CAST(most_common_elems AS text) AS text[]), most_common_elem_freqs) f(gram, share)
WHERE c.relname = $1 AND s.attname = 'search_grams' AND share * c.reltuples >= $2
"""


class CommonGrams:
    """The common grams of each searchable table, as the last ANALYZE found them."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._known: dict[str, tuple[float, frozenset[str]]] = {}

    async def has(self, query: Selection) -> bool:
        """Whether the request has a term, and all its grams are common in its table."""
        term = getattr(query, "q", None)
        if not term:
            return False
        common = await self._common(str(query.shape.table.__tablename__))
        return common.issuperset(search_binds(term)["q_grams"])

    async def _common(self, table: str) -> frozenset[str]:
        deadline, known = self._known.get(table, (0.0, frozenset[str]()))
        if deadline < time.monotonic():
            rows = await (await self.db.reads()).fetch(_STATISTICS, table, _MANY_ROWS)
            known = frozenset(row["gram"] for row in rows)
            self._known[table] = (time.monotonic() + _KEPT_SECONDS, known)
        return known
