"""The statements that score companies for the nodes of a chain, all of it in the database.

Temporary tables, one transaction: what each company is known for is found once, however many nodes
it fits, and evidence is gathered for those alone that become targets.
"""

from app.models.targets import SIGNED_STAGES

_SIGNED = ", ".join(f"'{stage}'" for stage in SIGNED_STAGES)
_HOLDS = "c.from_on <= CAST(:as_of AS date) AND coalesce(c.to_on, :as_of) >= :as_of"
_THERE = (
    "coalesce(p.from_on, :as_of) <= CAST(:as_of AS date) AND coalesce(p.to_on, :as_of) >= :as_of"
)

TABLES = ("gaps", "pairs", "above", "groups", "listed", "facts", "scores", "evidence")
DROP = "DROP TABLE " + ", ".join(f"target_{name}" for name in TABLES)

GAPS = """
CREATE TEMP TABLE target_gaps (chain_node_id uuid PRIMARY KEY, label text, value numeric(5, 4),
  confidence numeric(5, 4), text text) ON COMMIT DROP
"""
# A code and its prefixes (C, C27, C271, C2710), so that nodes are joined by equality.
PAIRS = f"""
CREATE TEMP TABLE target_pairs ON COMMIT DROP AS
WITH wanted AS (
  SELECT g.chain_node_id, i.code FROM target_gaps g
  JOIN chain_nodes n ON n.id = g.chain_node_id CROSS JOIN unnest(n.industry_codes) AS i (code)
), outside AS (
  SELECT c.id AS company_id, left(c.industry_code, digits) AS code
  FROM companies c CROSS JOIN zone_profiles z
  JOIN (VALUES (1), (3), (4), (5)) AS level (digits) ON length(c.industry_code) >= digits
  WHERE c.deleted_at IS NULL AND NOT coalesce(starts_with(c.region_code, z.city_code), false)
)
SELECT DISTINCT w.chain_node_id, o.company_id FROM wanted w JOIN outside o USING (code)
WHERE NOT EXISTS (
    SELECT FROM node_presences p
    WHERE p.chain_node_id = w.chain_node_id AND p.company_id = o.company_id AND {_THERE})
  AND NOT EXISTS (
    SELECT FROM leads l
    WHERE l.company_id = o.company_id AND l.deleted_at IS NULL
      AND l.status IN ('active', 'suspended') AND l.stage IN ({_SIGNED}))
"""  # noqa: S608  our own words
ABOVE = f"""
CREATE TEMP TABLE target_above ON COMMIT DROP AS
WITH RECURSIVE up AS (
  SELECT c.company_id, c.controller_id AS above_id, 1 AS depth
  FROM company_controls c WHERE {_HOLDS}
  UNION ALL
  SELECT up.company_id, c.controller_id, up.depth + 1
  FROM up JOIN company_controls c ON c.company_id = up.above_id AND {_HOLDS}
  WHERE up.depth < 20
)
SELECT * FROM up
"""  # noqa: S608  our own words
# Who stands alone is a group of one. A local company is in the zone's city or at a node; `spread`
# is a company of each city.
GROUPS = f"""
CREATE TEMP TABLE target_groups ON COMMIT DROP AS
WITH tops AS (
  SELECT DISTINCT ON (company_id) company_id, above_id AS root_id FROM target_above
  ORDER BY company_id, depth DESC
), members AS (
  SELECT c.id, coalesce(t.root_id, c.id) AS root_id, left(c.region_code, 4) AS city,
    row_number() OVER (PARTITION BY coalesce(t.root_id, c.id), left(c.region_code, 4)
      ORDER BY c.id) = 1 AS is_first_there,
    coalesce(starts_with(c.region_code, z.city_code), false) OR EXISTS (
      SELECT FROM node_presences p JOIN chain_nodes n ON n.id = p.chain_node_id
      WHERE p.company_id = c.id AND n.industry_chain_id = :chain_id AND {_THERE}) AS is_local
  FROM companies c CROSS JOIN zone_profiles z LEFT JOIN tops t ON t.company_id = c.id
  WHERE c.deleted_at IS NULL
)
SELECT m.id AS company_id, g.* FROM members m JOIN (
  SELECT root_id, count(*) AS size, count(city) AS placed, count(DISTINCT city) AS cities,
    (array_agg(id ORDER BY id) FILTER (WHERE is_local))[1] AS local_id,
    (array_agg(id ORDER BY id) FILTER (WHERE city IS NOT NULL AND is_first_there))[1:5] AS spread
  FROM members GROUP BY root_id
) AS g USING (root_id)
WHERE EXISTS (SELECT FROM target_pairs p WHERE p.company_id = m.id)
"""  # noqa: S608  our own words
LISTED = """
CREATE TEMP TABLE target_listed ON COMMIT DROP AS
WITH entries AS (
  SELECT e.company_id, l.id AS company_list_id, l.kind, l.name || ' ' || l.year AS text
  FROM company_list_entries e JOIN company_lists l ON l.id = e.company_list_id
  WHERE extract(year FROM CAST(:as_of AS date))
    BETWEEN l.year AND coalesce(l.valid_until_year, 9999)
)
SELECT * FROM entries
UNION
SELECT a.company_id, e.company_list_id, e.kind, e.text
FROM target_above a JOIN entries e ON e.company_id = a.above_id
"""
LISTED_BY_COMPANY = "CREATE INDEX ON target_listed (company_id)"
# Null is unknown: nobody looked, or the group is not entered.
FACTS = """
CREATE TEMP TABLE target_facts ON COMMIT DROP AS
WITH kinds AS (
  SELECT company_id, count(DISTINCT kind) AS count FROM target_listed GROUP BY company_id
), seen AS (
  SELECT company_id, max(happened_on) FILTER (WHERE kind <> 'penalty') AS expanded_on,
    max(happened_on) FILTER (WHERE kind = 'penalty') AS fined_on
  FROM company_signals WHERE happened_on <= CAST(:as_of AS date) GROUP BY company_id
), visited AS (
  SELECT DISTINCT company_id FROM visits WHERE status = 'counted'
)
SELECT g.company_id, g.local_id, g.spread,
  CAST(CASE WHEN EXISTS (SELECT FROM target_listed)
    THEN least(1, coalesce(k.count, 0) / CAST(w.list_kinds_for_full AS numeric)) END
    AS numeric(5, 4)) AS lists,
  CAST(greatest(0, 1 - (:as_of - s.expanded_on) / CAST(w.signal_days AS numeric))
    * CASE WHEN s.expanded_on IS NOT NULL THEN 1 END AS numeric(5, 4)) AS expansion_signals,
  CAST(CASE WHEN g.local_id IS NOT NULL THEN 1 WHEN v.company_id IS NOT NULL THEN w.visited_value
    WHEN g.size > 1 THEN 0 END AS numeric(5, 4)) AS relations,
  CAST(CASE WHEN g.placed > 1 THEN CAST(g.cities > 1 AS int) END AS numeric(5, 4)) AS mobility,
  CAST(CASE WHEN s.fined_on IS NOT NULL
    THEN least(1, (:as_of - s.fined_on) / CAST(w.signal_days AS numeric)) END
    AS numeric(5, 4)) AS compliance
FROM target_groups g CROSS JOIN target_weights w
LEFT JOIN kinds k USING (company_id) LEFT JOIN seen s USING (company_id)
LEFT JOIN visited v USING (company_id)
"""
_FACTORS = ("lists", "expansion_signals", "relations", "mobility", "compliance")
_KNOWN = " + ".join(f"CASE WHEN f.{name} IS NULL THEN 0 ELSE w.{name} END" for name in _FACTORS)
_SUM = " + ".join(f"coalesce(w.{name} * f.{name}, 0)" for name in _FACTORS)
# The best of each node; what is settled takes nobody's place, what is worked on is kept.
SCORES = f"""
CREATE TEMP TABLE target_scores ON COMMIT DROP AS
WITH weighed AS (
  SELECT p.chain_node_id, p.company_id, w.gap * g.value + {_SUM} AS sum, w.gap + {_KNOWN} AS known,
    CAST(w.gap * g.confidence + {_KNOWN} AS numeric(5, 4)) AS confidence
  FROM target_pairs p JOIN target_gaps g USING (chain_node_id)
  JOIN target_facts f USING (company_id) CROSS JOIN target_weights w
), scored AS (
  SELECT *, CAST(coalesce(sum / nullif(known, 0), 0) AS numeric(5, 4)) AS score FROM weighed
), placed AS (
  SELECT s.*, t.status, row_number() OVER (
      PARTITION BY s.chain_node_id, coalesce(t.status IN ('converted', 'dismissed'), false)
      ORDER BY s.score DESC, s.confidence DESC, s.company_id) AS place
  FROM scored s LEFT JOIN targets t ON t.combination_id = :combination_id
    AND t.chain_node_id = s.chain_node_id AND t.company_id = s.company_id
)
SELECT chain_node_id, company_id, known, confidence, score FROM placed
WHERE place <= :per_node OR status <> 'proposed'
"""  # noqa: S608  our own words
_ITEM = "jsonb_build_object('kind', '{kind}', 'id', {id}, 'text', {text}, 'source', {source})"
_LIST = _ITEM.format(kind="company_list", id="l.company_list_id", text="l.text", source="NULL")
_SIGNAL = _ITEM.format(kind="company_signal", id="s.id", text="s.text", source="s.source")
_LOCAL = _ITEM.format(kind="company", id="c.id", text="c.name", source="NULL")
_VISIT = _ITEM.format(kind="visit", id="v.id", text="v.visited_on", source="NULL")
# The newest signal of a sort is what the value rests on.
_NEWEST = f"""(SELECT {_SIGNAL} FROM company_signals s
    WHERE s.company_id = f.company_id AND s.happened_on <= CAST(:as_of AS date)
      AND s.kind {{is_penalty}} 'penalty' ORDER BY s.happened_on DESC, s.id LIMIT 1)"""  # noqa: S608  our own words
