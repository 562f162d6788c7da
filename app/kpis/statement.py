"""The one statement behind a summary: who is listed and what is summed.

Whole months are read from the folded sums and what is pending; days beside whole months, and any
`as_of`, from the ledger. `columns` brings them together metric by metric, so that a number is made
in one way wherever it comes from. How it is written in JSON is the business of `pieces`.
"""

import re
from functools import lru_cache

from app.core.reading import Statement
from app.kpis.periods import FIRST_OPEN_DAY
from app.kpis.rollup import COMPANY
from app.kpis.subjects import SUBJECTS, Form
from app.kpis.versions import VERSIONS

_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")
_PARTS = "scope_id, metric, part, dimension"
_QUANTITY = f"SELECT {_PARTS}, quantity, 0 FROM {{}}"


@lru_cache
def summary_statement(form: Form) -> Statement:
    """One row: `subjects` and `columns` in UTF-8, `is_closed`, `versions`.

    Of the subjects: their ids, their names as JSON, the ids of their teams as JSON. A column is the
    place of the metric, the dimension (empty for the number itself), then lists parted by spaces:
    ids of subjects with entries, their numbers (of a ratio as JSON), and of a ratio both sides.
    `is_closed` says whether every day asked for was locked, `versions` is a JSON object of what was
    adopted for the year that the days end in.

    All is parted by the ASCII record and unit separators: a thousand short strings cost the driver
    more than the sums cost the database.
    """
    sources = [_PENDING] if form.has_months else []
    sources += [_edges(form)] if form.has_edges else []
    sources += [_late(form)] if form.has_ratios else []
    known = " AND {} <= :as_of" if form.is_past else ""
    text = _PAGE.format(
        subjects=SUBJECTS[form.scope](form),
        sources=",\n".join(sources),
        quantities=" UNION ALL ".join(map(_QUANTITY.format, _beside(form))),
        companies=_MOVED_COMPANIES if form.kept_count else _recounted(form),
        folded=_folded(form) if form.has_months else "",
        parts=_PARTS,
        opened=FIRST_OPEN_DAY + known.format("locked_at"),
        versions=VERSIONS.format(known=known.format("adopted_at")),
        sides=_AND_PARTS if form.is_broken_down else _NUMBER,
    )
    if form.kept_count == "company_count":
        # One month: of a list PostgreSQL thinks ten, and plans anew for each request (1 ms).
        text = text.replace("= ANY(:months)", "= :start_on")
    scopes = [form.scope.value] + (["credit_difference"] if form.is_credited else [])
    listed = ", ".join(f"'{scope}'" for scope in scopes)
    return _numbered(text.replace("= :scope", f"IN ({listed})"))


def _numbered(text: str) -> Statement:
    """`:name` becomes `$n`; a name that occurs twice is bound once."""
    names = list(dict.fromkeys(_PARAMETER.findall(text)))
    sql = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", text)
    return Statement(sql, tuple(names), {})


def _beside(form: Form) -> list[str]:
    """The sources of quantities beside the folded ones."""
    beside = {"pending": form.has_months, "edges": form.has_edges, "late": form.has_ratios}
    return [name for name, is_there in beside.items() if is_there]


def _folded(form: Form) -> str:
    """The sums of one metric; who sees the zone needs no look at the subjects for each of them."""
    reach = "" if form.sees_zone else "AND k.scope_id = ANY(ARRAY(SELECT id FROM subjects))"
    return f"""SELECT k.scope_id, k.part, k.dimension, k.quantity, {form.kept_count or 0}
        FROM kpi_months k
        WHERE k.scope = :scope AND k.mechanism = :mechanism AND k.month = ANY(:months)
          AND k.metric = asked.metric {reach}
        UNION ALL"""


_PENDING = """pending AS (
  SELECT p.scope_id, p.metric, p.part, p.dimension, p.definition_version, p.company_id,
         p.quantity
  FROM subjects s JOIN kpi_pending p ON p.scope_id = s.id
  WHERE p.scope = :scope AND (:mechanism = '' OR p.mechanism = :mechanism)
    AND p.month = ANY(:months) AND p.metric IN (SELECT metric FROM asked)
)"""


def _edges(form: Form) -> str:
    """Entries of the days that no whole month covers; of all days where an instant is asked for."""
    known = "AND e.recorded_at <= :as_of" if form.is_past else ""
    return f"""edges AS (
  SELECT e.scope_id, e.metric, e.part, e.dimension, {COMPANY}, e.quantity
  FROM subjects s CROSS JOIN unnest(CAST(:starts AS date[]), CAST(:ends AS date[])) AS edge(a, z)
  JOIN ledger_entries e ON e.scope_id = s.id AND e.counted_on BETWEEN edge.a AND edge.z
  WHERE e.scope = :scope AND (:mechanism = '' OR e.mechanism = :mechanism)
    AND e.metric = ANY(:metrics) {known}
)"""


def _late(form: Form) -> str:
    """What a ratio of these days does not count: late entries of subjects of earlier days."""
    known = "AND e.recorded_at <= :as_of" if form.is_past else ""
    return f"""late AS (
  SELECT e.scope_id, e.metric, e.part, e.dimension, -e.quantity AS quantity
  FROM subjects s JOIN ledger_entries e ON e.scope_id = s.id
  WHERE e.scope = :scope AND (:mechanism = '' OR e.mechanism = :mechanism)
    AND e.metric = ANY(:metrics) AND e.counted_on BETWEEN :start_on AND :end_on
    AND e.subject_on < :start_on {known}
)"""


