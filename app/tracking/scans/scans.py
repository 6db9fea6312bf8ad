"""Scans as stores and sources tell of them: kept once each, weighed, and their parcels moved."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, String, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app import events
from app.carriers import base
from app.commerce.models import Fulfillment, Order
from app.lib.db import among
from app.tracking.carriers.number import normalize
from app.tracking.exceptions import watch
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.scans import progress, standing
from app.tracking.scans.progress import Mark

CLOCKS_DIFFER = timedelta(minutes=15)
"""How far ahead of our clock a scan may be and still be believed."""
REUSE = timedelta(days=30)
"""Carriers use numbers again: scans from so long before an order are of an earlier parcel."""
A_DAY = timedelta(days=1)
FARTHEST = timedelta(days=365)
"""A delivery date farther away than this is none."""


class Doubt(StrEnum):
    """Why a scan is kept and not believed."""

    FUTURE = "future"
    BEFORE_ORDER = "before_order"


class _Heard(NamedTuple):
    source: str
    at: datetime
    of: Mapping[str, base.Update]  # numbers


def keep_update(
    session: Session, shop_id: int, told: base.Update, *, source: str, heard_at: datetime
) -> Sequence[Shipment]:
    """Add what a source tells of a number to the shop's parcels that have it; returns those."""
    return keep_updates(session, shop_id, [told], source=source, heard_at=heard_at)


def keep_updates(
    session: Session, shop_id: int, told: Iterable[base.Update], *, source: str, heard_at: datetime
) -> Sequence[Shipment]:
    """Add what a source tells of some numbers, once of each, to the shop's parcels with them; returns those.

    However often and in whatever order updates come, a parcel ends where all its scans together put it. The
    cost of a scan does not grow with those before it, nor the number of queries with that of updates.
    """
    heard = _Heard(source, heard_at, {normalize(one.number): one for one in told})
    has_number, fresh = among(Shipment.number, heard.of), {"populate_existing": True}
    having = select(Shipment.order_id).where(Shipment.shop_id == shop_id, has_number)
    locked = select(Order).where(Order.id.in_(having)).order_by(Order.id).with_for_update()
    touched = {order.id: order for order in session.scalars(locked, execution_options=fresh)}
    mine = select(Shipment).where(among(Shipment.order_id, touched), has_number).order_by(Shipment.id)
    found = session.scalars(mine, execution_options=fresh).all()
    known, news, silent = _known(session, found, heard), list[Shipment](), list[Shipment]()
    for shipment in found:
        (news if _is_news(shipment, heard, known[shipment.id]) else silent).append(shipment)
    _hear(session, silent, heard)
    if news:
        believed = _keep_new(session, touched, news, known, heard)
        with events.together(session):
            for shipment in news:
                _move(session, touched[shipment.order_id], shipment, believed[shipment.id], heard)
            watch.review(session, [touched[order_id] for order_id in sorted({it.order_id for it in news})])
    return found


def orders_of(
    session: Session, shop_id: int, *, fulfillments: Collection[str], numbers: Collection[str]
) -> set[str]:
    """Return the orders of a shop that scans are about, by what they name; at most two queries."""
    found: set[str] = set()
    mine = select(Order.external_id).where(Order.shop_id == shop_id)
    if fulfillments:
        sent = mine.join(Fulfillment, Fulfillment.order_id == Order.id)
        found.update(session.scalars(sent.where(Fulfillment.external_id.in_(fulfillments))))
    if numbers:
        followed = mine.join(Shipment, Shipment.order_id == Order.id)
        written = set(map(normalize, numbers))
        found.update(
            session.scalars(followed.where(Shipment.shop_id == shop_id, Shipment.number.in_(written)))
        )
    return found


def doubt(happened_at: datetime, order: Order, shipment: Shipment, heard_at: datetime) -> Doubt | None:
    """Return why a scan cannot be of this parcel, or not yet; None where it can."""
    if happened_at > heard_at + CLOCKS_DIFFER:
        return Doubt.FUTURE
    began = min(order.created_at or shipment.shipped_at, shipment.shipped_at)
    return Doubt.BEFORE_ORDER if happened_at < began - REUSE else None


def _known(
    session: Session, shipments: Sequence[Shipment], heard: _Heard
) -> Mapping[int, Mapping[str, str | None]]:
    """Return which of the scans that are told are kept already of each parcel, with why they are doubted."""
    pairs = [(it.id, scan.external_id) for it in shipments for scan in heard.of[it.number or ""].scans]
    ids, names = ([pair[place] for pair in pairs] for place in (0, 1))
    wanted = func.unnest(
        bindparam(None, ids, type_=ARRAY(BigInteger)), bindparam(None, names, type_=ARRAY(String))
    )
    pair = wanted.table_valued("shipment_id", "external_id").render_derived()
    kept = select(pair.c.shipment_id, TrackingEvent.external_id, TrackingEvent.doubt).where(
        TrackingEvent.shipment_id == pair.c.shipment_id,
        TrackingEvent.external_id == pair.c.external_id,
        TrackingEvent.source == heard.source,
    )
    found = defaultdict[int, dict[str, str | None]](dict)
    for shipment_id, external_id, why in session.execute(kept) if pairs else ():
        found[shipment_id][external_id] = why
    return found


