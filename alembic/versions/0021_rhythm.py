"""lead clocks and responses, explanations, follow-ups, reminders"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "lead_clocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("mechanism", sa.String(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("combination_id", sa.Uuid(), nullable=True),
        sa.Column("answer_due_on", sa.Date(), nullable=False),
        sa.Column("assess_due_on", sa.Date(), nullable=False),
        sa.Column("experts_due_on", sa.Date(), nullable=False),
        sa.Column("feedback_due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_clocks_lead_id")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["officers.id"], name=op.f("fk_lead_clocks_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_lead_clocks_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["combination_id"], ["combinations.id"], name=op.f("fk_lead_clocks_combination_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_clocks")),
    )
    op.create_index("uq_lead_clocks_lead_id", "lead_clocks", ["lead_id"], unique=True)
    op.create_table(
        "lead_responses",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("responded_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_responses_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_responses")),
    )
    op.create_index(
        "ix_lead_responses_created_at", "lead_responses", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_lead_responses_lead_id",
        "lead_responses",
        ["lead_id", "kind", "counted_on"],
        unique=False,
    )
    op.create_index(
        "ix_lead_responses_responded_on", "lead_responses", ["responded_on", "id"], unique=False
    )
    op.create_table(
        "no_change_notes",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_no_change_notes_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_no_change_notes")),
    )
    op.create_index(
        "ix_no_change_notes_lead_id", "no_change_notes", ["lead_id", "noted_on", "id"], unique=False
    )
    op.create_index(
        "ix_no_change_notes_noted_on", "no_change_notes", ["noted_on", "id"], unique=False
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("window_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_reminders_lead_id")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_reminders_officer_id")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["officers.id"], name=op.f("fk_reminders_resolved_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
    )
    op.create_index("ix_reminders_created_at", "reminders", ["created_at", "id"], unique=False)
    op.create_index("ix_reminders_due_on", "reminders", ["due_on", "id"], unique=False)
    op.create_index("ix_reminders_lead_id", "reminders", ["lead_id", "due_on", "id"], unique=False)
    op.create_index(
        "ix_reminders_officer_id", "reminders", ["officer_id", "due_on", "id"], unique=False
    )
    op.create_index(
        "uq_reminders_rule", "reminders", ["rule", "subject_id", "window_on"], unique=True
    )
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("mechanism", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_follow_ups_company_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_follow_ups_lead_id")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_follow_ups_officer_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_follow_ups_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
    )
    op.create_index(
        "ix_follow_ups_company_id", "follow_ups", ["company_id", "due_on", "id"], unique=False
    )
    op.create_index("ix_follow_ups_created_at", "follow_ups", ["created_at", "id"], unique=False)
    op.create_index("ix_follow_ups_due_on", "follow_ups", ["due_on", "id"], unique=False)
    op.create_index(
        "ix_follow_ups_lead_id", "follow_ups", ["lead_id", "due_on", "id"], unique=False
    )
    op.create_index(
        "ix_follow_ups_officer_id", "follow_ups", ["officer_id", "due_on", "id"], unique=False
    )
    op.create_index("uq_follow_ups_visit_id", "follow_ups", ["visit_id"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_follow_ups_visit_id", table_name="follow_ups")
    op.drop_index("ix_follow_ups_officer_id", table_name="follow_ups")
    op.drop_index("ix_follow_ups_lead_id", table_name="follow_ups")
    op.drop_index("ix_follow_ups_due_on", table_name="follow_ups")
    op.drop_index("ix_follow_ups_created_at", table_name="follow_ups")
    op.drop_index("ix_follow_ups_company_id", table_name="follow_ups")
    op.drop_table("follow_ups")
    op.drop_index("uq_reminders_rule", table_name="reminders")
    op.drop_index("ix_reminders_officer_id", table_name="reminders")
    op.drop_index("ix_reminders_lead_id", table_name="reminders")
    op.drop_index("ix_reminders_due_on", table_name="reminders")
    op.drop_index("ix_reminders_created_at", table_name="reminders")
    op.drop_table("reminders")
    op.drop_index("ix_no_change_notes_noted_on", table_name="no_change_notes")
    op.drop_index("ix_no_change_notes_lead_id", table_name="no_change_notes")
    op.drop_table("no_change_notes")
    op.drop_index("ix_lead_responses_responded_on", table_name="lead_responses")
    op.drop_index("ix_lead_responses_lead_id", table_name="lead_responses")
    op.drop_index("ix_lead_responses_created_at", table_name="lead_responses")
    op.drop_table("lead_responses")
    op.drop_index("uq_lead_clocks_lead_id", table_name="lead_clocks")
    op.drop_table("lead_clocks")
