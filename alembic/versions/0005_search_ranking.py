"""search ranking"""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("companies", "contacts", "leads")

# The first line of `search_text` is the folded name. 200 characters keep any key below the third
# of a page that a B-tree allows: folding one character may give eighteen.
_NAME = r"""
CREATE FUNCTION search_name(t text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT left(split_part(t, E'\n', 1), 200)
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(_NAME)
    for table in _TABLES:
        op.create_index(
            f"ix_{table}_search_name",
            table,
            [
                sa.text("length(search_name(search_text))"),
                sa.text("""(search_name(search_text)) COLLATE "C" """.strip()),
                "id",
            ],
        )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_index(f"ix_{table}_search_name", table)
    op.execute("DROP FUNCTION search_name")
