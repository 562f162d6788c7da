"""kpi_months: distinct companies of quarters, halves and years to date

Filled from the sums of companies. No default is left behind: a process of an older version that
still folds is refused, and what it would have folded stays pending.
"""

import sqlalchemy as sa

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_SPANS = {
    "quarter": "date_trunc('quarter', month)",
    "half": "CASE WHEN date_part('month', month) < 7 THEN date_trunc('year', month)"
    " ELSE date_trunc('year', month) + interval '6 months' END",
    "year": "date_trunc('year', month)",
}
_COMPANY = "scope, mechanism, scope_id, metric, part, dimension, definition_version, company_id"
_KEY = "scope, mechanism, month, scope_id, metric, part, dimension, definition_version"
_TOTALS = ", ".join(
    f"sum(quantity) OVER (PARTITION BY {_COMPANY}, {start} ORDER BY month) AS {name}"
    for name, start in _SPANS.items()
)
_STEPS = ", ".join(
    f"sum(CAST({name} > 0 AS int) - CAST({name} - quantity > 0 AS int)) AS {name}"
    for name in _SPANS
)
_SAME = " AND ".join(f"held.{name} = steps.{name}" for name in _KEY.split(", "))
_FILL = f"""
UPDATE kpi_months AS held SET
  {", ".join(f"{name}_company_count = steps.{name}" for name in _SPANS)}
FROM (
  SELECT {_KEY}, {_STEPS} FROM (
    SELECT {_KEY}, quantity, {_TOTALS} FROM kpi_company_months
  ) AS totals GROUP BY {_KEY}
) AS steps WHERE {_SAME}
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for name in _SPANS:
        column = f"{name}_company_count"
        op.add_column(
            "kpi_months", sa.Column(column, sa.Integer(), server_default="0", nullable=False)
        )
    op.execute(_FILL)
    for name in _SPANS:
        op.alter_column("kpi_months", f"{name}_company_count", server_default=None)
    op.create_index("ix_kpi_months_metric", "kpi_months", ["scope", "mechanism", "month", "metric"])
    _put_company_before_month()


def _put_company_before_month() -> None:
    """A company's months lie together."""
    op.drop_constraint("pk_kpi_company_months", "kpi_company_months", type_="primary")
    op.create_primary_key(
        "pk_kpi_company_months", "kpi_company_months", [*_COMPANY.split(", "), "month"]
    )


def downgrade() -> None:
    op.drop_constraint("pk_kpi_company_months", "kpi_company_months", type_="primary")
    op.create_primary_key(
        "pk_kpi_company_months", "kpi_company_months", [*_KEY.split(", "), "company_id"]
    )
    op.drop_index("ix_kpi_months_metric", "kpi_months")
    for name in _SPANS:
        op.drop_column("kpi_months", f"{name}_company_count")
