"""The name of a carrier as shoppers know it."""

import re

NAMELESS = ("", "other", "custom", "none", "unknown")
"""What stores write where the merchant picked no carrier."""
SHORT = re.compile(r"[a-z]{2,4}")
"""A slug this short is an abbreviation: ups, dhl, gls."""


def name(declared: str | None) -> str | None:
    """Return "UPS" for "ups", "Royal Mail" for "royal-mail", and what a merchant wrote as it is."""
    written = (declared or "").strip()
    if written.lower() in NAMELESS:
        return None
    if written != written.lower():
        return written
    words = re.split(r"[\s_-]+", written)
    return " ".join(
        word.upper() if SHORT.fullmatch(word) and i == 0 else word.title() for i, word in enumerate(words)
    )
