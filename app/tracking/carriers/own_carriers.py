"""Carriers that only one shop knows: added, changed and removed, each with a step back."""

import re
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.carriers import directory
from app.carriers.directory import PLACE
from app.lib import clock
from app.lib.told import tell
from app.shops.models import Shop
from app.tracking.models import OwnCarrier, Shipment

LONGEST_NAME, LONGEST_TEMPLATE = 60, 500
SIGNS = re.compile(r"[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~{}-]+")
"""What may stand in an address, and the braces around its place for the number."""


class Refused(ValueError):
    """A name or an address that cannot be kept; says why in the merchant's words."""


def kept(session: Session, shop_id: int) -> Sequence[OwnCarrier]:
    """Return the carriers that a shop has of its own, by name."""
    those = select(OwnCarrier).filter_by(shop_id=shop_id, removed_at=None)
    return session.scalars(those.order_by(func.lower(OwnCarrier.name))).all()


def add(session: Session, shop: Shop, name: str, template: str) -> OwnCarrier:
    """Keep a new carrier; parcels that the store says are with it are, at once. Raises Refused."""
    name, template = read(name, template)
    own = OwnCarrier(shop_id=shop.id, name=name, template=template)
    _settle(session, name, lambda: session.add(own))
    _link(session, own)
    return own


def change(session: Session, shop: Shop, own: OwnCarrier, name: str, template: str) -> None:
    """Rename a carrier or move its page; raises Refused."""
    name, template = read(name, template)
    before = {"name": own.name, "template": own.template}

    def write() -> None:
        own.name, own.template, own.before = name, template, before

    _settle(session, name, write)
    _unlink(session, shop, own, before["name"])
    _link(session, own)


def take_back(session: Session, shop: Shop, own: OwnCarrier) -> None:
    """Undo the last change of a carrier; raises Refused where its old name is taken meanwhile."""
    if own.before:
        change(session, shop, own, own.before["name"], own.before["template"])


def remove(session: Session, shop: Shop, own: OwnCarrier) -> None:
    """Forget a carrier; parcels that were given to it keep its name, and lose its page."""
    _unlink(session, shop, own, own.name)
    own.removed_at = clock.now()


def restore(session: Session, own: OwnCarrier) -> None:
    """Have a removed carrier back; raises Refused where another goes by its name meanwhile."""

    def write() -> None:
        own.removed_at = None

    _settle(session, own.name, write)
    _link(session, own)


def read(name: str, template: str) -> tuple[str, str]:
    """Return a name and an address as they are kept; raises Refused."""
    name, template = " ".join(name.split()), template.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused(tell("A name has between 1 and %(most)s characters.", most=LONGEST_NAME))
    if not template.startswith("https://"):
        raise Refused(
            tell("The address begins with https://, like the page where you look a parcel up yourself.")
        )
    if template.count(PLACE) != 1:
        raise Refused(tell("The address has %(place)s once, where the parcel’s number goes.", place=PLACE))
    if len(template) > LONGEST_TEMPLATE or not SIGNS.fullmatch(template) or not _is_page(template):
        raise Refused(
            tell("That is no address of a web page. Copy it from the browser, and put the number’s place in.")
        )
    return name, template


def _is_page(template: str) -> bool:
    try:
        parts = urlsplit(template)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    host = parts.hostname or ""
    has_name = re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", host) is not None
    rest = template.replace(PLACE, "")
    return has_name and port_is_fine and "@" not in parts.netloc and not set("{}") & set(rest)


def _settle(session: Session, name: str, write: Callable[[], None]) -> None:
    """Write a carrier's row; the table's own rule says whether its name is free."""
    try:
        with session.begin_nested():
            write()
    except IntegrityError as error:
        if "uq_own_carrier_name" not in str(error.orig):
            raise
        raise Refused(tell("You already have a carrier called %(name)s.", name=name)) from error


def _link(session: Session, own: OwnCarrier) -> None:
    values = {"own_carrier_id": own.id, "carrier_slug": None, "updated_at": clock.now()}
    session.execute(update(Shipment).where(*_declared(own, own.name)).values(values))


def _unlink(session: Session, shop: Shop, own: OwnCarrier, name: str) -> None:
    known = directory.find(name, shop.country)
    values = {"own_carrier_id": None, "carrier_slug": known and known.slug, "updated_at": clock.now()}
    theirs = update(Shipment).where(*_declared(own, name), Shipment.own_carrier_id == own.id)
    session.execute(theirs.values(values))


def _declared(own: OwnCarrier, name: str) -> tuple[ColumnElement[bool], ...]:
    """Return which parcels the store says are with a carrier of this name, and nobody has corrected."""
    return (
        Shipment.shop_id == own.shop_id,
        Shipment.carrier_chosen_at.is_(None),
        func.lower(func.trim(Shipment.carrier)) == func.lower(name),
    )
