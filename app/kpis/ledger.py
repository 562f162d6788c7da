"""Posting and auditing with one and the same SELECT per family of metrics.

Posting: the definitions run for one subject; what they say minus what the ledger holds is appended,
in the transaction of the fact. The writer holds the subject's row lock, so two racing writers
cannot both post the same difference. Audit: the same difference over all subjects must be empty.
What is posted is also queued for the monthly sums (`rollup`), in the same statement.

A locked month never moves: what is missing there is counted on the day of posting, and the entry
says which month it adjusts. The difference is still taken by the day that the definition says.
A ratio divides subjects of its own days: its late entries keep that day as `subject_on`, and no
period counts them that does not hold it too (decision 34).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.db import driver
from app.kpis import (
    activities,
    commitments,
    company_lists,
    fundings,
    lights,
    money_facts,
    periods,
    returns,
    rhythm,
    rollup,
    service_tasks,
    stationings,
    visits,
)
from app.kpis.catalogue import METRICS, RATIOS
from app.kpis.metrics import Family
from app.kpis.reversals import ASTRAY, KEYS, TAKEN_BACK
from app.kpis.versions import definitions
from app.models.ledger_entries import ZONE_ID
from app.models.scorecards import Scorecard, ScorecardStatus, hash_of

_FACTS = {
    Family.visit: (visits.SCOPED_VISITS, "v.id = :subject_id"),
    Family.company_list: (company_lists.NEWCOMERS, "l.id = :subject_id"),
    Family.lead: (f"{returns.RETURNS},{lights.TURNS}", "t.lead_id = :subject_id"),
    Family.capital_arrival: (money_facts.ARRIVED, "f.id = :subject_id"),
    Family.foreign_capital_use: (money_facts.USED, "f.id = :subject_id"),
    Family.fixed_investment: (money_facts.INVESTED, "f.id = :subject_id"),
    Family.funding: (fundings.SCOPED_FUNDINGS, "f.id = :subject_id"),
    Family.activity: (activities.ACTIVITIES, "f.id = :subject_id"),
    Family.stationing: (stationings.STATION_DAYS, "f.id = :subject_id"),
    Family.service_task: (service_tasks.DONE_TASKS, "f.id = :subject_id"),
    Family.commitment: (commitments.DUE, "c.id = :subject_id"),
    Family.lead_clock: (rhythm.CLOCKS, "f.lead_id = :subject_id"),
    Family.follow_up: (rhythm.FOLLOW_UPS, "f.id = :subject_id"),
}
_OF_RATIO = "metric IN ({})".format(", ".join(f"'{code}'" for code in RATIOS))
_TODAY = "CAST(timezone('Asia/Shanghai', clock_timestamp()) AS date)"


@dataclass(frozen=True)
class Difference:
    """Where ledger and definitions disagree; `quantity` is what is missing from the ledger.

    `counted_on` is the definition's day, or the first day of the month whose sum is wrong.
    """

    metric: str
    subject_id: UUID
    scope: str
    scope_id: UUID
    dimension: str
    counted_on: Any
    quantity: Any


@lru_cache
def _difference(family: Family, *, is_whole: bool, only: str | None = None) -> str:
    """Of all metrics of a family, or of one."""
    codes = [code for code, metric in METRICS.items() if metric.selects(family)]
    codes = [only] if only else codes
    selects = [pair for code in codes for pair in METRICS[code].selects(family)]
    facts = facts_of(family, "true" if is_whole else subject_of(family))
    wanted = " UNION ALL ".join(select for select, _ in selects)
    of_family = " OR ".join(entries for _, entries in selects)
    held = f"({of_family})" + ("" if is_whole else " AND subject_id = :subject_id")
    return f"""
WITH {definitions(codes)}, {facts}
SELECT {KEYS}, fact_on, sum(quantity) AS quantity, sum(held) AS held
FROM (
  SELECT {KEYS}, counted_on AS fact_on, quantity, 0 AS held FROM ({wanted}) AS wanted
  UNION ALL
  SELECT {KEYS}, fact_on, -quantity, quantity FROM ledger_entries WHERE {held}
) AS both_sides
GROUP BY {KEYS}, fact_on HAVING sum(quantity) <> 0
"""


def _append(family: Family, *, is_whole: bool, redefined: str | None = None) -> str:
    """What is missing goes in, on the day of posting where its own month is locked."""
    return f"""
INSERT INTO ledger_entries
  (id, {KEYS}, quantity, reverses_id, is_redefinition, fact_on, counted_on, adjusts_period,
   subject_on)
SELECT gen_random_uuid(), {KEYS}, quantity, {TAKEN_BACK}, {redefined is not None}, fact_on,
       CASE WHEN fact_on < opened.on_day THEN greatest({_TODAY}, opened.on_day) ELSE fact_on END,
       CASE WHEN fact_on < opened.on_day THEN CAST(date_trunc('month', fact_on) AS date) END,
       CASE WHEN fact_on < opened.on_day AND {_OF_RATIO} THEN fact_on END
