"""money facts"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_EVENTS = {
    "capital_arrivals": "arrived_on",
    "foreign_capital_uses": "used_on",
    "fixed_investments": "month",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    _create(
        "capital_arrivals",
        *_rated(),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payer_name", sa.String(), nullable=False),
        sa.Column("payer_country_code", sa.String(), nullable=False),
        sa.Column("payer_region_code", sa.String(), nullable=True),
        sa.Column("ultimate_country_code", sa.String(), nullable=True),
        sa.Column("ultimate_region_code", sa.String(), nullable=True),
        sa.Column("excluded_tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("amount_cny", sa.Numeric(precision=20, scale=2), nullable=False),
    )
    _create(
        "foreign_capital_uses",
        *_rated(),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("payer_name", sa.String(), nullable=False),
        sa.Column("payer_country_code", sa.String(), nullable=False),
        sa.Column("amount_usd", sa.Numeric(precision=20, scale=2), nullable=False),
    )
    _create("fixed_investments", sa.Column("is_in_statistics", sa.Boolean(), nullable=False))
    op.create_table(
        "money_credits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("share", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        _reference("money_credits", "officer_id", "officers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_credits")),
    )
    for column in ("fact_id", "officer_id"):
        op.create_index(op.f(f"ix_money_credits_{column}"), "money_credits", [column])


def _rated() -> list[sa.Column]:
    return [
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("exchange_rate", sa.Numeric(precision=18, scale=8), nullable=True),
        sa.Column("rate_on", sa.Date(), nullable=True),
        sa.Column("rate_source", sa.String(), nullable=True),
    ]


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _create(table: str, *own: sa.Column) -> None:
    """One kind of fact: its own columns beside those that all have."""
    event = _EVENTS[table]
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column(event, sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=20, scale=2), nullable=False),
        *own,
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("recognised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recognised_by_id", sa.Uuid(), nullable=True),
        sa.Column("decision_comment", sa.String(), nullable=True),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reversal_reason", sa.String(), nullable=True),
        sa.Column("mechanism", sa.String(), nullable=False),
        sa.Column("combination_id", sa.Uuid(), nullable=True),
        sa.Column("lead_signed_on", sa.Date(), nullable=True),
        sa.Column("is_key_chain", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        _reference(table, "lead_id", "leads"),
        _reference(table, "company_id", "companies"),
        _reference(table, "combination_id", "combinations"),
        _reference(table, "recognised_by_id", "officers"),
        _reference(table, "reversed_by_id", "officers"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_lead_id", table, ["lead_id", event, "id"])
    op.create_index(f"ix_{table}_company_id", table, ["company_id", event, "id"])
    op.create_index(f"ix_{table}_combination_id", table, ["combination_id", event, "id"])
    op.create_index(f"ix_{table}_{event}", table, [event, "id"])
    op.create_index(f"ix_{table}_created_at", table, ["created_at", "id"])


def downgrade() -> None:
    for table in ("money_credits", *reversed(_EVENTS)):
        op.drop_table(table)
