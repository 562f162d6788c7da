"""activities that say why they are late; where a lead lies and what of it the zone is credited"""

import sqlalchemy as sa

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_LATE = ("trips", "events", "stationings", "platform_fundings")
_CREDITED = (
    "leads",
    "stage_transitions",
    "capital_arrivals",
    "foreign_capital_uses",
    "fixed_investments",
)
# Cards name a version, sums rest on shares: neither is rewritten, whoever asks.
_KEPT = ("kpi_target_versions", "stage_credits", "money_credits", "agreement_credits")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for table in _LATE:
        op.add_column(table, sa.Column("late_reason", sa.String(), nullable=True))
    for table in _CREDITED:
        located = sa.Column(
            "is_located_in_zone", sa.Boolean(), server_default=sa.true(), nullable=False
        )
        share = sa.Column("credited_share", sa.Numeric(5, 2), server_default="100", nullable=False)
        op.add_column(table, located)
        op.add_column(table, share)
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in reversed(_KEPT):
        op.execute(f"DROP TRIGGER append_only ON {table}")
    for table in reversed(_CREDITED):
        op.drop_column(table, "credited_share")
        op.drop_column(table, "is_located_in_zone")
    for table in reversed(_LATE):
        op.drop_column(table, "late_reason")
