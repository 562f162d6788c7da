"""duplicates and merges"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op
from app.models.company_names import normal_name

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _record() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.add_column(
        "companies", sa.Column("normal_name", sa.String(), nullable=False, server_default="")
    )
    op.add_column("companies", sa.Column("lei", sa.String(), nullable=True))
    op.add_column("companies", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.add_column("leads", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    _fill_normal_names()
    op.create_index("ix_companies_lei", "companies", ["lei"])
    op.create_index(
        "ix_companies_registration_number", "companies", ["registration_number", "country_code"]
    )
    op.create_index("ix_companies_normal_name", "companies", ["normal_name"])
    op.create_index(
        "ix_companies_similar_name",
        "companies",
        ["normal_name"],
        postgresql_using="gin",
        postgresql_ops={"normal_name": "gin_trgm_ops"},
    )
    op.create_table(
        "company_former_names",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        *_record(),
        sa.Column("normal_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_company_former_names_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_former_names")),
    )
    op.create_index(
        op.f("ix_company_former_names_company_id"), "company_former_names", ["company_id"]
    )
    op.create_index("ix_company_former_names_normal_name", "company_former_names", ["normal_name"])
    op.create_index(
        "ix_company_former_names_created_at", "company_former_names", ["created_at", "id"]
    )
    op.create_table(
        "duplicate_pairs",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        *_record(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_pairs")),
    )
    op.create_index(
        "uq_duplicate_pairs_first_id", "duplicate_pairs", ["first_id", "second_id"], unique=True
    )
    op.create_index("ix_duplicate_pairs_second_id", "duplicate_pairs", ["second_id"])
    op.create_index("ix_duplicate_pairs_created_at", "duplicate_pairs", ["created_at", "id"])
    op.create_index("ix_duplicate_pairs_status", "duplicate_pairs", ["status", "created_at", "id"])
    op.create_table(
        "duplicate_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", postgresql.JSONB(), nullable=False),
        sa.Column("found_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_checks")),
    )
    op.create_index("ix_duplicate_checks_officer_id", "duplicate_checks", ["officer_id", "at"])
    op.create_table(
        "merges",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        *_record(),
        sa.Column("moved", postgresql.JSONB(), nullable=False),
        sa.Column("stayed", postgresql.JSONB(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reversal_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    op.create_index("ix_merges_created_at", "merges", ["created_at", "id"])
    op.create_index("ix_merges_merged_id", "merges", ["merged_id"])
    op.create_index("ix_merges_kept_id", "merges", ["kept_id"])


def _fill_normal_names() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, name FROM companies")).all()
    names = [{"id": row.id, "name": normal_name(row.name)} for row in rows]
    update = sa.text("UPDATE companies SET normal_name = :name WHERE id = :id")
    if names:
        connection.execute(update, names)


def downgrade() -> None:
    for table in ("merges", "duplicate_checks", "duplicate_pairs", "company_former_names"):
        op.drop_table(table)
    op.drop_column("leads", "merged_into_id")
    for column in ("merged_into_id", "lei", "normal_name"):
        op.drop_column("companies", column)
