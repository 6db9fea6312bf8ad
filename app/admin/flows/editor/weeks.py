"""What the draft would have done week by week: bars to be drawn, and the numbers behind them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from app.admin.dates import Calendar

WEEK = timedelta(days=7)
STEP, WIDTH, HEIGHT = 20, 14, 100
"""From bar to bar, of one, and of the highest, in the drawing's own units."""


class Part(NamedTuple):
    """One part of a bar."""

    kind: str
    y: float
    height: float


class Bar(NamedTuple):
    """One week."""

    name: str
    """Its Monday."""
    x: int
    sent: int
    """Without having waited."""
    waited: int
    unsent: int
    parts: tuple[Part, ...]


def bars(found: Mapping[str, Any], dates: Calendar) -> list[Bar]:
    """Return every week from the first in which anything came of it to the last; none where nothing did."""
    weeks = {date.fromisoformat(name): counts for name, counts in found.get("weeks", {}).items()}
    if not weeks:
        return []
    many = (max(weeks) - min(weeks)) // WEEK + 1
    mondays = [min(weeks) + number * WEEK for number in range(many)]
    most = max(sum(counts.values()) for counts in weeks.values())
    return [
        _bar(dates.short(monday), number, weeks.get(monday, {}), most)
        for number, monday in enumerate(mondays)
    ]


def _bar(name: str, number: int, counts: Mapping[str, int], most: int) -> Bar:
    parts, y = [], float(HEIGHT)
    for kind in ("sent", "waited", "unsent"):
        height = round(HEIGHT * counts.get(kind, 0) / most, 2)
        y = round(y - height, 2)
        parts.append(Part(kind, y, height))
    x = number * STEP + (STEP - WIDTH) // 2
    sent, waited, unsent = (counts.get(kind, 0) for kind in ("sent", "waited", "unsent"))
    return Bar(name, x, sent, waited, unsent, tuple(part for part in parts if part.height))
