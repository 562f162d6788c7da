"""Keyset paging: signed cursors bound to their list, and the condition "after this row".

A page costs the same at row 50 and at row 900,000, and rows inserted or deleted in between never
shift a row onto another page.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from app.core.errors import Problem


@dataclass(frozen=True)
class Order:
    """One sort key."""

    field: str
    is_descending: bool


class Cursors:
    """Signs and reads cursors with the installation's secret."""

    def __init__(self, secret: str) -> None:
        self._signer = Signer(secret, salt="cursor", digest_method=hashlib.sha256)

    def write(self, scope: str, keys: list[str | None]) -> str:
        """The cursor after the row with these sort keys."""
        return self._signer.sign(base64_encode(json.dumps([scope, keys]))).decode()

    def read(self, scope: str, cursor: str) -> list[str | None]:
        """The sort keys in a cursor; 400 where it is not ours or belongs to another list."""
        try:
            bound_to, keys = json.loads(base64_decode(self._signer.unsign(cursor)))
        except BadSignature as error:
            raise Problem("cursor_mismatch") from error
        if bound_to != scope:
            raise Problem("cursor_mismatch")
        return keys


def scope_of(*parts: object) -> str:
    """A short fingerprint of the list a cursor belongs to: shape, filters, sort and caller."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def ordering(columns: Sequence[Any], orders: Sequence[Order]) -> list[sa.UnaryExpression[Any]]:
    """ORDER BY, nulls last in both directions."""
    return [
        (column.desc() if order.is_descending else column.asc()).nulls_last()
        if _nullable(column)
        else (column.desc() if order.is_descending else column.asc())
        for column, order in zip(columns, orders, strict=True)
    ]


def after(
    columns: Sequence[Any], orders: Sequence[Order], is_null: tuple[bool, ...]
) -> sa.ColumnElement[bool]:
    """Rows behind the one whose keys are bound as text to `k0`, `k1` and so on."""
    values = [_value(i, column) for i, column in enumerate(columns)]
    if len({order.is_descending for order in orders}) == 1 and not any(map(_nullable, columns)):
        left, right = sa.tuple_(*columns), sa.tuple_(*values)
        return left < right if orders[0].is_descending else left > right
    condition: sa.ColumnElement[bool] = sa.false()
    for column, value, order, null in reversed(
        list(zip(columns, values, orders, is_null, strict=True))
    ):
        if null:
            condition = sa.and_(column.is_(None), condition)
            continue
        strictly = column < value if order.is_descending else column > value
        behind = sa.or_(strictly, column.is_(None)) if _nullable(column) else strictly
        condition = sa.or_(behind, sa.and_(column == value, condition))
    return condition


def _value(index: int, column: Any) -> sa.ColumnElement[Any]:
    return sa.cast(sa.bindparam(f"k{index}", type_=sa.Text), column.type)


def _nullable(column: Any) -> bool:
    """An expression that is no column is a key of the core's own, never null."""
    return getattr(column, "nullable", False)
