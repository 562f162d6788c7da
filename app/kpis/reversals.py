"""What an entry takes back: the newest one of the same subject, key and day with the other sign.

What brings a sum nearer to nothing, or beyond, says so; what adds to a sum, or begins one anew,
takes nothing back.
"""

# What a difference is taken by, beside the day that the definition says.
KEYS = """metric, definition_version, part, dimension, subject_id, scope, scope_id, lead_id,
company_id, mechanism"""
# Looked for only where a sum that there is gets less: the other rows never ask the ledger again.
_SAME = ", ".join(f"{{0}}.{key.strip()}" for key in f"{KEYS}, fact_on".split(","))
TAKEN_BACK = f"""CASE WHEN missing.held * missing.quantity < 0 THEN (
    SELECT e.id FROM ledger_entries e
    WHERE e.subject_id = missing.subject_id AND e.quantity * missing.quantity < 0
      AND ({_SAME.format("e")}) IS NOT DISTINCT FROM ({_SAME.format("missing")})
    ORDER BY e.recorded_at DESC, e.id DESC LIMIT 1) END"""
# A CHECK sees one row alone, and a key would be asked at every posting.
ASTRAY = f"""
SELECT r.metric, r.subject_id, r.scope, r.scope_id, r.dimension, r.counted_on, r.quantity
FROM ledger_entries r LEFT JOIN ledger_entries e ON e.id = r.reverses_id
  AND ({_SAME.format("e")}) IS NOT DISTINCT FROM ({_SAME.format("r")})
  AND e.quantity * r.quantity < 0
WHERE r.reverses_id IS NOT NULL AND e.id IS NULL"""
