"""Quantiles that learn from having been wrong: adaptive conformal correction (Gibbs and Candès, 2021).

A prediction is scored by the share of its own distribution that lies below what came true. If predictions
are right, a tenth of these scores lies below 0.1. Where it does not, another level is asked for instead,
nudged after each score. Scores come days after their predictions; because a score is compared with today's
level, and not the outcome with the window of then, the parcels on their way do not make it swing.
"""

from dataclasses import dataclass, replace
from typing import Self

TARGETS = (0.05, 0.1, 0.5, 0.8, 0.9, 0.95)
GAMMA = 0.005
"""How far one score moves a level (picked by make bench-eta)."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Which share of a distribution to ask for, to get each of `targets`, which rise."""

    asked: tuple[float, ...] = TARGETS
    targets: tuple[float, ...] = TARGETS
    gamma: float = GAMMA

    def for_target(self, target: float) -> float:
        """Return the level to ask for; a higher target never gets a lower one."""
        return sorted(self.asked)[self.targets.index(target)]

    def learn(self, score: float) -> Self:
        """Return the levels after one more score."""
        moved = (
            level + self.gamma * ((score > level) - (1.0 - target))
            for level, target in zip(self.asked, self.targets, strict=True)
        )
        return replace(self, asked=tuple(min(max(level, 0.0), 1.0) for level in moved))
