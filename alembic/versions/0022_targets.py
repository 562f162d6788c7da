"""targets: their weights, signals, proposals and recomputations"""

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ROW_ID = "019ab000-0000-7000-8000-000000000020"
WEIGHTS = {
    "gap": Decimal("0.35"),
    "lists": Decimal("0.2"),
    "expansion_signals": Decimal("0.15"),
    "relations": Decimal("0.15"),
    "mobility": Decimal("0.1"),
    "compliance": Decimal("0.05"),
    "coupling_strength": 6,
    "list_kinds_for_full": 2,
    "signal_days": 365,
    "visited_value": Decimal("0.5"),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    weights = op.create_table(
        "target_weights",
        sa.Column("gap", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("lists", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("expansion_signals", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("relations", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("mobility", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("compliance", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("coupling_strength", sa.Integer(), nullable=False),
        sa.Column("list_kinds_for_full", sa.Integer(), nullable=False),
        sa.Column("signal_days", sa.Integer(), nullable=False),
        sa.Column("visited_value", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_weights")),
    )
    op.create_index("uq_target_weights", "target_weights", [sa.text("(true)")], unique=True)
    op.create_table(
        "company_signals",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_company_signals_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_signals")),
    )
    op.create_index(
        "ix_company_signals_company_id",
        "company_signals",
        ["company_id", "happened_on"],
        unique=False,
    )
    op.create_index(
        "ix_company_signals_created_at", "company_signals", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_company_signals_happened_on", "company_signals", ["happened_on", "id"], unique=False
    )
    op.create_table(
        "target_recomputations",
        sa.Column("combination_id", sa.Uuid(), nullable=False),
        sa.Column("per_node", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("node_count", sa.Integer(), nullable=False),
        sa.Column("candidate_count", sa.Integer(), nullable=False),
        sa.Column("created_count", sa.Integer(), nullable=False),
        sa.Column("changed_count", sa.Integer(), nullable=False),
        sa.Column("unchanged_count", sa.Integer(), nullable=False),
        sa.Column("dropped_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["combination_id"],
            ["combinations.id"],
            name=op.f("fk_target_recomputations_combination_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_recomputations")),
    )
    op.create_index(
        "ix_target_recomputations_combination_id",
        "target_recomputations",
        ["combination_id", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_target_recomputations_created_at",
        "target_recomputations",
        ["created_at", "id"],
        unique=False,
    )
    op.create_table(
        "targets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("combination_id", sa.Uuid(), nullable=False),
        sa.Column("chain_node_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("score", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("confidence", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("factors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("dismissal", sa.String(length=40), nullable=True),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["chain_node_id"], ["chain_nodes.id"], name=op.f("fk_targets_chain_node_id")
        ),
        sa.ForeignKeyConstraint(
            ["combination_id"], ["combinations.id"], name=op.f("fk_targets_combination_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_targets_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["officers.id"], name=op.f("fk_targets_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_targets_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
    )
    op.create_index(
        "ix_targets_chain_node_id", "targets", ["chain_node_id", "score", "id"], unique=False
    )
    op.create_index("ix_targets_company_id", "targets", ["company_id", "score", "id"], unique=False)
    op.create_index("ix_targets_created_at", "targets", ["created_at", "id"], unique=False)
    op.create_index("ix_targets_confidence", "targets", ["confidence", "id"], unique=False)
    op.create_index("ix_targets_lead_id", "targets", ["lead_id"], unique=False)
    op.create_index(
        "ix_targets_combination_id", "targets", ["combination_id", "score", "id"], unique=False
    )
    op.create_index("ix_targets_score_id", "targets", ["score", "id"], unique=False)
    op.create_index("ix_targets_scored_at", "targets", ["scored_at", "id"], unique=False)
    op.create_index("ix_targets_status", "targets", ["status", "score", "id"], unique=False)
    op.create_index(
        "uq_targets_company_id",
        "targets",
        ["combination_id", "chain_node_id", "company_id"],
        unique=True,
    )
    op.execute(
        sa.insert(weights).from_select(
            [*WEIGHTS, "id", "version", "created_at", "updated_at"],
            sa.select(
                *map(sa.literal, WEIGHTS.values()),
                sa.cast(sa.literal(ROW_ID), sa.Uuid()),
                sa.literal(1),
                sa.func.now(),
                sa.func.now(),
            ),
        )
    )


def downgrade() -> None:
    op.drop_table("targets")
    op.drop_table("target_recomputations")
    op.drop_table("company_signals")
    op.drop_table("target_weights")
