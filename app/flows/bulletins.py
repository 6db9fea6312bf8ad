"""Telling the shoppers of many parcels at once: settled whom, foreseen what becomes of each, asked for once.

Say the process dies on any line: what was asked for and how far that went share one commit, and whoever goes
on asks with the same keys.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.events import ShopUninstalled
from app.flows import foreseen
from app.lib import clock
from app.lib.db import among
from app.messages.dispatch import outbox
from app.messages.dispatch.bulletins import Bulletin
from app.messages.dispatch.outbox import Ask
from app.messages.gate.verdict import Decision
from app.shops import errands
from app.tracking.models import Shipment
from app.vocabulary import Trigger

SEND = "bulletin.send"
"""Errand: ask for the messages of the bulletin whose id is the subject."""
MOST = 2000
"""Parcels that one is about."""
AT_ONCE = 200
"""Messages that are asked for, or foreseen, at once."""


class Foreseen(NamedTuple):
    """What would become of one of its messages."""

    order: Order
    shipment_ids: Sequence[int]
    decision: Decision


def begin(session: Session, shop_id: int, shipment_ids: Collection[int], who: str) -> Bulletin | None:
    """Settle who is told, without saying anything yet; None where none of these parcels is the shop's."""
    mine = select(Shipment.order_id, Shipment.id).where(
        Shipment.shop_id == shop_id, among(Shipment.id, shipment_ids), Shipment.cancelled_at.is_(None)
    )
    parcels: dict[int, list[int]] = {}
    for order_id, shipment_id in session.execute(mine.order_by(Shipment.order_id, Shipment.id)):
        parcels.setdefault(order_id, []).append(shipment_id)
    if not parcels:
        return None
    rows = [{"order": order_id, "shipments": ids} for order_id, ids in parcels.items()]
    bulletin = Bulletin(shop_id=shop_id, parcels=rows, who=who, made_at=clock.now())
    session.add(bulletin)
    session.flush()  # its address names it
    return bulletin


def foresee(session: Session, bulletin: Bulletin) -> Iterator[Foreseen]:
    """Yield what the gate would say of each message at this moment."""
    for at in range(0, len(bulletin.parcels), AT_ONCE):
        asks = _asks(session, bulletin, bulletin.parcels[at : at + AT_ONCE])
        rulings = foreseen.look(session, bulletin.shop_id, [ask for _, ask in asks])
        for (order, ask), ruling in zip(asks, rulings, strict=True):
            yield Foreseen(order, ask.shipment_ids, ruling.decision)


def first(session: Session, bulletin: Bulletin) -> Ask | None:
    """Return the first message, to be looked at; None where its order is gone."""
    asks = _asks(session, bulletin, bulletin.parcels[:1])
    return asks[0][1] if asks else None


def confirm(session: Session, shop_id: int, bulletin_id: int) -> bool:
    """Have it sent; False where it was confirmed before, is not written yet, or is gone."""
    mine = update(Bulletin).filter_by(id=bulletin_id, shop_id=shop_id, confirmed_at=None)
    mine = mine.where(Bulletin.subject != "", Bulletin.words != "").values(confirmed_at=clock.now())
    if session.scalar(mine.returning(Bulletin.id)) is None:
        return False
    errands.add(session, shop_id, SEND, str(bulletin_id))
    return True


def on_shop_uninstalled(session: Session, shop_id: int, event: ShopUninstalled) -> None:
    """End what was being sent: what is so of parcels today is not so when the store comes back."""
    going = update(Bulletin).filter_by(shop_id=shop_id, done_at=None)
    going = going.where(Bulletin.confirmed_at <= event.happened_at)
    session.execute(going.values(done_at=event.happened_at))


def go_on(session: Session, shop_id: int, bulletin_id: int) -> bool:
    """Ask for the next of its messages; False once there are no more."""
    mine = select(Bulletin).filter_by(id=bulletin_id, shop_id=shop_id, done_at=None)
    bulletin = session.scalar(mine.where(Bulletin.confirmed_at.is_not(None)).with_for_update())
    if bulletin is None:
        return False
    asks = _asks(session, bulletin, bulletin.parcels[bulletin.taken : bulletin.taken + AT_ONCE])
    outbox.ask_all(session, [(shop_id, ask) for _, ask in asks])
    bulletin.taken = min(bulletin.taken + AT_ONCE, len(bulletin.parcels))
    if bulletin.taken == len(bulletin.parcels):
        bulletin.done_at = clock.now()
    return bulletin.done_at is None


def _asks(session: Session, bulletin: Bulletin, some: Sequence[dict[str, Any]]) -> list[tuple[Order, Ask]]:
    ids = [int(part["order"]) for part in some]
    orders = {order.id: order for order in session.scalars(select(Order).where(among(Order.id, ids)))}
    return [
        (order, _ask(bulletin, order, part["shipments"]))
        for part in some
        if (order := orders.get(int(part["order"]))) is not None
    ]


def _ask(bulletin: Bulletin, order: Order, shipment_ids: Sequence[int]) -> Ask:
    return Ask(
        subject=f"order-{order.id}",
        trigger=Trigger.BULLETIN,
        step=bulletin.id,
        profile_id=order.profile_id,
        order_id=order.id,
        shipment_ids=tuple(shipment_ids),
        to=order.email,
        occasion_at=bulletin.confirmed_at or clock.now(),
    )
