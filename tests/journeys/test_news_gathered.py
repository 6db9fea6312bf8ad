"""Parcels that are told of together are each in the flow by themselves."""

from datetime import timedelta

from sqlalchemy import select

from app.commerce.models import Order
from app.flows import switches, telling
from app.flows.models import Enrollment
from app.lib import clock
from app.messages.gate.verdict import Allowed, Skipped
from app.messages.models import Message
from app.tracking.models import Shipment
from app.vocabulary import Reason, Trigger
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import from_, gate, told
from tests.journeys.test_news_flows import rewrite

SHIPPED, THANKS, HOUR = Trigger.SHIPPED, Trigger.THANK_YOU, timedelta(hours=1)
NUMBERS = {7: "1Z5R89390357567127", 8: "1Z5R89399999999995"}
"""Of parcels, by their fulfillment."""
ARRIVED = "exits:\n- {if: parcel.status is delivered, because: it is there}\n"


def two_are_sent(store: StoreVoice) -> Message:
    """Let an order leave in two parcels; returns the message that tells of both."""
    now = clock.now()
    store.shopify("orders/paid", payloads.order(now))
    for ident, number in NUMBERS.items():
        sent = payloads.fulfillment(now, ident=ident, tracking_number=number, tracking_numbers=[number])
        store.shopify("fulfillments/create", sent)
        store.settle()
    (message,) = told(store, SHIPPED)
    assert len(message.shipment_ids) == len(NUMBERS)
    return message


def arrives(store: StoreVoice, fulfillment_id: int) -> None:
    """Let the parcels of a fulfillment be delivered."""
    store.shopify(
        "fulfillment_events/create",
        payloads.scan("delivered", clock.now(), fulfillment_id, 1042, fulfillment_id),
    )
    store.settle()


def test_a_flow_that_lets_go_of_one_parcel_still_tells_of_the_other(shopify_store: StoreVoice) -> None:
    store = shopify_store
    rewrite(store, SHIPPED, lambda it: it.replace("steps:\n", f"{ARRIVED}steps:\n"))
    message = two_are_sent(store)
    arrives(store, 7)
    assert isinstance(gate(store, message), Allowed)
    arrives(store, 8)
    assert gate(store, message) == Skipped(Reason.LET_GO)


def test_a_parcel_that_is_set_apart_keeps_its_flow(shopify_store: StoreVoice) -> None:
    store = shopify_store
    first, _ = two_are_sent(store).shipment_ids
    telling.set_apart(store.session, store.session.scalars(select(Order)).one(), first)
    store.session.commit()
    flows = dict(store.session.execute(select(Enrollment.id, Enrollment.about_id)).all())
    messages = told(store, SHIPPED)
    assert [flows[it.enrollment_id or 0] for it in messages] == [it.shipment_ids[0] for it in messages]
    assert {it.shipment_ids[0] for it in messages} == set(store.session.scalars(select(Shipment.id)))


def test_what_happened_while_it_was_off_is_not_told_though_its_wait_ends_when_it_is_on(
    shopify_store: StoreVoice,
) -> None:
    store, now = shopify_store, clock.now()
    rewrite(store, THANKS, lambda it: it.replace("steps:\n", "steps:\n- wait: 2 hours\n"))
    switches.switch(store.session, store.shop.id, THANKS, on=False)
    store.session.commit()
    with from_(store, now) as time:
        store.shopify("orders/paid", payloads.order(now, 1042))
        time.settle()
        time.by(HOUR)
        switches.switch(store.session, store.shop.id, THANKS, on=True)
        store.session.commit()
        store.shopify("orders/paid", payloads.order(now, 1043))
        time.settle()
        time.by(3 * HOUR)
        before, after = told(store, THANKS)
        assert gate(store, before) == Skipped(Reason.FLOW_OFF)
        assert isinstance(gate(store, after), Allowed)
