"""What parcels have in common, from everything to the same stretch of road, and how long it typically takes.

The typical time backs off: everything → carrier → service → country → region → lane → postcode zone, each
pulled towards the one before by as much as a few parcels weigh; then by how fast whoever sends it usually is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Self, TypeVar

ENOUGH = 25
"""Nothing is promised from fewer parcels."""
FEW = 3
"""Groups of fewer parcels are not kept: the pull leaves next to nothing of them."""

K = TypeVar("K")
Key = tuple[str, ...]
Sum = tuple[int, float]
"""How many parcels, and the sum of the logarithms of their times."""
NOTHING: Sum = (0, 0.0)


class Pulls(NamedTuple):
    """How many parcels what is known more widely weighs beside those of a narrower group."""

    lane: int = 5
    """The wider level, in the typical time of a finer one (picked by make bench-eta)."""
    sender: int = 5
    """That whoever sends it is like all others."""


PULLS = Pulls()


class Level(StrEnum):
    """How alike the parcels are that were learnt from, from the least."""

    ALL = "all"
    CARRIER = "carrier"
    SERVICE = "service"
    COUNTRY = "country"
    REGION = "region"
    LANE = "lane"
    ZONE = "zone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """From where, to where, and by whom; what is not known is empty."""

    carrier: str = ""
    service: str = ""
    origin: str = ""
    country: str = ""
    region: str = ""
    zone: str = ""
    """The beginning of the postcode."""
    sender: str = ""
    """Who hands it over: a warehouse, a seller."""

    def keys(self) -> tuple[tuple[Level, Key], ...]:
        """Return what parcels like it share, from the widest level to the finest."""
        by = (self.carrier, self.service)
        to = (*by, self.country, self.region)
        return (
            (Level.ALL, (Level.ALL,)),
            (Level.CARRIER, (Level.CARRIER, self.carrier)),
            (Level.SERVICE, (Level.SERVICE, *by)),
            (Level.COUNTRY, (Level.COUNTRY, *by, self.country)),
            (Level.REGION, (Level.REGION, *to)),
            (Level.LANE, (Level.LANE, *to, self.origin)),
            (Level.ZONE, (Level.ZONE, *to, self.origin, self.zone)),
        )


@dataclass(frozen=True, slots=True)
class Guess:
    """A lane's typical time."""

    log_days: float
    level: Level
    """The finest level of which enough parcels are known."""
    samples: int
    """How many parcels of that level are known."""


@dataclass(frozen=True, slots=True)
class Typical:
    """The typical times of every lane, as the logarithm of days."""

    groups: Mapping[Key, Sum]
    senders: Mapping[str, Sum]
    """By how much their parcels differ from the typical of their lanes."""
    pulls: Pulls = PULLS

    @classmethod
    def of(cls, times: Iterable[tuple[Lane, float]], pulls: Pulls = PULLS) -> tuple[Self, list[float]]:
        """Return what these times teach, and by how much each differs from what the others let expect."""
        times = list(times)
        groups: dict[Key, list[float]] = defaultdict(lambda: [0, 0.0])
        for lane, time in times:
            for _, key in lane.keys():  # noqa: SIM118 - no mapping
                groups[key][0] += 1
                groups[key][1] += time
        learnt = cls(_sums(groups), {}, pulls)
        rests = [time - learnt.guess(lane, without=time).log_days for lane, time in times]
        senders: dict[str, list[float]] = defaultdict(lambda: [0, 0.0])
        for (lane, _), rest in zip(times, rests, strict=True):
            senders[lane.sender][0] += 1
            senders[lane.sender][1] += rest
        sums = _sums(senders)
        rests = [
            rest - _pulled(sums[lane.sender], 0.0, pulls.sender, without=rest)
            for (lane, _), rest in zip(times, rests, strict=True)
        ]
        return cls(_but_few(learnt.groups), _but_few(sums), pulls), rests

    def guess(self, lane: Lane, *, without: float | None = None) -> Guess:
        """Return a lane's typical time; as if one of its parcels, of this time, were not known."""
        level, samples, log_days = Level.ALL, 0, 0.0
        for name, key in lane.keys():  # noqa: SIM118 - no mapping
            known = self.groups.get(key, NOTHING)
            log_days = _pulled(known, log_days, 0 if name is Level.ALL else self.pulls.lane, without=without)
            if known[0] >= ENOUGH:
                level, samples = name, known[0]
        if without is None:
            log_days += _pulled(self.senders.get(lane.sender, NOTHING), 0.0, self.pulls.sender)
        return Guess(log_days, level, samples)


def _pulled(known: Sum, towards: float, pull: int, *, without: float | None = None) -> float:
    count, total = known
    if without is not None:
        count, total = count - 1, total - without
    return (total + pull * towards) / (count + pull)


def _sums(groups: Mapping[K, list[float]]) -> dict[K, Sum]:
    return {key: (int(count), total) for key, (count, total) in groups.items()}


def _but_few(groups: Mapping[K, Sum]) -> dict[K, Sum]:
    return {key: known for key, known in groups.items() if known[0] >= FEW}
