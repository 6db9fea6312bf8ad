"""What a store's own first page says of its look: a color and a logo, where its theme tells them; pure.

Whatever stands there is a stranger's: it is read once from front to back, and takes no longer than it is.

Shopify's themes name their button's color in the page's own style and their logo for search engines; block
themes of WordPress name theirs as presets; many of both tell browsers a theme color.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import chain, islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from app.lib.color import HEX, Color

READ = "theme.read"
"""The errand that looks at it."""
COLORS = (
    re.compile(r"--color-(?:button|base-accent-1)\s*:\s*([^;}\"]{1,60})"),
    re.compile(r"--wp--preset--color--(?:primary|accent)\s*:\s*([^;}\"]{1,60})"),
)
"""How themes name the color of what is to be pressed, the likelier first."""
TAG = re.compile(r"<(?:meta|link)\b[^<>]{0,1000}>", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b([^<>]{0,1000})>", re.IGNORECASE)
SCRIPT_ENDS = re.compile(r"</script", re.IGNORECASE)
TRIPLE = re.compile(r"(?:rgba?\()?\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\b")
GRAY = 0.03
"""Chroma: what has less is black, white or gray, and no brand's color."""
LONGEST, LONGEST_COLOR = 500, 60
MOST_TAGS, MOST_SCRIPTS = 500, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What was found; empty: nothing."""

    color: str = ""
    logo_url: str = ""


def read(html: str, url: str) -> Theme:
    """Return what a page at an address says of its store's look."""
    reader = _Reader()
    for tag in islice(TAG.finditer(html), MOST_TAGS):
        reader.reset()
        reader.feed(tag[0])
    written = [found[1] for pattern in COLORS for found in islice(pattern.finditer(html), MOST_TAGS)]
    color = next(filter(None, map(_color, [*reader.colors, *written])), "")
    logos = (_picture(url, it) for it in chain(_logos(islice(_told(html), MOST_SCRIPTS)), reader.icons))
    return Theme(color=color, logo_url=next(filter(None, logos), ""))


def _color(written: str) -> str:
    """Return "#rrggbb" of what a style says; empty where it is no color, or a gray."""
    text = written.strip()[:LONGEST_COLOR].lower()
    triple = TRIPLE.fullmatch(text.rstrip(")")) or TRIPLE.match(text)
    if HEX.fullmatch(text):
        code = text if len(text) == len("#rrggbb") else "#" + "".join(2 * it for it in text[1:])
    elif triple and all(int(it) < 256 for it in triple.groups()):  # noqa: PLR2004 - a byte each
        code = "#" + "".join(f"{int(it):02x}" for it in triple.groups())
    else:
        return ""
    return code if Color.of(code).chroma > GRAY else ""


def _told(html: str) -> Iterator[str]:
    """Yield what a page tells search engines, as it is written."""
    found = SCRIPT.search(html)
    while found:
        closed = SCRIPT_ENDS.search(html, found.end())
        if closed is None:
            return
        if "application/ld+json" in found[1]:
            yield html[found.end() : closed.start()]
        found = SCRIPT.search(html, closed.end())


def _logos(told: Iterable[str]) -> Iterator[str]:
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
                pending.append(it.get("@graph"))
                logo = it.get("logo")
                found = logo.get("url") if isinstance(logo, dict) else logo
                if isinstance(found, str):
                    yield found


def _picture(url: str, written: str) -> str:
    """Return the whole address of a picture; empty where it is none that can be shown."""
    try:
        address = urljoin(url, written)
        is_secure = urlsplit(address).scheme == "https"
    except ValueError:  # brackets that hold no address
        return ""
    return address if is_secure and address.isprintable() and len(address) <= LONGEST else ""


class _Reader(HTMLParser):
    """Notes what single tags of a page say of its look."""

    def __init__(self) -> None:
        super().__init__()
        self.colors: list[str] = []
        self.icons: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "meta" and said.get("name", "").lower() == "theme-color":
            self.colors.append(said.get("content", ""))
        elif tag == "link" and said.get("rel", "").lower() == "apple-touch-icon":
            self.icons.append(said.get("href", ""))
