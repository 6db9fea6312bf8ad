"""When a parcel will arrive: learnt from the parcels of its shop, pure.

A parcel’s time is the typical time of its lane, scattered as parcels scatter around it. The scatter is shared
by all lanes, and parcels still on their way count as what they are: not there yet. As of each moment only
what was known then is used.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Self

from app.tracking.forecast.conformal import Levels
from app.tracking.forecast.pace import Pace
from app.tracking.forecast.survival import Curve
from app.tracking.forecast.typical import ENOUGH, PULLS, Guess, Lane, Pulls, Typical

WINDOW = timedelta(days=90)
"""How far back parcels are learnt from, by the moment at which their clock started."""
REFIT_SHARE = 0.02
REFIT_AFTER = timedelta(days=1)
SHORTEST = 0.02
"""Days: no parcel is faster than half an hour."""
LONGEST_WAIT = 0.99


class Clock(StrEnum):
    """What a parcel's time is counted from, earliest first; the later it started, the more is known."""

    PLACED = "placed"
    SHIPPED = "shipped"
    MOVED = "moved"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Run:
    """One parcel, from the moment its clock started to its arrival; None while it is on its way."""

    lane: Lane
    started_at: datetime
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a parcel will arrive, and how that is known."""

    low: datetime
    earliest: datetime
    middle: datetime
    by: datetime
    latest: datetime
    high: datetime
    """low to high hold 9 of 10 parcels, earliest to latest 8 of 10; by `by` 8 of 10 have come."""
    guess: Guess
    waited: float
    """Share of all parcels like it that have arrived sooner than this one, which is not there yet."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What the parcels of one shop teach about one clock, as of a moment."""

    at: datetime
    count: int
    """Arrivals learnt from."""
    pace: Pace
    typical: Typical
    scatter: Curve

    def is_due(self, arrivals_since: int, now: datetime) -> bool:
        """Tell whether to learn anew: enough has arrived since to matter, or a day has passed."""
        return arrivals_since >= max(1.0, REFIT_SHARE * self.count) or now - self.at >= REFIT_AFTER

    def window(
        self, lane: Lane, started_at: datetime, *, now: datetime | None = None, levels: Levels | None = None
    ) -> Window:
        """Return the window of a parcel whose clock started then, and that has not arrived until now."""
        guess = self.typical.guess(lane)
        asked = levels or Levels()
        waited = 0.0
        if now is not None and now > started_at:
            waited = self.scatter.share(_log_days(self.pace, started_at, now) - guess.log_days)
            waited = min(waited, LONGEST_WAIT)

        def at(target: float) -> datetime:
            return self.moment(guess, started_at, waited + (1.0 - waited) * asked.for_target(target))

        return Window(
            low=at(0.05),
            earliest=at(0.1),
            middle=at(0.5),
            by=at(0.8),
            latest=at(0.9),
            high=at(0.95),
            guess=guess,
            waited=waited,
        )

    def moment(self, guess: Guess, started_at: datetime, share: float) -> datetime:
        """Return when this share of the parcels that started then will have arrived."""
        return self.pace.after(started_at, math.exp(guess.log_days + self.scatter.quantile(share)))

    def write(self) -> dict[str, Any]:
        """Return it as JSON for its row; a zone is the shop's, and not written."""
        return {
            "at": self.at.isoformat(),
            "count": self.count,
            "weekdays": self.pace.weekdays,
            "groups": [[*key, *known] for key, known in self.typical.groups.items()],
            "senders": [[sender, *known] for sender, known in self.typical.senders.items()],
            "values": self.scatter.values,
            "shares": self.scatter.shares,
        }

    @classmethod
    def read(cls, data: dict[str, Any], zone: tzinfo) -> Self:
        """Return what a row holds."""
        groups = {tuple(key): (count, total) for *key, count, total in data["groups"]}
        senders = {sender: (count, total) for sender, count, total in data["senders"]}
        return cls(
            at=datetime.fromisoformat(data["at"]),
            count=data["count"],
            pace=Pace(tuple(data["weekdays"]), zone),
            typical=Typical(groups, senders),
            scatter=Curve(tuple(data["values"]), tuple(data["shares"])),
        )

    def score(self, started_at: datetime, arrived_at: datetime, log_days: float, waited: float) -> float:
        """Return which share of a prediction's distribution lies below what came true."""
        share = self.scatter.share(_log_days(self.pace, started_at, arrived_at) - log_days)
        return max(0.0, share - waited) / (1.0 - waited)


def fit(runs: Iterable[Run], now: datetime, zone: tzinfo, pulls: Pulls = PULLS) -> Fit | None:
    """Return what runs teach as of `now`; None where too few have ended: then nothing may be promised."""
    recent = [run for run in runs if now - WINDOW <= run.started_at <= now]
    ended = [(run, run.arrived_at) for run in recent if run.arrived_at is not None and run.arrived_at <= now]
    if len(ended) < ENOUGH:
        return None
    pace = Pace.of((at for _, at in ended), zone)
    times = ((run.lane, _log_days(pace, run.started_at, at)) for run, at in ended)
    typical, rests = Typical.of(times, pulls)
    outlasted = [
        _log_days(pace, run.started_at, now) - typical.guess(run.lane).log_days
        for run in recent
        if run.arrived_at is None or run.arrived_at > now
    ]
    return Fit(now, len(ended), pace, typical, Curve.of(rests, outlasted))


def _log_days(pace: Pace, start: datetime, end: datetime) -> float:
    return math.log(max(pace.days(start, end), SHORTEST))
