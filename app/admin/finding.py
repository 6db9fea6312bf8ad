"""How the search boxes find somebody or something: by the beginning of any word of a name.

Whom many are called stands among the newest rows, which are looked at one by one; indexes find whom few are
called, and would gather all of the many first.
"""

import re
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    SQLColumnExpression,
    and_,
    cast,
    false,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.admin import paging
from app.admin.paging import Page
from app.audience.models import Profile
from app.commerce.models import Order
from app.messages.models import Message
from app.tracking.models import Shipment

WORDS = 4
"""So many words of a search are looked at."""
LONGEST = 60
"""Characters of a word that are looked at; the database's `name_words` keeps no more."""
LEAST = 3
"""Characters of an address that are enough to look for it."""
LEAST_OF_NUMBER = 4
"""Characters of a tracking number, from its beginning or its end, that are enough to look for it."""
NEAR = 2000
"""So many of the newest rows are looked at one by one."""

Rows = Select[*tuple[Any, ...]]


def page(  # noqa: PLR0913 - of what, whose, and both ways to find it
    session: Session,
    rows: Rows,
    ident: InstrumentedAttribute[int],
    *,
    all_of_them: Select[int],
    near: ColumnElement[bool],
    far: ColumnElement[bool],
) -> Page:
    """Return the rows before the id in the address that are found; `near` reads each, `far` asks indexes.

    `all_of_them` are the ids among which is looked, whoever is found.
    """
    before = paging.asked("before", paging.LAST)
    newest = all_of_them.where(ident < before).order_by(ident.desc())
    last = session.scalar(newest.offset(NEAR).limit(1))
    found = paging.newest_first(session, rows.where(near, ident > (last or 0)), ident)
    if found.before or last is None:
        return found
    return paging.newest_first(session, rows.where(far), ident)


def is_order(search: str) -> ColumnElement[bool]:
    """Say in SQL that an order has this number, written with its sign or without."""
    bare = search.strip().removeprefix("#")
    return Order.name.in_((search.strip(), bare, f"#{bare}"))


def is_person(search: str) -> ColumnElement[bool]:
    """Say in SQL that every word begins a word of a shopper's name, or that it begins their address."""
    return or_(_reads(search, Profile.first_name, Profile.last_name), *_addresses(search))


def is_customer(shop_id: int, search: str) -> ColumnElement[bool]:
    """Say in SQL that somebody is a person whom a search finds, or bought an order that it finds."""
    return or_(is_person(search), Profile.id.in_(_buyers(shop_id, search)))


def customers(shop_id: int, search: str) -> CompoundSelect[int | None]:
    """Return those of whom `is_customer` is so, as indexes find them."""
    return union(*_people(shop_id, search), _buyers(shop_id, search))


def is_parcel(search: str) -> ColumnElement[bool]:
    """Say in SQL that a parcel is of an order, of somebody (by store or label), or of a number.

    Its order and the order's profile, where there is one, must be joined.
    """
    return or_(is_order(search), _reads(search, *_label()), is_person(search), *_numbers(search))


def parcels(shop_id: int, search: str) -> CompoundSelect[int]:
    """Return those of which `is_parcel` is so, as indexes find them."""
    orders = select(Order.id).where(Order.shop_id == shop_id)
    theirs = union(
        orders.where(is_order(search)),
        orders.where(_is_called(shop_id, search, Order.shop_id, *_label())),
        orders.where(Order.profile_id.in_(union(*_people(shop_id, search)))),
    )
    mine = select(Shipment.id).where(Shipment.shop_id == shop_id)
    return union(mine.where(Shipment.order_id.in_(theirs)), *(mine.where(it) for it in _numbers(search)))


def is_message(search: str) -> ColumnElement[bool]:
    """Say in SQL that a message is about an order, or went to somebody, or to exactly this address.

    Its order and its profile, where there are some, must be joined.
    """
    return or_(is_order(search), is_person(search), Message.to == search.lower())


def messages(shop_id: int, search: str) -> CompoundSelect[int]:
    """Return those of which `is_message` is so, as indexes find them."""
    mine = select(Message.id).where(Message.shop_id == shop_id)
    named = select(Order.id).where(Order.shop_id == shop_id, is_order(search))
    return union(
        mine.where(Message.order_id.in_(named)),
        mine.where(Message.profile_id.in_(union(*_people(shop_id, search)))),
        mine.where(Message.to == search.lower()),
    )


def _people(shop_id: int, search: str) -> list[Select[int]]:
    called = _is_called(shop_id, search, Profile.shop_id, Profile.first_name, Profile.last_name)
    mine = select(Profile.id).where(Profile.shop_id == shop_id)
    return [mine.where(it) for it in (called, *_addresses(search))]


def _buyers(shop_id: int, search: str) -> Select[int | None]:
    named = select(Order.profile_id).where(Order.shop_id == shop_id, is_order(search))
    return named.where(Order.profile_id.is_not(None))


def _label() -> tuple[SQLColumnExpression[Any], ...]:
    return tuple(Order.ship_to[name].astext for name in ("first_name", "last_name"))


def _addresses(search: str) -> list[ColumnElement[bool]]:
    packed = "".join(search.lower().split()[:WORDS])
    if len(packed) < LEAST:
        return []
    digits = packed.lstrip("+")
    phone = [Profile.phone == f"+{digits}"] if digits.isdigit() else []
    return [Profile.email.startswith(packed, autoescape=True), *phone]


def _numbers(search: str) -> list[ColumnElement[bool]]:
    packed = "".join(search.split()).upper()
    if len(packed) < LEAST_OF_NUMBER:
        return []
    ends = func.reverse(Shipment.number).startswith(packed[::-1], autoescape=True)
    return [Shipment.number.startswith(packed, autoescape=True), ends]


def _words(search: str) -> list[str]:
    return [word[:LONGEST] for word in search.lower().replace("’", "'").split()[:WORDS]]


def _is_called(shop_id: int, search: str, *name: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Say that each word begins one of a name, to the index of it; its words are kept with their shop."""
    quoted = (word.replace("\\", "\\\\").replace("'", "''") for word in _words(search))
    begun = " & ".join(f"'{shop_id} {word}':*" for word in quoted)
    return func.name_words(*name).bool_op("@@")(cast(begun, TSQUERY)) if begun else false()


def _reads(
    search: str, first: SQLColumnExpression[Any], last: SQLColumnExpression[Any]
) -> ColumnElement[bool]:
    """Say the same of one row, where asking `name_words` would take many times as long."""
    whole = func.replace(func.lower(func.concat(first, " ", last)), "’", "'")
    begun = [whole.regexp_match(_beginning(word)) for word in _words(search)]
    return and_(*begun) if begun else false()


def _beginning(word: str) -> str:
    """Return the pattern of a name in which a word begins with this; what joins words begins none."""
    joins = re.search("[.'-]", word)
    return ("(^|\\s)" if joins else "(^|[\\s.'-])") + re.escape(word)
