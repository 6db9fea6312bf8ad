"""How something is distributed of which a part is only known to be larger than so much (Kaplan, Meier)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

KNOTS = 200
"""The most points that a curve is kept by."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A distribution: `shares[i]` of all lies below `values[i]`; both rise."""

    values: tuple[float, ...]
    shares: tuple[float, ...]

    @classmethod
    def of(cls, seen: Iterable[float], outlasted: Iterable[float] = ()) -> Self:
        """Return the curve of values seen, and of others that are larger than what they outlasted."""
        marks = sorted([(value, 0) for value in seen] + [(value, 1) for value in outlasted])
        at_risk, alive = len(marks), 1.0
        points: list[tuple[float, float]] = []
        for value, is_open in marks:
            if not is_open:
                fallen = alive / at_risk
                points.append((value, 1.0 - alive + fallen / 2))
                alive -= fallen
            at_risk -= 1
        step = max(1, -(-len(points) // KNOTS))
        kept = [*points[:-1:step], *points[-1:]]
        return cls(tuple(value for value, _ in kept), tuple(share for _, share in kept))

    def quantile(self, share: float) -> float:
        """Return the value below which `share` of all lies; the outermost seen beyond what was seen."""
        return _between(self.shares, self.values, share)

    def share(self, value: float) -> float:
        """Return how much of all lies below a value."""
        if value < self.values[0]:
            return self.shares[0] / 2
        if value > self.values[-1]:
            return (1.0 + self.shares[-1]) / 2
        return _between(self.values, self.shares, value)


def _between(xs: tuple[float, ...], ys: tuple[float, ...], x: float) -> float:
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    low, high = bisect_left(xs, x), bisect_right(xs, x)
    if low < high:  # exactly a knot, or several of the same value
        return (ys[low] + ys[high - 1]) / 2
    part = (x - xs[low - 1]) / (xs[low] - xs[low - 1])
    return ys[low - 1] + part * (ys[low] - ys[low - 1])
