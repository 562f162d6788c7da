"""combination parks"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    # Until there were parks, any id was taken.
    op.execute("UPDATE combinations SET park_id = NULL")
    op.create_foreign_key(
        op.f("fk_combinations_park_id"), "combinations", "parks", ["park_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_combinations_park_id"), "combinations", type_="foreignkey")
