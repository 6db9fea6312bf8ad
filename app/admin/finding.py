"""How the search boxes find somebody or something: by the beginning of words, which indexes answer."""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, false, func, or_, select, union

from app.audience.models import Profile
from app.commerce.models import Order
from app.tracking.models import Shipment

WORDS = 4
"""So many words of a name are looked at."""
LEAST = 3
"""Characters of an address that are enough to look for it."""
LEAST_OF_NUMBER = 4
"""Characters of a tracking number, from its beginning or its end, that are enough to look for it."""


def is_order(search: str) -> ColumnElement[bool]:
    """Say in SQL that an order has this number, written with its sign or without."""
    bare = search.strip().removeprefix("#")
    return Order.name.in_((search.strip(), bare, f"#{bare}"))


def is_person(search: str) -> ColumnElement[bool]:
    """Say in SQL that every word begins one of somebody's names, or that it begins their address."""
    words = search.lower().split()[:WORDS]
    known = [_is_called(words, Profile.first_name, Profile.last_name)]
    packed = "".join(words)
    if len(packed) >= LEAST:
        known.append(Profile.email.startswith(packed, autoescape=True))
        if packed.lstrip("+").isdigit():
            known.append(Profile.phone == f"+{packed.lstrip('+')}")
    return or_(*known)


def parcels(shop_id: int, search: str) -> CompoundSelect[int]:
    """Return the parcels of an order, of somebody (as the store or the label names them), or of a number."""
    of_orders = select(Shipment.id).join(Order, Order.id == Shipment.order_id).where(Order.shop_id == shop_id)
    label = _is_called(
        search.lower().split()[:WORDS],
        Order.ship_to["first_name"].astext,
        Order.ship_to["last_name"].astext,
    )
    buyers = select(Profile.id).where(Profile.shop_id == shop_id, is_person(search))
    found = [
        of_orders.where(is_order(search)),
        of_orders.where(label),
        of_orders.where(Order.profile_id.in_(buyers)),
    ]
    packed = "".join(search.split()).upper()
    if len(packed) >= LEAST_OF_NUMBER:
        ends = func.reverse(Shipment.number).startswith(packed[::-1], autoescape=True)
        begins = Shipment.number.startswith(packed, autoescape=True)
        found += [select(Shipment.id).where(Shipment.shop_id == shop_id, it) for it in (begins, ends)]
    return union(*found)


def _is_called(words: list[str], *names: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns
    begun = [[func.lower(name).startswith(word, autoescape=True) for name in names] for word in words]
    return and_(*(or_(*either) for either in begun)) if begun else false()
