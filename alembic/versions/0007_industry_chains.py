"""industry chains"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "industry_chains",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("name_sort", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_industry_chains")),
    )
    op.create_index("uq_industry_chains_name", "industry_chains", ["name"], unique=True)
    op.create_table(
        "chain_nodes",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tier", sa.String(length=40), nullable=False),
        sa.Column("importance", sa.Integer(), nullable=False),
        sa.Column("needed_share", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("industry_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("industry_chain_id", sa.Uuid(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("name_sort", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["industry_chain_id"],
            ["industry_chains.id"],
            name=op.f("fk_chain_nodes_industry_chain_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_nodes")),
    )
    op.create_index(
        "uq_chain_nodes_code", "chain_nodes", ["industry_chain_id", "code"], unique=True
    )
    op.create_table(
        "chain_links",
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("from_node_id", sa.Uuid(), nullable=False),
        sa.Column("to_node_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("industry_chain_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("from_node_id <> to_node_id", name=op.f("ck_chain_links_two_nodes")),
        sa.ForeignKeyConstraint(
            ["from_node_id"], ["chain_nodes.id"], name=op.f("fk_chain_links_from_node_id")
        ),
        sa.ForeignKeyConstraint(
            ["industry_chain_id"],
            ["industry_chains.id"],
            name=op.f("fk_chain_links_industry_chain_id"),
        ),
        sa.ForeignKeyConstraint(
            ["to_node_id"], ["chain_nodes.id"], name=op.f("fk_chain_links_to_node_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_links")),
    )
    op.create_index(
        op.f("ix_chain_links_industry_chain_id"), "chain_links", ["industry_chain_id"], unique=False
    )
    op.create_index(op.f("ix_chain_links_to_node_id"), "chain_links", ["to_node_id"], unique=False)
    op.create_index(
        "uq_chain_links_to_node_id", "chain_links", ["from_node_id", "to_node_id"], unique=True
    )
    op.create_table(
        "node_presences",
        sa.Column("chain_node_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("local_share", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by_id", sa.Uuid(), nullable=True),
        sa.Column("verified_by_id", sa.Uuid(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["chain_node_id"], ["chain_nodes.id"], name=op.f("fk_node_presences_chain_node_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_node_presences_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_presences")),
    )
    op.create_index(
        op.f("ix_node_presences_company_id"), "node_presences", ["company_id"], unique=False
    )
    op.create_index(
        "ix_node_presences_created_at", "node_presences", ["created_at", "id"], unique=False
    )
    op.create_index(
        "uq_node_presences_company_id",
        "node_presences",
        ["chain_node_id", "company_id"],
        unique=True,
    )
    op.create_table(
        "node_statuses",
        sa.Column("chain_node_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["chain_node_id"], ["chain_nodes.id"], name=op.f("fk_node_statuses_chain_node_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_statuses")),
    )
    op.create_index(
        "ix_node_statuses_chain_node_id",
        "node_statuses",
        ["chain_node_id", "from_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_node_statuses_created_at", "node_statuses", ["created_at", "id"], unique=False
    )
    op.create_index("ix_node_statuses_from_on", "node_statuses", ["from_on", "id"], unique=False)
    # What a node was at signing pays: nobody rewrites it.
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON node_statuses"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    for table in (
        "node_statuses", "node_presences", "chain_links", "chain_nodes", "industry_chains"
    ):  # fmt: skip
        op.drop_table(table)
