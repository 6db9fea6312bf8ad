"""News of an order goes through flows that a merchant can rewrite; each message keeps the key that it had."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from app import events, reactions
from app.commerce.models import Order
from app.events import EventRow, ExceptionOpened, OrderPlaced
from app.flows import facts, published, switches, tally
from app.flows.models import Enrollment, Flow
from app.flows.plan.faults import Unsound
from app.lib import clock
from app.messages.gate.verdict import Allowed, Skipped
from app.messages.models import Message
from app.tracking.models import Shipment
from app.tracking.shoppers import recipients
from app.vocabulary import ExceptionKind, Medium, Reason, Trigger
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import enrollments, from_, gate, told

THANKS, SHIPPED, LATE = Trigger.THANK_YOU, Trigger.SHIPPED, Trigger.RUNNING_LATE
HOUR = timedelta(hours=1)


def test_each_message_has_the_key_that_it_always_had_and_the_flow_that_asked_for_it(
    shopify_store: StoreVoice,
) -> None:
    store, now = shopify_store, clock.now()
    store.shopify("orders/paid", payloads.order(now))
    store.shopify("fulfillments/create", payloads.fulfillment(now))
    for ident, status in enumerate(("out_for_delivery", "delivered"), 1):
        store.shopify("fulfillment_events/create", payloads.scan(status, now + ident * HOUR / 60, ident))
    store.settle()
    order_id = store.session.scalars(select(Order.id)).one()
    names = ("thank_you", "shipped", "out_for_delivery", "delivered")
    assert [it.key for it in store.messages()] == [f"order-{order_id}:{name}:1:email" for name in names]
    for message in store.messages():
        (row,) = enrollments(store, message.trigger)
        assert (message.enrollment_id, row.over, row.due_at) == (row.id, "finished", None)


def test_what_was_asked_for_before_it_was_a_flow_is_not_asked_for_again(shopify_store: StoreVoice) -> None:
    """Whoever asks again gets the first, though the older release let nobody into a flow."""
    store, now = shopify_store, clock.now()
    store.shopify("orders/paid", payloads.order(now))
    store.shopify("fulfillments/create", payloads.fulfillment(now))
    store.settle()
    before = [(it.id, it.key) for it in store.messages()]
    for message in store.messages():
        message.enrollment_id = None
    store.session.execute(update(EventRow).values(reacted_at=None))
    store.session.execute(delete(Enrollment))
    store.session.commit()
    store.settle()
    assert [(it.id, it.key) for it in store.messages()] == before
    assert len(enrollments(store, THANKS)) == len(enrollments(store, SHIPPED)) == 1


def test_a_reaction_that_dies_leaves_no_trace_and_is_done_once_in_the_end(
    shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = shopify_store

    def dies(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        last = reactions.REACTIONS[OrderPlaced]
        patched.setitem(reactions.REACTIONS, OrderPlaced, (*last, dies))
        store.shopify("orders/paid", payloads.order(clock.now()))
        with pytest.raises(RuntimeError, match="killed"):
            store.settle()
        store.session.rollback()
    assert store.messages() == []
    assert enrollments(store, THANKS) == []
    store.settle()
    assert store.told() == ["thank_you"]


def test_first_orders_and_others_go_different_ways_to_the_same_message(shopify_store: StoreVoice) -> None:
    store, now = shopify_store, clock.now()
    for number in (1042, 1043):
        customer = payloads.order(now)["customer"]
        store.shopify(
            "orders/paid", payloads.order(now + (number - 1042) * HOUR / 60, number, customer=customer)
        )
        store.settle()
    ways = [[step for step, _ in row.path] for row in enrollments(store, THANKS)]
    assert ways == [
        ["who", "first order", "text", "whatsapp"],
        ["who", "another order", "text", "whatsapp"],
    ]
    assert {it.step for it in told(store, THANKS)} == {1}
    session = store.session
    session.execute(update(Message).values(state="sent"))
    did = tally.of_flow(session, store.shop.id, THANKS)
    assert [did.of(step).sent for step in ("first order", "another order")] == [1, 1]


def test_what_is_switched_off_is_gone_through_and_the_gate_says_so(shopify_store: StoreVoice) -> None:
    store = shopify_store
    switches.switch(store.session, store.shop.id, THANKS, on=False)
    store.session.commit()
    store.shopify("orders/paid", payloads.order(clock.now()))
    store.settle()
    (thanks,) = told(store, THANKS)
    assert gate(store, thanks) == Skipped(Reason.FLOW_OFF)


def test_what_is_switched_off_does_nothing_else_either(shopify_store: StoreVoice) -> None:
    store, now = shopify_store, clock.now()
    rewrite(store, THANKS, lambda it: it.replace("steps:\n", "steps:\n- action: alert\n  says: Sold!\n"))
    for number, is_on in ((1042, False), (1043, True)):
        switches.switch(store.session, store.shop.id, THANKS, on=is_on)
        store.shopify("orders/paid", payloads.order(now, number))
        store.settle()
        alerts = store.session.scalars(select(EventRow).filter_by(kind="step_reached")).all()
        assert len(alerts) == is_on
    assert len(told(store, THANKS)) == 2


def test_a_merchant_lets_thanks_wait_and_lets_go_of_who_cancels(shopify_store: StoreVoice) -> None:
    store, now = shopify_store, clock.now()
    rewrite(store, THANKS, lambda it: it.replace("steps:\n", f"{CANCELLED}steps:\n- wait: 30 hours\n"))
    with from_(store, now) as time:
        store.shopify("orders/paid", payloads.order(now, 1042))
        store.shopify("orders/paid", payloads.order(now, 1043))
        time.by(HOUR)
        assert told(store, THANKS) == []
        cancelled = {"cancelled_at": clock.now().isoformat(), "updated_at": clock.now().isoformat()}
        store.shopify("orders/cancelled", payloads.order(now, 1043) | cancelled)
        time.by(30 * HOUR)
        (thanks,) = told(store, THANKS)
        assert thanks.order_id == store.session.scalars(select(Order.id).filter_by(external_id="1042")).one()
        assert isinstance(gate(store, thanks), Allowed), "a wait does not make it old"
        assert [row.over for row in enrollments(store, THANKS)] == ["finished", "cancelled"]
        cancelled = {"cancelled_at": clock.now().isoformat(), "updated_at": clock.now().isoformat()}
        store.shopify("orders/cancelled", payloads.order(now, 1042) | cancelled)
        time.settle()
        assert gate(store, thanks) == Skipped(Reason.LET_GO)


def test_a_merchant_lets_a_milestone_wait_and_its_parcels_are_gathered_all_the_same(
    shopify_store: StoreVoice,
) -> None:
    store, now = shopify_store, clock.now()
    rewrite(store, SHIPPED, lambda it: it.replace("steps:\n", "steps:\n- wait: 2 hours\n"))
    numbers = ["1Z5R89390357567127", "1Z5R89399999999995"]
    with from_(store, now) as time:
        store.shopify("orders/paid", payloads.order(now))
        sent = payloads.fulfillment(now, tracking_number=numbers[0], tracking_numbers=numbers)
        store.shopify("fulfillments/create", sent)
        time.settle()
        time.by(HOUR)
        assert told(store, SHIPPED) == []
        time.by(HOUR + timedelta(minutes=1))
        (shipped,) = told(store, SHIPPED)
        assert sorted(shipped.shipment_ids) == sorted(store.session.scalars(select(Shipment.id)))
        store.shopify("fulfillment_events/create", payloads.scan("delivered", clock.now(), 9))
        time.settle()
        assert len(enrollments(store, SHIPPED)) == len(numbers)


def test_what_tells_of_a_later_parcel_counts_for_the_same_step(shopify_store: StoreVoice) -> None:
    store, now = shopify_store, clock.now()
    store.shopify("orders/paid", payloads.order(now))
    for ident, number in ((7, "1Z5R89390357567127"), (8, "1Z5R89399999999995")):
        sent = payloads.fulfillment(now, ident=ident, tracking_number=number, tracking_numbers=[number])
        store.shopify("fulfillments/create", sent)
        store.settle()
        store.session.execute(update(Message).values(state="sent"))
        store.session.commit()
    assert [it.step for it in told(store, SHIPPED)] == [1, 2]
    assert tally.of_flow(store.session, store.shop.id, SHIPPED).of("mail").sent == 2


def test_who_reads_of_a_late_parcel_since_it_was_told_of_hears_with_the_next_alarm(
    shopify_store: StoreVoice,
) -> None:
    store, now = shopify_store, clock.now()
    switches.switch(store.session, store.shop.id, LATE, on=True)
    store.shopify("orders/paid", payloads.order(now))
    store.shopify("fulfillments/create", payloads.fulfillment(now))
    store.shopify("fulfillment_events/create", payloads.scan("delayed", now, 1))
    store.settle()
    order = store.session.scalars(select(Order)).one()
    friend = recipients.name(store.session, order, "bo@example.com")
    assert friend is not None
    friend.confirmed_at = clock.now()
    store.session.commit()
    assert [it.to for it in told(store, LATE)] == ["ada@example.com"]
    stalled = ExceptionOpened(
        happened_at=now,
        order_id=order.id,
        shipment_id=enrollments(store, LATE)[0].about_id,
        exception_id=2,
        exception=ExceptionKind.STALLED,
    )
    events.record(store.session, store.shop.id, stalled)
    store.settle()
    assert [it.to for it in told(store, LATE)] == ["ada@example.com", "bo@example.com"]
    assert len(enrollments(store, LATE)) == 1


def test_a_later_alarm_is_told_where_the_flow_was_switched_on_in_between(shopify_store: StoreVoice) -> None:
    store, now = shopify_store, clock.now()
    switches.switch(store.session, store.shop.id, LATE, on=True)
    store.shopify("orders/paid", payloads.order(now))
    store.shopify("fulfillments/create", payloads.fulfillment(now))
    store.shopify("fulfillment_events/create", payloads.scan("delayed", now, 1))
    store.settle()
    order = store.session.scalars(select(Order)).one()
    friend = recipients.name(store.session, order, "bo@example.com")
    assert friend is not None
    friend.confirmed_at = clock.now()
    store.session.execute(update(Flow).filter_by(trigger=LATE).values(on_since=clock.now()))
    stalled = ExceptionOpened(
        happened_at=clock.now(),
        order_id=order.id,
        shipment_id=enrollments(store, LATE)[0].about_id,
        exception_id=2,
        exception=ExceptionKind.STALLED,
    )
    events.record(store.session, store.shop.id, stalled)
    store.session.commit()
    store.settle()
    before, since = told(store, LATE)
    assert gate(store, before) == Skipped(Reason.FLOW_OFF)
    assert (since.to, facts.gather(store.session, [since])[since.id].flow_is_on) == ("bo@example.com", True)


def test_news_is_what_it_is_whatever_a_file_calls_it(shopify_store: StoreVoice) -> None:
    shop_id, session = shopify_store.shop.id, shopify_store.session
    cases: tuple[tuple[Trigger, Callable[[str], str], str], ...] = (
        (THANKS, lambda it: it.replace("transactional", "marketing"), "write “category: transactional”"),
        (SHIPPED, lambda it: it.replace("about: parcel", "about: order"), "write “about: parcel”"),
        (THANKS, lambda it: it.replace("about: order", "about: profile"), "write “about: order”"),
        (
            THANKS,
            lambda it: it.replace("message: sms", "message: push"),
            "Browsers are only told of parcels.",
        ),
        (
            SHIPPED,
            lambda it: it.replace("message: sms", "message: email\n  number: 1"),
            "Nobody is sent the same message twice",
        ),
        (SHIPPED, lambda it: it.replace("message: sms", "message: email"), "email tells of a parcel once"),
        *(
            (
                trigger,
                lambda it: it.replace("  message: email", "  message: email\n- message: sms"),
                "Nobody is texted that a parcel is packed or on its way",
            )
            for trigger in switches.ON_REQUEST
        ),
        (
            Trigger.REVIEW_REQUEST,
            lambda it: it.replace("category: marketing", "category: transactional").replace(
                "hold out: 10 %\n", ""
            ),
            "write “category: marketing”",
        ),
    )
    for trigger, wrong, sentence in cases:
        with pytest.raises(Unsound, match=sentence):
            published.publish(session, shop_id, trigger, wrong(published.preset(trigger)))


CANCELLED = "exits:\n- {if: order.is_called_off, because: cancelled}\n"


def rewrite(store: StoreVoice, trigger: Trigger, how: Callable[[str], str]) -> None:
    """Publish a flow as its merchant would have it; what was tried with it as it was is dropped."""
    file = how(published.preset(trigger).partition("tests:\n")[0])
    published.publish(store.session, store.shop.id, trigger, file)
    store.session.execute(update(Flow).values(on_since=clock.now() - HOUR))
    store.session.commit()


def test_the_words_of_a_number_stay_with_their_step() -> None:
    file = published.preset(THANKS)
    assert file.count("number: 1") == 1
    assert [it.number for it in published.flow_of(file).senders(Medium.EMAIL, 1)] == [1, 1]