def _is_news(shipment: Shipment, heard: _Heard, known: Mapping[str, str | None]) -> bool:
    told = heard.of[shipment.number or ""]
    if any(known.get(scan.external_id, "not known") for scan in told.scans):  # a doubt may have ended
        return True
    said = _said(shipment, told, heard.at)
    is_first = "heard_at" in said and shipment.heard_at is None
    return is_first or any(getattr(shipment, name) != said[name] for name in said if name != "heard_at")


def _hear(session: Session, silent: Iterable[Shipment], heard: _Heard) -> None:
    """Note that a source was heard of parcels of which it tells nothing new; mostly by one statement."""
    at = defaultdict[datetime, list[int]](list)
    for shipment in silent:
        as_of = _said(shipment, heard.of[shipment.number or ""], heard.at).get("heard_at")
        if as_of is not None:
            at[as_of].append(shipment.id)
            set_committed_value(shipment, "heard_at", as_of)
    for as_of, ids in at.items():
        those = update(Shipment).where(among(Shipment.id, ids)).values(heard_at=as_of)
        session.execute(those, execution_options={"synchronize_session": False})


def _move(
    session: Session, order: Order, shipment: Shipment, believed: Iterable[Mark], heard: _Heard
) -> None:
    known = reduce(progress.merge, believed, progress.read(shipment.progress))
    standing.move(session, order, shipment, known)
    for name, value in _said(shipment, heard.of[shipment.number or ""], heard.at).items():
        if name != "pickup" or order.erased_at is None:
            setattr(shipment, name, value)


def _keep_new(
    session: Session,
    touched: Mapping[int, Order],
    shipments: Iterable[Shipment],
    known: Mapping[int, Mapping[str, str | None]],
    heard: _Heard,
) -> Mapping[int, list[Mark]]:
    """Keep the scans that are new, and those whose time has come; returns the believed of each parcel."""
    rows, believed = [], defaultdict[int, list[Mark]](list)
    for shipment in shipments:
        order, kept = touched[shipment.order_id], known.get(shipment.id, {})
        for scan in {scan.external_id: scan for scan in heard.of[shipment.number or ""].scans}.values():
            why = doubt(scan.happened_at, order, shipment, heard.at)
            if scan.external_id not in kept or (kept[scan.external_id] is not None and why is None):
                rows.append(_row(order, shipment, scan, heard, why))
                if why is None:
                    believed[shipment.id].append(standing.mark_of(scan, heard.source))
    if rows:
        add = insert(TrackingEvent)
        add = add.on_conflict_do_update(
            index_elements=("shipment_id", "source", "external_id"),
            index_where=TrackingEvent.shipment_id.is_not(None),
            set_={name: add.excluded[name] for name in ("doubt", "withdrawn_at")},
        )
        # without what it returns, each row would be a statement, and counted on its order's page by itself
        session.connection().execute(add.returning(TrackingEvent.id), rows)
    return believed


def _row(
    order: Order, shipment: Shipment, scan: base.Scan, heard: _Heard, why: Doubt | None
) -> dict[str, Any]:
    return {
        "shop_id": order.shop_id,
        "fulfillment_id": shipment.fulfillment_id,
        "shipment_id": shipment.id,
        "source": heard.source,
        "external_id": scan.external_id,
        "status": scan.status,
        "detail": scan.detail,
        "raw_status": scan.raw_status,
        "text": scan.text if order.erased_at is None else None,
        "happened_at": scan.happened_at,
        "city": scan.city,
        "region": scan.region,
        "country": scan.country,
        "recorded_at": heard.at,
        "doubt": why,
        "withdrawn_at": heard.at if why else None,
    }


def _said(shipment: Shipment, told: base.Update, heard_at: datetime) -> dict[str, Any]:
    """Return what an update says of a parcel beside its scans, by the columns of its row."""
    if told.is_not_found:
        return {"not_found_at": shipment.not_found_at or heard_at}
    if told.is_ended and not told.scans:
        return {}
    as_of = min(told.as_of or heard_at, heard_at)
    if shipment.heard_at is not None and as_of < shipment.heard_at:  # something newer was told
        return {"not_found_at": None}
    said: dict[str, Any] = {"not_found_at": None, "heard_at": as_of}
    at, until = told.expected_at, told.expected_until
    if at is not None and shipment.shipped_at - A_DAY <= at <= heard_at + FARTHEST:
        said["expected_at"] = at
        said["expected_until"] = until if until is not None and at < until <= at + FARTHEST else None
    if told.service:
        said["service"] = told.service
    if told.pickup is not None:
        last = told.pickup.until
        said["pickup"] = asdict(told.pickup) | {"until": last.isoformat() if last else None}
    return said
