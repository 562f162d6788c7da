"""late entries of ratios keep the day of their subject"""

import sqlalchemy as sa

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_RATIOS = """'M07', 'P01', 'P02', 'P03', 'P04', 'P07', 'P08', 'R01', 'R02', 'R03', 'R04', 'R05',
'R07', 'R10', 'R11', 'R12', 'R13', 'R14', 'R15', 'T07', 'T08'"""
_MARK = f"""
UPDATE ledger_entries SET subject_on = fact_on
WHERE adjusts_period IS NOT NULL AND metric IN ({_RATIOS}) AND counted_on >= (
  SELECT max(month) + interval '1 month' FROM periods WHERE status = 'locked')
"""


def upgrade() -> None:
    """Months that are locked keep what they said; the open ones count their own subjects."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("ledger_entries", sa.Column("subject_on", sa.Date(), nullable=True))
    op.execute("ALTER TABLE ledger_entries DISABLE TRIGGER append_only")
    op.execute(_MARK)
    op.execute("ALTER TABLE ledger_entries ENABLE TRIGGER append_only")
    op.create_index(
        "ix_ledger_entries_subject_on",
        "ledger_entries",
        ["scope", "metric", "counted_on", "subject_on"],
        postgresql_where=sa.text("subject_on IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.drop_index("ix_ledger_entries_subject_on", "ledger_entries")
    op.drop_column("ledger_entries", "subject_on")
