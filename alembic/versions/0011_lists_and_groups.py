"""kinds of lists, control, incubation, qualifications"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_HOLDS = "c.from_on <= $2 AND coalesce(c.to_on, $2) >= $2"
# A company itself (depth 0) and who controls it on a day, level by level.
CONTROLLERS = f"""
CREATE FUNCTION controllers_on(company uuid, day date) RETURNS TABLE (company_id uuid, depth int)
LANGUAGE sql STABLE ROWS 2 AS $$
  WITH RECURSIVE up (company_id, depth) AS (
    SELECT $1, 0
    UNION ALL
    SELECT c.controller_id, up.depth + 1
    FROM up JOIN company_controls c ON c.company_id = up.company_id
    WHERE {_HOLDS} AND up.depth < 20
  )
  SELECT up.company_id, up.depth FROM up
$$"""
# The tree of control through a company on a day: above it depth is negative.
GROUP = f"""
CREATE FUNCTION company_group(company uuid, day date) RETURNS json LANGUAGE sql STABLE AS $$
  WITH RECURSIVE tree (company_id, depth) AS (
    SELECT $1, 0
    UNION ALL
    SELECT next.company_id, next.depth
    FROM tree t CROSS JOIN LATERAL (
      SELECT c.controller_id, t.depth - 1 FROM company_controls c
      WHERE c.company_id = t.company_id AND t.depth BETWEEN -19 AND 0 AND {_HOLDS}
      UNION ALL
      SELECT c.company_id, t.depth + 1 FROM company_controls c
      WHERE c.controller_id = t.company_id AND t.depth BETWEEN 0 AND 19 AND {_HOLDS}
    ) AS next (company_id, depth)
  )
  SELECT json_agg(json_build_object(
    'company_id', t.company_id, 'name', b.name, 'controller_id', c.controller_id,
    'share', CAST(c.share AS text), 'depth', t.depth) ORDER BY t.depth, b.name_sort, b.id)
  FROM tree t JOIN companies b ON b.id = t.company_id
  LEFT JOIN company_controls c ON c.company_id = t.company_id AND {_HOLDS}
$$"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "posts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("required_education", sa.String(length=40), nullable=True),
        sa.Column("required_majors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("required_experience_years", sa.Integer(), nullable=False),
        sa.Column("required_certificate_kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
    )
    op.create_index("uq_posts_name", "posts", ["name"], unique=True)
    op.create_table(
        "company_controls",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("controller_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("share", sa.Numeric(precision=5, scale=4), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "company_id <> controller_id", name=op.f("ck_company_controls_two_companies")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_company_controls_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["controller_id"], ["companies.id"], name=op.f("fk_company_controls_controller_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_controls")),
    )
    op.create_index(
        "ix_company_controls_company_id",
        "company_controls",
        ["company_id", "from_on"],
        unique=False,
    )
    op.create_index(
        "ix_company_controls_controller_id",
        "company_controls",
        ["controller_id", "from_on"],
        unique=False,
    )
    op.create_index(
        "ix_company_controls_created_at", "company_controls", ["created_at", "id"], unique=False
    )
    op.create_table(
        "incubation_stages",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_incubation_stages_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incubation_stages")),
    )
    op.create_index(
        "ix_incubation_stages_created_at", "incubation_stages", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_incubation_stages_from_on", "incubation_stages", ["from_on", "id"], unique=False
    )
    op.create_index(
        "uq_incubation_stages_from_on", "incubation_stages", ["company_id", "from_on"], unique=True
    )
    op.create_table(
        "officer_certificates",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_officer_certificates_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_certificates")),
    )
    op.create_index(
        "ix_officer_certificates_created_at",
        "officer_certificates",
        ["created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_officer_certificates_expires_on",
        "officer_certificates",
        ["expires_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_officer_certificates_officer_id",
        "officer_certificates",
        ["officer_id", "kind"],
        unique=False,
    )
    op.create_table(
        "officer_profiles",
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("education", sa.String(length=40), nullable=True),
        sa.Column("majors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("experience_from_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_officer_profiles_officer_id")
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_officer_profiles_post_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_profiles")),
    )
    op.create_index(
        "ix_officer_profiles_created_at", "officer_profiles", ["created_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_officer_profiles_post_id"), "officer_profiles", ["post_id"], unique=False
    )
    op.create_index(
        "uq_officer_profiles_officer_id", "officer_profiles", ["officer_id"], unique=True
    )
    # What is there says nothing of its kind, and like any ranking speaks of its year.
    op.add_column(
        "company_lists",
        sa.Column("kind", sa.String(length=40), nullable=False, server_default="other"),
    )
    op.alter_column("company_lists", "kind", server_default=None)
    op.add_column("company_lists", sa.Column("published_on", sa.Date(), nullable=True))
    op.add_column("company_lists", sa.Column("valid_until_year", sa.Integer(), nullable=True))
    op.execute("UPDATE company_lists SET valid_until_year = year")
    op.create_index("ix_company_lists_kind", "company_lists", ["kind", "year"], unique=False)
    op.add_column(
        "stage_transitions",
        sa.Column("list_kinds", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"),
    )
    op.alter_column("stage_transitions", "list_kinds", server_default=None)
    op.add_column(
        "stage_transitions", sa.Column("is_negotiator_qualified", sa.Boolean(), nullable=True)
    )
    op.add_column(
        "zone_profiles",
        sa.Column(
            "negotiator_qualification_above", sa.Numeric(precision=20, scale=2), nullable=True
        ),
    )
    op.execute(CONTROLLERS)
    op.execute(GROUP)


def downgrade() -> None:
    op.execute("DROP FUNCTION company_group, controllers_on")
    op.drop_column("zone_profiles", "negotiator_qualification_above")
    op.drop_column("stage_transitions", "is_negotiator_qualified")
    op.drop_column("stage_transitions", "list_kinds")
    op.drop_index("ix_company_lists_kind", table_name="company_lists")
    op.drop_column("company_lists", "valid_until_year")
    op.drop_column("company_lists", "published_on")
    op.drop_column("company_lists", "kind")
    op.drop_table("officer_profiles")
    op.drop_table("officer_certificates")
    op.drop_table("incubation_stages")
    op.drop_table("company_controls")
    op.drop_table("posts")