# Beside the count that the fold keeps, the companies that pending rows bring in or out.
_MOVED_COMPANIES = f"""
  SELECT n.scope_id, n.metric, n.part, n.dimension, 0,
         CAST(held.quantity + n.quantity > 0 AS int) - CAST(held.quantity > 0 AS int)
  FROM (
    SELECT {_PARTS}, definition_version, company_id, sum(quantity) AS quantity
    FROM pending WHERE company_id IS NOT NULL GROUP BY {_PARTS}, definition_version, company_id
  ) AS n
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(k.quantity), 0) AS quantity FROM kpi_company_months k
    WHERE k.scope = :scope AND k.mechanism = :mechanism
      AND k.month = ANY(:months) AND k.scope_id = n.scope_id AND k.metric = n.metric
      AND k.part = n.part AND k.dimension = n.dimension
      AND k.definition_version = n.definition_version AND k.company_id = n.company_id
  ) AS held
"""
_FOLDED_COMPANIES = f"""
    SELECT {_PARTS}, company_id, quantity FROM subjects s JOIN kpi_company_months k
      ON k.scope_id = s.id
    WHERE k.scope = :scope AND k.mechanism = :mechanism AND k.month = ANY(:months)
      AND k.metric IN (SELECT metric FROM asked)
"""


def _recounted(form: Form) -> str:
    """Several months share companies: count those whose sum over the whole window is positive."""
    select = f"SELECT {_PARTS}, company_id, quantity FROM {{}} WHERE company_id IS NOT NULL"
    rows = [_FOLDED_COMPANIES, select.format("pending")] if form.has_months else []
    rows += [select.format("edges")] if form.has_edges else []
    return f"""
  SELECT {_PARTS}, 0, 1 FROM ({" UNION ALL ".join(rows)}) AS companies
  GROUP BY {_PARTS}, company_id HAVING sum(quantity) > 0
"""


# A number takes the main dimension alone where the metric has one; a part is one dimension. Metric
# by metric: the sums of one lie together in the index, and few groups at a time are quicker.
_PAGE = """
WITH subjects AS ({subjects}),
asked AS MATERIALIZED (
  SELECT * FROM json_to_recordset(CAST(:asked AS json)) AS a(
    place int, metric text, main text, decimals int, top_decimals int, bottom_decimals int,
    is_ratio bool, is_distinct bool)
),
{sources},
beside AS MATERIALIZED (
  SELECT {parts}, sum(quantity) AS quantity, sum(company_count) AS company_count
  FROM ({quantities} UNION ALL {companies}) AS rows ({parts}, quantity, company_count)
  GROUP BY {parts}
),
columns AS (
  SELECT place, of_metric.* FROM asked CROSS JOIN LATERAL (
    SELECT coalesce(dimension, '') AS dimension, string_agg(CAST(scope_id AS text), ' ') AS ids,
      string_agg(
        CASE WHEN is_distinct THEN CAST(company_count AS text)
             WHEN is_ratio THEN
               coalesce('"' || round(coalesce(top, 0) / nullif(bottom, 0), decimals) || '"', 'null')
             ELSE CAST(round(total, decimals) AS text) END, ' ') AS numbers,
      string_agg(CAST(round(coalesce(top, 0), top_decimals) AS text), ' ')
        FILTER (WHERE is_ratio) AS tops,
      string_agg(CAST(round(coalesce(bottom, 0), bottom_decimals) AS text), ' ')
        FILTER (WHERE is_ratio) AS bottoms
    FROM (
      SELECT scope_id, side.dimension,
             sum(quantity) AS total,
             sum(quantity) FILTER (WHERE part = 'numerator') AS top,
             sum(quantity) FILTER (WHERE part = 'denominator') AS bottom,
             sum(company_count) AS company_count
      FROM ({folded}
        SELECT scope_id, part, dimension, quantity, company_count FROM beside
        WHERE metric = asked.metric
      ) AS rows (scope_id, part, dimension, quantity, company_count)
      CROSS JOIN LATERAL ({sides}) AS side (dimension)
      WHERE side.dimension IS NOT NULL OR coalesce(main = rows.dimension, true)
      GROUP BY scope_id, side.dimension
    ) AS sums GROUP BY dimension
  ) AS of_metric
)
SELECT
  (SELECT convert_to(concat_ws(E'\\x1f',
     string_agg(CAST(id AS text), E'\\x1e'),
     string_agg(CAST(to_json(name) AS text), E'\\x1e'),
     string_agg(coalesce('"' || team_id || '"', 'null'), E'\\x1e')), 'UTF8')
   FROM (SELECT * FROM subjects ORDER BY name, id) AS ordered) AS subjects,
  (SELECT convert_to(string_agg(
     concat_ws(E'\\x1f', place, dimension, ids, numbers, tops, bottoms), E'\\x1e'
     ORDER BY dimension COLLATE "C"), 'UTF8') FROM columns) AS columns,
  :end_on < ({opened}) AS is_closed, ({versions}) AS versions
"""
# The number itself; and beside it every dimension that says something.
_NUMBER = "SELECT CAST(NULL AS text)"
_AND_PARTS = f"{_NUMBER} UNION ALL SELECT rows.dimension WHERE rows.dimension <> ''"
