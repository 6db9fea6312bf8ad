"""Letters as they come out of `gather`, for tests that render them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from app.lib.days import Calendar
from app.messages.documents import templates
from app.messages.letters.letter import Item, Letter, Told
from app.shops.brand import Brand
from app.tracking.story import story
from app.tracking.story.parcel import Parcel
from app.vocabulary import ShipmentStatus, Trigger

NOW = datetime(2026, 11, 13, 18, 0, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 17, tzinfo=UTC)
RIDGE = Brand(
    name="Ridge & Pine",
    url="https://ridge.example",
    color="#1e6048",
    support_email="help@ridge.example",
    legal_name="Ridge & Pine LLC",
    postal_address="214 NW 9th Avenue, Portland, OR 97209",
)
SHIRT = Item(title="Merino Overshirt", options="M, Moss", quantity=1, total=12800, image_url=None)
MUGS = Item(
    title="Enamel Camp Mug", options="Pine", quantity=2, total=3600, image_url="https://ridge.example/mug.png"
)


def letter(
    trigger: Trigger = Trigger.SHIPPED,
    status: ShipmentStatus = ShipmentStatus.IN_TRANSIT,
    *,
    places: Sequence[int] = (1,),
    expected_at: datetime | None = None,
    carrier: str | None = "UPS",
    language: str = "en-US",
    **changed: Any,
) -> Letter:
    """Return a letter about parcels in one status; `changed` replaces what it would hold."""
    calendar = Calendar.of(NOW, "America/Los_Angeles", language, is_for_later=True)
    parcel = Parcel(
        status=status,
        status_at=NOW - timedelta(hours=2),
        shipped_at=NOW - timedelta(hours=4),
        expected_at=expected_at,
        carrier=carrier,
    )
    thanks = trigger is Trigger.THANK_YOU
    parts: dict[str, Any] = {
        "trigger": trigger,
        "document": templates.default(trigger),
        "to": "ana@example.org",
        "message_id": "<1042@post.ridge.example>",
        "brand": RIDGE,
        "calendar": calendar,
        "first_name": "Ana",
        "order_name": "#1042",
        "is_first": True,
        "currency": "USD",
        "total": 16400,
        "items": (SHIRT, MUGS),
        "parcels": ()
        if thanks
        else tuple(
            Told(place=place, carrier=carrier, number=f"1Z{place}", page=f"https://ups.example/1Z{place}")
            for place in places
        ),
        "is_whole": True,
        "story": story.tell([] if thanks else [parcel] * len(places), calendar),
        "delivering_to": ("Ana Moreno", "1720 Pearl Street, Apt 4", "Boulder, CO 80302"),
        "title": "Snow on I-70",
        "track_url": "https://post.ridge.example/t/abc.def",
        "cart_url": "https://ridge.example/cart/abc",
        "preferences_url": "https://post.ridge.example/u/abc.def",
    }
    return Letter(**(parts | changed))
