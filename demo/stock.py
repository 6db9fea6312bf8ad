"""How many of each thing the sample shops have: forty, but for what is sold out."""

from datetime import datetime, timedelta
from typing import NamedTuple

from app.lib import clock
from demo.stores import Shelf
from demo.things import HARBOR, RIDGE

USUAL = 40
LANTERN, PAN = [*RIDGE][5], [*HARBOR][2]
SOLD_OUT = (LANTERN, PAN)
"""What people wait for as the demo begins."""
DELIVERED = 12
"""How many come back, when they do."""


class Stock(NamedTuple):
    """How many of a thing there are, and since when."""

    quantity: int
    at: datetime


def of(shelf: Shelf, thing: int) -> Stock:
    """Return what there is of a thing."""
    kept = shelf.get("stock", thing)
    if kept:
        return Stock(kept["quantity"], datetime.fromisoformat(kept["at"]))
    before = clock.now().replace(microsecond=0) - timedelta(days=1)
    return Stock(0 if thing in SOLD_OUT else USUAL, before)


def change(shelf: Shelf, thing: int) -> Stock:
    """Let what is sold out come back, and what had come back be sold out; returns what there is then."""
    quantity = 0 if of(shelf, thing).quantity else DELIVERED
    shelf.put("stock", thing, {"quantity": quantity, "at": clock.now().replace(microsecond=0).isoformat()})
    return of(shelf, thing)
