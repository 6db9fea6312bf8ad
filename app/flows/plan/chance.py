"""Chance that can be told again: the same person always draws the same, whatever else happens."""

import hashlib
from collections.abc import Sequence


def point(who: str, what: str) -> int:
    """Return a number from 0 to 9,999 for a person and a question, evenly spread."""
    digest = hashlib.sha256(f"{what}|{who}".encode()).digest()
    return int.from_bytes(digest[:8]) % 10_000


def is_held_out(who: str, what: str, percent: int) -> bool:
    """Tell whether a person is among so many in a hundred."""
    return point(who, what) < percent * 100


def drawn(who: str, what: str, arms: Sequence[tuple[str, int]]) -> str:
    """Return which of these a person draws; each has so many in a hundred."""
    place = point(who, what)
    for arm, percent in arms:
        place -= percent * 100
        if place < 0:
            return arm
    return arms[-1][0]
