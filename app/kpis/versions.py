"""Which version of a definition holds for a fact: SQL that every metric's SELECT joins.

A statement that counts begins with the CTE `definitions`: the versions with the days on which each
is in force. Counting by a draft is the same statement with another such CTE.
"""

from collections.abc import Iterable

# Of two versions that begin in the same year the later one holds; each until the next begins.
_IN_FORCE = """definitions AS MATERIALIZED (
  SELECT metric, definition_version, parameters, make_date(from_year, 1, 1) AS from_on,
         make_date(lead(from_year, 1, 9999) OVER (PARTITION BY metric ORDER BY from_year), 1, 1)
           AS until_on
  FROM (
    SELECT DISTINCT ON (metric, effective_from_year) metric, definition_version, parameters,
           effective_from_year AS from_year
    FROM metric_definitions WHERE status = 'adopted' AND metric IN ({metrics})
    ORDER BY metric, effective_from_year, definition_version DESC
  ) AS adopted
)"""
# Versions of any status, as if each held on every day: a fact is counted by all of them.
AS_IF_ALWAYS = """definitions AS MATERIALIZED (
  SELECT metric, definition_version, parameters, DATE '0001-01-01' AS from_on,
         DATE '9999-01-01' AS until_on
  FROM metric_definitions WHERE id {asked}
)"""


def definitions(metrics: Iterable[str]) -> str:
    """The CTE of the versions in force."""
    return _IN_FORCE.format(metrics=", ".join(f"'{metric}'" for metric in metrics))


def in_force(metric: str, day: str) -> str:
    """Join the version that holds on a day, as `d`."""
    return f"""JOIN definitions d ON d.metric = '{metric}'
  AND {day} >= d.from_on AND {day} < d.until_on"""


def among(value: str, parameter: str) -> str:
    """Whether the list that a parameter is has the value."""
    return f"d.parameters->'{parameter}' ? CAST({value} AS text)"


def number(parameter: str) -> str:
    """A parameter that is a whole number."""
    return f"CAST(d.parameters->>'{parameter}' AS int)"


def switch(parameter: str) -> str:
    """A parameter that is on or off."""
    return f"CAST(d.parameters->>'{parameter}' AS bool)"


def counted_on(event: str, recognised: str) -> str:
    """The day that counts, by the parameter `counting_date`."""
    return f"CASE d.parameters->>'counting_date' WHEN 'event' THEN {event} ELSE {recognised} END"


# The adopted versions in force in the year of `:end_on`, by metric, where it is not the first.
VERSIONS = """SELECT json_object_agg(metric, definition_version) FROM (
    SELECT DISTINCT ON (metric) metric, definition_version FROM metric_definitions
    WHERE status = 'adopted' AND definition_version > 1
      AND effective_from_year <= date_part('year', CAST(:end_on AS date)){known}
    ORDER BY metric, effective_from_year DESC, definition_version DESC
  ) AS v"""
