"""gates: their settings, assessments, reviews with conditions, deferrals, expected results"""

import sqlalchemy as sa

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

EXPECTED = {
    "expected_output": sa.Numeric(20, 2),
    "expected_tax": sa.Numeric(20, 2),
    "expected_jobs": sa.Integer(),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for name, kind in EXPECTED.items():
        op.add_column("leads", sa.Column(name, kind, nullable=True))
    op.create_table(
        "gate_settings",
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("need", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_settings")),
    )
    op.create_index("uq_gate_settings_stage", "gate_settings", ["stage", "item"], unique=True)
    op.create_table(
        "assessments",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_assessments_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    op.create_index("ix_assessments_lead_id", "assessments", ["lead_id", "assessed_on", "id"])
    op.create_index("ix_assessments_assessed_on", "assessments", ["assessed_on", "id"])
    op.create_index("ix_assessments_created_at", "assessments", ["created_at", "id"])
    op.create_table(
        "reviews",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("project_class", sa.String(length=40), nullable=False),
        sa.Column("state_amount", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("next_node", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_reviews_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(
        "uq_reviews_lead_id",
        "reviews",
        ["lead_id"],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index("ix_reviews_lead_id", "reviews", ["lead_id", "created_at"])
    op.create_index("ix_reviews_created_at", "reviews", ["created_at", "id"])
    op.create_table(
        "review_decisions",
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("opinion", sa.String(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.id"], name=op.f("fk_review_decisions_review_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decisions")),
    )
    op.create_index(
        "uq_review_decisions_node", "review_decisions", ["review_id", "node"], unique=True
    )
    op.create_table(
        "review_conditions",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("closing_note", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.id"], name=op.f("fk_review_conditions_review_id")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["review_decisions.id"], name=op.f("fk_review_conditions_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_review_conditions_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["officers.id"], name=op.f("fk_review_conditions_closed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_conditions")),
    )
    op.create_index("ix_review_conditions_review_id", "review_conditions", ["review_id", "due_on"])
    op.create_index("ix_review_conditions_lead_id", "review_conditions", ["lead_id", "due_on"])
    op.create_index("ix_review_conditions_due_on", "review_conditions", ["due_on", "id"])
    op.create_index("ix_review_conditions_created_at", "review_conditions", ["created_at", "id"])
    op.create_table(
        "deferrals",
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("transition_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("extended_by_id", sa.Uuid(), nullable=True),
        sa.Column("extension_reason", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_deferrals_lead_id")),
        sa.ForeignKeyConstraint(
            ["transition_id"], ["stage_transitions.id"], name=op.f("fk_deferrals_transition_id")
        ),
        sa.ForeignKeyConstraint(
            ["extended_by_id"], ["officers.id"], name=op.f("fk_deferrals_extended_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deferrals")),
    )
    op.create_index(
        "uq_deferrals_transition_id", "deferrals", ["transition_id", "item"], unique=True
    )
    op.create_index("ix_deferrals_lead_id", "deferrals", ["lead_id", "promised_on"])
    op.create_index("ix_deferrals_promised_on", "deferrals", ["promised_on", "id"])
    op.create_index("ix_deferrals_created_at", "deferrals", ["created_at", "id"])


def downgrade() -> None:
    for name in (
        "deferrals",
        "review_conditions",
        "review_decisions",
        "reviews",
        "assessments",
        "gate_settings",
    ):
        op.drop_table(name)
    for name in EXPECTED:
        op.drop_column("leads", name)
