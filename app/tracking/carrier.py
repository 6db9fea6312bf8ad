"""The name of a carrier as shoppers know it."""

import re

from app.carriers import directory

NAMELESS = ("", "other", "custom", "none", "unknown")
"""What stores write where the merchant picked no carrier."""


def declared(written: str | None) -> str | None:
    """Return whom the merchant named; None where they picked nobody."""
    name = (written or "").strip()
    return None if name.lower() in NAMELESS else name


def name(written: str | None, country: str | None = None) -> str | None:
    """Return "UPS" for "ups", "An Post" for "an-post", and what a merchant wrote as it is."""
    who = declared(written)
    if who is None:
        return None
    known = directory.find(who, country)
    return known.name if known else _spelled(who)


def _spelled(who: str) -> str:
    """Return a slug in words; what is written as a name already stays as it is."""
    if who != who.lower():
        return who
    return " ".join(word.capitalize() for word in re.split(r"[\s_-]+", who))
