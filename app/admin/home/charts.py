"""Figures as a page shows them: the number, what changed in words, and a line drawn of its parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from babel.numbers import format_decimal, format_percent

from app.admin.doors.session import address
from app.admin.home.figures import Series, Share, Told
from app.admin.home.periods import Period
from app.admin.saying import figure, locale, say, say_many

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
        by = _tenths(abs(points))
        change, tone = _change(
            points, say("%(points)s points better", points=by), say("%(points)s points worse", points=by)
        )
    rest = say_many("of %(count)s parcel with a day", "of %(count)s parcels with a day", it.of)
    return Figure(
        label=say("Delivered on time"),
        value=NONE if it.now is None else _percent(it.now),
        change=change,
        tone=tone,
        rest=rest if it.of else say("no parcel with a day has arrived"),
        series=it.series,
        written=_percent,
    )


def exceptions(series: Series, now: int, period: Period) -> Figure:
    """Return how many parcels and orders have something wrong."""
    fewer = (series.before[-1] or 0) - now
    by = _whole(abs(fewer))
    change, tone = _change(fewer, say("%(number)s fewer", number=by), say("%(number)s more", number=by))
    then = say_many("than %(count)s day ago", "than %(count)s days ago", period.days)
    return Figure(
        label=say("Open exceptions"),
        value=figure(now),
        change=change,
        tone=tone,
        rest=then if fewer else "",
        series=series,
        written=_whole,
    )


def visits(it: Share) -> Figure:
    """Return how often an order's page is looked at."""
    change = ""
    if it.now is not None and it.before and it.hits:
        more = round(it.now, 1) - round(it.before, 1)
        by = _tenths(abs(more))
        change, _ = _change(more, say("%(number)s more", number=by), say("%(number)s fewer", number=by))
    looks = say_many("%(count)s visit", "%(count)s visits", it.hits)
    return Figure(
        label=say("Tracking visits per order"),
        value=_tenths(it.now) if it.now is not None and it.hits else NONE,
        change=change,
        rest=looks if it.hits else say("nobody has looked yet"),
        series=it.series,
        written=_tenths,
    )


def messages(it: Told) -> Figure:
    """Return how many messages went out, and how many did not."""
    unsent = say_many(
        "%(count)s not sent, each with a reason", "%(count)s not sent, each with a reason", it.skipped
    )
    return Figure(
        label=say("Messages sent"),
        value=figure(it.sent),
        rest=unsent if it.skipped else say("none was held back"),
        href=address("messages.index", tab="skipped") if it.skipped else "",
        series=it.series,
        written=_whole,
    )


def _change(better: float, for_the_better: str, for_the_worse: str) -> tuple[str, str]:
    if abs(better) < LEAST_CHANGE:
        return say("No change"), ""
    return (for_the_better, "up") if better > 0 else (for_the_worse, "down")


def _percent(share: float) -> str:
    return format_percent(share, "#,##0.0%", locale=locale())


def _tenths(value: float) -> str:
    return format_decimal(value, "#,##0.0", locale=locale())


def _whole(value: float) -> str:
    return figure(round(value))
