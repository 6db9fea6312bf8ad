"""A shop in which every page of the admin has something to show."""

from datetime import timedelta
from functools import reduce

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.carriers import easypost
from app.commerce.models import Delivery, Fulfillment, LineItem, Order
from app.flows.models import Flow, HeldBack
from app.insights.models import ArmRow
from app.lib import clock, crypto
from app.messages.models import Message
from app.platforms.base import PrivacyKind
from app.shops.install import Store, install
from app.shops.models import PrivacyTask, Shop
from app.tracking.carriers import carriage, own_carriers
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.scans import progress
from app.tracking.scans.progress import Mark, Progress
from app.tracking.sources import sources
from app.vocabulary import (
    Category,
    InboxState,
    Medium,
    MessageState,
    PlatformKey,
    Reason,
    ShipmentStatus,
    Trigger,
)
from jobs import exceptions

Sample = tuple[str, str, str, str | None, ShipmentStatus, str | None]
Step = tuple[ShipmentStatus, str | None, str, str, str, int]
"""What was scanned, why, where, in the carrier's words, and how many days ago."""
SAMPLES: tuple[Sample, ...] = (
    (
        "#2431",
        "Maximiliane Oberhofer-Santangelo",
        "FedEx",
        "771244021185",
        ShipmentStatus.EXCEPTION,
        "address_issue",
    ),
    ("#2448", "Ana Moreno", "UPS", "1Z999AA10123456784", ShipmentStatus.DELAYED, "weather"),
    ("#2452", "Saoirse Ní Bhriain", "UPS", "1Z999AA10123471120", ShipmentStatus.IN_TRANSIT, None),
    ("#2467", "Lee Park", "USPS", "9400111899223344556677", ShipmentStatus.ATTEMPT_FAILED, None),
    (
        "#2471",
        "Hélène Tremblay-Bouchard",
        "Canada Post",
        "2014553088214471",
        ShipmentStatus.OUT_FOR_DELIVERY,
        None,
    ),
    ("#2490", "Jo O’Neill", "FedEx", None, ShipmentStatus.PENDING, None),
    ("#2415", "Tom Vandermeer", "USPS", "9400111899223300128819", ShipmentStatus.DELIVERED, None),
    ("#2416", "Li Wei", "DHL", "00340434161094027318", ShipmentStatus.AVAILABLE_FOR_PICKUP, None),
    ("#2417", "", "UPS", "1Z999AA10123471999", ShipmentStatus.PENDING, "unknown"),
)


@pytest.fixture
def shop(session: Session) -> Shop:
    """A shop with a parcel in nearly every state, and messages with nearly every outcome."""
    found = _install(session, "ridge.myshopify.com", "Ridge & Pine")
    now = clock.now()
    for trigger in (Trigger.THANK_YOU, Trigger.SHIPPED, Trigger.DELIVERED):
        session.add(Flow(shop_id=found.id, trigger=trigger, on_since=now - timedelta(days=12)))
    for number, sample in enumerate(SAMPLES, 1):
        _parcel(session, found, number, sample)
    outcomes: list[tuple[MessageState, Reason | None]] = [(MessageState.SKIPPED, reason) for reason in Reason]
    outcomes += [
        (MessageState.SENT, None),
        (MessageState.QUEUED, None),
        (MessageState.HELD, Reason.FATE_UNKNOWN),
    ]
    outcomes += [(MessageState.FAILED, Reason.REFUSED), (MessageState.UNKNOWN, Reason.FATE_UNKNOWN)]
    for number, (state, reason) in enumerate(outcomes):
        _message(session, found, number, state, reason)
    for number, failure in enumerate(("Unreadable: it names no order", "JSONDecodeError: x", "KeyError"), 1):
        session.add(
            Delivery(
                shop_id=found.id,
                topic=(
                    "orders/paid",
                    "fulfillment_events/create",
                    "customers_email_marketing_consent/update",
                )[number - 1],
                delivery_key=f"00000000-0000-0000-0000-00000000000{number}",
                body_key=f"00000000-0000-0000-0000-00000000000{number}",
                body=b"{}" if number < 3 else None,
                received_at=now - timedelta(minutes=7 * number),
                state=InboxState.PARKED,
                due_at=now,
                attempts=number,
                failure=failure,
            )
        )
    for number, (kind, done) in enumerate([(PrivacyKind.EXPORT, True), (PrivacyKind.ERASE_PERSON, False)]):
        session.add(
            PrivacyTask(
                shop_id=found.id,
                kind=kind,
                external_id=str(number),
                asked_at=now,
                due_at=now + timedelta(days=30),
                done_at=now if done else None,
                export=crypto.seal("{}") if done else None,
            )
        )
    _what_offers_bring(session, found)
    _aggregator(session, found)
    own_carriers.add(
        session, found, "Bike Couriers of Boulder", "https://bikes.example/track/{tracking_number}"
    )
    session.commit()
    exceptions.look()
    return found


