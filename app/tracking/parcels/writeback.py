"""Telling a store where its parcels are, when somebody else told us: forward only, each status once.

A store knows fulfillments, not parcels: a fulfillment stands where the slowest of its parcels stands. What
the store told us is never told back to it, and what we told it is known again when it comes as a notice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import chain
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import events
from app.commerce import fulfillments
from app.commerce.models import Fulfillment, Order
from app.lib import clock, plugins
from app.lib.db import among
from app.lib.reading import Json
from app.platforms import purchases
from app.platforms.base import Platform
from app.shops import calls, choices
from app.shops.calls import Outcome
from app.shops.models import Call, Shop
from app.tracking.carriers import carrier
from app.tracking.models import Shipment
from app.tracking.scans import progress, standing
from app.tracking.scans.progress import Mark, Progress
from app.vocabulary import CallReason, CallState, ShipmentStatus

SETTING = "told_back_since"


class Standing(NamedTuple):
    """Where a fulfillment is: the slowest of its parcels, and since when."""

    slowest: Shipment
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a store is to be told."""

    order: str
    fulfillment: str
    """Both as the store calls them."""
    word: str
    """The status as the store is told of it."""
    at: datetime
    mark: Mark
    parcel: str | None
    """Its carrier and number; None where it has neither, or there are several."""
    all_arrived_at: datetime | None
    """When the last parcel of the whole order arrived; None while one has not."""


def since(shop: Shop) -> datetime | None:
    """Return since when a shop's store is told; None: it is not."""
    written = shop.settings.get(SETTING)
    return datetime.fromisoformat(written) if written else None


def switch(session: Session, shop: Shop, *, on: bool) -> None:
    """Begin to tell a shop's store of what is news from now on, or stop."""
    choices.keep(session, shop, {SETTING: clock.now().isoformat() if on else None})


def may(shop: Shop) -> bool:
    """Tell whether the store lets us."""
    scope = _platform(shop).tells_with
    return scope is None or scope in shop.scopes.split()


def on_shipment_reached(session: Session, shop_id: int, event: events.ShipmentReached) -> None:
    """Have the store told where a fulfillment is, once for each status."""
    shop = session.get_one(Shop, shop_id)
    if since(shop) is None:
        return
    shipment, order = session.get_one(Shipment, event.shipment_id), session.get_one(Order, event.order_id)
    now = _standing(session, shipment.fulfillment_id)
    if now is None or _why_not(shop, order, now) is not None:
        return
    status, at = now.slowest.status, min(now.at, clock.now()).replace(microsecond=0)
    payload = {"fulfillment_id": shipment.fulfillment_id, "status": status, "at": at.isoformat()}
    key = _key(shipment.fulfillment_id, status)
    calls.ask(session, shop_id, _kind(shop), key, payload, order_id=order.id)


def prepare(session: Session, shop_id: int, payload: Json) -> News | CallReason:
    """Return what to tell the store now, or why nothing: it is no longer so, or no longer wanted."""
    shop = session.get_one(Shop, shop_id)
    fulfillment = session.get_one(Fulfillment, payload["fulfillment_id"])
    order, now = session.get_one(Order, fulfillment.order_id), _standing(session, fulfillment.id)
    status, at = ShipmentStatus(payload["status"]), datetime.fromisoformat(payload["at"])
    if since(shop) is None:
        return CallReason.SWITCHED_OFF
    if now is None or now.slowest.status is not status:
        return CallReason.SUPERSEDED
    why_not = _why_not(shop, order, now)
    if why_not is not None:
        return why_not
    return News(
        order=order.external_id,
        fulfillment=fulfillment.external_id,
        word=_platform(shop).tells[status],
        at=at,
        mark=Mark.of(status, at, "ours"),
        parcel=_named(_live(session, fulfillment_id=fulfillment.id)),
        all_arrived_at=_all_arrived_at(_live(session, order_id=order.id)),
    )


