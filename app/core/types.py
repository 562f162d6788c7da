"""Annotated types for every kind of value on the wire, bounded on purpose.

A value outside its bounds is refused with 422 before it reaches the database. Bodies are strict:
a date is never a number, a flag never the text "yes". PostgreSQL text cannot hold NUL, so every
string pattern excludes it.
"""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, LiteralString
from uuid import UUID

import sqlalchemy as sa
from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Field,
    PlainSerializer,
    Strict,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

# One or more characters, at least one of them visible, none of them NUL.
VISIBLE = r"^[^\x00]*[^\x00\s][^\x00]*$"
NO_NUL = r"^[^\x00]*$"

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=VISIBLE),
]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=VISIBLE),
]
Notes = Annotated[str, StringConstraints(max_length=20_000, pattern=NO_NUL)]
SearchTerm = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=VISIBLE),
]

Id = UUID
Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=0, le=1_000_000)]


def _written(pattern: str, code: LiteralString, message: LiteralString) -> BeforeValidator:
    """Accepts only text of the given form; values already parsed pass through."""
    form = re.compile(pattern, re.ASCII)

    def check(value: object) -> object:
        if isinstance(value, (bool, int, float)) or (
            isinstance(value, str) and not form.fullmatch(value.strip())
        ):
            raise PydanticCustomError(code, message)
        return value

    return BeforeValidator(check)


_DAY_FORM = r"\d{4}-\d{2}-\d{2}"
FIRST_DAY, LAST_DAY = date(1949, 10, 1), date(2199, 12, 31)
BusinessDate = Annotated[
    date,
    _written(_DAY_FORM, "date_form", "Input should be a calendar day: YYYY-MM-DD"),
    Field(ge=FIRST_DAY, le=LAST_DAY, examples=["2026-11-23"]),
]
Instant = Annotated[
    AwareDatetime,
    _written(_DAY_FORM + r"[Tt ].+", "instant_form", "Input should be an RFC 3339 instant"),
    Field(
        ge=datetime.combine(FIRST_DAY, time.min, UTC),
        le=datetime.combine(LAST_DAY, time.max, UTC),
        examples=["2026-11-23T08:03:00Z"],
    ),
]


def _decimal(
    digits: int, places: int, sign: str = ""
) -> tuple[BeforeValidator, PlainSerializer, WithJsonSchema]:
    """Decimals travel as text: JSON numbers lose digits on their way through floats."""
    pattern = rf"{sign}[0-9]{{1,{digits - places}}}(\.[0-9]{{1,{places}}})?"
    return (
        _written(
            pattern,
            "decimal_string",
            "Input should be a decimal in a string, like 12.50",
        ),
        PlainSerializer(lambda value: f"{value:.{places}f}", return_type=str, when_used="json"),
        WithJsonSchema(
            {
                "type": "string",
                "pattern": f"^{pattern}$",
                "examples": [f"{12.5 if digits - places > 1 else 0.5:.{places}f}"],
            }
        ),
    )


# In the currency's base unit (yuan, dollar), never in 万 or 亿: NUMERIC(20,2).
Money = Annotated[
    Decimal,
    Field(ge=0, max_digits=20, decimal_places=2, allow_inf_nan=False),
    *_decimal(20, 2),
]
# Percent of one lead's credit, 0.00 to 100.00.
Share = Annotated[
    Decimal,
    Field(ge=0, le=100, max_digits=5, decimal_places=2, allow_inf_nan=False),
    *_decimal(5, 2),
]
# A part of one, 0.0000 to 1.0000.
Ratio = Annotated[
    Decimal,
    Field(ge=0, le=1, max_digits=5, decimal_places=4, allow_inf_nan=False),
    *_decimal(5, 4),
]
# A number in a metric's unit: NUMERIC(24,4).
Quantity = Annotated[
    Decimal,
    Field(ge=0, max_digits=24, decimal_places=4, allow_inf_nan=False),
    *_decimal(24, 4),
]
# Actual ÷ target as a part of one, and limits of it: 1.2000 is 120 %.
Rate = Annotated[
    Decimal,
    Field(ge=0, max_digits=7, decimal_places=4, allow_inf_nan=False),
    *_decimal(7, 4),
]
# Points of a scheme, to the hundredth.
Points = Annotated[
    Decimal,
    Field(ge=0, max_digits=8, decimal_places=2, allow_inf_nan=False),
    *_decimal(8, 2),
]
# Points of an item as a card has them: a penalty goes below nothing.
ItemPoints = Annotated[
    Decimal,
    Field(max_digits=8, decimal_places=2, allow_inf_nan=False),
    *_decimal(8, 2, sign="-?"),
]
# Square metres and mu 亩, above nothing.
Area = Annotated[
    Decimal,
    Field(gt=0, max_digits=14, decimal_places=2, allow_inf_nan=False),
    *_decimal(14, 2),
]
AreaMu = Annotated[
    Decimal,
    Field(gt=0, max_digits=12, decimal_places=4, allow_inf_nan=False),
    *_decimal(12, 4),
]
# A technical size to the hundredth: metres, tonnes per square metre, kilovolt-ampere.
Size = Annotated[
    Decimal,
    Field(ge=0, max_digits=10, decimal_places=2, allow_inf_nan=False),
    *_decimal(10, 2),
]
# Units of one currency for one of another.
ExchangeRate = Annotated[
    Decimal,
    Field(gt=0, max_digits=18, decimal_places=8, allow_inf_nan=False),
    *_decimal(18, 8),
]


class Code(StrEnum):
    """An enumeration on the wire: lower_snake, labelled in `locales/`."""


def choice(codes: type[Enum]) -> sa.Enum:
    """VARCHAR holding the values, so that adding a code needs no migration."""
    return sa.Enum(
        codes,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def numeric(digits: int, places: int) -> sa.Numeric[Any]:
    """Column of an exact decimal."""
    return sa.Numeric(digits, places)
