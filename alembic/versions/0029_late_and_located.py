"""late facts: the activities and payments that say why they come after their month was closed"""

import sqlalchemy as sa

from alembic import op

revision = "0029"
down_revision = "0024"
branch_labels = None
depends_on = None

_LATE = ("trips", "events", "stationings", "platform_fundings")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for table in _LATE:
        op.add_column(table, sa.Column("late_reason", sa.String(), nullable=True))


def downgrade() -> None:
    for table in reversed(_LATE):
        op.drop_column(table, "late_reason")