def _aggregator(session: Session, shop: Shop) -> None:
    """Let EasyPost follow the parcels, all but one that it does not take."""
    sources.keep(session, shop, easypost.PLUGIN, {"api_key": "EZAK", "webhook_secret": "word"})
    sources.checked(session, shop.id, easypost.KEY, at=clock.now() - timedelta(hours=3), failure=None)
    for row in session.scalars(select(Shipment).filter_by(shop_id=shop.id)):
        row.followed_by = easypost.KEY if row.carrier == "UPS" else None
        row.follow_failure = "it does not take the number (422)" if row.carrier == "DHL" else None


@pytest.fixture
def empty_shop(session: Session) -> Shop:
    found = _install(session, "harbor.myshopify.com", "Harbor Goods")
    session.commit()
    return found


def _install(session: Session, domain: str, name: str) -> Shop:
    store = Store(
        platform=PlatformKey.SHOPIFY,
        domain=domain,
        url=f"https://{domain}",
        name=name,
        timezone="America/Denver",
        currency="USD",
    )
    return install(session, store)


def _parcel(session: Session, shop: Shop, number: int, sample: Sample) -> None:
    order_name, person, carrier, tracking, status, detail = sample
    now = clock.now()
    first, _, last = person.partition(" ")
    order = Order(
        shop_id=shop.id,
        external_id=str(1000 + number),
        name=order_name,
        email="ana.moreno@example.com" if person else None,
        state="placed",
        currency="USD",
        total=20_400,
        ship_to={"first_name": first, "last_name": last, "city": "Boulder", "region": "CO", "country": "US"},
        placed_at=now - timedelta(days=6),
        created_at=now - timedelta(days=6),
        updated_at=now,
        first_heard_at=now - timedelta(days=6),
    )
    session.add(order)
    session.flush()
    items = (
        ("Timberline Waterproof Hiking Boot, Wide", "W 9.5 / Moss", 1),
        ("Merino Trail Sock", "M / Fog", 2),
    )
    for position, (title, variant, quantity) in enumerate(items):
        line = LineItem(
            order_id=order.id, shop_id=shop.id, external_id=str(position), position=position, price=1
        )
        line.title, line.variant_title, line.quantity = title, variant, quantity
        session.add(line)
    fulfillment = Fulfillment(shop_id=shop.id, order_id=order.id, external_id=str(number), items=[])
    session.add(fulfillment)
    session.flush()
    marks = (
        Mark.of(said, now - timedelta(days=ago), str(ago), why) for said, why, *_, ago in _way(status, detail)
    )
    known = reduce(progress.merge, marks, Progress())
    for slot in range(2 if number == 2 else 1):
        parcel = Shipment(
            shop_id=shop.id,
            order_id=order.id,
            fulfillment_id=fulfillment.id,
            slot=f"{number}-{slot}",
            number=tracking,
            carrier=carrier,
            url="https://carrier.example/track",
            status=status,
            detail=detail,
            shipped_at=now - timedelta(days=5),
            expected_at=now + timedelta(days=3) if number in (2, 3) else None,
            delivered_at=now - timedelta(days=1) if status is ShipmentStatus.DELIVERED else None,
            updated_at=now,
            progress=progress.write(known),
            status_at=known.mark.at if known.mark else None,
            exceptions_due_at=now,
        )
        session.add(parcel)
        carriage.assign(session, shop, parcel)
    for said, why, city, region, text, ago in _way(status, detail):
        session.add(
            TrackingEvent(
                shop_id=shop.id,
                fulfillment_id=fulfillment.id,
                source="shopify",
                external_id=str(ago),
                status=said,
                detail=why,
                raw_status=str(said),
                text=text,
                happened_at=now - timedelta(days=ago),
                city=city,
                region=region,
                country="US",
                recorded_at=now,
            )
        )


