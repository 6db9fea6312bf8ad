"""When a parcel will arrive: learnt from the parcels of its lane, pure.

A parcel's time is a typical time of its lane × how parcels scatter around the typical. The typical time backs
off: everything → carrier → service → region → lane → postcode zone, each pulled towards the one before by
as much as a few parcels weigh. The scatter is shared by all lanes, and parcels that are still on their way
count as what they are: not there yet. As of each moment only what was known then is used.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from app.tracking.conformal import Levels
from app.tracking.pace import Pace
from app.tracking.survival import Curve

WINDOW = timedelta(days=90)
"""How far back parcels are learnt from, by the moment at which their clock started."""
ENOUGH = 25
"""Nothing is promised from fewer parcels."""
PULL = 10
"""How many parcels the wider level weighs in the typical time of a finer one."""
SHORTEST = 0.02
"""Days: no parcel is faster than half an hour."""

Key = tuple[str, ...]


class Level(StrEnum):
    """How alike the parcels are that were learnt from, from the least."""

    ALL = "all"
    CARRIER = "carrier"
    SERVICE = "service"
    REGION = "region"
    LANE = "lane"
    ZONE = "zone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """From where, to where, and by whom."""

    carrier: str = ""
    service: str = ""
    origin: str = ""
    country: str = ""
    region: str = ""
    zone: str = ""
    """The beginning of the postcode."""

    def keys(self) -> tuple[tuple[Level, Key], ...]:
        """Return what parcels like it share, from the widest level to the finest."""
        by = (self.carrier, self.service)
        return (
            (Level.ALL, ()),
            (Level.CARRIER, (self.carrier,)),
            (Level.SERVICE, by),
            (Level.REGION, (*by, self.country, self.region)),
            (Level.LANE, (*by, self.country, self.region, self.origin)),
            (Level.ZONE, (*by, self.country, self.region, self.origin, self.zone)),
        )


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
    level: Level
    samples: int
    """How many parcels of that level it was learnt from."""
    typical: float
    """Logarithm of the lane's typical time, in days of the pace."""
    waited: float
    """Share of all parcels like it that had arrived before the moment of this prediction."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What the parcels of one shop teach about one clock, as of a moment."""

    count: int
    """Arrivals learnt from."""
    pace: Pace
    typical: Mapping[Key, tuple[int, float]]
    """For each level's key: arrivals, and the sum of the logarithms of their times."""
    scatter: Curve

    def window(
        self, lane: Lane, started_at: datetime, *, now: datetime | None = None, levels: Levels | None = None
    ) -> Window:
        """Return the window of a parcel whose clock started then, and that has not arrived until now."""
        typical, level, samples = self._typical(lane)
        waited = self._waited(started_at, now, typical)
        asked = levels or Levels()

        def at(target: float) -> datetime:
            share = waited + (1.0 - waited) * asked.for_target(target)
            return self.pace.after(started_at, math.exp(typical + self.scatter.quantile(share)))

        return Window(
            low=at(0.05),
            earliest=at(0.1),
            middle=at(0.5),
            by=at(0.8),
            latest=at(0.9),
            high=at(0.95),
            level=level,
            samples=samples,
            typical=typical,
            waited=waited,
        )

    def score(self, typical: float, waited: float, run: Run) -> float:
        """Return which share of a prediction's distribution lies below what came true."""
        assert run.arrived_at is not None
        share = self.scatter.share(_log_days(self.pace, run.started_at, run.arrived_at) - typical)
        return max(0.0, share - waited) / (1.0 - waited)

    def _typical(self, lane: Lane) -> tuple[float, Level, int]:
        level, samples, typical = Level.ALL, 0, 0.0
        for name, key in lane.keys():
            count, total = self.typical.get((name, *key), (0, 0.0))
            pull = 0 if name is Level.ALL else PULL
            typical = (total + pull * typical) / (count + pull)
            if count >= ENOUGH:
                level, samples = name, count
        return typical, level, samples

    def _waited(self, started_at: datetime, now: datetime | None, typical: float) -> float:
        if now is None or now <= started_at:
            return 0.0
        return min(self.scatter.share(_log_days(self.pace, started_at, now) - typical), 0.99)


def fit(runs: Iterable[Run], now: datetime, zone: tzinfo) -> Fit | None:
    """Return what runs teach as of `now`; None where too few have ended: then nothing may be promised."""
    recent = [run for run in runs if now - WINDOW <= run.started_at <= now]
    ended = [(run, run.arrived_at) for run in recent if run.arrived_at is not None and run.arrived_at <= now]
    if len(ended) < ENOUGH:
        return None
    pace = Pace.of((at for _, at in ended), zone)
    sums: dict[Key, list[float]] = defaultdict(lambda: [0, 0.0])
    times = []
    for run, at in ended:
        times.append(_log_days(pace, run.started_at, at))
        for name, key in run.lane.keys():
            found = sums[(name, *key)]
            found[0] += 1
            found[1] += times[-1]
    typical = {key: (int(count), total) for key, (count, total) in sums.items()}
    learnt = Fit(len(ended), pace, typical, Curve((0.0,), (0.5,)))
    known: dict[Lane, float] = {}

    def expected(lane: Lane) -> float:
        if lane not in known:
            known[lane] = learnt._typical(lane)[0]
        return known[lane]

    seen = [time - expected(run.lane) for (run, _), time in zip(ended, times, strict=True)]
    is_open = (run for run in recent if run.arrived_at is None or run.arrived_at > now)
    outlasted = [_log_days(pace, run.started_at, now) - expected(run.lane) for run in is_open]
    return Fit(len(ended), pace, typical, Curve.of(seen, outlasted))


def _log_days(pace: Pace, start: datetime, end: datetime) -> float:
    return math.log(max(pace.days(start, end), SHORTEST))