EVIDENCE = f"""
CREATE TEMP TABLE target_evidence ON COMMIT DROP AS
SELECT f.*,
  (SELECT jsonb_agg({_LIST} ORDER BY l.kind, l.company_list_id) FROM target_listed l
    WHERE l.company_id = f.company_id) AS of_lists,
  {_NEWEST.format(is_penalty="<>")} AS of_expansion_signals,
  {_NEWEST.format(is_penalty="=")} AS of_compliance,
  coalesce((SELECT {_LOCAL} FROM companies c WHERE c.id = f.local_id),
    (SELECT {_VISIT} FROM visits v WHERE v.company_id = f.company_id AND v.status = 'counted'
     ORDER BY v.visited_on DESC, v.id LIMIT 1)) AS of_relations,
  (SELECT jsonb_agg({_LOCAL} ORDER BY c.id) FROM companies c
    WHERE c.id = ANY(f.spread) AND f.mobility IS NOT NULL) AS of_mobility
FROM target_facts f WHERE EXISTS (SELECT FROM target_scores s WHERE s.company_id = f.company_id)
"""  # noqa: S608  our own words
_NODE = _ITEM.format(kind="chain_node", id="chain_node_id", text="text", source="NULL")
_ALL = ("gap", *_FACTORS)
_CUTS = ",\n    ".join(
    f"trunc(coalesce({value} * w.{name} / nullif(s.known, 0), 0), 4) AS cut_{name},"
    f" w.{name} AS weight_{name}"
    for name, value in zip(_ALL, ("g.value", *(f"f.{name}" for name in _FACTORS)), strict=True)
)
_TOTAL = " + ".join(f"cut_{name}" for name in _ALL)
_LARGEST = " ".join(f"WHEN cut_{name} THEN '{name}'" for name in _ALL)
_SURE = {"gap": "sureness"} | {
    name: f"CASE WHEN {name} IS NULL THEN 0.0000 ELSE 1.0000 END" for name in _FACTORS
}
_SHOWN = {"gap": f"jsonb_build_array({_NODE})", "lists": "coalesce(of_lists, '[]')"} | {
    name: f"CASE WHEN of_{name} IS NULL THEN '[]' ELSE jsonb_build_array(of_{name}) END"
    for name in ("expansion_signals", "relations", "compliance")
} | {"mobility": "coalesce(of_mobility, '[]')"}  # fmt: skip
_OPENED = ",\n    ".join(
    f"jsonb_build_object('factor', '{name}', 'value', CAST({value} AS text),"
    f" 'weight', CAST(weight_{name} AS text), 'contribution',"
    f" CAST(cut_{name} + CASE largest WHEN '{name}' THEN rest ELSE 0 END AS text),"
    f" 'confidence', CAST({_SURE[name]} AS text), 'evidence', {_SHOWN[name]})"
    for name, value in zip(_ALL, ("value", *_FACTORS), strict=True)
)
# The largest contribution takes what cutting left over; the sum is the score exactly.
OPENED = f"""
WITH cuts AS (
  SELECT s.chain_node_id, s.score, s.confidence, g.label, g.value, g.text,
    g.confidence AS sureness, f.*,
    {_CUTS}
  FROM target_scores s JOIN target_gaps g USING (chain_node_id)
  JOIN target_evidence f USING (company_id) CROSS JOIN target_weights w
), summed AS (
  SELECT *, score - ({_TOTAL}) AS rest,
    CASE greatest({", ".join(f"cut_{name}" for name in _ALL)}) {_LARGEST} END AS largest
  FROM cuts
)
SELECT chain_node_id, company_id, label, score, confidence, jsonb_build_array(
    {_OPENED}
  ) AS factors
FROM summed
"""  # noqa: S608  our own words
_SCORED = "label, score, confidence, factors, is_current"
WRITE = f"""
WITH opened AS ({OPENED}), written AS (
  INSERT INTO targets AS t (id, version, created_at, created_by_id, updated_at, combination_id,
    chain_node_id, company_id, scored_at, status, {_SCORED})
  SELECT gen_random_uuid(), 1, CAST(:at AS timestamptz), CAST(:actor_id AS uuid), :at,
    :combination_id, chain_node_id, company_id, :at, 'proposed',
    label, score, confidence, factors, true
  FROM opened ORDER BY chain_node_id, company_id
  ON CONFLICT (combination_id, chain_node_id, company_id) DO UPDATE SET
    version = t.version + 1, updated_at = excluded.updated_at, scored_at = excluded.scored_at,
    ({_SCORED}) = (excluded.label, excluded.score, excluded.confidence, excluded.factors, true)
  WHERE (t.label, t.score, t.confidence, t.factors, t.is_current) IS DISTINCT FROM
    (excluded.label, excluded.score, excluded.confidence, excluded.factors, true)
  RETURNING t.version
)
SELECT (SELECT count(*) FROM target_gaps) AS node_count,
  (SELECT count(*) FROM target_pairs) AS candidate_count,
  count(*) FILTER (WHERE version = 1) AS created_count,
  count(*) FILTER (WHERE version > 1) AS changed_count,
  (SELECT count(*) FROM target_scores) - count(*) AS unchanged_count
FROM written
"""  # noqa: S608  our own words
RETIRE = """
UPDATE targets t SET is_current = false, version = version + 1, updated_at = :at
WHERE t.combination_id = :combination_id AND t.is_current AND NOT EXISTS (
  SELECT FROM target_scores s
  WHERE s.chain_node_id = t.chain_node_id AND s.company_id = t.company_id)
"""
