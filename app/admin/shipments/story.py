"""Everything that happened to one parcel, and all that its shopper was told: one timeline."""

from collections.abc import Iterable, Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.admin import answer, moments, shell, words
from app.admin.doors.session import address
from app.admin.exceptions import evidence
from app.admin.moments import Moment
from app.admin.saying import after_another, amid, say, say_many
from app.admin.tables import Said
from app.commerce.models import Order
from app.lib.words import sentence
from app.messages.dispatch import again
from app.messages.models import Message
from app.shops.models import Shop
from app.tracking.models import ExceptionRow, Shipment, TrackingEvent
from app.tracking.page.visits import PageVisit
from app.tracking.parcels.notes import Note
from app.tracking.scans import overrides, standing
from app.tracking.scans.overrides import Override
from app.tracking.scans.progress import MERCHANT
from app.tracking.scans.scans import Doubt
from app.tracking.shoppers.feedback import Feedback
from app.tracking.story.parcel import Parcel
from app.vocabulary import ShipmentStatus

LOOKS = 30
"""So many days with visits are told, the latest."""
SHOWS = Said({"all": sentence("All"), "scans": sentence("Scans"), "messages": sentence("Messages")})


def tell(  # noqa: PLR0913 - all that a story is made of
    session: Session,
    shop: Shop,
    shipment: Shipment,
    order: Order,
    *,
    feedback: Feedback | None,
    written: Iterable[Note],
    said: Iterable[Override],
    show: str,
) -> list[Moment]:
    """Return it, the latest first: all, or only scans and what the merchant said of them, or messages."""
    found = list[Moment]()
    if show in ("all", "scans"):
        found += [*_scans(session, shipment), *_overridden(shipment, said)]
    if show in ("all", "messages"):
        found += _messages(session, order, shipment)
    if show == "all":
        found += [*_ordered(shop, shipment, order), *_went_wrong(session, shop, shipment)]
        found += [*_looked(session, order), *_rated(feedback), *_noted(written)]
    return sorted(found, key=lambda moment: moment.at, reverse=True)


def _ordered(shop: Shop, shipment: Shipment, order: Order) -> Iterator[Moment]:
    if order.placed_at:
        yield Moment(order.placed_at, "", "cart", say("Order placed"))
    if order.cancelled_at:
        yield Moment(order.cancelled_at, "late", "ban", say("Order cancelled"))
    store = shell.platform_of(shop).label
    yield Moment(shipment.shipped_at, "scan", "parcel", say("Marked as shipped in %(store)s", store=store))


def _scans(session: Session, shipment: Shipment) -> Iterator[Moment]:
    scans = select(TrackingEvent).where(standing.scans_of(shipment), standing.is_shown())
    for scan in session.scalars(scans.where(TrackingEvent.source != MERCHANT)):
        yield _doubted(scan, Doubt(scan.doubt)) if scan.doubt else _scanned(scan, shipment)


def _overridden(shipment: Shipment, said: Iterable[Override]) -> Iterator[Moment]:
    stands = overrides.standing_one(shipment, list(said))
    for row in said:
        label = words.STATUSES[row.status].label
        rests = (
            say("It stands there because of this.") if stands is not None and row.id == stands.id else None
        )
        text = say("%(who)s set it to “%(status)s”", who=row.who, status=label)
        yield Moment(row.at, "", "note", text, after_another(row.words, rests))
        if row.undone_at is not None:
            yield Moment(row.undone_at, "", "back", say("Taken back: “%(status)s”", status=label))


def _messages(session: Session, order: Order, shipment: Shipment) -> Iterator[Moment]:
    told = select(Message).where(
        Message.shop_id == order.shop_id,
        Message.order_id == order.id,
        or_(Message.shipment_ids == [], Message.shipment_ids.contains([shipment.id])),
    )
    for message in session.scalars(told):
        moment = moments.told(message)
        if again.is_possible(message):
            moment = moment._replace(again=address("again.ask", message_id=message.id))
        yield moment


def _doubted(scan: TrackingEvent, doubt: Doubt) -> Moment:
    text = say("Not believed: %(why)s", why=words.STATUSES[scan.status].label)
    more = after_another(words.DOUBTS[doubt], say("%(who)s said so.", who=words.source(scan.source)))
    return Moment(scan.recorded_at, "unsent", "ban", text, more)


def _went_wrong(session: Session, shop: Shop, shipment: Shipment) -> Iterator[Moment]:
    here, who = answer.calendar(shop), Parcel.of(shipment).carrier
    rows = select(ExceptionRow).where(
        ExceptionRow.shop_id == shop.id,
        ExceptionRow.order_id == shipment.order_id,
        or_(ExceptionRow.shipment_id == shipment.id, ExceptionRow.shipment_id.is_(None)),
    )
    for row in session.scalars(rows):
        said = evidence.of(row, who, here)
        if not evidence.is_a_scan(row):
            yield Moment(row.opened_at, "late", "warn", said.chip.label, said.why)
        if row.resolved_at:
            yield Moment(
                row.resolved_at, "", "check", say("You dealt with it: %(what)s", what=said.chip.label)
            )
        if row.cleared_at:
            yield Moment(row.cleared_at, "scan", "check", say("No longer: %(what)s", what=said.chip.label))


def _noted(written: Iterable[Note]) -> Iterator[Moment]:
    for note in written:
        yield Moment(note.written_at, "", "note", say("Noted by %(who)s", who=note.who), note.words or "")


def _looked(session: Session, order: Order) -> Iterator[Moment]:
    visits = select(PageVisit).filter_by(order_id=order.id).order_by(PageVisit.day.desc()).limit(LOOKS)
    for it in session.scalars(visits):
        text = say_many(
            "The tracking page was looked at",
            "The tracking page was looked at, %(count)s times that day",
            it.visits,
        )
        yield Moment(it.last_at, "", "eye", text)


def _rated(said: Feedback | None) -> Iterator[Moment]:
    if said is not None:
        text = say("The shopper rates the delivery: %(grade)s", grade=words.GRADES[said.grade])
        yield Moment(said.said_at, "late" if said.is_bad else "scan", "heart", text)


def _scanned(scan: TrackingEvent, shipment: Shipment) -> Moment:
    label = words.STATUSES[scan.status].label
    place = words.place(scan.city, scan.region, scan.country)
    who, quoted = words.source(scan.source), (scan.text or scan.raw_status).rstrip(". ")
    told = say("%(who)s told us that the carrier wrote “%(words)s”.", who=who, words=quoted)
    if place:
        told = say(
            "%(place)s. %(who)s told us that the carrier wrote “%(words)s”.",
            place=place,
            who=who,
            words=quoted,
        )
    rests = say("It stands there because of this scan.") if standing.is_proof(shipment, scan) else None
    kind = "late" if scan.status in answer.WRONG else "scan"
    detail = words.detail(scan.detail)
    text = label
    if detail and scan.status is not ShipmentStatus.PENDING:
        text = say("%(status)s: %(detail)s", status=label, detail=amid(detail))
    return Moment(
        scan.happened_at, kind, "warn" if kind == "late" else "truck", text, after_another(told, rests)
    )