def weigh(news: News, known: Sequence[purchases.Scan] | None) -> Outcome | None:
    """Return what telling comes to where the store need not be told (any more); None: it is news there.

    `known` is what the store says of the fulfillment; None: it has no such fulfillment.
    """
    if known is None:
        return Outcome(reason=CallReason.SUPERSEDED)
    same = [scan for scan in known if scan.raw_status.upper() == news.word]
    ours = next((scan for scan in same if scan.happened_at == news.at), None)
    if ours is not None:  # we were cut off after telling, and before we could write that down
        return Outcome(ours.external_id)
    if same:
        return Outcome(reason=CallReason.KNOWN)
    marks = (Mark.of(scan.status, scan.happened_at, scan.external_id, scan.detail) for scan in known)
    there = reduce(progress.merge, marks, Progress())
    is_news = progress.merge(there, news.mark).mark == news.mark
    return None if is_news else Outcome(reason=CallReason.SUPERSEDED)


def not_ours(session: Session, shop: Shop, told: Sequence[purchases.Scan]) -> list[purchases.Scan]:
    """Return those scans that the store tells of without having heard of them from us."""
    words, sent = _platform(shop).tells, {scan.fulfillment_id for scan in told}
    known = fulfillments.of_before(session, shop.id, sent)
    keys = {
        position: [_key(known[scan.fulfillment_id], s) for s in words if words[s] == scan.raw_status.upper()]
        for position, scan in enumerate(told)
        if scan.fulfillment_id in known
    }
    mine = select(Call).where(Call.shop_id == shop.id, among(Call.key, chain(*keys.values())))
    calls_made = {call.key: call for call in session.scalars(mine)} if any(keys.values()) else {}
    ours = {
        position
        for position, names in keys.items()
        if any(name in calls_made and _said(calls_made[name], told[position]) for name in names)
    }
    return [scan for position, scan in enumerate(told) if position not in ours]


def _said(call: Call, scan: purchases.Scan) -> bool:
    """Tell whether it was this scan that a call told the store of."""
    if call.state is CallState.DONE:
        return call.result == scan.external_id
    payload = calls.read(call.payload) if call.attempts else {}  # begun, and its end not written down yet
    return bool(payload) and datetime.fromisoformat(payload["at"]) == scan.happened_at


def _key(fulfillment_id: int, status: ShipmentStatus) -> str:
    return f"tell:{fulfillment_id}:{status}"


def _kind(shop: Shop) -> str:
    return f"{shop.platform}.tell"


def _platform(shop: Shop) -> Platform:
    found: Mapping[str, Platform] = plugins.discover("app.platforms")
    return found[shop.platform]


def _live(session: Session, **of: int) -> list[Shipment]:
    rows = select(Shipment).filter_by(cancelled_at=None, **of).order_by(Shipment.id)
    return list(session.scalars(rows))


def _standing(session: Session, fulfillment_id: int) -> Standing | None:
    parcels = _live(session, fulfillment_id=fulfillment_id)
    slowest = min(parcels, key=lambda it: it.status.rank, default=None)
    if slowest is None or any(it.status_at is None for it in parcels):
        return None
    same = [it.status_at for it in parcels if it.status is slowest.status and it.status_at]
    return Standing(slowest, max(same))


def _why_not(shop: Shop, order: Order, now: Standing) -> CallReason | None:
    if order.erased_at is not None:
        return CallReason.ERASED
    if now.slowest.status not in _platform(shop).tells:
        return CallReason.SUPERSEDED
    return CallReason.KNOWN if standing.told_by(now.slowest) == shop.platform else None


def _named(parcels: Sequence[Shipment]) -> str | None:
    if len(parcels) != 1 or not parcels[0].number:
        return None
    who = carrier.name_of(parcels[0])
    return f"{parcels[0].number} ({who})" if who else parcels[0].number


def _all_arrived_at(parcels: Sequence[Shipment]) -> datetime | None:
    arrived = [it.delivered_at for it in parcels if it.delivered_at is not None]
    return max(arrived) if arrived and len(arrived) == len(parcels) else None
