"""How the search boxes find somebody or something: by the beginning of any word, which indexes answer."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    SQLColumnExpression,
    cast,
    false,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.audience.models import Profile
from app.commerce.models import Order
from app.tracking.models import Shipment

WORDS = 4
"""So many words of a search are looked at."""
LONGEST = 60
"""Characters of a word that are looked at; the database's `name_words` keeps no more."""
LEAST = 3
"""Characters of an address that are enough to look for it."""
LEAST_OF_NUMBER = 4
"""Characters of a tracking number, from its beginning or its end, that are enough to look for it."""


def is_order(search: str) -> ColumnElement[bool]:
    """Say in SQL that an order has this number, written with its sign or without."""
    bare = search.strip().removeprefix("#")
    return Order.name.in_((search.strip(), bare, f"#{bare}"))


def is_person(shop_id: int, search: str) -> ColumnElement[bool]:
    """Say in SQL that every word begins a word of a shopper's name, or that it begins their address."""
    known = [_is_called(shop_id, search, Profile.shop_id, Profile.first_name, Profile.last_name)]
    packed = "".join(search.lower().split()[:WORDS])
    if len(packed) >= LEAST:
        known.append(Profile.email.startswith(packed, autoescape=True))
        if packed.lstrip("+").isdigit():
            known.append(Profile.phone == f"+{packed.lstrip('+')}")
    return or_(*known)


def parcels(shop_id: int, search: str) -> CompoundSelect[int]:
    """Return the parcels of an order, of somebody (as the store or the label names them), or of a number."""
    of_orders = select(Shipment.id).join(Order, Order.id == Shipment.order_id).where(Order.shop_id == shop_id)
    first, last = (Order.ship_to[name].astext for name in ("first_name", "last_name"))
    label = _is_called(shop_id, search, Order.shop_id, first, last)
    buyers = select(Profile.id).where(Profile.shop_id == shop_id, is_person(shop_id, search))
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


def _is_called(shop_id: int, search: str, *name: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Say that each word begins one of a name; its words are kept with their shop."""
    words = search.lower().replace("’", "'").split()[:WORDS]
    quoted = (word[:LONGEST].replace("\\", "\\\\").replace("'", "''") for word in words)
    begun = " & ".join(f"'{shop_id} {word}':*" for word in quoted)
    return func.name_words(*name).bool_op("@@")(cast(begun, TSQUERY)) if begun else false()
