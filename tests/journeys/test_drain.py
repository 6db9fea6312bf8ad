"""Many deliveries share a transaction, and each stands or falls by itself."""

from datetime import timedelta
from secrets import token_hex

import pytest
from sqlalchemy import select, update

from app import intake
from app.audience.models import Profile
from app.carriers.base import Told, Trust, Update
from app.commerce import in_hand, orders
from app.commerce import inbox as box
from app.commerce.models import Delivery, Order
from app.events import EventRow
from app.lib import clock
from app.lib.db import attempt, transaction
from app.platforms.purchases import Scan
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.vocabulary import InboxState, ShipmentStatus
from jobs import inbox
from tests.journeys import payloads
from tests.journeys.admin.conftest import counting
from tests.journeys.conftest import StoreVoice

TOO_LONG = token_hex(10_000)
"""No index takes such an id, which only the database finds out, amid an order's effects."""


def test_what_is_wrong_with_one_is_not_felt_by_those_beside_it(shopify_store: StoreVoice) -> None:
    now = clock.now()
    for number in (1, 2, 3):
        body = payloads.order(now, number)
        if number == 2:
            body["line_items"][0]["id"] = TOO_LONG
        shopify_store.shopify("orders/paid", body)
    stray = payloads.scan("in_transit", now, 9, 0, 0)
    shopify_store.shopify("fulfillment_events/create", stray | {"order_id": None})
    inbox.drain()
    assert states(shopify_store) == ["done", "waiting", "done", "parked"]
    assert placed(shopify_store) == ["1", "3"]
    for _ in range(in_hand.TRIES):
        shopify_store.session.execute(update(Delivery).values(due_at=clock.now()))
        shopify_store.session.commit()
        inbox.drain()
    assert states(shopify_store) == ["done", "parked", "done", "parked"]
    assert placed(shopify_store) == ["1", "3"]


def test_all_of_one_order_in_one_transaction_is_as_if_each_had_its_own(shopify_store: StoreVoice) -> None:
    now = clock.now()
    for number in (1, 2):  # the second is told of from its end
        told = [
            ("orders/paid", payloads.order(now, number)),
            ("fulfillments/create", payloads.fulfillment(now, number, number)),
            ("fulfillment_events/create", payloads.scan("in_transit", now, number * 10, number, number)),
            ("fulfillment_events/create", payloads.scan("delivered", now, number * 10 + 1, number, number)),
        ]
        for topic, body in told if number == 1 else told[::-1]:
            shopify_store.shopify(topic, body)
    inbox.drain()
    assert set(states(shopify_store)) == {"done"}
    assert placed(shopify_store) == ["1", "2"]
    parcels = shopify_store.session.scalars(select(Shipment).order_by(Shipment.order_id)).all()
    assert [str(parcel.status) for parcel in parcels] == ["delivered", "delivered"]
    assert all(parcel.announced_at for parcel in parcels)


def test_who_is_forgotten_is_not_remembered_by_what_was_waiting(shopify_store: StoreVoice) -> None:
    now = clock.now()
    shopify_store.shopify("orders/paid", payloads.order(now))
    customer = {"id": 1043, "email": "ada@example.com", "phone": None}
    who = {"shop_id": 1, "shop_domain": shopify_store.shop.domain, "customer": customer}
    shopify_store.shopify("customers/redact", who | {"orders_to_redact": [1042]})
    shopify_store.shopify("orders/updated", payloads.order(now + timedelta(seconds=1)))
    inbox.drain()
    session = shopify_store.session
    assert states(shopify_store)[:2] == ["done", "done"]
    assert session.scalars(select(Order.email)).all() == [None]
    assert "ada@example.com" not in session.scalars(select(Profile.email)).all()


