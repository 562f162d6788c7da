"""deadlines that have passed, KPI targets"""

import sqlalchemy as sa

from alembic import op

revision = "0020"
down_revision = "0019"
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
    op.create_table(
        "kpi_targets",
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(precision=24, scale=4), nullable=False),
        sa.Column("curve", sa.String(length=40), nullable=False),
        sa.Column("weights", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kpi_targets")),
    )
    op.create_index(
        "uq_kpi_targets_scope",
        "kpi_targets",
        ["year", "scope", "scope_id", "metric"],
        unique=True,
    )
    op.create_index("ix_kpi_targets_scope_id", "kpi_targets", ["scope_id"])
    op.create_index("ix_kpi_targets_created_at", "kpi_targets", ["created_at", "id"])
    op.create_table(
        "kpi_target_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(precision=24, scale=4), nullable=False),
        sa.Column("curve", sa.String(length=40), nullable=False),
        sa.Column("weights", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("set_by_id", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["target_id"], ["kpi_targets.id"], name=op.f("fk_kpi_target_versions_target_id")
        ),
        sa.ForeignKeyConstraint(
            ["set_by_id"], ["officers.id"], name=op.f("fk_kpi_target_versions_set_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kpi_target_versions")),
    )
    op.create_index(
        "uq_kpi_target_versions_number",
        "kpi_target_versions",
        ["target_id", "number"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_table("kpi_target_versions")
    op.drop_table("kpi_targets")
    op.drop_table("passed_deadlines")
