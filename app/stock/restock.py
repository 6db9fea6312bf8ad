"""Whether a thing that was sold out is truly back; pure.

A cancelled or refunded order puts its goods back on the shelf: one piece, that the next visitor buys, and a
hundred shoppers who were told of it in vain. So whatever rises is looked at a while later, when the store has
told of cancellations and refunds as well, and only what these do not explain is a restock.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SETTLE = timedelta(minutes=10)
"""How long a store has to tell of a cancellation after it has told of the stock that came of it."""
BEFORE = timedelta(hours=1)
"""How long before a rise that it is heard of an order may have been cancelled that explains it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one thing; the default has never been sold out."""

    short_since: datetime | None = None
    explained: int = 0
    rose_at: datetime | None = None
    judged_at: datetime | None = None

    @property
    def returns_since(self) -> datetime | None:
        """From when on cancellations and refunds explain what rose; None where nothing did."""
        if self.rose_at is None:
            return None
        begins = self.rose_at - BEFORE
        return max(begins, self.judged_at) if self.judged_at else begins


def see(known: Standing, *, is_there: bool, quantity: int | None, at: datetime) -> Standing:
    """Return what is known once this was seen; a quantity of None: it is there, uncounted."""
    if not is_there:
        return Standing(known.short_since or at, judged_at=known.judged_at)
    if known.short_since is None:
        return known
    there = 1 if quantity is None else quantity
    explained = min(known.explained, there)
    rose_at = (known.rose_at or at) if there > explained else None
    return replace(known, explained=explained, rose_at=rose_at)


def judge(known: Standing, *, quantity: int | None, returned: int, at: datetime) -> tuple[Standing, bool]:
    """Return what is known after a rise was judged, and whether it was a restock.

    `returned`: pieces that cancelled and refunded orders brought back since `returns_since`.
    """
    if known.rose_at is None:
        return known, False
    there, back = (1, 0) if quantity is None else (quantity, returned)
    explained = min(there, known.explained + back)
    if explained < there:
        return Standing(judged_at=at), True
    return replace(known, explained=explained, rose_at=None, judged_at=at), False
