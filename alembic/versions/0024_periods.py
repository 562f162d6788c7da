"""closed periods: a locked month never moves"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# The numbers are `app/kpis/periods.py`'s POSTING_LOCK and REBUILD_LOCK. A volatile function sees
# what was committed while it waited; the statement that calls it would not.
_FIRST_OPEN_DAY = """
CREATE FUNCTION first_open_day() RETURNS date LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock_shared(7302603) THEN
    RAISE EXCEPTION 'the ledger is being rebuilt' USING ERRCODE = '55P03';
  END IF;
  PERFORM pg_advisory_xact_lock_shared(7302602);
  RETURN (SELECT coalesce(CAST(max(month) + interval '1 month' AS date), '-infinity')
          FROM periods WHERE status = 'locked');
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "periods",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("cut_off_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("closing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_by_id", sa.Uuid(), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], ["officers.id"], name=op.f(f"fk_periods_{column}"))
            for column in ("closing_by_id", "locked_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periods")),
    )
    op.create_index("uq_periods_month", "periods", ["month"], unique=True)
    op.create_table(
        "period_snapshots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=24, scale=4), nullable=False),
        sa.Column("company_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id"], ["periods.id"], name=op.f("fk_period_snapshots_period_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_snapshots")),
    )
    op.create_index(
        "ix_period_snapshots_period_id",
        "period_snapshots",
        ["period_id", "scope", "scope_id", "metric"],
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON period_snapshots"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(_FIRST_OPEN_DAY)
    _create_definitions()
    _tell_days_apart()
    for table in ("visits", "capital_arrivals", "foreign_capital_uses", "fixed_investments"):
        op.add_column(table, sa.Column("late_reason", sa.String(), nullable=True))


def _create_definitions() -> None:
    op.create_table(
        "metric_definitions",
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("effective_from_year", sa.Integer(), nullable=False),
        sa.Column("label_zh", sa.String(), nullable=False),
        sa.Column("label_en", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("origin_scope", sa.String(length=40), nullable=False),
        sa.Column("origin_of", sa.String(length=40), nullable=False),
        sa.Column("counting_date", sa.String(length=40), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("excluded_tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("thresholds", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("wording_zh", sa.String(), nullable=False),
        sa.Column("wording_en", sa.String(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adopted_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["adopted_by_id"], ["officers.id"], name=op.f("fk_metric_definitions_adopted_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_definitions")),
    )
    op.create_index(
        "uq_metric_definitions_definition_version",
        "metric_definitions",
        ["metric", "definition_version"],
        unique=True,
    )


def _tell_days_apart() -> None:
    """Entries so far count on the day that the definition says; only this may write it there."""
    op.add_column("ledger_entries", sa.Column("fact_on", sa.Date(), nullable=True))
    op.add_column("ledger_entries", sa.Column("adjusts_period", sa.Date(), nullable=True))
    op.add_column(
        "ledger_entries",
        sa.Column("is_redefinition", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.execute("ALTER TABLE ledger_entries DISABLE TRIGGER append_only")
    op.execute("UPDATE ledger_entries SET fact_on = counted_on")
    op.execute("ALTER TABLE ledger_entries ENABLE TRIGGER append_only")
    op.alter_column("ledger_entries", "fact_on", nullable=False)
    op.create_index(
        "ix_ledger_entries_adjusts_period",
        "ledger_entries",
        ["adjusts_period", "counted_on", "id"],
        postgresql_where=sa.text("adjusts_period IS NOT NULL"),
    )


def downgrade() -> None:
    for table in ("fixed_investments", "foreign_capital_uses", "capital_arrivals", "visits"):
        op.drop_column(table, "late_reason")
    op.drop_index("ix_ledger_entries_adjusts_period", "ledger_entries")
    op.drop_column("ledger_entries", "is_redefinition")
    op.drop_column("ledger_entries", "adjusts_period")
    op.drop_column("ledger_entries", "fact_on")
    op.execute("DROP FUNCTION first_open_day()")
    op.drop_table("metric_definitions")
    op.drop_table("period_snapshots")
    op.drop_table("periods")
