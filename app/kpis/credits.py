"""Shared credit: what a fact and its amount count for each officer, team, combination and the zone.

A share of money is cut to the fen, one of a lead to the ten-thousandth, and the last member takes
the remainder: officers, teams and combination add up to what is credited to the zone exactly.
The zone itself has what is located in it, whole and once; what is credited to it beyond that, or
short of it, is the difference between its two totals.
"""

_FACT = "fact_id, lead_id, company_id, mechanism, counted_on, amount"
_ZONE = "CAST('00000000-0000-0000-0000-000000000000' AS uuid)"


def _credits(
    facts: str, credits_table: str, fact_id: str, prefix: str, *, key: str, places: str
) -> str:
    """Each member's part of what is credited of each fact."""
    return f"""{prefix}parts AS (
  SELECT s.lead_id, s.company_id, s.combination_id, s.mechanism, s.counted_on, s.amount,
         s.is_located_in_zone, s.whole, s.whole_money, c.officer_id, c.team_path, c.share,
         trunc(s.whole * c.share / 100, 4) AS cut_portion,
         trunc(s.whole_money * c.share / 100, {places}) AS cut,
         c.place = max(c.place) OVER fact AS is_last,
         sum(trunc(s.whole * c.share / 100, 4)) OVER fact AS portion_total,
         sum(trunc(s.whole_money * c.share / 100, {places})) OVER fact AS cut_total,
         s.id AS fact_id{key}
  FROM (
    SELECT *, credited_share / 100 AS whole,
           trunc(amount * credited_share / 100, {places}) AS whole_money
    FROM {facts}
  ) AS s JOIN {credits_table} c ON c.{fact_id} = s.id AND c.share > 0
  WINDOW fact AS (PARTITION BY s.id{key})
),
{prefix}credits AS (
  SELECT *,
         CASE WHEN is_last THEN cut_portion + whole - portion_total ELSE cut_portion END AS portion,
         CASE WHEN is_last THEN cut + whole_money - cut_total ELSE cut END AS money
  FROM {prefix}parts
)"""


def scoped_credits(
    facts: str,
    credits_table: str,
    fact_id: str,
    prefix: str = "",
    *,
    by: str = "",
    places: str = "2",
) -> str:
    """CTEs up to `scoped_credits`, from facts and the shares stamped on them.

    `facts` names a CTE with `id, lead_id, company_id, combination_id, mechanism, counted_on,
    amount, is_located_in_zone, credited_share`; the table of credits has `officer_id, team_path,
    share, place` and points to the fact by `fact_id`. Each row of `scoped_credits` is a fact in one
    scope, with its `portion` (0 to 1) and `money`. `prefix` goes before the names of the CTEs; `by`
    is a column that tells several amounts of one fact apart, `places` the decimals that are kept.
    """
    key = f", {by}" if by else ""
    of_fact = _FACT + key
    return f"""{_credits(facts, credits_table, fact_id, prefix, key=key, places=places)},
{prefix}scoped_credits AS (
  SELECT 'officer' AS scope, officer_id AS scope_id, {of_fact}, portion, money
  FROM {prefix}credits WHERE whole > 0
  UNION ALL
  SELECT 'team', team.id, {of_fact}, sum(portion), sum(money)
  FROM {prefix}credits, unnest(team_path) AS team(id) WHERE whole > 0 GROUP BY team.id, {of_fact}
  UNION ALL
  SELECT 'combination', combination_id, {of_fact}, sum(portion), sum(money)
  FROM {prefix}credits WHERE combination_id IS NOT NULL AND whole > 0
  GROUP BY combination_id, {of_fact}
  UNION ALL
  SELECT 'zone', {_ZONE}, {of_fact}, sum(share) / 100, amount
  FROM {prefix}credits WHERE is_located_in_zone GROUP BY {of_fact}
  UNION ALL
  SELECT 'credit_difference', {_ZONE}, {of_fact},
         CASE WHEN is_located_in_zone THEN whole - 1 ELSE whole END,
         CASE WHEN is_located_in_zone THEN whole_money - amount ELSE whole_money END
  FROM {prefix}credits WHERE whole <> CAST(is_located_in_zone AS int)
  GROUP BY {of_fact}, is_located_in_zone, whole, whole_money
)"""
