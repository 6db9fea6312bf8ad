"""The name of a carrier as shoppers know it."""

import re

NAMELESS = ("", "other", "custom", "none", "unknown")
"""What stores write where the merchant picked no carrier."""
INITIALS = re.compile(r"acs|apc|brt|cdek|ctt|dhl|dpd|dx|elta|ems|fan|gls|mrw|ptt|sda|seur|sf|tnt|ups|usps")
SLUGS = {
    "bartolini-brt": "BRT",
    "bpost": "bpost",
    "ceska-posta": "Česká pošta",
    "evri-hermes": "Evri",
    "fedex": "FedEx",
    "inpost": "InPost",
    "islandspostur": "Íslandspóstur",
    "la-poste-colissimo": "Colissimo",
    "lasership-ontrac": "OnTrac",
    "maltapost": "MaltaPost",
    "osterreichische-post": "Österreichische Post",
    "posta-romana": "Poșta Română",
    "posten-norge-bring": "Posten Norge",
    "postnl": "PostNL",
    "postnord": "PostNord",
    "slovenska-posta": "Slovenská pošta",
    "startrack": "StarTrack",
    "yurtici-kargo": "Yurtiçi Kargo",
    "zasilkovna": "Packeta",
}
"""Slugs of WooCommerce that do not spell the name."""


def name(declared: str | None) -> str | None:
    """Return "UPS" for "ups", "An Post" for "an-post", and what a merchant wrote as it is."""
    written = (declared or "").strip()
    if written.lower() in NAMELESS:
        return None
    if written != written.lower():
        return written
    words = re.split(r"[\s_-]+", written)
    spelled = " ".join(word.upper() if INITIALS.fullmatch(word) else word.capitalize() for word in words)
    return SLUGS.get("-".join(words), spelled)
