"""Money: integer minor units with their currency."""

from decimal import ROUND_HALF_UP, Context, Decimal

from babel.numbers import format_currency, get_currency_precision

_EXACT = Context(prec=18)
"""A BIGINT holds 18 digits; more than that is InvalidOperation."""


def minor(amount: str | float | None, currency: str) -> int:
    """Turn a store's decimal string into minor units: "79.63", "USD" → 7963; "500", "JPY" → 500.

    Raises ValueError for what is not a finite amount, or more than anybody owns.
    """
    try:
        value = Decimal(str(amount if amount not in (None, "") else 0))
        exact = value.scaleb(get_currency_precision(currency)).quantize(Decimal(1), ROUND_HALF_UP, _EXACT)
        return int(exact)
    except (ArithmeticError, ValueError) as error:
        raise ValueError(f"not an amount of money: {amount!r}") from error


def major(amount: int, currency: str) -> Decimal:
    """Turn minor units into whole ones: 7963, "USD" → 79.63; 500, "JPY" → 500."""
    return Decimal(amount).scaleb(-get_currency_precision(currency))


def display(amount: int, currency: str, locale: str) -> str:
    """Write minor units as people in that locale read them: 7963, "USD", "en" → "$79.63"."""
    written = format_currency(major(amount, currency), currency, locale=locale)
    return written.replace("\N{RIGHT-TO-LEFT MARK}", "")  # figures run from left to right in every script
