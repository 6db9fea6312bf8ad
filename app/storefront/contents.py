"""What is in a parcel, and what of its order is not: lines with their pieces, prices and pictures."""

from collections import Counter
from dataclasses import dataclass, replace

from app.commerce.models import LineItem
from app.lib import money
from app.lib.config import settings
from app.lib.days import Calendar
from app.storefront.bought import Bought
from app.tracking.models import Shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of what was bought."""

    title: str
    option: str
    price: str | None
    picture: str | None


def of_parcel(bought: Bought, shipment: Shipment | None, calendar: Calendar) -> tuple[list[Item], list[Item]]:
    """Return what is in a parcel, and what of the order is in none."""
    if shipment is None:
        return [_item(line, line.quantity, picture, bought, calendar) for line, picture in bought.items], []
    packed = _packed(bought, shipment.fulfillment_id)
    sent: Counter[str] = Counter()
    for fulfillment_id in {s.fulfillment_id for s in bought.shipments}:
        sent += _packed(bought, fulfillment_id)
    inside, outside = [], []
    for line, picture in bought.items:
        if packed[line.external_id] > 0:
            inside.append(_item(line, packed[line.external_id], picture, bought, calendar))
        left = line.quantity - sent[line.external_id]
        if left > 0:
            outside.append(_item(line, left, picture, bought, calendar))
    return inside, outside


def _packed(bought: Bought, fulfillment_id: int) -> Counter[str]:
    listed = bought.fulfillments[fulfillment_id].items
    if not listed:  # the store did not say: the whole order
        return Counter({line.external_id: line.quantity for line, _ in bought.items})
    return Counter({str(entry["item"]): int(entry["quantity"]) for entry in listed})


def _item(line: LineItem, quantity: int, picture: str | None, bought: Bought, calendar: Calendar) -> Item:
    pieces = (
        calendar.words.say_many("%(count)s piece", "%(count)s pieces", quantity) if quantity > 1 else None
    )
    return Item(
        title=line.title,
        option=" · ".join(filter(None, (line.variant_title, pieces))),
        price=money.display(
            line.price * quantity, bought.order.currency or bought.shop.currency, calendar.locale
        ),
        picture=picture if picture and picture.startswith(("https://", f"{settings().url}/")) else None,
    )


def unpriced(items: list[Item]) -> list[Item]:
    """Return the same without what they cost."""
    return [replace(item, price=None) for item in items]
