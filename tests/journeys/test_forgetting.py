"""Erasing reaches all that is a shopper's, and nothing that is somebody else's."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import jobs.inbox
from app.audience.models import Profile
from app.commerce.models import Delivery, Order
from app.lib import clock, crypto
from app.platforms.base import PrivacyKind
from app.privacy import erasure, tasks
from app.tracking.models import Shipment
from app.tracking.shoppers import cases, feedback, recipients
from app.vocabulary import CaseKind, CaseWish, ShipmentStatus
from tests import sold
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_privacy import CANARY, plant, where_is
from tests.sold import Sent

ARRIVED = Sent(scans=((ShipmentStatus.DELIVERED, -1, None, None),))
ORDER_UPDATED = {"Content-Type": "application/json", "X-WC-Webhook-Topic": "order.updated"}


def test_an_address_is_forgotten_wherever_it_was_typed(shopify_store: StoreVoice) -> None:
    """Also where another record of the store's has the order, and on another shopper's page."""
    plant(shopify_store)
    session, shop = shopify_store.session, shopify_store.shop
    for number, address in ((6, "bo@example.com"), (7, CANARY)):
        theirs = payloads.order(clock.now(), number, email=address, contact_email=address)
        theirs["customer"].update(id=99, email="bo@example.com")
        shopify_store.shopify("orders/paid", theirs)
    shopify_store.shopify("orders/paid", payloads.order(clock.now(), 8))
    shopify_store.settle()
    orders = {order.external_id: order for order in session.scalars(select(Order))}
    recipients.name(session, orders["8"], CANARY)
    shopify_store.settle()
    assert {"order.email", "recipient.address", "message.to"} <= set(where_is(shopify_store, "canary"))
    copy = tasks.ask_now(session, shop, CANARY, PrivacyKind.EXPORT)
    found = json.loads(crypto.unseal(copy.export or b""))
    assert {row["external_id"] for row in found["order"]} == {"1042", "7"}
    assert "confirm_recipient" in {row["trigger"] for row in found["message"]}
    who = {"shop_id": 1, "shop_domain": shop.domain, "customer": {"id": 77}}
    shopify_store.shopify("customers/redact", {**who, "orders_to_redact": [1042]})
    shopify_store.settle()
    assert where_is(shopify_store, "canary") == []
    session.expire_all()
    assert set(session.scalars(select(Profile.external_id).filter_by(erased_at=None))) == {"99", "9"}
    assert session.get_one(Order, orders["8"].id).email == "ada@example.com"


def test_nothing_is_kept_of_an_order_that_was_erased_while_its_shopper_wrote(session: Session) -> None:
    order = sold.order(session, sold.shop(session), ARRIVED)
    parcel = session.scalars(select(Shipment)).one()
    erasure.erase_order(session, order)
    session.commit()
    assert not feedback.grade(session, parcel.id, 1, "Ada was not at home")
    assert recipients.name(session, order, "bo@example.com") is None
    said = cases.report(session, order.id, kind=CaseKind.PROBLEM, wish=CaseWish.ANSWER, words="Ada's is wet")
    assert said is None


def test_what_only_looks_as_if_it_spoke_of_an_erased_shopper_is_still_applied(woo_store: StoreVoice) -> None:
    """WooCommerce's numbers are small: what a customer and an order are called stands in every body."""
    forgotten, other = woo_order(17, 3, "zoe@example.com"), woo_order(18, 5, "bo@example.com")
    other["shipping"] |= {"last_name": forgotten["shipping"]["last_name"]}
    for body in (forgotten, other):
        woo_store.woocommerce(json.dumps(body).encode(), ORDER_UPDATED)
    session = woo_store.session
    session.execute(update(Delivery).where(Delivery.id > 1).values(due_at=clock.now() + timedelta(hours=1)))
    session.commit()
    jobs.inbox.drain()
    tasks.ask_now(session, woo_store.shop, "zoe@example.com", PrivacyKind.ERASE_PERSON)
    session.execute(update(Delivery).values(due_at=clock.now()))
    session.commit()
    jobs.inbox.drain()
    assert where_is(woo_store, "zoe@example.com") == []
    assert session.scalars(select(Delivery.state)).all() == ["done", "done"]
    assert set(session.scalars(select(Order.email))) == {None, "bo@example.com"}


def woo_order(number: int, customer: int, email: str) -> dict[str, Any]:
    """A recorded order under another number, of somebody else."""
    file = payloads.RECORDINGS / "woocommerce" / "125_order.created_processing.json"
    body: dict[str, Any] = json.loads(json.loads(file.read_text())["body_text"])
    body |= {"id": number, "number": str(number), "customer_id": customer}
    body["billing"] |= {"email": email, "phone": ""}
    return body


def test_an_order_that_the_store_made_anonymous_takes_its_guest_along(woo_store: StoreVoice) -> None:
    bought = woo_order(17, 0, "zoe@example.com")
    bought["billing"]["phone"] = "+1 303 555 0199"
    woo_store.woocommerce(json.dumps(bought).encode(), ORDER_UPDATED)
    woo_store.settle()
    assert {"profile.email", "order.email", "message.to"} <= set(where_is(woo_store, "zoe@example.com"))
    gone = woo_order(17, 0, "deleted@site.invalid") | {"date_modified_gmt": "2030-01-01T00:00:00"}
    woo_store.woocommerce(json.dumps(gone).encode(), ORDER_UPDATED)
    woo_store.settle()
    assert where_is(woo_store, "zoe@example.com") == []
    assert where_is(woo_store, "303 555") == []
