"""tasks and conditions are found by the day on which they ended"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_index("ix_service_tasks_done_on", "service_tasks", ["done_on"])
    op.create_index("ix_review_conditions_closed_on", "review_conditions", ["closed_on"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.drop_index("ix_review_conditions_closed_on", "review_conditions")
    op.drop_index("ix_service_tasks_done_on", "service_tasks")
