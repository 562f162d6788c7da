"""The staging table of an import and the statements that merge it, a slice of rows at a time.

A row brings all that a new company and a new entry would need, with their audit, so that the
merge is set-based and runs in the database alone.
"""

import json
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from app.core.audit import creation_changes
from app.core.base import new_id
from app.core.search import fold, names_index
from app.models.companies import Company
from app.models.company_lists import CompanyListEntryBase
from app.models.company_names import normal_name
from app.models.reference import country_codes_by_name

_FIELDS = tuple(CompanyListEntryBase.model_fields)
_LISTED = ", ".join(_FIELDS)
_UNSET = {
    "id", "created_at", "created_by_id", "search_text", "name_sort", "name_keys", "normal_name",
    "name", "name_en", "country_code",
}  # fmt: skip
_encode = json.JSONEncoder(ensure_ascii=False).encode
_NEW_COMPANY = Company(name="").model_dump(exclude=_UNSET)


class Stamp(NamedTuple):
    """What all rows of one import share."""

    list_id: UUID
    at: Any
    actor_id: UUID | None
    request_id: str


class Staged(NamedTuple):
    """A row of the staging table, in the order of its columns."""

    number: int
    line: int
    company_id: UUID
    entry_id: UUID
    company_audit_id: UUID
    entry_audit_id: UUID
    keys: list[str]
    country_code: str
    search_text: str
    name_sort: str
    normal_name: str
    company_changes: str
    entry_changes: str
    rank: int | None
    listed_name: str
    listed_name_en: str | None
    country: str | None
    city: str | None
    industry: str | None
    revenue_amount: Any


# `company_id` is the company to be made; `import_matches` says which one the row really means.
CREATE = (
    """CREATE TEMP TABLE import_rows (number int PRIMARY KEY, line int, company_id uuid,
    entry_id uuid, company_audit_id uuid, entry_audit_id uuid, keys text[], country_code text,
    search_text text, name_sort text, normal_name text, company_changes jsonb, entry_changes jsonb,
    rank int, listed_name text, listed_name_en text, country text, city text, industry text,
    revenue_amount numeric(20, 2)) ON COMMIT DROP""",
    """CREATE TEMP TABLE import_matches (number int PRIMARY KEY, company_id uuid, is_new bool)
    ON COMMIT DROP""",
)
DROP = "DROP TABLE import_rows, import_matches"

# By folded name, Chinese before English; the oldest company where a name repeats. One pass over all
# companies: looking up thousands of keys at once in a GIN index is slower, and erratic.
MATCH = """
WITH wanted AS MATERIALIZED (
  SELECT number, company_id, key, place FROM import_rows, unnest(keys) WITH ORDINALITY k(key, place)
), known AS MATERIALIZED (
  SELECT key, c.id FROM companies c, unnest(c.name_keys) AS key WHERE c.deleted_at IS NULL
)
INSERT INTO import_matches
SELECT DISTINCT ON (number) number, coalesce(known.id, company_id), known.id IS NULL
FROM wanted LEFT JOIN known USING (key)
ORDER BY number, known.id IS NULL, place, known.id
"""
REPEATED = """
SELECT line, listed_name FROM (
  SELECT line, listed_name, number,
    row_number() OVER (PARTITION BY keys[1] ORDER BY number) AS by_name,
    row_number() OVER (PARTITION BY m.company_id ORDER BY number) AS by_company
  FROM import_rows JOIN import_matches m USING (number)) r
WHERE by_name > 1 OR by_company > 1 ORDER BY number LIMIT :count
"""

_SLICE = """import_rows r JOIN import_matches m USING (number)
WHERE number BETWEEN :first AND :last"""
_AT, _ACTOR = "CAST(:at AS timestamptz)", "CAST(:actor_id AS uuid)"
_AUDITED = """INSERT INTO audit_entries (id, at, actor_id, action, entity, entity_id,
  entity_version, request_id, changes)"""
