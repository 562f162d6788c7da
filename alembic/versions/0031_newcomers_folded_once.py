"""what has no mechanism was folded twice: Q13 alone"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("UPDATE kpi_months SET quantity = quantity / 2 WHERE metric = 'Q13'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("UPDATE kpi_months SET quantity = quantity * 2 WHERE metric = 'Q13'")
