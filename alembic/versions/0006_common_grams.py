"""know the common grams"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INDEXES = ("ix_companies_search", "ix_leads_search", "ix_contacts_search")


def _keep(share: int) -> None:
    """How many grams ANALYZE remembers: ten times this number of the most common ones."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    for index in _INDEXES:
        op.execute(f"ALTER INDEX {index} ALTER COLUMN 1 SET STATISTICS {share}")


def upgrade() -> None:
    _keep(300)
    op.execute("ANALYZE companies, leads, contacts")


def downgrade() -> None:
    _keep(-1)
