"""What asks for the merchant's own people: gathered into one message, or a ticket with its story each.

An alert names orders and says what is wrong; it holds nothing of a shopper. What is over by the time that it
is said is left out.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import events
from app.commerce.models import Order
from app.events import Event, EventRow
from app.hooks.models import Hook, HookPending
from app.lib import clock, plugins
from app.lib.config import settings
from app.lib.days import Calendar
from app.lib.db import among
from app.lib.reading import Json
from app.shops import calls
from app.shops.calls import Due
from app.shops.models import Call, Shop
from app.tracking.carriers import carrier
from app.tracking.exceptions import evidence
from app.tracking.exceptions.evidence import Evidence
from app.tracking.models import ExceptionRow, Shipment, TrackingEvent
from app.tracking.scans import standing
from app.tracking.shoppers import cases
from app.tracking.shoppers.cases import Case, CaseAuthor
from app.vocabulary import CallState, CaseKind, CaseWish

GATHER = timedelta(minutes=1)
"""What happens within this time of the first is told with it."""
APART = timedelta(minutes=10)
"""Two messages to the same people are at least so far apart."""
MOST = 10
"""So many things are named in one message."""
SCANS = 10

REPORTED = {
    CaseKind.NOT_RECEIVED: "It is said to be delivered, and they do not have it.",
    CaseKind.PROBLEM: "Something is wrong with it.",
}
WISHES = {
    CaseWish.ANSWER: "They would like an answer.",
    CaseWish.REFUND: "They would like their money back.",
    CaseWish.RESEND: "They would like it sent again.",
}


def gather(session: Session, hook: Hook, event_id: int) -> None:
    """Have it said within minutes, with whatever else happens until then."""
    row = session.get_one(Hook, hook.id, with_for_update=True, populate_existing=True)
    waits = {"shop_id": row.shop_id, "hook_id": row.id, "event_id": event_id}
    session.execute(insert(HookPending).values(waits).on_conflict_do_nothing())
    waiting = select(Call.id).where(
        calls.on_line(row.shop_id, row.line), Call.state == CallState.WAITING, Call.attempts == 0
    )
    if session.scalar(waiting.limit(1)) is not None:  # it was not begun, and takes this along
        return
    now = clock.now()
    calls.ask(
        session,
        row.shop_id,
        calls.TELL,
        f"alert:{row.id}:evt_{event_id}",
        {"hook": row.id, "gathers": True},
        due_at=max(now + GATHER, row.told_at + APART) if row.told_at else now + GATHER,
        line=row.line,
    )


def gathered(session: Session, shop: Shop, hook: Hook, due: Due) -> Json | None:
    """Return what has gathered, as one message; None where all of it is over.

    The first try takes it along: later ones say the same, and what happens meanwhile begins another message.
    """
    if "events" not in due.payload:
        taken = delete(HookPending).filter_by(hook_id=hook.id).returning(HookPending.event_id)
        due.payload["events"] = sorted(session.scalars(taken))
        calls.rewrite(session, due)
    rows = select(EventRow).where(EventRow.shop_id == shop.id, EventRow.id.in_(due.payload["events"]))
    happened = [events.revive(row) for row in session.scalars(rows.order_by(EventRow.id))]
    held = _read_together(session, happened)
    items = [item for event in happened if (item := _item(session, shop, event))]
    del held
    if not items:
        return None
    return {
        "id": due.key.rpartition(":")[2],
        "type": "alert",
        "timestamp": clock.now().isoformat(),
        "shop": {"id": shop.id, "name": shop.name},
        "data": {"items": items[:MOST], "more": max(0, len(items) - MOST), "url": _queue(shop)},
    }


def ticket(session: Session, shop: Shop, event: Any, told: Json) -> Json | None:  # noqa: ANN401 - an exception, a case or a step
    """Return what is told, with what is wrong in words and the story of its parcels."""
    order = session.get_one(Order, event.order_id)
    said = _said(session, shop, event)
    if said is None:
        return None
    key, words = said
    story = [f"{words.label}. {words.why} {words.advice}".strip(), *_of_case(session, event), ""]
    parcels = select(Shipment).filter_by(order_id=order.id, cancelled_at=None).order_by(Shipment.id)
    story += _order(shop, order, told["data"]["order"])
    for parcel in session.scalars(parcels):
        story += ["", *_parcel(session, shop, parcel)]
    story += ["", f"What the shopper sees: {told['data']['order']['tracking_url']}"]
    story += [f"In your store: {_in_store(shop, order)}", f"In Doorstep: {_queue(shop)}"]
    says = {"key": key, "label": words.label, "why": words.why, "advice": words.advice}
    return {**told, "data": {**told["data"], "says": says, "story": story}}


def named(flow: str) -> str:
    """Return a flow as people call it: "the flow “review request”"."""
    return f"the flow “{flow.replace('_', ' ')}”"


def subject_of(event: Any) -> str:  # noqa: ANN401 - an exception, a case or a step
    """Name what a ticket is about, the same for good."""
    if isinstance(event, events.StepReached):
        return f"step_{event.key}"
    case = getattr(event, "case_id", None)
    return f"case_{case}" if case else f"exception_{event.exception_id}"


def _read_together(session: Session, happened: Sequence[Event]) -> Sequence[object]:
    """Return the rows that items are made of: while they are held, none of thousands is read by itself."""
    tables: tuple[tuple[str, type[Order | Shipment | ExceptionRow | Case]], ...] = (
        ("order_id", Order),
        ("shipment_id", Shipment),
        ("exception_id", ExceptionRow),
        ("case_id", Case),
    )
    held: list[object] = []
    for name, table in tables:
        ids = {getattr(event, name, None) for event in happened} - {None}
        held += session.scalars(select(table).where(among(table.id, ids))) if ids else ()
    return held


def _item(session: Session, shop: Shop, event: Event) -> Json | None:
    said = _said(session, shop, event)
    if said is None:
        return None
    order_id = getattr(event, "order_id", None)
    order = session.get_one(Order, order_id) if order_id else None
    return {
        "name": (order.name or "An order") if order else shop.name,
        "url": _in_store(shop, order) if order else None,
        "label": said[1].label,
        "why": said[1].why,
        "advice": said[1].advice,
    }


def _said(session: Session, shop: Shop, event: Event) -> tuple[str, Evidence] | None:
    """Return what is wrong, by its name and in words; None where it is no longer so."""
    match event:
        case events.ExceptionOpened():
            row = session.get_one(ExceptionRow, event.exception_id)
            parcel = session.get(Shipment, row.shipment_id) if row.shipment_id else None
            who = carrier.name_of(parcel) if parcel else None
            is_over = row.cleared_at is not None or row.resolved_at is not None
            return None if is_over else (row.kind, evidence.of(row, who, _calendar(shop)))
        case events.CaseOpened():
            case = session.get_one(Case, event.case_id)
            words = Evidence("Problem reported", f"{REPORTED[case.kind]} {WISHES[case.wish]}", "Answer them.")
            return None if case.closed_at else ("case", words)
        case events.StepReached():
            return "flow", Evidence(event.says, f"They came to “{event.step}” of {named(event.flow)}.", "")
        case events.ConnectionBroken():
            why = shop.broken_reason
            return ("connection", Evidence("Store cut off", why, "Connect it again.")) if why else None
        case _:
            return None


def _of_case(session: Session, event: Event) -> Iterable[str]:
    if isinstance(event, events.CaseOpened):
        written = cases.entries(session, session.get_one(Case, event.case_id))
        yield from (
            f"They wrote: {entry.words}"
            for entry in written
            if entry.author is CaseAuthor.SHOPPER and entry.words
        )


def _order(shop: Shop, order: Order, told: Json) -> Sequence[str]:
    items = (
        f"- {item['quantity']} x {item['title']}" + (f" ({item['variant']})" if item["variant"] else "")
        for item in told["items"]
    )
    placed = f", placed {_when(shop, order.placed_at)}" if order.placed_at else ""
    return [f"Order {order.name or ''}{placed}", *items]


def _parcel(session: Session, shop: Shop, parcel: Shipment) -> Sequence[str]:
    who, page = carrier.name_of(parcel), carrier.page_of(parcel)
    head = f"Parcel {parcel.number or 'without a number'}{f' with {who}' if who else ''}"
    scans = select(TrackingEvent).where(standing.scans_of(parcel), standing.is_shown())
    newest = session.scalars(scans.order_by(TrackingEvent.happened_at.desc()).limit(SCANS))
    lines = [f"- {_when(shop, scan.happened_at)}: {_scan(scan)}" for scan in newest]
    return [f"{head}: {page}" if page else head, *(lines or ["- no scan yet"])]


def _scan(scan: TrackingEvent) -> str:
    place = ", ".join(part for part in (scan.city, scan.region or scan.country) if part)
    status = scan.status.replace("_", " ")
    return " · ".join(part for part in (status, place, scan.text) if part)


def _calendar(shop: Shop) -> Calendar:
    return Calendar.of(clock.now(), shop.timezone, "en_US")


def _when(shop: Shop, at: datetime) -> str:
    here = _calendar(shop)
    return f"{here.written(here.day(at))}, {here.time(at)}"


def _in_store(shop: Shop, order: Order) -> str:
    page: str = plugins.discover("app.platforms")[shop.platform].order_page
    return page.format(domain=shop.domain, url=shop.url, order=order.external_id)


def _queue(shop: Shop) -> str:
    return f"{settings().url}/admin/{shop.id}/exceptions"
