"""Amounts in foreign currency and what they are in yuan, at the rate that was given."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

_FEN = Decimal("0.01")


def in_yuan(amount: Decimal | None, currency: str, rate: Decimal | None) -> Decimal | None:
    """The amount in yuan, half up to the fen; `rate` is yuan for one unit of `currency`."""
    if amount is None or currency == "CNY":
        return amount
    with localcontext(prec=60):
        return (amount * (rate or Decimal(0))).quantize(_FEN, ROUND_HALF_UP)
