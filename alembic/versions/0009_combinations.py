"""combinations"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_STAMP = """
UPDATE stage_transitions t SET direction = l.direction, is_leading = l.is_leading,
  is_flagship = l.is_flagship
FROM leads l WHERE l.id = t.lead_id
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "development_plans",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("from_year", sa.Integer(), nullable=False),
        sa.Column("to_year", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("name_sort", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_development_plans")),
    )
    op.create_index("uq_development_plans_name", "development_plans", ["name"], unique=True)
    op.create_table(
        "development_goals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("development_plan_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(precision=24, scale=4), nullable=False),
        sa.ForeignKeyConstraint(
            ["development_plan_id"],
            ["development_plans.id"],
            name=op.f("fk_development_goals_development_plan_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_development_goals")),
    )
    op.create_index(
        "uq_development_goals_year",
        "development_goals",
        ["development_plan_id", "year", "metric"],
        unique=True,
    )
    op.create_table(
        "platform_companies",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("committed_amount", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_platform_companies_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_companies")),
    )
    op.create_index(
        "uq_platform_companies_company_id", "platform_companies", ["company_id"], unique=True
    )
    op.create_table(
        "combinations",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("industry_chain_id", sa.Uuid(), nullable=True),
        sa.Column("development_plan_id", sa.Uuid(), nullable=True),
        sa.Column("park_id", sa.Uuid(), nullable=True),
        sa.Column("platform_company_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("name_sort", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["development_plan_id"],
            ["development_plans.id"],
            name=op.f("fk_combinations_development_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["industry_chain_id"],
            ["industry_chains.id"],
            name=op.f("fk_combinations_industry_chain_id"),
        ),
        sa.ForeignKeyConstraint(
            ["platform_company_id"],
            ["platform_companies.id"],
            name=op.f("fk_combinations_platform_company_id"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_combinations_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_combinations")),
    )
    op.create_index(
        "ix_combinations_platform_company_id", "combinations", ["platform_company_id"], unique=False
    )
    op.create_index(op.f("ix_combinations_team_id"), "combinations", ["team_id"], unique=False)
    op.create_index(
        "uq_combinations_industry_chain_id",
        "combinations",
        ["industry_chain_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index("uq_combinations_name", "combinations", ["name"], unique=True)
    op.create_table(
        "platform_fundings",
        sa.Column("platform_company_id", sa.Uuid(), nullable=False),
        sa.Column("combination_id", sa.Uuid(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=20, scale=2), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reversal_reason", sa.String(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_platform_fundings_amount")),
        sa.ForeignKeyConstraint(
            ["combination_id"],
            ["combinations.id"],
            name=op.f("fk_platform_fundings_combination_id"),
        ),
        sa.ForeignKeyConstraint(
            ["platform_company_id"],
            ["platform_companies.id"],
            name=op.f("fk_platform_fundings_platform_company_id"),
        ),
        sa.ForeignKeyConstraint(
            ["reversed_by_id"], ["officers.id"], name=op.f("fk_platform_fundings_reversed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_fundings")),
    )
    op.create_index(
        "ix_platform_fundings_combination_id",
        "platform_fundings",
        ["combination_id", "paid_on"],
        unique=False,
    )
    op.create_index(
        "ix_platform_fundings_created_at", "platform_fundings", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_platform_fundings_paid_on", "platform_fundings", ["paid_on", "id"], unique=False
    )
    op.create_index(
        "ix_platform_fundings_platform_company_id",
        "platform_fundings",
        ["platform_company_id", "paid_on"],
        unique=False,
    )
    op.add_column(
        "teams",
        sa.Column(
            "mechanism",
            sa.String(length=40),
            nullable=True,
        ),
    )
    op.add_column("leads", sa.Column("combination_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_leads_combination_id"), "leads", "combinations", ["combination_id"], ["id"]
    )
    op.add_column("leads", sa.Column("chain_node_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_leads_chain_node_id"), "leads", "chain_nodes", ["chain_node_id"], ["id"]
    )
    op.create_index(
        "ix_leads_combination_id", "leads", ["combination_id", "updated_at", "id"], unique=False
    )
    op.create_index(
        "ix_leads_chain_node_id", "leads", ["chain_node_id", "updated_at", "id"], unique=False
    )
    op.add_column("visits", sa.Column("combination_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_visits_combination_id"), "visits", "combinations", ["combination_id"], ["id"]
    )
    op.add_column("stage_transitions", sa.Column("combination_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_stage_transitions_combination_id"),
        "stage_transitions",
        "combinations",
        ["combination_id"],
        ["id"],
    )
    op.add_column("stage_transitions", sa.Column("chain_node_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_stage_transitions_chain_node_id"),
        "stage_transitions",
        "chain_nodes",
        ["chain_node_id"],
        ["id"],
    )
    op.add_column(
        "stage_transitions",
        sa.Column(
            "chain_node_status",
            sa.String(length=40),
            nullable=True,
        ),
    )
    op.add_column(
        "stage_transitions",
        sa.Column(
            "direction",
            sa.String(length=40),
            nullable=True,
        ),
    )
    op.add_column("stage_transitions", sa.Column("is_leading", sa.Boolean(), nullable=True))
    op.add_column("stage_transitions", sa.Column("is_flagship", sa.Boolean(), nullable=True))
    op.execute(_STAMP)
    for column in ("direction", "is_leading", "is_flagship"):
        op.alter_column("stage_transitions", column, nullable=False)


def downgrade() -> None:
    for table, columns in {
        "stage_transitions": (
            "is_flagship",
            "is_leading",
            "direction",
            "chain_node_status",
            "chain_node_id",
            "combination_id",
        ),
        "visits": ("combination_id",),
        "leads": ("chain_node_id", "combination_id"),
        "teams": ("mechanism",),
    }.items():
        for column in columns:
            op.drop_column(table, column)
    for table in (
        "platform_fundings", "combinations", "platform_companies", "development_goals",
        "development_plans",
    ):  # fmt: skip
        op.drop_table(table)
