"""claims, join requests, disputes and transfers"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "transfers",
        sa.Column("to_officer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_team_id", sa.Uuid(), nullable=True),
        sa.Column("lead_count", sa.Integer(), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reversal_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["reversed_by_id"], ["officers.id"], name=op.f("fk_transfers_reversed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_officer_id"], ["officers.id"], name=op.f("fk_transfers_to_officer_id")
        ),
        sa.ForeignKeyConstraint(["to_team_id"], ["teams.id"], name=op.f("fk_transfers_to_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
    )
    op.create_index("ix_transfers_created_at", "transfers", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_transfers_to_officer_id",
        "transfers",
        ["to_officer_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "join_requests",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decision_comment", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_join_requests_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["officers.id"], name=op.f("fk_join_requests_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_join_requests_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_requests")),
    )
    op.create_index(
        op.f("ix_join_requests_company_id"), "join_requests", ["company_id"], unique=False
    )
    op.create_index(
        "ix_join_requests_created_at", "join_requests", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_join_requests_created_by_id",
        "join_requests",
        ["created_by_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_join_requests_lead_id", "join_requests", ["lead_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_join_requests_status", "join_requests", ["status", "created_at", "id"], unique=False
    )
    op.create_index(
        "uq_join_requests_lead_id",
        "join_requests",
        ["lead_id", "created_by_id"],
        unique=True,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "claims",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("contacted_on", sa.Date(), nullable=False),
        sa.Column("ranks_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decision_comment", sa.String(), nullable=True),
        sa.Column("protected_until", sa.Date(), nullable=True),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("split_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_claims_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["officers.id"], name=op.f("fk_claims_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_claims_lead_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_claims_officer_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_claims_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index(
        "ix_claims_company_id", "claims", ["company_id", "ranks_at", "id"], unique=False
    )
    op.create_index("ix_claims_created_at", "claims", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_claims_lead_id"), "claims", ["lead_id"], unique=False)
    op.create_index(
        "ix_claims_officer_id", "claims", ["officer_id", "created_at", "id"], unique=False
    )
    op.create_index("ix_claims_protected_until", "claims", ["protected_until", "id"], unique=False)
    op.create_index("ix_claims_ranks_at", "claims", ["ranks_at", "id"], unique=False)
    op.create_index("ix_claims_status", "claims", ["status", "created_at", "id"], unique=False)
    op.create_index(
        "uq_claims_company_id",
        "claims",
        ["company_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('pending', 'active') AND split_by_id IS NULL"),
    )
    op.create_table(
        "transfer_leads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("from_officer_id", sa.Uuid(), nullable=False),
        sa.Column("from_team_id", sa.Uuid(), nullable=True),
        sa.Column("seat_id", sa.Uuid(), nullable=True),
        sa.Column("left_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_officer_id"], ["officers.id"], name=op.f("fk_transfer_leads_from_officer_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_team_id"], ["teams.id"], name=op.f("fk_transfer_leads_from_team_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_transfer_leads_lead_id")),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["lead_members.id"], name=op.f("fk_transfer_leads_seat_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name=op.f("fk_transfer_leads_transfer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_leads")),
    )
    op.create_index("ix_transfer_leads_lead_id", "transfer_leads", ["lead_id"], unique=False)
    op.create_index(
        "uq_transfer_leads_lead_id", "transfer_leads", ["transfer_id", "lead_id"], unique=True
    )
    op.create_table(
        "disputes",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("own_lead_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("visit_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("appeal_until", sa.Date(), nullable=True),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appealed_by_id", sa.Uuid(), nullable=True),
        sa.Column("appeal_statement", sa.String(), nullable=True),
        sa.Column("is_merge_due", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appealed_by_id"], ["officers.id"], name=op.f("fk_disputes_appealed_by_id")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_disputes_claim_id")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_disputes_company_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_disputes_lead_id")),
        sa.ForeignKeyConstraint(
            ["own_lead_id"], ["leads.id"], name=op.f("fk_disputes_own_lead_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["officers.id"], name=op.f("fk_disputes_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
    )
    op.create_index(op.f("ix_disputes_company_id"), "disputes", ["company_id"], unique=False)
    op.create_index("ix_disputes_created_at", "disputes", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_disputes_created_by_id", "disputes", ["created_by_id", "created_at", "id"], unique=False
    )
    op.create_index("ix_disputes_due_on", "disputes", ["due_on", "id"], unique=False)
    op.create_index("ix_disputes_lead_id", "disputes", ["lead_id"], unique=False)
    op.create_index(op.f("ix_disputes_own_lead_id"), "disputes", ["own_lead_id"], unique=False)
    op.create_index("ix_disputes_status", "disputes", ["status", "due_on", "id"], unique=False)
    op.create_index(
        "uq_disputes_claim_id",
        "disputes",
        ["claim_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('open', 'appealed')"),
    )
    op.create_table(
        "dispute_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("to_officer_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["officers.id"], name=op.f("fk_dispute_decisions_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_decisions_dispute_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_officer_id"], ["officers.id"], name=op.f("fk_dispute_decisions_to_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_decisions")),
    )
    op.create_index(
        op.f("ix_dispute_decisions_dispute_id"), "dispute_decisions", ["dispute_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_dispute_decisions_dispute_id"), table_name="dispute_decisions")
    op.drop_table("dispute_decisions")
    op.drop_index(
        "uq_disputes_claim_id",
        table_name="disputes",
        postgresql_where=sa.text("status IN ('open', 'appealed')"),
    )
    op.drop_index("ix_disputes_status", table_name="disputes")
    op.drop_index(op.f("ix_disputes_own_lead_id"), table_name="disputes")
    op.drop_index("ix_disputes_lead_id", table_name="disputes")
    op.drop_index("ix_disputes_due_on", table_name="disputes")
    op.drop_index("ix_disputes_created_by_id", table_name="disputes")
    op.drop_index("ix_disputes_created_at", table_name="disputes")
    op.drop_index(op.f("ix_disputes_company_id"), table_name="disputes")
    op.drop_table("disputes")
    op.drop_index("uq_transfer_leads_lead_id", table_name="transfer_leads")
    op.drop_index("ix_transfer_leads_lead_id", table_name="transfer_leads")
    op.drop_table("transfer_leads")
    op.drop_index(
        "uq_claims_company_id",
        table_name="claims",
        postgresql_where=sa.text("status IN ('pending', 'active') AND split_by_id IS NULL"),
    )
    op.drop_index("ix_claims_status", table_name="claims")
    op.drop_index("ix_claims_ranks_at", table_name="claims")
    op.drop_index("ix_claims_protected_until", table_name="claims")
    op.drop_index("ix_claims_officer_id", table_name="claims")
    op.drop_index(op.f("ix_claims_lead_id"), table_name="claims")
    op.drop_index("ix_claims_created_at", table_name="claims")
    op.drop_index("ix_claims_company_id", table_name="claims")
    op.drop_table("claims")
    op.drop_index(
        "uq_join_requests_lead_id",
        table_name="join_requests",
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.drop_index("ix_join_requests_status", table_name="join_requests")
    op.drop_index("ix_join_requests_lead_id", table_name="join_requests")
    op.drop_index("ix_join_requests_created_by_id", table_name="join_requests")
    op.drop_index("ix_join_requests_created_at", table_name="join_requests")
    op.drop_index(op.f("ix_join_requests_company_id"), table_name="join_requests")
    op.drop_table("join_requests")
    op.drop_index("ix_transfers_to_officer_id", table_name="transfers")
    op.drop_index("ix_transfers_created_at", table_name="transfers")
    op.drop_table("transfers")
