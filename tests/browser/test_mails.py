"""Every mail as a mailbox shows it: on a phone and on a desk, in light and in dark, in any brand's color."""

import re

import pytest

from app.messages.documents import compose
from app.messages.documents.document import Document
from app.messages.letters.letter import Letter, Offer
from app.shops.brand import Brand
from app.tracking.story.parcel import Place
from app.vocabulary import ShipmentStatus, Trigger
from tests.browser.conftest import RULES, Look
from tests.unit.blocks import EVERY_BLOCK
from tests.unit.letters import MUGS, RIDGE, SHIRT, letter

pytestmark = pytest.mark.browser

FOR_MAILS = [rules for rules in RULES if rules != "best-practice"]
"""A mail stands inside the mailbox's page, which has the landmarks."""
LONG = SHIRT.__class__(
    title="Lambswool Beanie with Hand-knit Double Cuff in Undyed Wool from Llanfairpwllgwyngyllgogerych",
    options="Oat, One size fits all",
    quantity=12,
    total=123_456_789,
    image_url=None,
)


TENTS = tuple(
    Offer(
        title=f"Tent for {many}", url="https://ridge.example/t", image_url=MUGS.image_url, price=many * 9900
    )
    for many in (1, 2, 3)
)


CORNER = Place(
    name="Arapahoe Corner Market",
    address="2850 Arapahoe Avenue, Boulder, CO 80303",
    hours="Mon to Sat 7 am to 10 pm, Sun 9 am to 8 pm",
    code="4827 16",
)


def brand(color: str) -> Brand:
    return Brand(name="Lemon", url="https://lemon.example", color=color, legal_name="Lemon")


LETTERS = {
    "thanks": letter(Trigger.THANK_YOU),
    "shipped": letter(Trigger.SHIPPED, brand=brand("#ffe889"), items=(LONG,)),
    "late": letter(Trigger.SHIPPED, ShipmentStatus.DELAYED, brand=brand("#191d33"), items=(LONG, MUGS)),
    "out": letter(Trigger.OUT_FOR_DELIVERY, ShipmentStatus.OUT_FOR_DELIVERY, places=(2, 3), is_whole=False),
    "german": letter(
        Trigger.DELIVERED, ShipmentStatus.DELIVERED, places=(2, 3), is_whole=False, language="de"
    ),
    "arabic": letter(Trigger.OUT_FOR_DELIVERY, ShipmentStatus.OUT_FOR_DELIVERY, language="ar"),
    "every block": letter(
        document=Document.of({"subject": "x", "blocks": EVERY_BLOCK}), recommendations=TENTS
    ),
    "collect": letter(Trigger.READY_TO_COLLECT, ShipmentStatus.AVAILABLE_FOR_PICKUP, waits_at=(CORNER,)),
    "missed": letter(Trigger.ATTEMPT_FAILED, ShipmentStatus.ATTEMPT_FAILED, brand=brand("#ffe889")),
    "cart": letter(
        Trigger.ABANDONED_CHECKOUT, parcels=(), delivering_to=(), cart_url="https://ridge.example/cart"
    ),
    "cart in hebrew": letter(
        Trigger.ABANDONED_CHECKOUT,
        parcels=(),
        delivering_to=(),
        cart_url="https://ridge.example/cart",
        language="he",
    ),
    "delivered": letter(Trigger.DELIVERED, ShipmentStatus.DELIVERED, brand=RIDGE, delivering_to=()),
}


@pytest.mark.parametrize("told", LETTERS.values(), ids=LETTERS)
def test_a_mail_holds(look: Look, told: Letter) -> None:
    look.page.route(re.compile("^https:"), lambda route: route.fulfill(content_type="image/png", body=b""))
    for width in (look.width, 375 if look.width < 600 else 680, 320):
        look.page.set_viewport_size({"width": width, "height": 900})
        look.page.set_content(compose.render(told).html)
        look.width = width
        look.holds(FOR_MAILS)
