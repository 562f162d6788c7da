"""trips events tasks"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    # Trusted since PostgreSQL 13: the database's owner may create it.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "events",
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reversal_reason", sa.String(), nullable=True),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("mechanism", sa.String(length=40), nullable=False),
        sa.Column("cost_amount", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("host", sa.String(), nullable=True),
        sa.Column("guest_count", sa.Integer(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cost_amount >= 0", name=op.f("ck_events_cost_amount")),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["officers.id"], name=op.f("fk_events_organiser_id")
        ),
        sa.ForeignKeyConstraint(
            ["reversed_by_id"], ["officers.id"], name=op.f("fk_events_reversed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_created_at", "events", ["created_at", "id"], unique=False)
    op.create_index("ix_events_held_on", "events", ["held_on", "id"], unique=False)
    op.create_index(
        "ix_events_organiser_id", "events", ["organiser_id", "held_on", "id"], unique=False
    )
    op.create_table(
        "stationings",
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reversal_reason", sa.String(), nullable=True),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("officer_id"), "="),
            (sa.literal_column("daterange(from_on, to_on, '[]')"), "&&"),
            where=sa.text("status = 'counted'"),
            using="gist",
            name="ex_stationings_from_on",
        ),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_stationings_from_to")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_stationings_officer_id")
        ),
        sa.ForeignKeyConstraint(
            ["reversed_by_id"], ["officers.id"], name=op.f("fk_stationings_reversed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stationings")),
    )
    op.create_index("ix_stationings_created_at", "stationings", ["created_at", "id"], unique=False)
    op.create_index("ix_stationings_from_on", "stationings", ["from_on", "id"], unique=False)
    op.create_index(
        "ix_stationings_officer_id", "stationings", ["officer_id", "from_on", "id"], unique=False
    )
    op.create_table(
        "trips",
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reversal_reason", sa.String(), nullable=True),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("mechanism", sa.String(length=40), nullable=False),
        sa.Column("cost_amount", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=True),
        sa.Column("country_code", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cost_amount >= 0", name=op.f("ck_trips_cost_amount")),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_trips_from_to")),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["officers.id"], name=op.f("fk_trips_organiser_id")
        ),
        sa.ForeignKeyConstraint(
            ["reversed_by_id"], ["officers.id"], name=op.f("fk_trips_reversed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trips")),
    )
    op.create_index("ix_trips_created_at", "trips", ["created_at", "id"], unique=False)
    op.create_index("ix_trips_from_on", "trips", ["from_on", "id"], unique=False)
    op.create_index(
        "ix_trips_organiser_id", "trips", ["organiser_id", "from_on", "id"], unique=False
    )
    op.create_table(
        "blockers",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("severity", sa.String(length=40), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("headquarters_id", sa.Uuid(), nullable=True),
        sa.Column("escalated_on", sa.Date(), nullable=True),
        sa.Column("escalation_reason", sa.String(), nullable=True),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["headquarters_id"], ["teams.id"], name=op.f("fk_blockers_headquarters_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_blockers_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blockers")),
    )
    op.create_index("ix_blockers_created_at", "blockers", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_blockers_headquarters_id", "blockers", ["headquarters_id", "id"], unique=False
    )
    op.create_index("ix_blockers_lead_id", "blockers", ["lead_id", "id"], unique=False)
    op.create_index("ix_blockers_raised_on", "blockers", ["raised_on", "id"], unique=False)
    op.create_table(
        "event_leads",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_leads_event_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_event_leads_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_leads")),
    )
    op.create_index("ix_event_leads_created_at", "event_leads", ["created_at", "id"], unique=False)
    op.create_index("ix_event_leads_lead_id", "event_leads", ["lead_id", "id"], unique=False)
    op.create_index(
        "uq_event_leads_lead_id",
        "event_leads",
        ["lead_id"],
        unique=True,
        postgresql_where=sa.text("relation = 'sourced'"),
    )
    op.create_index(
        "uq_event_leads_relation", "event_leads", ["event_id", "lead_id", "relation"], unique=True
    )
    op.create_table(
        "event_participants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_participants_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_event_participants_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_participants")),
    )
    op.create_index(
        "ix_event_participants_officer_id",
        "event_participants",
        ["officer_id", "event_id"],
        unique=False,
    )
    op.create_index(
        "uq_event_participants_officer_id",
        "event_participants",
        ["event_id", "officer_id"],
        unique=True,
    )
    op.create_table(
        "service_tasks",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("promised_days", sa.Integer(), nullable=False),
        sa.Column("statutory_days", sa.Integer(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("mechanism", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(lead_id, company_id) = 1", name=op.f("ck_service_tasks_one_subject")
        ),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["officers.id"], name=op.f("fk_service_tasks_assignee_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_service_tasks_company_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_service_tasks_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_tasks")),
    )
    op.create_index(
        "ix_service_tasks_assignee_id",
        "service_tasks",
        ["assignee_id", "due_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_service_tasks_company_id", "service_tasks", ["company_id", "id"], unique=False
    )
    op.create_index(
        "ix_service_tasks_created_at", "service_tasks", ["created_at", "id"], unique=False
    )
    op.create_index("ix_service_tasks_due_on", "service_tasks", ["due_on", "id"], unique=False)
    op.create_index("ix_service_tasks_lead_id", "service_tasks", ["lead_id", "id"], unique=False)
    op.create_table(
        "trip_participants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("team_path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("trip_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_trip_participants_officer_id")
        ),
        sa.ForeignKeyConstraint(
            ["trip_id"], ["trips.id"], name=op.f("fk_trip_participants_trip_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trip_participants")),
    )
    op.create_index(
        "ix_trip_participants_officer_id",
        "trip_participants",
        ["officer_id", "trip_id"],
        unique=False,
    )
    op.create_index(
        "uq_trip_participants_officer_id",
        "trip_participants",
        ["trip_id", "officer_id"],
        unique=True,
    )
    op.add_column("visits", sa.Column("trip_id", sa.Uuid(), nullable=True))
    op.add_column("visits", sa.Column("event_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_visits_event_id",
        "visits",
        ["event_id"],
        unique=False,
        postgresql_where=sa.text("event_id IS NOT NULL"),
    )
    op.create_index(
        "ix_visits_trip_id",
        "visits",
        ["trip_id"],
        unique=False,
        postgresql_where=sa.text("trip_id IS NOT NULL"),
    )
    op.create_foreign_key(op.f("fk_visits_trip_id"), "visits", "trips", ["trip_id"], ["id"])
    op.create_foreign_key(op.f("fk_visits_event_id"), "visits", "events", ["event_id"], ["id"])


def downgrade() -> None:
    for column in ("event_id", "trip_id"):
        op.drop_column("visits", column)
    for table in (
        "trip_participants", "service_tasks", "event_participants", "event_leads", "blockers",
        "trips", "stationings", "events",
    ):  # fmt: skip
        op.drop_table(table)
