"""A shop's look: its name, its color, and where shoppers reach it; right before a setting was opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.lib.color import HEX, Color, contrast, readable
from app.shops.models import Shop

QUIET = "#24405c"
"""The brand color of a shop that has not chosen one."""
TEXT, SHAPE = 4.6, 3.05
"""Contrast of words and of shapes: WCAG 2.2 wants 4.5 and 3, rounding takes a little."""
WHITE, BLACK = "#ffffff", "#16181a"
WARN, BAD = ("#8a5200", "#f0b862"), ("#a4262c", "#ff9c94")
"""Fixed tones, for light and for dark; good news wears the brand's color."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """How a shop appears to its shoppers."""

    name: str
    url: str
    color: str = QUIET
    logo_url: str | None = None
    support_email: str | None = None
    help_url: str | None = None
    privacy_url: str | None = None
    legal_name: str
    postal_address: str | None = None

    @property
    def legal_line(self) -> str:
        """Who is responsible, and the postal address where it is known."""
        return ", ".join(part for part in (self.legal_name, self.postal_address) if part)


def of(shop: Shop) -> Brand:
    """Return the look of a shop; what is missing or unfit in its settings is taken from what we know."""
    chosen = shop.settings.get("brand") or {}
    color = str(chosen.get("color") or "")
    return Brand(
        name=chosen.get("name") or shop.name,
        url=shop.url,
        color=color.lower() if HEX.fullmatch(color) else QUIET,
        logo_url=_secure(chosen.get("logo_url")),
        support_email=chosen.get("support_email") or shop.email,
        help_url=_secure(chosen.get("help_url")),
        privacy_url=_secure(chosen.get("privacy_url")),
        legal_name=chosen.get("legal_name") or chosen.get("name") or shop.name,
        postal_address=chosen.get("postal_address"),
    )


@lru_cache(maxsize=4096)
def tokens(color: str, *, dark: bool = False) -> Mapping[str, str]:
    """Return every color of a page, made of one: words and shapes stand out from all three surfaces.

    wrap, paper, sheet: surfaces. ink, mute: words. line, rail: hairlines. field: edge of a control. brand,
    on-brand, brand-press, brand-edge: the filled button. brand-text: links. graphic: shapes and focus.
    """
    brand = Color.of(color)
    surfaces = _surfaces(brand, dark=dark)
    on = tuple(surfaces.values())

    def words(code: str, ratio: float = TEXT) -> str:
        return readable(code, on, ratio, lighter=dark)

    def shade(lightness: float, chroma: float) -> str:
        return Color(lightness, min(brand.chroma, chroma), brand.hue).code()

    graphic = words(color, 4.4 if dark else SHAPE)
    return {
        **surfaces,
        **_button(color, surfaces, graphic, dark=dark),
        "ink": words(shade(0.955 if dark else 0.225, 0.005 if dark else 0.012), 7),
        "mute": words(shade(0.74 if dark else 0.5, 0.012)),
        "line": shade(0.345 if dark else 0.905, 0.012 if dark else 0.008),
        "rail": shade(0.4 if dark else 0.86, 0.02 if dark else 0.03),
        "field": words(shade(0.6 if dark else 0.56, 0.012), SHAPE),
        "brand-text": words(color),
        "graphic": graphic,
        "warn": words(WARN[dark]),
        "bad": words(BAD[dark]),
    }


def _surfaces(brand: Color, *, dark: bool) -> dict[str, str]:
    def tint(lightness: float, share: float, most: float) -> str:
        return Color(lightness, min(share * brand.chroma, most), brand.hue).code()

    if dark:
        return {
            "wrap": tint(0.235, 0.3, 0.022),
            "paper": tint(0.19, 0.6, 0.007),
            "sheet": tint(0.275, 0.3, 0.02),
        }
    is_pale = brand.lightness >= 0.8  # noqa: PLR2004 - a pale brand needs more chroma to be recognized
    return {
        "wrap": tint(0.965, 0.45, 0.06) if is_pale else tint(0.95, 0.17, 0.014),
        "paper": tint(0.995, 0.15, 0.002),
        "sheet": WHITE,
    }


def _button(color: str, surfaces: Mapping[str, str], graphic: str, *, dark: bool) -> dict[str, str]:
    fill = readable(color, (surfaces["wrap"],), 3, lighter=True) if dark else color
    label = max((WHITE, BLACK), key=lambda code: contrast(code, fill))
    fill = readable(fill, (label,), TEXT, lighter=label == BLACK)
    filled = Color.of(fill)
    press = filled._replace(lightness=max(0.0, filled.lightness - 0.045)).code()
    return {
        "brand": fill,
        "on-brand": label,
        "brand-press": press if contrast(press, label) >= TEXT else fill,
        "brand-edge": fill if contrast(fill, surfaces["sheet"]) >= SHAPE else graphic,
    }


def _secure(address: object) -> str | None:
    return address if isinstance(address, str) and address.startswith("https://") else None
