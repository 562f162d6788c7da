"""trips and events say whose work and cost they are"""

import sqlalchemy as sa

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("trips", "events")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for table in TABLES:
        op.add_column(table, sa.Column("combination_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_{table}_combination_id"), table, "combinations", ["combination_id"], ["id"]
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "combination_id")
