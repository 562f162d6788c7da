"""kpi months"""

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BACKFILL = """
INSERT INTO kpi_pending (scope, mechanism, month, scope_id, metric, part, dimension,
  definition_version, company_id, quantity)
SELECT scope, mechanism, CAST(date_trunc('month', counted_on) AS date) AS month, scope_id, metric,
  part, dimension, definition_version, CASE WHEN metric = 'T02' THEN company_id END, sum(quantity)
FROM ledger_entries GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY month
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "kpi_months",
        *_key(),
        sa.Column("quantity", sa.Numeric(precision=24, scale=4), nullable=False),
        sa.Column("company_count", sa.Integer(), nullable=False),
        _primary_key("kpi_months"),
    )
    op.create_table(
        "kpi_company_months",
        *_key(),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=24, scale=4), nullable=False),
        _primary_key("kpi_company_months", "company_id"),
    )
    op.create_table(
        "kpi_pending",
        sa.Column("id", sa.BigInteger(), nullable=False),
        *_key(),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=24, scale=4), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kpi_pending")),
    )
    # Room beside each sum for its next value: an update then touches no index.
    op.execute("ALTER TABLE kpi_months SET (fillfactor = 70)")
    op.execute("ALTER TABLE kpi_company_months SET (fillfactor = 90)")
    # A queue is emptied all the time: clean it by what was taken, not by a share of its size.
    op.execute(
        "ALTER TABLE kpi_pending SET (autovacuum_vacuum_threshold = 5000,"
        " autovacuum_vacuum_scale_factor = 0, autovacuum_analyze_threshold = 5000,"
        " autovacuum_analyze_scale_factor = 0)"
    )
    # No entry may be posted between the backfill and the version that posts to the queue.
    op.execute("LOCK TABLE ledger_entries IN SHARE MODE")
    op.execute(_BACKFILL)


def _key() -> list[sa.Column]:
    return [
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("mechanism", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
    ]


def _primary_key(table: str, *more: str) -> sa.PrimaryKeyConstraint:
    names = [column.name for column in _key()]
    return sa.PrimaryKeyConstraint(*names, *more, name=op.f(f"pk_{table}"))


def downgrade() -> None:
    op.drop_table("kpi_pending")
    op.drop_table("kpi_company_months")
    op.drop_table("kpi_months")
