"""What offers bring: both sides of a comparison, and how sure the difference is; pure.

All who could have been offered something are compared, whether they were written to or not: who is missing
there would not be missing by chance. The interval is one that holds however often it is looked at (an
asymptotic confidence sequence: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, 2021), for merchants look daily.
"""

from dataclasses import dataclass
from math import erfc, log, sqrt

DOUBT = 0.05
"""How often the interval may be wrong."""
SHARPEST_AT = 5000
"""At how many shoppers the interval is as narrow as it can be for its kind."""
SPREAD = (-2 * log(DOUBT) + log(1 - 2 * log(DOUBT))) / SHARPEST_AT
LEAST = 30
"""Of fewer shoppers no rate is shown."""
ENOUGH = 10
"""Buyers on each side, before which the interval is narrower than it should be."""
ODD = 0.001
"""Sides whose sizes chance would make so seldom were not drawn as they should have been."""
WORTH_SEEING, FOUND = 0.2, 0.8
"""How much more must be bought to be found, and how often it is then found."""
Z_DOUBT, Z_FOUND = 1.959964, 0.841621
HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of a comparison."""

    shoppers: int = 0
    buyers: int = 0
    revenue: int = 0
    squares: int = 0
    """The sum of what each spent, squared."""

    @property
    def bought(self) -> float:
        """The share of them that bought."""
        return self.buyers / self.shoppers if self.shoppers else 0.0

    @property
    def spent(self) -> float:
        """What one of them spent on average, in minor units."""
        return self.revenue / self.shoppers if self.shoppers else 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference, and between what it lies with 95 % certainty."""

    middle: float
    radius: float

    @property
    def low(self) -> float:
        """The least that it may be."""
        return self.middle - self.radius

    @property
    def high(self) -> float:
        """The most that it may be."""
        return self.middle + self.radius

    @property
    def is_certain(self) -> bool:
        """Whether there is a difference at all."""
        return self.low > 0 or self.high < 0


def of_buyers(offered: Arm, left_out: Arm) -> Interval:
    """Return how much larger the share of buyers is where something is offered."""
    squared = _variance(offered.buyers, offered.buyers, offered.shoppers) + _variance(
        left_out.buyers, left_out.buyers, left_out.shoppers
    )
    return Interval(offered.bought - left_out.bought, _widened(squared, offered, left_out))


def of_revenue(offered: Arm, left_out: Arm) -> Interval:
    """Return how much more a shopper spends where something is offered, in minor units."""
    squared = _variance(offered.revenue, offered.squares, offered.shoppers) + _variance(
        left_out.revenue, left_out.squares, left_out.shoppers
    )
    return Interval(offered.spent - left_out.spent, _widened(squared, offered, left_out))


def are_enough(offered: Arm, left_out: Arm) -> bool:
    """Tell whether enough would have bought on each side, if offers made no difference."""
    shoppers = offered.shoppers + left_out.shoppers
    bought = (offered.buyers + left_out.buyers) / shoppers if shoppers else 0.0
    return bought * min(offered.shoppers, left_out.shoppers) >= ENOUGH


def is_odd(offered: int, left_out: int, share: int) -> bool:
    """Tell whether so many in a hundred cannot well have been left out: then nothing can be concluded."""
    total = offered + left_out
    wanted = total * share / HUNDRED
    if not total or not 0 < share < HUNDRED:
        return False
    squared = (left_out - wanted) ** 2 / wanted + (left_out - wanted) ** 2 / (total - wanted)
    return erfc(sqrt(squared / 2)) < ODD


def needed(bought: float, share: int) -> int | None:
    """Return how many must be left out to find a difference worth seeing; None: it cannot be told yet."""
    more = bought * (1 + WORTH_SEEING)
    if not 0 < more < 1 or not 0 < share < HUNDRED:
        return None
    offered_for_each = (HUNDRED - share) / share
    spread = bought * (1 - bought) + more * (1 - more) / offered_for_each
    return round((Z_DOUBT + Z_FOUND) ** 2 * spread / (more - bought) ** 2)


def _variance(total: int, squares: int, count: int) -> float:
    """Return the variance of a mean (Welch: each side has its own)."""
    return (squares - total * total / count) / (count - 1) / count if count > 1 else 0.0


def _widened(squared: float, offered: Arm, left_out: Arm) -> float:
    scale = (offered.shoppers + left_out.shoppers) * SPREAD
    return sqrt(squared * (scale + 1) / scale * log((scale + 1) / DOUBT**2)) if scale else 0.0
