"""The parcels that a page lists, all of them, as a file for a spreadsheet."""

from collections.abc import Callable, Collection, Iterator, Sequence
from threading import BoundedSemaphore
from typing import Any
from weakref import finalize

from flask import Blueprint, Response, copy_current_request_context
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.admin import answer, paging, words
from app.admin.answer import Group
from app.admin.dates import Calendar
from app.admin.doors.session import for_shop, saw
from app.admin.saying import say
from app.admin.shipments.index import name_of
from app.admin.shipments.narrowing import Asked
from app.audience.models import Profile
from app.commerce.models import Order
from app.lib import clock, money, sheets
from app.lib.db import among, transaction
from app.lib.words import merchant_sentence
from app.shops.models import Shop
from app.tracking.exceptions import attention
from app.tracking.models import ExceptionRow, Shipment
from app.tracking.story.parcel import Parcel
from app.vocabulary import ExceptionKind, ShipmentStatus

blueprint = Blueprint("shipments_file", __name__)

MOST = 100_000
"""So many parcels, the newest, are in one file."""
AT_ONCE = 1000
TURNS = 4
"""So many are handed out as they are made by one web process, for each holds a thread; others come whole."""
_turns = BoundedSemaphore(TURNS)
Reader = Callable[[Shop, Asked, int], tuple[str, int | None]]


@blueprint.get("/shipments.csv")
@for_shop
def download(session: Session, shop: Shop) -> Response:
    """Hand the merchant the parcels of a tab, or that a search finds."""
    asked, here = Asked.now(), answer.calendar(shop)
    file: str | Iterator[str]
    if asked.tab == Group.EXCEPTIONS:
        rows = list(_queue(session, shop, asked, here))
        many, file = len(rows), sheets.sheet(_heads(), rows)
    else:
        some = select(Shipment.id).where(*asked.of(shop)).limit(MOST).subquery()
        many = session.scalar(select(func.count()).select_from(some)) or 0
        broke_off = sheets.lines([[say("The file broke off here. Please download it again.")]])
        file = parts(sheets.sheet(_heads()), copy_current_request_context(_part), shop, asked, broke_off)
    saw(session, merchant_sentence("a file of %(number)s shipments", number=many))
    headers = {"Content-Disposition": f'attachment; filename="shipments-{here.today.isoformat()}.csv"'}
    handed = Response(file, content_type="text/csv; charset=utf-8", headers=headers)
    if not isinstance(file, str) and _turns.acquire(blocking=False):
        handed.headers["X-Accel-Buffering"] = "no"
        handed.call_on_close(finalize(handed, _turns.release))  # once, also where it is never begun
    return handed


def parts(heads: str, read: Reader, shop: Shop, asked: Asked, broke_off: str) -> Iterator[str]:
    """Yield the file as it is read, some rows at a time: who reads slowly holds no transaction open."""
    yield heads
    before: int | None = paging.LAST
    try:
        for _ in range(MOST // AT_ONCE):
            if before is not None:
                lines, before = read(shop, asked, before)
                yield lines
    except Exception:
        yield broke_off  # nothing else tells a file that ends amid its way from a whole one
        raise


def _part(shop: Shop, asked: Asked, before: int) -> tuple[str, int | None]:
    """Return the lines of the next parcels before an id, and the id to go on before; None: the last ones."""
    found = (
        select(Shipment, Order, Profile)
        .join(Order, Order.id == Shipment.order_id)
        .outerjoin(Profile, Profile.id == Order.profile_id)
        .where(*asked.of(shop), Shipment.id < before)
        .order_by(Shipment.id.desc())
        .limit(AT_ONCE)
    )
    here = answer.calendar(shop)
    with transaction() as session:
        rows = session.execute(found).all()
        wrong = _wrong(session, [shipment.id for shipment, _, _ in rows])
        lines = sheets.lines(
            _row(order, profile, shipment, wrong.get(shipment.id), here) for shipment, order, profile in rows
        )
    return lines, rows[-1][0].id if len(rows) == AT_ONCE else None


def _heads() -> tuple[str, ...]:
    return (
        say("Order"),
        say("Customer"),
        say("Status"),
        say("Detail"),
        say("Needs a look"),
        say("Carrier"),
        say("Tracking number"),
        say("Left"),
        say("Expected"),
        say("Arrived"),
        say("Town"),
        say("Region"),
        say("Country"),
        say("Order value"),
        say("Currency"),
    )


def _queue(session: Session, shop: Shop, asked: Asked, here: Calendar) -> Iterator[Sequence[object]]:
    """Yield what needs a look in the order of the queue: parcels, and orders of which nothing has left."""
    kind = ExceptionKind(asked.kind) if asked.kind else None
    found = attention.queue(
        session, shop.id, kind=kind, aside=False, skip=0, limit=MOST, only=asked.in_queue()
    )
    ids = [it.order.profile_id for it in found if it.order.profile_id]
    profiles = {row.id: row for row in session.scalars(select(Profile).where(among(Profile.id, ids)))}
    for it in found:
        profile = profiles.get(it.order.profile_id or 0)
        yield _row(it.order, profile, it.shipment, words.EXCEPTIONS[it.row.kind].label, here)


def _row(
    order: Order, profile: Profile | None, shipment: Shipment | None, wrong: str | None, here: Calendar
) -> Sequence[object]:
    place: dict[str, Any] = order.ship_to or {}
    parcel = Parcel.of(shipment) if shipment else None
    status = shipment and (ShipmentStatus.CANCELLED if shipment.cancelled_at else shipment.status)
    return (
        order.name,
        name_of(order, profile),
        words.STATUSES[status].label if status else None,
        words.detail(shipment.detail) if shipment else None,
        wrong,
        parcel.carrier if parcel else None,
        shipment.number if shipment else None,
        here.day(shipment.shipped_at) if shipment else None,
        parcel.expected_day(here) if parcel else None,
        here.day(shipment.delivered_at) if shipment and shipment.delivered_at else None,
        place.get("city"),
        place.get("region"),
        place.get("country"),
        money.major(order.total, order.currency) if order.total is not None and order.currency else None,
        order.currency,
    )


def _wrong(session: Session, shipment_ids: Collection[int]) -> dict[int, str]:
    """Return what is wrong with each of these parcels that needs a look: the gravest of it."""
    rows = select(ExceptionRow.shipment_id, ExceptionRow.kind).where(
        among(ExceptionRow.shipment_id, shipment_ids), attention.needs_a_look(clock.now())
    )
    found: dict[int, str] = {}
    for shipment_id, kind in session.execute(rows.order_by(attention.GRAVITY, ExceptionRow.id)):
        found.setdefault(shipment_id or 0, words.EXCEPTIONS[kind].label)
    return found
