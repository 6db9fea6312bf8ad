"""Money: integer minor units with their currency."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.numbers import format_currency, get_currency_precision


def minor(amount: str | float | None, currency: str) -> int:
    """Turn a store's decimal string into minor units: "79.63", "USD" → 7963; "500", "JPY" → 500.

    Raises ValueError for what is not a finite amount.
    """
    try:
        value = Decimal(str(amount if amount not in (None, "") else 0))
        return int(value.scaleb(get_currency_precision(currency)).to_integral_value(ROUND_HALF_UP))
    except (InvalidOperation, OverflowError) as error:
        raise ValueError(f"not an amount of money: {amount!r}") from error


def display(amount: int, currency: str, locale: str) -> str:
    """Write minor units as people in that locale read them: 7963, "USD", "en" → "$79.63"."""
    value = Decimal(amount).scaleb(-get_currency_precision(currency))
    return format_currency(value, currency, locale=locale)
