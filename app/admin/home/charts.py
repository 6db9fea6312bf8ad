"""Figures as a page shows them: the number, what changed in words, and a line drawn of its parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.admin.doors.session import address
from app.admin.home.figures import Series, Share, Told
from app.admin.home.periods import Period
from app.admin.words import plural

WIDTH, HEIGHT, EDGE = 200, 36, 3
"""Of a drawing, in its own units; it stretches to the room that there is."""
NONE = "\N{EN DASH}"
LEAST_CHANGE = 0.05
"""Half of the last digit that is written: less is no change."""
Parts = Sequence[float | None]
Written = Callable[[float], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure in words and lines."""

    label: str
    value: str
    change: str = ""
    tone: str = ""
    """"up" where the change is for the better, "down" where it is for the worse."""
    rest: str = ""
    """What is said after the change."""
    href: str = ""
    """Where `rest` leads."""
    series: Series
    written: Written

    @property
    def line(self) -> str:
        """The path of this period in an SVG drawing."""
        return path(self.series.now, self._low, self._high)

    @property
    def before(self) -> str:
        """The path of the period before."""
        return path(self.series.before, self._low, self._high)

    @property
    def numbers(self) -> list[str]:
        """The parts of this period in words, for whoever cannot see the line."""
        return [NONE if it is None else self.written(it) for it in self.series.now]

    @property
    def _known(self) -> list[float]:
        return [it for it in (*self.series.before, *self.series.now) if it is not None]

    @property
    def _low(self) -> float:
        return min(self._known, default=0.0)

    @property
    def _high(self) -> float:
        return max(self._known, default=0.0)


def path(parts: Parts, low: float, high: float) -> str:
    """Return the path of a line through these values between a low and a high; none where fewer than two."""
    known = [(number, value) for number, value in enumerate(parts) if value is not None]
    if len(known) < 2:  # noqa: PLR2004 - a line has two ends
        return ""
    across, up = WIDTH / (len(parts) - 1), (HEIGHT - 2 * EDGE) / ((high - low) or 1)
    points = [f"{number * across:.1f} {HEIGHT - EDGE - (value - low) * up:.1f}" for number, value in known]
    return "M" + " L".join(points)


def on_time(it: Share) -> Figure:
    """Return the share of parcels that arrived by the day that was named."""
    change, tone = "", ""
    if it.now is not None and it.before is not None:
        points = round(100 * it.now, 1) - round(100 * it.before, 1)
        change, tone = _change(points, f"{abs(points):.1f} points better", f"{abs(points):.1f} points worse")
    rest = f"of {plural(it.of, 'parcel')} with a day" if it.of else "no parcel with a day has arrived"
    return Figure(
        label="Delivered on time",
        value=NONE if it.now is None else _percent(it.now),
        change=change,
        tone=tone,
        rest=rest,
        series=it.series,
        written=_percent,
    )


def exceptions(series: Series, now: int, period: Period) -> Figure:
    """Return how many parcels and orders have something wrong."""
    fewer = (series.before[-1] or 0) - now
    change, tone = _change(fewer, f"{abs(fewer):,.0f} fewer", f"{abs(fewer):,.0f} more")
    return Figure(
        label="Open exceptions",
        value=f"{now:,}",
        change=change,
        tone=tone,
        rest=f"than {period.days} days ago" if fewer else "",
        series=series,
        written=_whole,
    )


def visits(it: Share) -> Figure:
    """Return how often an order's page is looked at."""
    change = ""
    if it.now is not None and it.before and it.hits:
        more = round(it.now, 1) - round(it.before, 1)
        change, _ = _change(more, f"{abs(more):.1f} more", f"{abs(more):.1f} fewer")
    return Figure(
        label="Tracking visits per order",
        value=_tenths(it.now) if it.now is not None and it.hits else NONE,
        change=change,
        rest=plural(it.hits, "visit") if it.hits else "nobody has looked yet",
        series=it.series,
        written=_tenths,
    )


def messages(it: Told) -> Figure:
    """Return how many messages went out, and how many did not."""
    return Figure(
        label="Messages sent",
        value=f"{it.sent:,}",
        rest=f"{it.skipped:,} not sent, each with a reason" if it.skipped else "none was held back",
        href=address("messages.index", tab="skipped") if it.skipped else "",
        series=it.series,
        written=_whole,
    )


def _change(better: float, for_the_better: str, for_the_worse: str) -> tuple[str, str]:
    if abs(better) < LEAST_CHANGE:
        return "No change", ""
    return (for_the_better, "up") if better > 0 else (for_the_worse, "down")


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _tenths(value: float) -> str:
    return f"{value:.1f}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"
