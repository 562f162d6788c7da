"""evidence and agreements"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "evidence_files",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_files")),
    )
    op.create_index(
        "ix_evidence_files_created_at", "evidence_files", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_evidence_files_created_by_id",
        "evidence_files",
        ["created_by_id", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_evidence_files_dated_on", "evidence_files", ["dated_on", "id"], unique=False
    )
    op.create_index("ix_evidence_files_sha256", "evidence_files", ["sha256"], unique=False)
    op.create_table(
        "agreements",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("fixed_amount", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("exchange_rate", sa.Numeric(precision=18, scale=8), nullable=True),
        sa.Column("rate_on", sa.Date(), nullable=True),
        sa.Column("register_by", sa.Date(), nullable=True),
        sa.Column("start_by", sa.Date(), nullable=True),
        sa.Column("complete_by", sa.Date(), nullable=True),
        sa.Column("produce_by", sa.Date(), nullable=True),
        sa.Column("capacity_by", sa.Date(), nullable=True),
        sa.Column("promised_output", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("promised_tax", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("promised_jobs", sa.Integer(), nullable=True),
        sa.Column("promised_from_year", sa.Integer(), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("amount_cny", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("recognised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recognised_by_id", sa.Uuid(), nullable=True),
        sa.Column("terminated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("terminated_by_id", sa.Uuid(), nullable=True),
        sa.Column("decision_comment", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_agreements_lead_id")),
        sa.ForeignKeyConstraint(
            ["recognised_by_id"], ["officers.id"], name=op.f("fk_agreements_recognised_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["agreements.id"], name=op.f("fk_agreements_supersedes_id")
        ),
        sa.ForeignKeyConstraint(
            ["terminated_by_id"], ["officers.id"], name=op.f("fk_agreements_terminated_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    op.create_index("ix_agreements_created_at", "agreements", ["created_at", "id"], unique=False)
    op.create_index("ix_agreements_lead_id", "agreements", ["lead_id", "created_at"], unique=False)
    op.create_index("ix_agreements_signed_on", "agreements", ["signed_on", "id"], unique=False)
    op.create_index("ix_agreements_status", "agreements", ["status", "created_at"], unique=False)
    op.create_index("ix_agreements_supersedes_id", "agreements", ["supersedes_id"], unique=False)
    op.create_index(
        "uq_agreements_lead_id",
        "agreements",
        ["lead_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'investment' AND status = 'active'"),
    )
    op.create_table(
        "commitments",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=True),
        sa.Column("fair_competition_reviewed_on", sa.Date(), nullable=True),
        sa.Column("fair_competition_reviewed_by", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_flagged", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("mechanism", sa.String(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("combination_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["combination_id"], ["combinations.id"], name=op.f("fk_commitments_combination_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_commitments_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["officers.id"], name=op.f("fk_commitments_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_commitments_lead_id")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["officers.id"], name=op.f("fk_commitments_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
    )
    op.create_index("ix_commitments_created_at", "commitments", ["created_at", "id"], unique=False)
    op.create_index("ix_commitments_due_on", "commitments", ["due_on", "id"], unique=False)
    op.create_index(
        "ix_commitments_lead_id", "commitments", ["lead_id", "created_at"], unique=False
    )
    op.create_index("ix_commitments_made_on", "commitments", ["made_on", "id"], unique=False)
    op.create_index("ix_commitments_status", "commitments", ["status", "created_at"], unique=False)
    op.create_table(
        "evidence_links",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["evidence_files.id"], name=op.f("fk_evidence_links_file_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_evidence_links_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_links")),
    )
    op.create_index(
        "ix_evidence_links_created_at", "evidence_links", ["created_at", "id"], unique=False
    )
    op.create_index("ix_evidence_links_file_id", "evidence_links", ["file_id"], unique=False)
    op.create_index(
        "ix_evidence_links_lead_id", "evidence_links", ["lead_id", "created_at"], unique=False
    )
    op.create_index(
        "uq_evidence_links_file_id", "evidence_links", ["subject_id", "file_id"], unique=True
    )
    op.create_table(
        "integrity_alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("other_lead_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["officers.id"], name=op.f("fk_integrity_alerts_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_integrity_alerts_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_lead_id"], ["leads.id"], name=op.f("fk_integrity_alerts_other_lead_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_alerts")),
    )
    op.create_index(
        "ix_integrity_alerts_created_at", "integrity_alerts", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_integrity_alerts_other_lead_id", "integrity_alerts", ["other_lead_id"], unique=False
    )
    op.create_index(
        "ix_integrity_alerts_status", "integrity_alerts", ["status", "created_at"], unique=False
    )
    op.create_index(
        "uq_integrity_alerts_lead_id",
        "integrity_alerts",
        ["lead_id", "other_lead_id", "kind", "sha256"],
        unique=True,
    )
    op.create_table(
        "operation_reports",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=True),
        sa.Column("output", sa.Numeric(precision=20, scale=2), nullable=False),
        sa.Column("tax", sa.Numeric(precision=20, scale=2), nullable=False),
        sa.Column("jobs", sa.Integer(), nullable=False),
        sa.Column("energy", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("recognised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recognised_by_id", sa.Uuid(), nullable=True),
        sa.Column("decision_comment", sa.String(), nullable=True),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reversal_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_operation_reports_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["recognised_by_id"],
            ["officers.id"],
            name=op.f("fk_operation_reports_recognised_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["reversed_by_id"], ["officers.id"], name=op.f("fk_operation_reports_reversed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_reports")),
    )
    op.create_index(
        "ix_operation_reports_created_at", "operation_reports", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_operation_reports_lead_id", "operation_reports", ["lead_id", "created_at"], unique=False
    )
    op.create_index(
        "ix_operation_reports_status", "operation_reports", ["status", "created_at"], unique=False
    )
    op.create_index("ix_operation_reports_year", "operation_reports", ["year", "id"], unique=False)
    op.create_index(
        "uq_operation_reports_lead_id",
        "operation_reports",
        ["lead_id", "year", "quarter"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("status = 'recognised'"),
    )
    op.create_table(
        "agreement_credits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("share", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_credits_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_agreement_credits_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_credits")),
    )
    op.create_index(
        op.f("ix_agreement_credits_agreement_id"),
        "agreement_credits",
        ["agreement_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_agreement_credits_officer_id"), "agreement_credits", ["officer_id"], unique=False
    )
    op.create_table(
        "agreement_parties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_parties_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_agreement_parties_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_parties")),
    )
    op.create_index(
        op.f("ix_agreement_parties_agreement_id"),
        "agreement_parties",
        ["agreement_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_agreement_parties_company_id"), "agreement_parties", ["company_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_agreement_parties_company_id"), table_name="agreement_parties")
    op.drop_index(op.f("ix_agreement_parties_agreement_id"), table_name="agreement_parties")
    op.drop_table("agreement_parties")
    op.drop_index(op.f("ix_agreement_credits_officer_id"), table_name="agreement_credits")
    op.drop_index(op.f("ix_agreement_credits_agreement_id"), table_name="agreement_credits")
    op.drop_table("agreement_credits")
    op.drop_index(
        "uq_operation_reports_lead_id",
        table_name="operation_reports",
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("status = 'recognised'"),
    )
    op.drop_index("ix_operation_reports_year", table_name="operation_reports")
    op.drop_index("ix_operation_reports_status", table_name="operation_reports")
    op.drop_index("ix_operation_reports_lead_id", table_name="operation_reports")
    op.drop_index("ix_operation_reports_created_at", table_name="operation_reports")
    op.drop_table("operation_reports")
    op.drop_index("uq_integrity_alerts_lead_id", table_name="integrity_alerts")
    op.drop_index("ix_integrity_alerts_status", table_name="integrity_alerts")
    op.drop_index("ix_integrity_alerts_other_lead_id", table_name="integrity_alerts")
    op.drop_index("ix_integrity_alerts_created_at", table_name="integrity_alerts")
    op.drop_table("integrity_alerts")
    op.drop_index("uq_evidence_links_file_id", table_name="evidence_links")
    op.drop_index("ix_evidence_links_lead_id", table_name="evidence_links")
    op.drop_index("ix_evidence_links_file_id", table_name="evidence_links")
    op.drop_index("ix_evidence_links_created_at", table_name="evidence_links")
    op.drop_table("evidence_links")
    op.drop_index("ix_commitments_status", table_name="commitments")
    op.drop_index("ix_commitments_made_on", table_name="commitments")
    op.drop_index("ix_commitments_lead_id", table_name="commitments")
    op.drop_index("ix_commitments_due_on", table_name="commitments")
    op.drop_index("ix_commitments_created_at", table_name="commitments")
    op.drop_table("commitments")
    op.drop_index(
        "uq_agreements_lead_id",
        table_name="agreements",
        postgresql_where=sa.text("kind = 'investment' AND status = 'active'"),
    )
    op.drop_index("ix_agreements_supersedes_id", table_name="agreements")
    op.drop_index("ix_agreements_status", table_name="agreements")
    op.drop_index("ix_agreements_signed_on", table_name="agreements")
    op.drop_index("ix_agreements_lead_id", table_name="agreements")
    op.drop_index("ix_agreements_created_at", table_name="agreements")
    op.drop_table("agreements")
    op.drop_index("ix_evidence_files_sha256", table_name="evidence_files")
    op.drop_index("ix_evidence_files_dated_on", table_name="evidence_files")
    op.drop_index("ix_evidence_files_created_by_id", table_name="evidence_files")
    op.drop_index("ix_evidence_files_created_at", table_name="evidence_files")
    op.drop_table("evidence_files")
