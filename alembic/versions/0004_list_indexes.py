"""list indexes"""

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What each serves and what was left out: docs/decisions/0010-list-indexes.md.
_COLUMNS = {
    "ix_audit_entries_request_id": ["request_id"],
    "ix_companies_name": ["name"],
    "ix_companies_updated_at": ["updated_at", "id"],
    "ix_company_list_entries_listed_name": ["listed_name"],
    "ix_company_list_entries_rank_id": ["rank", "id"],
    "ix_contacts_created_at": ["created_at", "id"],
    "ix_contacts_name_sort": ["name_sort", "id"],
    "ix_contacts_retention_until": ["retention_until"],
    "ix_introductions_created_at": ["created_at", "id"],
    "ix_introductions_created_by_id": ["created_by_id", "created_at", "id"],
    "ix_lead_members_created_at": ["created_at", "id"],
    "ix_leads_last_visited_on": ["last_visited_on", "id"],
    "ix_leads_received_on": ["received_on", "id"],
    "ix_leads_stage_entered_on": ["stage_entered_on", "id"],
    "ix_ledger_entries_counted_on": ["counted_on", "id"],
    "ix_stage_transitions_created_at": ["created_at", "id"],
    "ix_stage_transitions_event_on": ["event_on", "id"],
    "ix_visits_created_at": ["created_at", "id"],
    "ix_visits_next_action_on": ["next_action_on", "id"],
}
# Nulls stay last in both directions, so that one index cannot serve both.
_LARGEST_FIRST = {
    "ix_leads_largest_agreed": "agreed_amount",
    "ix_leads_largest_planned": "planned_investment",
}
_TABLES = (
    "audit_entries", "company_list_entries", "companies", "contacts", "introductions",
    "lead_members", "leads", "ledger_entries", "stage_transitions", "visits",
)  # fmt: skip


def _table(index: str) -> str:
    return next(table for table in _TABLES if index.startswith(f"ix_{table}_"))


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for name, columns in _COLUMNS.items():
        op.create_index(name, _table(name), columns)
    for name, column in _LARGEST_FIRST.items():
        keys = [sa.text(f"{column} DESC NULLS LAST"), sa.text("id DESC")]
        op.create_index(name, "leads", keys)
    op.execute("CREATE INDEX ix_contacts_search ON contacts USING gin (search_grams(search_text))")


def downgrade() -> None:
    op.drop_index("ix_contacts_search", "contacts")
    for name in (*_LARGEST_FIRST, *_COLUMNS):
        op.drop_index(name, _table(name))
