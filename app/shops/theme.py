"""What a store's own first page says of its look: a color and a logo, where its theme tells them; pure.

Shopify's themes name their button's color in the page's own style and their logo for search engines; block
themes of WordPress name theirs as presets; many of both tell browsers a theme color.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from app.lib.color import HEX, Color

READ = "theme.read"
"""The errand that looks at it."""
COLORS = (
    re.compile(r"--color-(?:button|base-accent-1)\s*:\s*([^;}\"]+)"),
    re.compile(r"--wp--preset--color--(?:primary|accent)\s*:\s*([^;}\"]+)"),
)
"""How themes name the color of what is to be pressed, the likelier first."""
TRIPLE = re.compile(r"(?:rgba?\()?\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\b")
GRAY = 0.03
"""Chroma: what has less is black, white or gray, and no brand's color."""
LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What was found; empty: nothing."""

    color: str = ""
    logo_url: str = ""


def read(html: str, url: str) -> Theme:
    """Return what a page at an address says of its store's look."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    written = [said for pattern in COLORS for said in pattern.findall(html)]
    color = next(filter(None, map(_color, [*reader.colors, *written])), "")
    logos = (urljoin(url, it) for it in [*_logos(reader.told), *reader.icons])
    return Theme(color=color, logo_url=next((it for it in logos if _is_picture(it)), ""))


def _color(written: str) -> str:
    """Return "#rrggbb" of what a style says; empty where it is no color, or a gray."""
    text = written.strip().lower()
    triple = TRIPLE.fullmatch(text.rstrip(")")) or TRIPLE.match(text)
    if HEX.fullmatch(text):
        code = text if len(text) == len("#rrggbb") else "#" + "".join(2 * it for it in text[1:])
    elif triple and all(int(it) < 256 for it in triple.groups()):  # noqa: PLR2004 - a byte each
        code = "#" + "".join(f"{int(it):02x}" for it in triple.groups())
    else:
        return ""
    return code if Color.of(code).chroma > GRAY else ""


def _logos(told: list[str]) -> Iterator[str]:
    """Yield the logos that a page tells search engines."""
    for text in told:
        try:
            pending = [json.loads(text)]
        except (ValueError, RecursionError):
            continue
        while pending:
            it: Any = pending.pop()
            if isinstance(it, list):
                pending += it
            elif isinstance(it, dict):
                pending += it.get("@graph") or []
                logo = it.get("logo")
                found = logo.get("url") if isinstance(logo, dict) else logo
                if isinstance(found, str):
                    yield found


def _is_picture(address: str) -> bool:
    return urlsplit(address).scheme == "https" and len(address) <= LONGEST


class _Reader(HTMLParser):
    """Notes what a page's head says of its look."""

    def __init__(self) -> None:
        super().__init__()
        self.colors: list[str] = []
        self.icons: list[str] = []
        self.told: list[str] = []
        self._tells = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "meta" and said.get("name", "").lower() == "theme-color":
            self.colors.append(said.get("content", ""))
        elif tag == "link" and said.get("rel", "").lower() == "apple-touch-icon":
            self.icons.append(said.get("href", ""))
        self._tells = tag == "script" and said.get("type", "") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._tells:
            self.told.append(data)
            self._tells = False
