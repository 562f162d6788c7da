"""what entries take back; versions of the credit policy; what was published stays"""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# Grows with time like all ids, and came first.
_FIRST = UUID("01900000-0000-7000-8000-000000000001")

# A published scheme ends by retirement, an entry by reversal; nothing else of them moves.
_REVERSAL = "'{reversed_at,reversed_by_id,reversal_reason,version,updated_at}'::text[]"
_GUARDS = {
    "schemes": """BEFORE UPDATE ON schemes FOR EACH ROW WHEN (
  old.status <> 'draft' AND NOT (
    old.status = 'published' AND new.status = 'retired'
    AND to_jsonb(new) - '{status,version,updated_at}'::text[]
      = to_jsonb(old) - '{status,version,updated_at}'::text[]))""",
    "scorecard_inputs": f"""BEFORE UPDATE ON scorecard_inputs FOR EACH ROW WHEN (
  old.reversed_at IS NOT NULL OR new.reversed_at IS NULL
  OR to_jsonb(new) - {_REVERSAL} <> to_jsonb(old) - {_REVERSAL})""",
    "metric_definitions": """BEFORE UPDATE ON metric_definitions FOR EACH ROW
  WHEN (old.status = 'adopted')""",
}
_KEPT = {
    "schemes": "old.status <> 'draft'",
    "scorecard_inputs": "true",
    "metric_definitions": "old.status = 'adopted'",
}
# Items of a draft come and go; of a published scheme they stay, and none is added.
_ITEMS = """
CREATE FUNCTION refuse_published_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM schemes s WHERE s.status <> 'draft'
      AND (TG_OP <> 'INSERT' AND s.id = old.scheme_id
        OR TG_OP <> 'DELETE' AND s.id = new.scheme_id)
  ) THEN
    RAISE EXCEPTION '% of a published scheme is append-only', TG_TABLE_NAME
      USING ERRCODE = '42501';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN old ELSE new END;
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    # Nullable, without default, key or index: no row is read or written, however many there are.
    op.add_column("ledger_entries", sa.Column("reverses_id", sa.Uuid(), nullable=True))
    parts = ("first_contact", "lead_negotiator", "supporter", "steward")
    policies = op.create_table(
        "credit_policies",
        sa.Column("first_contact", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("lead_negotiator", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("supporter", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("steward", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_policies")),
    )
    op.create_index("ix_credit_policies_effective_on", "credit_policies", ["effective_on", "id"])
    first = dict(zip(parts, map(Decimal, (30, 50, 20, 0)), strict=True))
    written = datetime(2026, 11, 23, tzinfo=UTC)
    base = {"id": _FIRST, "version": 1, "created_at": written, "updated_at": written}
    op.bulk_insert(policies, [{**base, **first, "effective_on": date(1949, 10, 1)}])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_policies"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    for table, guard in _GUARDS.items():
        op.execute(f"CREATE TRIGGER published_stays {guard} EXECUTE FUNCTION refuse_change()")
        op.execute(
            f"CREATE TRIGGER published_kept BEFORE DELETE ON {table} FOR EACH ROW"
            f" WHEN ({_KEPT[table]}) EXECUTE FUNCTION refuse_change()"
        )
    op.execute(_ITEMS)
    op.execute(
        "CREATE TRIGGER published_stays BEFORE INSERT OR UPDATE OR DELETE ON scheme_items"
        " FOR EACH ROW EXECUTE FUNCTION refuse_published_item()"
    )
    for table in (*_GUARDS, "scheme_items"):
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for table in (*_GUARDS, "scheme_items"):
        op.execute(f"DROP TRIGGER never_emptied ON {table}")
        op.execute(f"DROP TRIGGER published_stays ON {table}")
    op.execute("DROP FUNCTION refuse_published_item()")
    for table in _GUARDS:
        op.execute(f"DROP TRIGGER published_kept ON {table}")
    op.drop_table("credit_policies")
    op.drop_column("ledger_entries", "reverses_id")
