"""lights that turned, promises that passed; claims by file, merges by dispute"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0027"
down_revision = "0024"
branch_labels = None
depends_on = None


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


def _noted_at() -> sa.Column[sa.DateTime]:
    return sa.Column(
        "noted_at",
        sa.DateTime(timezone=True),
        server_default=sa.text("now()"),
        nullable=False,
    )


def _points(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def downgrade() -> None:
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
