"""Shared credit: what a fact and its amount count for each officer, team, combination and the zone.

A share of money is cut to the fen and the last member takes the remainder, so that officers, teams,
combination and zone agree exactly.
"""

_CREDITED = """{prefix}parts AS (
  SELECT s.lead_id, s.company_id, s.combination_id, s.mechanism, s.counted_on, s.amount,
         c.officer_id, c.team_path, c.share / 100 AS portion,
         trunc(s.amount * c.share / 100, 2) AS cut,
         c.place = max(c.place) FILTER (WHERE c.share > 0) OVER fact AS is_last,
         sum(trunc(s.amount * c.share / 100, 2)) OVER fact AS cut_total, s.id AS fact_id{key}
  FROM {facts} s JOIN {credits_table} c ON c.{fact_id} = s.id
  WINDOW fact AS (PARTITION BY s.id{key})
),
{prefix}credits AS (
  SELECT *, CASE WHEN is_last THEN cut + amount - cut_total ELSE cut END AS money
  FROM {prefix}parts WHERE portion > 0
),
{prefix}scoped_credits AS (
  SELECT 'officer' AS scope, officer_id AS scope_id, {of_fact}, portion, money
  FROM {prefix}credits
  UNION ALL
  SELECT 'team', team.id, {of_fact}, sum(portion), sum(money)
  FROM {prefix}credits, unnest(team_path) AS team(id)
  GROUP BY team.id, {of_fact}
  UNION ALL
  SELECT 'combination', combination_id, {of_fact}, sum(portion), sum(money)
  FROM {prefix}credits WHERE combination_id IS NOT NULL
  GROUP BY combination_id, {of_fact}
  UNION ALL
  SELECT 'zone', CAST('00000000-0000-0000-0000-000000000000' AS uuid), {of_fact}, sum(portion),
         sum(money)
  FROM {prefix}credits GROUP BY {of_fact}
)"""
_OF_FACT = "fact_id, lead_id, company_id, mechanism, counted_on, amount"


def scoped_credits(
    facts: str, credits_table: str, fact_id: str, prefix: str = "", by: str = ""
) -> str:
    """CTEs up to `scoped_credits`, from facts and the shares stamped on them.

    `facts` names a CTE with `id, lead_id, company_id, combination_id, mechanism, counted_on,
    amount`; the table of credits has `officer_id, team_path, share, place` and points to the fact
    by `fact_id`. Each row of `scoped_credits` is a fact in one scope, with its `portion` (0 to 1)
    and `money`. `prefix` goes before the names of the CTEs; `by` is a column that tells several
    amounts of one fact apart.
    """
    key = f", {by}" if by else ""
    return _CREDITED.format(
        facts=facts,
        credits_table=credits_table,
        fact_id=fact_id,
        prefix=prefix,
        key=key,
        of_fact=_OF_FACT + key,
    )
