"""parks, sites, reservations"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0010"
down_revision = "0009"
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


def _searchable() -> list[sa.Column]:
    return [
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("name_sort", sa.String(), nullable=False),
    ]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "parks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("area_m2", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("region_code", sa.String(), nullable=True),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        *_searchable(),
        *_record(),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["parks.id"], name=op.f("fk_parks_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parks")),
    )
    op.create_index("uq_parks_name", "parks", ["name"], unique=True)
    op.create_index("uq_parks_code", "parks", ["code"], unique=True)
    op.create_index(op.f("ix_parks_parent_id"), "parks", ["parent_id"], unique=False)
    op.create_table(
        "sites",
        sa.Column("park_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("power_kva", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("ceiling_height_m", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("floor_load_t_m2", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("price", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("price_unit", sa.String(length=40), nullable=True),
        sa.Column("available_from", sa.Date(), nullable=True),
        sa.Column("industry_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        *_searchable(),
        *_record(),
        sa.Column("area_m2", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["park_id"], ["parks.id"], name=op.f("fk_sites_park_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
    )
    op.create_index("uq_sites_code", "sites", ["park_id", "code"], unique=True)
    op.create_table(
        "site_reservations",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        *_record(),
        sa.Column("area_m2", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by_id", sa.Uuid(), nullable=True),
        sa.Column("release_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.id"], name=op.f("fk_site_reservations_site_id")
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_site_reservations_lead_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_reservations")),
    )
    op.create_index(
        "ix_site_reservations_site_id", "site_reservations", ["site_id", "from_on"], unique=False
    )
    op.create_index(
        "ix_site_reservations_created_at", "site_reservations", ["created_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_site_reservations_lead_id"), "site_reservations", ["lead_id"], unique=False
    )


def downgrade() -> None:
    for table in ("site_reservations", "sites", "parks"):
        op.drop_table(table)