FROM ({_difference(family, is_whole=is_whole, only=redefined)}) AS missing,
     first_open_day() AS opened (on_day)
"""


async def post(session: AsyncSession, family: Family, subject_id: UUID) -> None:
    """Bring the ledger in line with one subject's facts; call after the facts are flushed."""
    await (await driver(session)).execute(_posting(family, "= $1"), subject_id)


async def post_all(session: AsyncSession, family: Family, subject_ids: Sequence[UUID]) -> None:
    """The same for several subjects; ids that are none of this family's change nothing."""
    await (await driver(session)).execute(_posting(family, "= ANY($1)"), list(subject_ids))


@lru_cache
def _posting(family: Family, subjects: str) -> str:
    """Prepared once per connection.

    For one subject PostgreSQL keeps the plan; for an array, which it takes for ten, it plans anew.
    """
    return _queued(_append(family, is_whole=False).replace("= :subject_id", subjects))


def _queued(append: str) -> str:
    """What is appended waits for the monthly sums, too."""
    return f"""
WITH entries AS ({append} RETURNING *)
INSERT INTO {rollup.PENDING} SELECT {rollup.OF_ENTRY}, quantity FROM entries
"""


async def verify(session: AsyncSession) -> list[Difference]:
    """Every difference between facts and ledger, ledger and sums, of locked months and of cards.

    And every entry that says it takes back what it cannot. Empty when exact.

    The sums of a metric are compared with a ledger that is itself exact, so that one fault is
    named once.
    """
    connection = await session.connection()
    found: list[Difference] = []
    for family in Family:
        rows = await connection.execute(sa.text(_difference(family, is_whole=True)))
        found += [_named({**row, "counted_on": row["fact_on"]}) for row in rows.mappings()]
    wrong = {difference.metric for difference in found}
    astray = (await connection.execute(sa.text(ASTRAY))).mappings()
    found += [_named(row) for row in astray]
    sums = await rollup.differences(session)
    found += [_of_sums(row) for row in sums if row["metric"] not in wrong]
    found += [_of_sums(row) for row in await periods.moved(session)]
    return found + await _altered(session)


async def _altered(session: AsyncSession) -> list[Difference]:
    """Published cards that do not say what their hash was taken over."""
    query = select(Scorecard).where(col(Scorecard.status) == ScorecardStatus.published)
    return [
        Difference(
            metric="-",
            subject_id=card.id,
            scope="officer" if card.officer_id else "team",
            scope_id=card.subject_id,
            dimension="scorecards.hash",
            counted_on=card.from_on,
            quantity=card.total,
        )
        for card in await session.exec(query)
        if hash_of(card.snapshot) != card.hash
    ]


async def verify_subject(session: AsyncSession, subject_id: UUID) -> list[Difference]:
    """The same for one subject's facts and entries, whatever family it is of."""
    connection, found = await session.connection(), list[Difference]()
    for family in Family:
        text = sa.text(_difference(family, is_whole=False))
        of_subject = text.bindparams(sa.bindparam("subject_id", subject_id, type_=sa.Uuid))
        rows = await connection.execute(of_subject)
        found += [_named({**row, "counted_on": row["fact_on"]}) for row in rows.mappings()]
    return found


def _named(row: Any) -> Difference:
    return Difference(**{name: row[name] for name in Difference.__dataclass_fields__})


def _of_sums(row: Any) -> Difference:
    about = " ".join(filter(None, (row["table"], row["part"], row["dimension"], row["mechanism"])))
    more = {"subject_id": ZONE_ID, "counted_on": row["month"], "dimension": about}
    return _named({**row, **more})


def facts_of(family: Family, subject: str = "true") -> str:
    """The CTEs that a family's SELECTs take their facts from, for all subjects or some."""
    return _FACTS[family][0].format(subject=subject)


def subject_of(family: Family) -> str:
    """The condition that narrows a family's facts to one subject."""
    return _FACTS[family][1]


async def redefine(session: AsyncSession, metric: str) -> None:
    """Append what is missing of a metric for all subjects, and queue it; after a re-definition.

    Who posts meanwhile is told to come again, as in `rebuild`.
    """
    await periods.stop_posting(session, periods.REBUILD_LOCK)
    for family in METRICS[metric].families:
        append = _append(family, is_whole=True, redefined=metric)
        await (await driver(session)).execute(_queued(append))


async def rebuild(session: AsyncSession, families: Sequence[Family] = tuple(Family)) -> int:
    """Append what is missing for all subjects at once (after an import); answers the row count.

    The monthly sums start again from the ledger; `rollup.fold_all` takes them up. Who posts
    meanwhile is told to come again: two would append the same difference.
    """
    await periods.stop_posting(session, periods.REBUILD_LOCK)
    connection, count = await session.connection(), 0
    for family in families:
        count += (await connection.execute(sa.text(_append(family, is_whole=True)))).rowcount
    await rollup.rebuild(session)
    return count
