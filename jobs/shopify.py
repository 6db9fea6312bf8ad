"""Errands to the stores on shopify."""

from collections.abc import Callable

from app.shops.errands import Due

HANDLERS: dict[str, Callable[[Due], str | None]] = {}
