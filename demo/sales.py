"""A purchase in a sample shop, in no platform's words: what the fakes keep, and each puts on its own wire."""

from datetime import datetime, timedelta
from random import Random

from pydantic import BaseModel, Field

from demo.carriers import CARRIERS
from demo.shoppers import Place, Shopper

Step = tuple[str, Place]
"""What happens to a parcel, in Shopify's word, and where."""


class Scan(BaseModel):
    """Something that has happened to a parcel."""

    id: int
    status: str
    at: datetime
    place: Place
    expected_at: datetime | None = None


class Parcel(BaseModel):
    """Lines sent together, with what has happened to them and what will."""

    id: int
    carrier: str
    numbers: list[str]
    lines: list[int]
    """Positions in the sale's lines."""
    shipped_at: datetime
    expected_at: datetime
    scans: list[Scan] = Field(default_factory=list)
    ahead: list[Step] = Field(default_factory=list)

    def advance(self, at: datetime) -> Scan:
        """Let the next step happen."""
        status, place = self.ahead.pop(0)
        expected = self.expected_at if status in ("in_transit", "delayed") else None
        scan = Scan(
            id=self.id * 100 + len(self.scans) + 1, status=status, at=at, place=place, expected_at=expected
        )
        self.scans.append(scan)
        return scan


class Sale(BaseModel):
    """One purchase."""

    id: int
    number: int
    shopper: int
    lines: list[tuple[int, int]]
    """Thing, quantity."""
    state: str = "paid"
    """paid, pending, draft, failed, cancelled or refunded."""
    placed_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None = None
    refunded: int = 0
    parcels: list[Parcel] = Field(default_factory=list)
    completed_at: datetime | None = None
    core_fulfillments: bool = False
    """WooCommerce: the parcels are kept as the core's own fulfillments, not in the order's meta."""
    alive: bool = False
    """Its parcels move while the demo runs."""
    rests_until: datetime | None = None
    """Nothing happens to it before that."""

    @property
    def is_sent(self) -> bool:
        """Whether every line is on its way."""
        return {i for parcel in self.parcels for i in parcel.lines} == set(range(len(self.lines)))

    def send(self, carrier: str, at: datetime, ahead: list[Step], lines: list[int] | None = None) -> Parcel:
        """Hand lines, or all of them, over to a carrier."""
        ident = self.id * 10 + len(self.parcels) + 1
        parcel = Parcel(
            id=ident,
            carrier=carrier,
            numbers=[CARRIERS[carrier].number(Random(ident))],
            lines=list(range(len(self.lines))) if lines is None else lines,
            shipped_at=at,
            expected_at=(at + timedelta(days=4)).replace(hour=18, minute=0, second=0, microsecond=0),
            ahead=ahead,
        )
        self.parcels.append(parcel)
        self.updated_at = at
        return parcel


def way(shopper: Shopper, ending: str = "delivered") -> list[Step]:
    """Return the whole way of a parcel to a shopper: its usual steps, and how it ends."""
    first, *hubs = shopper.way
    home = shopper.town
    usual: list[Step] = [("label_printed", first), ("carrier_picked_up", first)]
    usual += [("in_transit", hub) for hub in hubs]
    endings: dict[str, list[Step]] = {
        "delivered": [("out_for_delivery", home), ("delivered", home)],
        "delayed": [("delayed", hubs[-1]), ("in_transit", hubs[-1]),
                    ("out_for_delivery", home), ("delivered", home)],
        "attempted": [("out_for_delivery", home), ("attempted_delivery", home),
                      ("out_for_delivery", home), ("delivered", home)],
        "pickup": [("ready_for_pickup", home), ("delivered", home)],
        "returning": [("out_for_delivery", home), ("attempted_delivery", home),
                      ("returning_to_sender", home)],
        "failure": [("failure", hubs[-1])],
    }  # fmt: skip
    return usual + endings[ending]