_BEFORE_AND_AFTER = ", ".join(
    f"('{name}', to_jsonb(e.{name}{cast}), to_jsonb(r.{name}{cast}))"
    for name in _FIELDS
    for cast in ["::text" if name == "revenue_amount" else ""]
)
NEW_COMPANIES = f"""
INSERT INTO companies (id, version, created_at, created_by_id, updated_at, name, name_en,
  country_code, is_listed, is_demo, search_text, name_sort, normal_name, name_keys)
SELECT r.company_id, 1, {_AT}, {_ACTOR}, {_AT}, listed_name, listed_name_en,
  country_code, false, false, search_text, name_sort, normal_name, keys
FROM {_SLICE} AND is_new ORDER BY number
"""
NEW_COMPANIES_AUDIT = f"""
{_AUDITED}
SELECT company_audit_id, {_AT}, {_ACTOR}, 'create', 'companies', r.company_id, 1, :request_id,
  company_changes
FROM {_SLICE} AND is_new ORDER BY number
"""
# A new company whose name is that of a known one waits for somebody to look.
SAME_NAMES = f"""
INSERT INTO duplicate_pairs (id, version, created_at, created_by_id, updated_at, kind, first_id,
  second_id, level, status)
SELECT DISTINCT ON (least(c.id, r.company_id), greatest(c.id, r.company_id))
  gen_random_uuid(), 1, {_AT}, {_ACTOR}, {_AT}, 'company', least(c.id, r.company_id),
  greatest(c.id, r.company_id), 'same_name', 'open'
FROM import_rows r JOIN import_matches m USING (number)
  JOIN (SELECT id, normal_name FROM companies WHERE deleted_at IS NULL
    UNION ALL SELECT company_id, normal_name FROM company_former_names) c USING (normal_name)
WHERE m.is_new AND c.id <> r.company_id
ON CONFLICT (first_id, second_id) DO NOTHING
"""
CHANGED_ENTRIES = f"""
WITH changed AS (
  SELECT r.*, e.id, e.version + 1 AS version,
    (SELECT jsonb_object_agg(field, jsonb_build_array(before, after))
     FROM (VALUES {_BEFORE_AND_AFTER}) v(field, before, after)
     WHERE before IS DISTINCT FROM after) AS changes
  FROM import_rows r JOIN import_matches m USING (number)
    JOIN company_list_entries e ON (e.company_list_id, e.company_id) = (:list_id, m.company_id)
  WHERE number BETWEEN :first AND :last
    AND ({", ".join(f"e.{f}" for f in _FIELDS)})
      IS DISTINCT FROM ({", ".join(f"r.{f}" for f in _FIELDS)})
), written AS (
  UPDATE company_list_entries e SET version = c.version, updated_at = {_AT},
    {", ".join(f"{f} = c.{f}" for f in _FIELDS)}
  FROM changed c WHERE e.id = c.id
)
{_AUDITED}
SELECT entry_audit_id, {_AT}, {_ACTOR}, 'update', 'company_list_entries', id, version, :request_id,
  changes
FROM changed ORDER BY number
"""
NEW_ENTRIES = f"""
WITH written AS (
  INSERT INTO company_list_entries (id, version, created_at, created_by_id, updated_at,
    company_list_id, company_id, {_LISTED})
  SELECT entry_id, 1, {_AT}, {_ACTOR}, {_AT}, :list_id, m.company_id, {_LISTED}
  FROM {_SLICE} ORDER BY number
  ON CONFLICT (company_list_id, company_id) DO NOTHING RETURNING id
)
{_AUDITED}
SELECT entry_audit_id, {_AT}, {_ACTOR}, 'create', 'company_list_entries', entry_id, 1, :request_id,
  entry_changes || jsonb_build_object('company_id', jsonb_build_array(NULL, m.company_id))
FROM {_SLICE} AND EXISTS (SELECT FROM written w WHERE w.id = r.entry_id) ORDER BY number
"""


def staged(number: int, line: int, entry: CompanyListEntryBase, stamp: Stamp) -> Staged:
    """What a row of the file becomes if its company, or its entry, is not known yet."""
    company_id, entry_id = new_id(), new_id()
    names = [name for name in (entry.listed_name, entry.listed_name_en) if name]
    country_code = country_codes_by_name().get(fold(entry.country or ""), "CN")
    company = {"name": entry.listed_name, "name_en": entry.listed_name_en}
    company |= {"id": company_id, "country_code": country_code}
    values = entry.model_dump()
    of_companies, of_entries = _shared_changes(stamp)
    return Staged(
        number, line, company_id, entry_id, new_id(), new_id(),
        [fold(name) for name in names], country_code, *names_index(names),
        normal_name(entry.listed_name),
        f"{of_companies}, {_changes(company)[1:]}",
        f"{of_entries}, {_changes(values | {'id': entry_id})[1:]}",
        **values,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _shared_changes(stamp: Stamp) -> tuple[str, str]:
    """How the changes of a company and of an entry begin; said per row it was half of the work."""
    made = {"created_at": stamp.at, "created_by_id": stamp.actor_id}
    entry = made | {"company_list_id": stamp.list_id}
    return _changes(_NEW_COMPANY | made)[:-1], _changes(entry)[:-1]


def _changes(values: dict[str, Any]) -> str:
    return _encode(creation_changes(values))
