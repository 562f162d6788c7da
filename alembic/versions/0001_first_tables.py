"""first tables"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(
        """
        CREATE FUNCTION search_grams(t text) RETURNS text[]
        LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
          SELECT coalesce(array_agg(DISTINCT g), '{}')
          FROM generate_series(1, length(t)) AS i,
               LATERAL (VALUES (substr(t, i, 1)), (substr(t, i, 2)),
                        (CASE WHEN substr(t, i, 3) ~ '^[a-z0-9]{3}$' THEN substr(t, i, 3) END)
                       ) AS v(g)
          WHERE g IS NOT NULL AND g !~ '\\n'
        $$
        """
    )
    op.execute("CREATE SEQUENCE lead_codes")
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("entity_version", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_actor_id"), "audit_entries", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_entries_at"), "audit_entries", ["at"], unique=False)
    op.create_index(
        op.f("ix_audit_entries_entity_id_entity_version"),
        "audit_entries",
        ["entity_id", "entity_version"],
        unique=False,
    )
    op.create_table(
        "companies",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("short_name", sa.String(), nullable=True),
        sa.Column("credit_code", sa.String(), nullable=True),
        sa.Column("registration_number", sa.String(), nullable=True),
        sa.Column("country_code", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=True),
        sa.Column("industry_code", sa.String(), nullable=True),
        sa.Column("website", sa.String(), nullable=True),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("name_sort", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name_keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companies")),
    )
    op.create_index("ix_companies_created_at", "companies", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_companies_name_keys", "companies", ["name_keys"], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_companies_name_sort", "companies", ["name_sort", "id"], unique=False)
    op.create_index(
        "uq_companies_credit_code",
        "companies",
        ["credit_code"],
        unique=True,
        postgresql_where=sa.text("credit_code IS NOT NULL AND deleted_at IS NULL"),
    )
    op.create_table(
        "company_lists",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("name_sort", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_lists")),
    )
    op.create_index("uq_company_lists_name", "company_lists", ["name", "year"], unique=True)
    op.create_table(
        "idempotency_keys",
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "caller_id", "method", "path", "key", name=op.f("pk_idempotency_keys")
        ),
    )
    op.create_index(
        op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False
    )
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("mechanism", sa.String(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=24, scale=4), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
    )
    op.create_index(
        "ix_ledger_entries_scope",
        "ledger_entries",
        ["scope", "scope_id", "metric", "counted_on"],
        unique=False,
        postgresql_include=["part", "dimension", "company_id", "quantity", "recorded_at"],
    )
    op.create_index("ix_ledger_entries_subject_id", "ledger_entries", ["subject_id"], unique=False)
    op.create_table(
        "teams",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("name_sort", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["teams.id"], name=op.f("fk_teams_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
    )
    op.create_index(op.f("ix_teams_parent_id"), "teams", ["parent_id"], unique=False)
    op.create_index(op.f("ix_teams_path"), "teams", ["path"], unique=False, postgresql_using="gin")
    op.create_index("uq_teams_name", "teams", ["name"], unique=True)
    op.create_table(
        "company_list_entries",
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("listed_name", sa.String(), nullable=False),
        sa.Column("listed_name_en", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("industry", sa.String(), nullable=True),
        sa.Column("revenue_amount", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("company_list_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_company_list_entries_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_list_id"],
            ["company_lists.id"],
            name=op.f("fk_company_list_entries_company_list_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_list_entries")),
    )
    op.create_index(
        op.f("ix_company_list_entries_company_id"),
        "company_list_entries",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        "ix_company_list_entries_rank",
        "company_list_entries",
        ["company_list_id", "rank", "id"],
        unique=False,
    )
    op.create_index(
        "uq_company_list_entries_company_id",
        "company_list_entries",
        ["company_list_id", "company_id"],
        unique=True,
    )
    op.create_table(
        "contacts",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("lawful_basis", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("retention_until", sa.Date(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("name_sort", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_contacts_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_index(op.f("ix_contacts_company_id"), "contacts", ["company_id"], unique=False)
    op.create_table(
        "officers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("name_sort", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_officers_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officers")),
    )
    op.create_index(op.f("ix_officers_team_id"), "officers", ["team_id"], unique=False)
    op.create_index("uq_officers_username", "officers", ["username"], unique=True)
    op.create_table(
        "leads",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("mechanism", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("track", sa.String(length=40), nullable=True),
        sa.Column("industry_code", sa.String(), nullable=True),
        sa.Column("source_region_code", sa.String(), nullable=True),
        sa.Column("source_country_code", sa.String(), nullable=False),
        sa.Column("planned_investment", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("planned_fixed_investment", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("is_leading", sa.Boolean(), nullable=False),
        sa.Column("is_flagship", sa.Boolean(), nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("name_sort", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("stage_entered_on", sa.Date(), nullable=False),
        sa.Column("suspended_until", sa.Date(), nullable=True),
        sa.Column("agreed_amount", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("agreed_currency", sa.String(), nullable=True),
        sa.Column("is_pending", sa.Boolean(), nullable=False),
        sa.Column("is_completion_open", sa.Boolean(), nullable=False),
        sa.Column("last_visited_on", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_leads_company_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["officers.id"], name=op.f("fk_leads_owner_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_leads_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
    )
    op.create_index(op.f("ix_leads_company_id"), "leads", ["company_id"], unique=False)
    op.create_index("ix_leads_created_at", "leads", ["created_at", "id"], unique=False)
    op.create_index("ix_leads_name_sort", "leads", ["name_sort", "id"], unique=False)
    op.create_index("ix_leads_owner_id", "leads", ["owner_id", "updated_at", "id"], unique=False)
    op.create_index(
        "ix_leads_planned_investment", "leads", ["planned_investment", "id"], unique=False
    )
    op.create_index("ix_leads_stage", "leads", ["stage", "updated_at", "id"], unique=False)
    op.create_index("ix_leads_team_id", "leads", ["team_id", "updated_at", "id"], unique=False)
    op.create_index("ix_leads_updated_at", "leads", ["updated_at", "id"], unique=False)
    op.create_index("uq_leads_code", "leads", ["code"], unique=True)
    op.create_table(
        "officer_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_officer_sessions_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_sessions")),
    )
    op.create_index(
        op.f("ix_officer_sessions_officer_id"), "officer_sessions", ["officer_id"], unique=False
    )
    op.create_index(
        "uq_officer_sessions_token_hash", "officer_sessions", ["token_hash"], unique=True
    )
    op.create_table(
        "unmaskings",
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_unmaskings_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmaskings")),
    )
    op.create_index(op.f("ix_unmaskings_contact_id"), "unmaskings", ["contact_id"], unique=False)
    op.create_table(
        "introductions",
        sa.Column("company_name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_introductions_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introductions")),
    )
    op.create_index(op.f("ix_introductions_lead_id"), "introductions", ["lead_id"], unique=False)
    op.create_table(
        "lead_members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("share", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_members_lead_id")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_lead_members_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_members")),
    )
    op.create_index("ix_lead_members_lead_id", "lead_members", ["lead_id", "to_on"], unique=False)
    op.create_index(
        "ix_lead_members_officer_id", "lead_members", ["officer_id", "to_on"], unique=False
    )
    op.create_table(
        "stage_transitions",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("to_stage", sa.String(length=40), nullable=True),
        sa.Column("event_on", sa.Date(), nullable=False),
        sa.Column("explanation", sa.String(), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("competitor_region_code", sa.String(), nullable=True),
        sa.Column("resume_by", sa.Date(), nullable=True),
        sa.Column("agreed_amount", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("exchange_rate", sa.Numeric(precision=18, scale=8), nullable=True),
        sa.Column("rate_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("from_stage", sa.String(length=40), nullable=False),
        sa.Column("from_status", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("agreed_amount_cny", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("recognised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recognised_by_id", sa.Uuid(), nullable=True),
        sa.Column("decision_comment", sa.String(), nullable=True),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reversal_reason", sa.String(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("mechanism", sa.String(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_stage_transitions_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_stage_transitions_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["officers.id"], name=op.f("fk_stage_transitions_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["recognised_by_id"],
            ["officers.id"],
            name=op.f("fk_stage_transitions_recognised_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["reversed_by_id"], ["officers.id"], name=op.f("fk_stage_transitions_reversed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_transitions")),
    )
    op.create_index(
        "ix_stage_transitions_lead_id", "stage_transitions", ["lead_id", "created_at"], unique=False
    )
    op.create_index(
        "ix_stage_transitions_status", "stage_transitions", ["status", "created_at"], unique=False
    )
    op.create_index(
        "uq_stage_transitions_lead_id",
        "stage_transitions",
        ["lead_id", "to_stage"],
        unique=True,
        postgresql_where=sa.text("kind = 'advance' AND status = 'recognised'"),
    )
    op.create_table(
        "visits",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("mechanism", sa.String(length=40), nullable=True),
        sa.Column("guest_count", sa.Integer(), nullable=False),
        sa.Column("next_action", sa.String(), nullable=True),
        sa.Column("next_action_on", sa.Date(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reversal_reason", sa.String(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_visits_company_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_visits_lead_id")),
        sa.ForeignKeyConstraint(
            ["reversed_by_id"], ["officers.id"], name=op.f("fk_visits_reversed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index(
        "ix_visits_company_id", "visits", ["company_id", "visited_on", "id"], unique=False
    )
    op.create_index(
        "ix_visits_created_by_id", "visits", ["created_by_id", "visited_on", "id"], unique=False
    )
    op.create_index("ix_visits_lead_id", "visits", ["lead_id", "visited_on", "id"], unique=False)
    op.create_index("ix_visits_visited_on", "visits", ["visited_on", "id"], unique=False)
    op.create_table(
        "stage_credits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transition_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("share", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_stage_credits_officer_id")
        ),
        sa.ForeignKeyConstraint(
            ["transition_id"], ["stage_transitions.id"], name=op.f("fk_stage_credits_transition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_credits")),
    )
    op.create_index(
        op.f("ix_stage_credits_officer_id"), "stage_credits", ["officer_id"], unique=False
    )
    op.create_index(
        op.f("ix_stage_credits_transition_id"), "stage_credits", ["transition_id"], unique=False
    )
    op.create_table(
        "visit_guests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_guests_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_guests")),
    )
    op.create_index(op.f("ix_visit_guests_visit_id"), "visit_guests", ["visit_id"], unique=False)
    op.create_table(
        "visit_participants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_visit_participants_officer_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name=op.f("fk_visit_participants_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_participants")),
    )
    op.create_index(
        "ix_visit_participants_officer_id",
        "visit_participants",
        ["officer_id", "visit_id"],
        unique=False,
    )
    op.create_index(
        "uq_visit_participants_officer_id",
        "visit_participants",
        ["visit_id", "officer_id"],
        unique=True,
    )
    for table in ("leads", "companies"):
        op.execute(
            f"CREATE INDEX ix_{table}_search ON {table} USING gin (search_grams(search_text))"
        )
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
        END $$
        """
    )
    for table in ("ledger_entries", "audit_entries"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        """
        CREATE FUNCTION notify_callers() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NOTIFY callers;
          RETURN NULL;
        END $$
        """
    )
    for when, table in (
        ("UPDATE OF role, team_id, is_active, name OR DELETE", "officers"),
        ("INSERT OR UPDATE OF path OR DELETE", "teams"),
        ("DELETE", "officer_sessions"),
    ):
        op.execute(
            f"CREATE TRIGGER notify_callers AFTER {when} ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION notify_callers()"
        )
    op.execute(
        "CREATE TRIGGER notify_ended AFTER UPDATE ON officer_sessions FOR EACH ROW"
        " WHEN (new.revoked_at IS DISTINCT FROM old.revoked_at OR new.expires_at < old.expires_at"
        " OR new.last_seen_at < old.last_seen_at) EXECUTE FUNCTION notify_callers()"
    )


def downgrade() -> None:
    raise NotImplementedError("the first tables are not taken away; restore a backup instead")
