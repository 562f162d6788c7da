"""what was resolved on a day and what came from a place is found by an index"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_index("ix_blockers_resolved_on", "blockers", ["resolved_on", "id"])
    op.create_index(
        "ix_capital_arrivals_payer_region_code",
        "capital_arrivals",
        ["payer_region_code", "id"],
        postgresql_ops={"payer_region_code": "text_pattern_ops"},
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.drop_index("ix_capital_arrivals_payer_region_code", "capital_arrivals")
    op.drop_index("ix_blockers_resolved_on", "blockers")