def test_two_records_that_become_one_take_what_waits_beside_them_along(shopify_store: StoreVoice) -> None:
    now = clock.now()
    bought = [payloads.order(now, 1), payloads.order(now, 2, email="bob@example.com")]
    bought[1]["customer"].update(email="bob@example.com")
    kept, gone = (f"gid://shopify/Customer/{order['customer']['id']}" for order in bought)
    names = {"admin_graphql_api_customer_kept_id": kept, "admin_graphql_api_customer_deleted_id": gone}
    for order in bought:
        shopify_store.shopify("orders/paid", order)
    shopify_store.shopify("customers/merge", {"status": "completed", **names})
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(now, 2, 2))
    inbox.drain()
    session = shopify_store.session
    assert set(states(shopify_store)) == {"done"}
    (left,) = session.scalars(select(Profile.id))
    assert set(session.scalars(select(Order.profile_id))) == {left}
    assert set(session.execute(select(EventRow.kind, EventRow.profile_id))) == {
        ("order_placed", left),
        ("shipment_registered", left),
    }


def test_whatever_a_scan_is_about_is_locked_with_the_others_in_one_order(shopify_store: StoreVoice) -> None:
    now, numbers = clock.now(), {2: "1Z5R89390357567127", 3: "9400111899223197428490"}
    for order, number in numbers.items():
        shopify_store.shopify("orders/paid", payloads.order(now, order))
        parcel = payloads.fulfillment(now, order, order, tracking_number=number, tracking_numbers=[number])
        shopify_store.shopify("fulfillments/create", parcel)
    inbox.drain()
    scan = Scan(
        external_id="1",
        order_id=None,
        fulfillment_id="3",
        status=ShipmentStatus.IN_TRANSIT,
        raw_status="in_transit",
        happened_at=now,
    )
    told = Told(source="ups", trust=Trust.BODY, update=Update(number=numbers[2].lower()))
    with transaction() as session:
        intake.hold(session, session.get_one(Shop, shopify_store.shop.id), [(scan,), (told,)])
        assert [order.external_id for order in orders.held(session)] == ["2", "3"]


def test_two_workers_drain_two_shops_and_never_the_same(
    shopify_store: StoreVoice, woo_store: StoreVoice
) -> None:
    del woo_store
    shopify_store.shopify("orders/paid", payloads.order(clock.now(), 1))
    with transaction() as first:
        assert box.drain(first, intake) == 1
        shopify_store.shopify("orders/paid", payloads.order(clock.now(), 2))
        with transaction() as second:
            assert box.drain(second, intake) == 0
    inbox.drain()
    assert placed(shopify_store) == ["1", "2"]


def test_a_transaction_ends_after_so_many(shopify_store: StoreVoice) -> None:
    for number in range(box.MOST + 5):
        shopify_store.shopify("orders/paid", payloads.order(clock.now(), number))
    with transaction() as session:
        assert box.drain(session, intake) == box.MOST
    with transaction() as session:
        assert box.drain(session, intake) == 5


def test_a_delivery_costs_few_statements(shopify_store: StoreVoice) -> None:
    for number in range(box.MOST):
        shopify_store.shopify("orders/paid", payloads.order(clock.now(), number))
    with counting() as statements:
        inbox.drain()
    assert len(statements) / box.MOST < 9


def test_an_attempt_that_fails_lets_go_of_what_it_held(shopify_store: StoreVoice) -> None:
    with transaction() as session:
        kept = orders.lock(session, shopify_store.shop.id, "1", heard_at=clock.now())
        with pytest.raises(ZeroDivisionError), attempt(session):
            kept.total = 1 // orders.lock(session, kept.shop_id, "2", heard_at=clock.now()).refunded
        assert [order.external_id for order in orders.held(session)] == ["1"]
        orders.lock(session, kept.shop_id, "2", heard_at=clock.now()).name = "#2"
    assert shopify_store.session.scalars(select(Order.name).order_by(Order.id)).all() == [None, "#2"]


def states(store: StoreVoice) -> list[str]:
    store.session.rollback()
    found: list[InboxState] = list(store.session.scalars(select(Delivery.state).order_by(Delivery.id)))
    return [str(state) for state in found]


def placed(store: StoreVoice) -> list[str]:
    """Return the orders of which it was told once that they were placed."""
    told = select(EventRow.data["order_id"].as_integer()).filter_by(kind="order_placed")
    ids = list(store.session.scalars(told.order_by(EventRow.id)))
    assert len(ids) == len(set(ids))
    names = {order.id: order.external_id for order in store.session.scalars(select(Order))}
    return sorted(names[order_id] for order_id in ids)
