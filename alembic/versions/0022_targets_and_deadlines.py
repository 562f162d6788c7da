"""deadlines that have passed, KPI targets"""

import sqlalchemy as sa

from alembic import op

revision = "0022"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "passed_deadlines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transition_id", sa.Uuid(), nullable=False),
        sa.Column("start_by", sa.Date(), nullable=False),
        sa.Column(
            "noted_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["transition_id"],
            ["stage_transitions.id"],
            name=op.f("fk_passed_deadlines_transition_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passed_deadlines")),
        sa.UniqueConstraint("transition_id", name=op.f("uq_passed_deadlines_transition_id")),
    )


def downgrade() -> None:
    op.drop_table("passed_deadlines")
