"""Areas: kept in m², given in m² or mu 亩, answered in both. 1 亩 = 2000/3 m²."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import MISSING
from sqlmodel import Field, SQLModel

from app.core.errors import invalid
from app.core.shapes import Computed
from app.core.types import Area, AreaMu, numeric

_UNITS = frozenset({"area_m2", "area_mu"})


def _absent() -> Any:
    return MISSING


class AreaGiven(SQLModel):
    """An area in one of two units."""

    area_m2: Area = Field(
        default_factory=_absent,
        description="Square metres; exactly one of area_m2 and area_mu.",
    )
    area_mu: AreaMu = Field(
        default_factory=_absent,
        description="Mu 亩, 2000/3 m², rounded half up to 0.01 m².",
    )


def square_metres(mu: Decimal) -> Decimal:
    """Mu in m², half up to 0.01 m²."""
    return (mu * 2000 / 3).quantize(Decimal("0.01"), ROUND_HALF_UP)


def area_of(payload: AreaGiven) -> Decimal:
    """The area of a new record in m²; 422 unless it is given in exactly one unit."""
    given = {name: getattr(payload, name) for name in payload.model_fields_set & _UNITS}
    if len(given) != 1:
        raise invalid("/area_m2", "one_area")
    return given["area_m2"] if "area_m2" in given else square_metres(given["area_mu"])


def in_square_metres(changes: dict[str, Any], area_m2: Decimal) -> dict[str, Any]:
    """Changes of a record that has an area, in m²; 422 for two new areas.

    The mu that were answered for it are no change: they are rounded, its m² are not.
    """
    rest = {name: value for name, value in changes.items() if name != "area_mu"}
    mu = changes.get("area_mu")
    if mu is None or mu == _rounded_mu(area_m2):
        return rest
    if "area_m2" in rest:
        raise invalid("/area_m2", "one_area")
    return {**rest, "area_m2": square_metres(mu)}


def _rounded_mu(area_m2: Decimal) -> Decimal:
    return (area_m2 * 3 / 2000).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _mu(row: Any, _role: str) -> sa.ColumnElement[Any]:
    return sa.cast(sa.func.round(row.area_m2 * 3 / 2000, 4), numeric(12, 4))


# `area_m2` of the same row in mu, half up to 0.0001 亩.
InMu = Annotated[AreaMu, Computed(_mu)]
