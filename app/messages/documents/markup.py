"""What a merchant's own HTML does to its readers: pictures without words, words without contrast."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from app.lib.color import HEX

DECLARED = re.compile(r"(?:^|;)\s*(color|background|background-color)\s*:\s*(#[0-9a-fA-F]{3,6})\b")


@dataclass(frozen=True, slots=True)
class Markup:
    """What was seen, each with its line, from 1."""

    pictures_without_alt: list[int] = field(default_factory=list)
    colors: list[tuple[int, str, str | None]] = field(default_factory=list)
    """Line, color of the words, and of what is behind them where the same element says so."""


def read(html: str) -> Markup:
    """Return what is to be looked at in a piece of HTML; its Liquid is passed over."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.seen


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen = Markup()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, told = self.getpos()[0], dict(attrs)
        if tag == "img" and "alt" not in told:
            self.seen.pictures_without_alt.append(line)
        colors = {
            name: code for name, code in DECLARED.findall(told.get("style") or "") if HEX.fullmatch(code)
        }
        if "color" in colors:
            behind = colors.get("background-color") or colors.get("background")
            self.seen.colors.append((line, colors["color"], behind))
