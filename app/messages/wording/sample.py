"""A letter about an order that nobody placed: templates are tried on it before shoppers see them."""

from datetime import UTC, datetime, timedelta

from app.lib.days import Calendar
from app.messages.documents.document import Document
from app.messages.letters.contents import Code
from app.messages.letters.letter import Item, Letter, Offer, Told
from app.shops.brand import Brand
from app.tracking.story import story
from app.tracking.story.parcel import Parcel, Place
from app.vocabulary import ShipmentStatus, Trigger

NOW = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
"""The moment of the sample; the same every time, so that the same is found wrong."""
STATUSES = {
    Trigger.THANK_YOU: None,
    Trigger.LABEL_CREATED: ShipmentStatus.LABEL_CREATED,
    Trigger.RUNNING_LATE: ShipmentStatus.DELAYED,
    Trigger.OUT_FOR_DELIVERY: ShipmentStatus.OUT_FOR_DELIVERY,
    Trigger.DELIVERED: ShipmentStatus.DELIVERED,
    Trigger.READY_TO_COLLECT: ShipmentStatus.AVAILABLE_FOR_PICKUP,
    Trigger.PICKUP_REMINDER: ShipmentStatus.AVAILABLE_FOR_PICKUP,
    Trigger.ATTEMPT_FAILED: ShipmentStatus.ATTEMPT_FAILED,
}
"""Where the sample parcel is; on its way, for the others."""
PICTURE = "https://pictures.example/{}.png"
CARRIER_PAGE = "https://carrier.example/1Z999AA10123456784"


def letter(
    trigger: Trigger, document: Document, look: Brand, *, locale: str = "en", items: int = 2
) -> Letter:
    """Return a letter that holds everything a letter can hold."""
    calendar = Calendar.of(NOW, "UTC", locale, is_for_later=True)
    status = STATUSES.get(trigger, ShipmentStatus.IN_TRANSIT)
    parcel = Parcel(
        status=status or ShipmentStatus.PENDING,
        status_at=NOW - timedelta(hours=2),
        shipped_at=NOW - timedelta(days=1),
        expected_at=NOW + timedelta(days=3),
        carrier="UPS",
    )
    bought = tuple(
        Item(
            title=("Merino Overshirt", "Enamel Camp Mug")[place % 2],
            options=("M, Moss", "Pine")[place % 2],
            quantity=1 + place % 2,
            total=(12800, 3600)[place % 2],
            image_url=PICTURE.format(place),
        )
        for place in range(items)
    )
    return Letter(
        trigger=trigger,
        document=document,
        to="ana@shopper.example",
        message_id="<sample@doorstep.example>",
        brand=look,
        calendar=calendar,
        first_name="Ana",
        order_name="#1042",
        is_first=True,
        currency="USD",
        total=sum(item.total for item in bought),
        items=bought,
        parcels=(Told(place=1, carrier="UPS", number="1Z999AA10123456784", page=CARRIER_PAGE),)
        if status
        else (),
        waits_at=(
            Place(
                name="Corner Market", address="2850 Arapahoe Avenue, Boulder", hours="7 to 22", code="4827"
            ),
        ),
        is_whole=True,
        story=story.tell([parcel] if status else [], calendar),
        answer="We send a new one today.",
        title="Snow holds your parcel up",
        recommendations=tuple(
            Offer(title=title, url=look.url, image_url=PICTURE.format(title[0]), price=price)
            for title, price in (
                ("Ridgeline Daypack", 14500),
                ("Summit Flask", 4200),
                ("Lambswool Beanie", 3200),
            )
        ),
        delivering_to=("Ana Moreno", "1720 Pearl Street, Apt 4", "Boulder, CO 80302"),
        discount=Code(code="K7RWQ4M2XP", percent=10, until=(NOW + timedelta(days=14)).date()),
        thing="Hurricane Lantern · Coal",
        cart_url="https://shop.example/cart/sample",
        track_url="https://tracking.example/t/sample",
        preferences_url="https://tracking.example/u/sample",
    )
