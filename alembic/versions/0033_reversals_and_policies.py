"""entries say what they take back"""

import sqlalchemy as sa

from alembic import op

revision = "0033"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    # Nullable, without default, key or index: no row is read or written, however many there are.
    op.add_column("ledger_entries", sa.Column("reverses_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.drop_column("ledger_entries", "reverses_id")