def _what_offers_bring(session: Session, shop: Shop) -> None:
    """Let both sides of two comparisons be counted, and a message have waited for another."""
    for comparison, left_out, shoppers, buyers, revenue, squares in (
        ("offers", False, 18240, 760, 5_244_000, 48_000_000_000),
        ("offers", True, 961, 12, 79_000, 760_000_000),
        ("win_back", False, 812, 36, 248_000, 2_100_000_000),
        ("win_back", True, 88, 3, 21_000, 180_000_000),
    ):
        share = 5 if comparison == "offers" else 10
        figures = {"shoppers": shoppers, "buyers": buyers, "orders": buyers, "revenue": revenue}
        where = {"shop_id": shop.id, "comparison": comparison, "share": share, "left_out": left_out}
        session.add(ArmRow(**where, **figures, squares=squares))
    sent = session.scalars(select(Message).filter_by(shop_id=shop.id, state=MessageState.SENT)).one()
    would = clock.now() - timedelta(hours=26)
    waited = {"at": would, "until": would + timedelta(hours=2), "would_go_at": would}
    session.add(HeldBack(shop_id=shop.id, message_id=sent.id, reason=Reason.OUTRANKED, behind_id=1, **waited))


def _way(status: ShipmentStatus, detail: str | None) -> tuple[Step, ...]:
    if detail == "unknown" or status is ShipmentStatus.PENDING:
        return ()
    return (
        (ShipmentStatus.PICKED_UP, None, "Portland", "OR", "Origin Scan", 4),
        (ShipmentStatus.IN_TRANSIT, None, "Denver", "CO", "Arrival Scan", 3),
        (status, detail, "Denver", "CO", "The package is delayed due to a late trailer arrival.", 1),
    )


def _message(session: Session, shop: Shop, number: int, state: MessageState, reason: Reason | None) -> None:
    now = clock.now()
    orders = session.scalars(select(Order.id).filter_by(shop_id=shop.id).order_by(Order.id)).all()
    parcels = session.scalars(select(Shipment.id).filter_by(shop_id=shop.id).order_by(Shipment.id)).all()
    triggers = list(Trigger)
    session.add(
        Message(
            shop_id=shop.id,
            key=str(number),
            trigger=triggers[number % len(triggers)],
            medium=Medium.EMAIL,
            category=Category.TRANSACTIONAL,
            order_id=orders[number % 3],
            shipment_ids=[parcels[1]] if number % 3 == 1 else [],
            occasion_at=now,
            to=None if reason is Reason.NO_ADDRESS else "ana.moreno@example.com",
            subject="On its way to you" if state is MessageState.SENT else None,
            rfc_id=f"<{number}@x>",
            state=state,
            reason=reason,
            due_at=now,
            created_at=now - timedelta(hours=200 - 9 * number),
            sent_at=now if state is MessageState.SENT else None,
        )
    )
