"""Which things of an order have arrived: every parcel that holds any of them was delivered. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from app.vocabulary import ShipmentStatus


class Sent(NamedTuple):
    """Things that were sent together."""

    pieces: Mapping[str, int]
    """How many of each line, by the line's external id; empty: the whole order."""
    statuses: Sequence[ShipmentStatus]
    """Of its parcels that still count."""

    @property
    def has_arrived(self) -> bool:
        """Whether every parcel of it was delivered."""
        return all(status is ShipmentStatus.DELIVERED for status in self.statuses)


def lines(ordered: Mapping[str, int], sent: Iterable[Sent], *, is_all_sent: bool) -> frozenset[str]:
    """Return the lines all of whose pieces have arrived; `ordered`: how many of each line were bought.

    `is_all_sent`: the store says so; what it names in no parcel then came with the others.
    """
    under_way = [it for it in sent if it.statuses]
    if not under_way:
        return frozenset()
    here, still_out = Counter[str](), set[str]()
    for it in under_way:
        pieces = it.pieces or ordered
        if it.has_arrived:
            here.update(pieces)
        else:
            still_out.update(pieces)
    is_over = is_all_sent and not still_out
    return frozenset(
        line for line, count in ordered.items() if is_over or (line not in still_out and here[line] >= count)
    )
