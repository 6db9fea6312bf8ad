"""A list of all one's orders in a shop, for whoever reads the mail of the address they were bought with.

A link is asked for, mailed, and used once; what it opens is closed after an hour. Who asks learns nothing:
asked for an address without orders, all goes the same way but the mail.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, Select, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import events
from app.commerce.models import Order
from app.lib import clock, crypto, signing
from app.lib.db import Base, OfShop, key
from app.shops import page_host
from app.shops.models import Shop
from app.tracking.models import ExceptionRow, Shipment
from app.vocabulary import ExceptionKind, ShipmentStatus

LINK, VISIT = "own-orders", "own-orders-visit"
"""What a token is signed for: the mailed one opens no list by itself, the browser's is never mailed."""
LIVES = timedelta(hours=1)
"""How long a link may be used, and how long the list stays open after."""
KEPT_CLOSED = timedelta(days=1)
MOST = 50
"""Orders on the list."""


class OwnOrdersLink(OfShop, Base):
    """One request to see the list; it names an order of the address, and no address."""

    __tablename__ = "own_orders_link"

    id: Mapped[key]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    """The newest with the address; None: there is none, and no mail goes out."""
    address_hash: Mapped[bytes] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    closes_at: Mapped[datetime] = mapped_column(index=True)
    """When the link can no longer be used; once it was, when the list closes."""


@dataclass(frozen=True, slots=True)
class Owned:
    """One order of the list, with what its state is told from."""

    order: Order
    shipments: list[Shipment]
    """Those that were not cancelled, oldest first."""
    alarms: dict[int | None, set[ExceptionKind]]


def ask(session: Session, shop: Shop, address: str) -> None:
    """Have a link mailed to an address, where orders were bought with it."""
    now, theirs = clock.now(), address.strip().lower()
    order = session.scalar(_bought_with(shop.id, theirs).limit(1))
    link = OwnOrdersLink(
        shop_id=shop.id,
        order_id=order.id if order else None,
        address_hash=crypto.fingerprint(theirs),
        asked_at=now,
        closes_at=now + LIVES,
    )
    session.add(link)
    session.flush()  # the event names it
    asked = events.OwnOrdersAsked(
        happened_at=now,
        profile_id=order.profile_id if order else None,
        order_id=order.id if order else None,
        link_id=link.id,
    )
    events.record(session, shop.id, asked, once=f"own-orders:{link.id}")


def url(shop: Shop, link_id: int) -> str:
    """Return the address that is mailed."""
    return f"{page_host.public_url(shop)}/orders/{signing.token(LINK, [shop.id, link_id])}"


def visit(shop_id: int, link_id: int) -> str:
    """Return what a browser shows once its link was used."""
    return signing.token(VISIT, [shop_id, link_id])


def link_of(token: str, purpose: str = LINK) -> tuple[int, int]:
    """Return the shop and the link of a mailed address, or of a visit; raises Forged."""
    match signing.read_token(purpose, token):
        case [int(shop_id), int(link_id)]:
            return shop_id, link_id
        case _:
            raise signing.Forged


def is_open(session: Session, shop_id: int, link_id: int) -> bool:
    """Tell whether a link may still be used."""
    still = select(OwnOrdersLink.id).filter_by(id=link_id, shop_id=shop_id, used_at=None)
    return session.scalar(still.where(OwnOrdersLink.closes_at > clock.now())) is not None


def use(session: Session, shop_id: int, link_id: int) -> bool:
    """Use a link up and open the list; False for whoever comes second, or too late."""
    now = clock.now()
    mine = update(OwnOrdersLink).filter_by(id=link_id, shop_id=shop_id, used_at=None)
    used = mine.where(OwnOrdersLink.closes_at > now).values(used_at=now, closes_at=now + LIVES)
    return session.scalar(used.returning(OwnOrdersLink.id)) is not None


def close(session: Session, shop_id: int, link_id: int) -> None:
    """Close a list for good."""
    mine = update(OwnOrdersLink).filter_by(id=link_id, shop_id=shop_id)
    session.execute(mine.values(closes_at=clock.now()))


def address_of(session: Session, shop_id: int, link_id: int) -> str | None:
    """Return whose list a visit may see; None once it is closed, and when the order has another address."""
    opened = select(Order.email, OwnOrdersLink.address_hash).join(Order, Order.id == OwnOrdersLink.order_id)
    row = session.execute(
        opened.where(
            OwnOrdersLink.id == link_id,
            OwnOrdersLink.shop_id == shop_id,
            OwnOrdersLink.used_at.is_not(None),
            OwnOrdersLink.closes_at > clock.now(),
            Order.shop_id == shop_id,
        )
    ).one_or_none()
    if row is None or not row.email or crypto.fingerprint(row.email) != row.address_hash:
        return None
    return str(row.email)


def of_address(session: Session, shop_id: int, address: str) -> tuple[list[Owned], bool]:
    """Return the newest orders bought with an address, in three queries, and whether there are more."""
    found = session.scalars(_bought_with(shop_id, address).limit(MOST + 1)).all()
    orders = found[:MOST]
    ids = [order.id for order in orders]
    shipments: dict[int, list[Shipment]] = defaultdict(list)
    sent = select(Shipment).where(
        Shipment.shop_id == shop_id,
        Shipment.order_id.in_(ids),
        Shipment.cancelled_at.is_(None),
        Shipment.status != ShipmentStatus.CANCELLED,
    )
    for shipment in session.scalars(sent.order_by(Shipment.id)):
        shipments[shipment.order_id].append(shipment)
    alarms = _alarms(session, shop_id, ids)
    return [Owned(it, shipments[it.id], alarms[it.id]) for it in orders], len(found) > MOST


def purge(session: Session, *, now: datetime) -> int:
    """Forget the links that have been closed for a day."""
    old = delete(OwnOrdersLink).where(OwnOrdersLink.closes_at < now - KEPT_CLOSED)
    return session.execute(old).rowcount  # type: ignore[attr-defined,no-any-return]


def _bought_with(shop_id: int, address: str) -> Select[Order]:
    theirs = select(Order).filter_by(shop_id=shop_id, email=address, deleted_at=None, erased_at=None)
    return theirs.order_by(Order.placed_at.desc().nulls_last(), Order.id.desc())


def _alarms(
    session: Session, shop_id: int, order_ids: Sequence[int]
) -> dict[int, dict[int | None, set[ExceptionKind]]]:
    still_open = select(ExceptionRow.order_id, ExceptionRow.shipment_id, ExceptionRow.kind).where(
        ExceptionRow.shop_id == shop_id,
        ExceptionRow.order_id.in_(order_ids),
        ExceptionRow.cleared_at.is_(None),
    )
    found: dict[int, dict[int | None, set[ExceptionKind]]] = defaultdict(lambda: defaultdict(set))
    for order_id, shipment_id, kind in session.execute(still_open):
        found[order_id][shipment_id].add(kind)
    return found
