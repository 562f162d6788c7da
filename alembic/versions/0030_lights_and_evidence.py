"""lights that turned, promises that passed; claims by file, merges by dispute; five metrics"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_FIRST = (
    ("P05", "亮灯项目数", "Leads whose light turned"),
    ("P06", "逾期容缺项数", "Overdue deferrals"),
    ("P07", "线索信息完整率", "Completeness of leads"),
    ("R12", "亩均投资与税收", "Investment and tax per mu"),
    ("R13", "税收与就业兑现率", "Tax and jobs delivered of promised"),
)
_FIRST_VERSION = sa.text("""
INSERT INTO metric_definitions
  (id, version, created_at, updated_at, metric, definition_version, effective_from_year, status,
   label_zh, label_en, wording_zh, wording_en, parameters)
VALUES (gen_random_uuid(), 1, now(), now(), :metric, 1, 1949, 'adopted', :zh, :en,
        '无可调参数', 'no parameters', '{}')
""")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "passed_promises",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deferral_id", sa.Uuid(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("brought_on", sa.Date(), nullable=True),
        _noted_at(),
        _points("passed_promises", "deferral_id", "deferrals"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passed_promises")),
        sa.UniqueConstraint("deferral_id", name=op.f("uq_passed_promises_deferral_id")),
    )
    op.create_table(
        "light_turns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("light", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("window_on", sa.Date(), nullable=False),
        sa.Column("turned_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("mechanism", sa.String(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("combination_id", sa.Uuid(), nullable=True),
        _noted_at(),
        _points("light_turns", "lead_id", "leads"),
        _points("light_turns", "owner_id", "officers"),
        _points("light_turns", "company_id", "companies"),
        _points("light_turns", "combination_id", "combinations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_light_turns")),
    )
    op.create_index(
        "uq_light_turns_lead_id",
        "light_turns",
        ["lead_id", "reason", "light", "window_on"],
        unique=True,
    )
    _follow_claims_and_disputes()
    for metric, zh, en in _FIRST:
        op.get_bind().execute(_FIRST_VERSION, {"metric": metric, "zh": zh, "en": en})


def _follow_claims_and_disputes() -> None:
    op.alter_column("claims", "visit_id", nullable=True)
    op.add_column("claims", sa.Column("evidence_file_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_claims_evidence_file_id"),
        "claims",
        "evidence_files",
        ["evidence_file_id"],
        ["id"],
    )
    op.add_column("dispute_decisions", sa.Column("merge_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_dispute_decisions_merge_id"), "dispute_decisions", "merges", ["merge_id"], ["id"]
    )
    op.drop_column("disputes", "is_merge_due")


def _noted_at() -> sa.Column[datetime]:
    return sa.Column(
        "noted_at",
        sa.DateTime(timezone=True),
        server_default=sa.text("now()"),
        nullable=False,
    )


def _points(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def downgrade() -> None:
    listed = ", ".join(f"'{metric}'" for metric, *_ in _FIRST)
    shadowed = f"IN (SELECT id FROM metric_definitions WHERE metric IN ({listed}))"
    for table in ("shadow_entries", "metric_shadows"):
        op.execute(f"DELETE FROM {table} WHERE definition_id {shadowed}")
    op.execute(f"DELETE FROM metric_definitions WHERE metric IN ({listed})")
    op.add_column(
        "disputes",
        sa.Column("is_merge_due", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.alter_column("disputes", "is_merge_due", server_default=None)
    op.drop_column("dispute_decisions", "merge_id")
    op.drop_column("claims", "evidence_file_id")
    op.execute("DELETE FROM claims WHERE visit_id IS NULL")
    op.alter_column("claims", "visit_id", nullable=False)
    op.drop_table("light_turns")
    op.drop_table("passed_promises")
