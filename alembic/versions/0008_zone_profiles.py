"""the zone's profile: one row that definitions go by"""

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ZONE = ("019ab000-0000-7000-8000-000000000001", "昆明高新技术产业开发区", "5301")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    profiles = op.create_table(
        "zone_profiles",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("city_code", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_profiles")),
    )
    op.create_index("uq_zone_profiles", "zone_profiles", [sa.text("(true)")], unique=True)
    row = sa.insert(profiles).from_select(
        ["id", "name", "city_code", "version", "created_at", "updated_at"],
        sa.select(
            sa.cast(sa.literal(ZONE[0]), sa.Uuid()),
            sa.literal(ZONE[1]),
            sa.literal(ZONE[2]),
            sa.literal(1),
            sa.func.now(),
            sa.func.now(),
        ),
    )
    op.execute(row)


def downgrade() -> None:
    op.drop_table("zone_profiles")
