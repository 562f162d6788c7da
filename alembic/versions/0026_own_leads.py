"""own leads"""

from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None

_NAME, _TABLE = "ix_lead_members_officer_id", "lead_members"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.drop_index(_NAME, _TABLE)
    op.create_index(_NAME, _TABLE, ["officer_id", "to_on", "lead_id"])


def downgrade() -> None:
    op.drop_index(_NAME, _TABLE)
    op.create_index(_NAME, _TABLE, ["officer_id", "to_on"])
