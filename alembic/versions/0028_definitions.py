"""every metric's definition as versioned data, and what a version would count beside the ledger"""

from datetime import date
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op
from app.core.calendar import next_working_days

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None

_WERE = ("origin_scope", "origin_of", "counting_date", "kinds", "excluded_tags", "thresholds")
# Code, labels, wordings and parameters of version 1: what every metric counted by so far.
_FIRST = Path(__file__).with_suffix(".json")
_FIRST_VERSION = sa.text("""
INSERT INTO metric_definitions
  (id, version, created_at, updated_at, metric, definition_version, effective_from_year, status,
   label_zh, label_en, wording_zh, wording_en, parameters)
SELECT gen_random_uuid(), 1, now(), now(), row->>0, 1, 1949, 'adopted',
       row->>1, row->>2, row->>3, row->>4, row->5
FROM jsonb_array_elements(CAST(:rows AS jsonb)) AS row
""")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    _gather_parameters()
    op.get_bind().execute(_FIRST_VERSION, {"rows": _FIRST.read_text("utf-8")})
    _stamp_working_days()
    _create_shadows()


def _gather_parameters() -> None:
    """Versions so far are M02's and Q03's."""
    op.add_column("metric_definitions", sa.Column("parameters", postgresql.JSONB(), nullable=True))
    op.execute("""
UPDATE metric_definitions SET parameters = CASE metric
  WHEN 'M02' THEN jsonb_build_object('origin_scope', origin_scope, 'origin_of', origin_of,
    'counting_date', counting_date, 'kinds', kinds, 'excluded_tags', excluded_tags)
  ELSE jsonb_build_object('counting_date', 'recognised', 'thresholds', thresholds) END
""")
    op.alter_column("metric_definitions", "parameters", nullable=False)
    op.alter_column("metric_definitions", "metric", type_=sa.String())
    for name in _WERE:
        op.drop_column("metric_definitions", name)


def _stamp_working_days() -> None:
    """The working days after each day of receiving, by the calendar known today."""
    connection = op.get_bind()
    op.add_column("lead_clocks", sa.Column("worked_on", postgresql.ARRAY(sa.Date())))
    days = "SELECT DISTINCT received_on FROM leads JOIN lead_clocks c ON c.lead_id = leads.id"
    stamp = sa.text("""
UPDATE lead_clocks c SET worked_on = CAST(:worked_on AS date[])
FROM leads l WHERE l.id = c.lead_id AND l.received_on = :received_on
""").bindparams(sa.bindparam("worked_on", type_=postgresql.ARRAY(sa.Date())))
    received: list[date] = list(connection.scalars(sa.text(days)))
    for day in received:
        connection.execute(stamp, {"received_on": day, "worked_on": next_working_days(day, 25)})
    op.alter_column("lead_clocks", "worked_on", nullable=False)


def _create_shadows() -> None:
    op.create_table(
        "metric_shadows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("definition_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["metric_definitions.id"],
            name=op.f("fk_metric_shadows_definition_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_shadows")),
    )
    op.create_index(
        "uq_metric_shadows_definition_id", "metric_shadows", ["definition_id"], unique=True
    )
    op.create_table(
        "shadow_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("definition_id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("part", "dimension", "mechanism")
        ),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("live_quantity", sa.Numeric(precision=24, scale=4), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=24, scale=4), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["metric_definitions.id"],
            name=op.f("fk_shadow_entries_definition_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_entries")),
    )
    op.create_index(
        "ix_shadow_entries_definition_id", "shadow_entries", ["definition_id", "counted_on"]
    )


def downgrade() -> None:
    """Versions of other metrics than M02 and Q03 go, and the first ones."""
    op.drop_table("shadow_entries")
    op.drop_table("metric_shadows")
    op.drop_column("lead_clocks", "worked_on")
    op.execute(
        "DELETE FROM metric_definitions"
        " WHERE definition_version = 1 OR metric NOT IN ('M02', 'Q03')"
    )
    for name, type_ in zip(
        _WERE,
        (*[sa.String(length=40)] * 3, *[postgresql.ARRAY(sa.Text())] * 2, None),
        strict=True,
    ):
        kind = type_ or postgresql.ARRAY(sa.BigInteger())
        op.add_column("metric_definitions", sa.Column(name, kind))
    listed = "ARRAY(SELECT jsonb_array_elements_text(coalesce(parameters->'{0}', '[]'))){1}"
    op.execute(f"""
UPDATE metric_definitions SET origin_scope = coalesce(parameters->>'origin_scope', 'city'),
  origin_of = coalesce(parameters->>'origin_of', 'payer'),
  counting_date = coalesce(parameters->>'counting_date', 'event'),
  kinds = {listed.format("kinds", "")}, excluded_tags = {listed.format("excluded_tags", "")},
  thresholds = CAST({listed.format("thresholds", "")} AS bigint[])
""")
    for name in _WERE:
        op.alter_column("metric_definitions", name, nullable=False)
    op.alter_column("metric_definitions", "metric", type_=sa.String(length=40))
    op.drop_column("metric_definitions", "parameters")
