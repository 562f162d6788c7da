"""The only place that asks what time it is.

Instants are UTC; calendar facts (business dates) are days in the organisation's zone.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """This business day in the organisation's zone."""
    return business_day(now())


def business_day(instant: datetime) -> date:
    """The calendar day in the organisation's zone on which an instant falls."""
    return instant.astimezone(ZONE).date()


def today_sql() -> sa.ColumnElement[date]:
    """The same day as an SQL expression, at the beginning of the database's transaction."""
    there = sa.func.timezone(sa.literal_column(f"'{ZONE.key}'"), sa.func.now())
    return sa.cast(there, sa.Date)
