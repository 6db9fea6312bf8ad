"""What a merchant types of whom texts come from, of what one costs, and of how many may go; pure."""

import re

from app.lib import reading
from app.shops.texting import MILLION, NAME

SHORT_CODE = re.compile(r"\d{3,8}")
SERVICE = re.compile(r"MG[0-9a-f]{32}")


def sender_of(typed: str, country: str | None) -> str | None:
    """Return a sender as a provider takes it; None for what none takes."""
    bare = typed.strip()
    if SERVICE.fullmatch(bare) or NAME.fullmatch(bare) or SHORT_CODE.fullmatch(bare):
        return bare
    number = reading.phone(bare, country) or ""
    return number if re.fullmatch(r"\+\d{7,15}", number) else None


def daily_of(typed: str) -> int | None:
    """Return how many may go a day; None where nothing, or no such number, was typed."""
    bare = typed.strip().replace(",", "").replace(".", "")
    return int(bare) if re.fullmatch(r"[1-9]\d{0,6}", bare) else None


def price_of(typed: str) -> int | None:
    """Return what a segment costs in millionths; None where nothing, or no price, was typed."""
    bare = typed.strip().replace(",", ".")
    return round(float(bare) * MILLION) if re.fullmatch(r"\d{1,3}(\.\d{1,6})?", bare) else None
