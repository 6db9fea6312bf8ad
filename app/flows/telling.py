"""Tells of a parcel, together with others of its order that come to the same point soon after.

The first parcel is told of at once. Those that follow within the next 30 minutes are gathered into one more
message. A parcel whose shopper wants to hear of it only if it is late has messages of its own: what becomes
of them does not touch the others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.commerce import holding
from app.commerce.models import Order
from app.flows import rehearsing, switches, texted
from app.flows.models import Enrollment
from app.flows.switches import MILESTONES
from app.lib import clock
from app.lib.db import among
from app.messages.dispatch import outbox
from app.messages.models import Message
from app.tracking.models import Shipment
from app.tracking.shoppers import browsers, recipients
from app.vocabulary import Medium, MessageState, Trigger

GATHER_FOR = timedelta(minutes=30)
SETTLE = timedelta(seconds=3)
"""One scan moves every parcel of its fulfillment: wait this long, and one mail tells of them all."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What there is to tell."""

    trigger: Trigger
    order_id: int
    shipment_id: int
    happened_at: datetime
    enrollment_id: int | None = None
    """Whose flow tells of it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a message goes to, and how."""

    medium: Medium
    address: str | None
    recipient_id: int | None = None
    """Another recipient; None: the shopper."""
    browser_id: int | None = None
    """One of several browsers of theirs."""

    @property
    def subject(self) -> str | None:
        """What messages to them are about where that is not the order by itself."""
        if self.recipient_id is not None:
            return f"recipient-{self.recipient_id}"
        return f"browser-{self.browser_id}" if self.browser_id is not None else None


def tell(session: Session, it: Occasion, medium: Medium) -> None:
    """Ask for a message to each who reads of an order on a medium, once for each parcel."""
    order = _locked(session, it.order_id)
    for reader in _readers(session, order, it.trigger, medium):
        _tell(session, order, it, reader)


def _locked(session: Session, order_id: int) -> Order:
    """Return an order, held until the transaction ends."""
    if rehearsing.noted(session) is not None:  # there nobody else writes, and nothing can be locked
        return session.get_one(Order, order_id, populate_existing=True)
    order = holding.hold(session, order_id)
    assert order is not None
    return order


def _readers(session: Session, order: Order, trigger: Trigger, medium: Medium) -> Iterator[Reader]:
    """Return the shopper, and with mails whoever else is told."""
    match medium:
        case Medium.EMAIL:
            yield Reader(medium, order.email)
            if trigger in MILESTONES or trigger in switches.switched_on(session, order.shop_id):
                others = recipients.of_order(session, order.id)
                yield from (Reader(medium, it.address, it.id) for it in others if it.is_told)
        case Medium.PUSH:
            for browser in browsers.of_order(session, order.id):
                yield Reader(medium, browser.endpoint, browser_id=browser.id)
        case _ if medium in texted.wanted(session, order, trigger):
            yield Reader(medium, order.phone)


def _tell(session: Session, order: Order, it: Occasion, to: Reader) -> None:
    earlier = _earlier(session, order, it.trigger, to)
    if any(it.shipment_id in message.shipment_ids for message in earlier):
        return
    is_other = to.recipient_id is not None
    is_apart = not is_other and it.trigger in MILESTONES and is_silenced(session, [it.shipment_id])
    last = earlier[-1] if earlier else None
    may_join = last is not None and _is_unsaid(last) and not is_apart
    if last is not None and may_join and (is_other or not is_silenced(session, last.shipment_ids)):
        last.shipment_ids = [*last.shipment_ids, it.shipment_id]
        return
    _ask(session, order, it, to, step=len(earlier) + 1, last=None if is_apart else last)


def _is_unsaid(message: Message) -> bool:
    """Tell whether nobody can have a message yet; a mailbox shows no second one with the same Message-ID."""
    return message.state is MessageState.QUEUED and message.resent_at is None


def set_apart(session: Session, order: Order, shipment_id: int) -> None:
    """Give a parcel of a locked order messages of its own where it waits to be told of with others."""
    mine: dict[str, object] = {"order_id": order.id, "recipient_id": None, "again_of": None}
    waiting = select(Message).filter_by(**mine, state=MessageState.QUEUED)
    shared = waiting.where(Message.trigger.in_(MILESTONES), Message.shipment_ids.contains([shipment_id]))
    for message in session.scalars(shared.with_for_update()):
        if len(message.shipment_ids) > 1:
            flows = _flows_of(session, message)
            message.shipment_ids = [other for other in message.shipment_ids if other != shipment_id]
            message.enrollment_id = flows.get(message.shipment_ids[0])
            mine_now = flows.get(shipment_id)
            it = Occasion(message.trigger, order.id, shipment_id, message.occasion_at, mine_now)
            to = Reader(message.medium, message.to)
            _ask(session, order, it, to, step=len(_earlier(session, order, it.trigger, to)) + 1, last=None)


def _flows_of(session: Session, message: Message) -> dict[int, int]:
    """Return whose flow tells of each parcel of a message."""
    same = {"shop_id": message.shop_id, "trigger": message.trigger, "about": "parcel"}
    rows = select(Enrollment.about_id, Enrollment.id).filter_by(**same)
    return dict(session.execute(rows.where(among(Enrollment.about_id, message.shipment_ids))).all())


def is_silenced(session: Session, shipment_ids: Iterable[int]) -> bool:
    """Tell whether one of these parcels is to be heard of only if it is late."""
    one = exists().where(Shipment.id.in_(list(shipment_ids)), Shipment.late_only_at.is_not(None))
    return bool(session.scalar(select(one)))


def _earlier(session: Session, order: Order, trigger: Trigger, to: Reader) -> list[Message]:
    same: dict[str, object] = {"medium": to.medium, "recipient_id": to.recipient_id, "again_of": None}
    if to.browser_id is not None:
        same["to"] = to.address
    told = select(Message).filter_by(order_id=order.id, trigger=trigger, **same)
    return list(session.scalars(told.order_by(Message.step).with_for_update()))


def _ask(  # noqa: PLR0913 - what, when and to whom
    session: Session, order: Order, it: Occasion, to: Reader, *, step: int, last: Message | None
) -> None:
    now = clock.now()
    gathers = last is not None and now < last.created_at + GATHER_FOR
    is_other = to.recipient_id is not None
    message = outbox.Ask(
        subject=to.subject or f"order-{order.id}",
        trigger=it.trigger,
        step=step,
        medium=to.medium,
        profile_id=None if is_other else order.profile_id,
        order_id=order.id,
        shipment_ids=(it.shipment_id,),
        recipient_id=to.recipient_id,
        enrollment_id=it.enrollment_id,
        to=to.address,
        occasion_at=it.happened_at,
        due_at=last.created_at + GATHER_FOR if last and gathers else now + SETTLE,
    )
    outbox.ask(session, order.shop_id, message)
