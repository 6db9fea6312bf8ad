"""From the bytes of an order's last scan to the request for a review; none while something is wrong."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.commerce.models import Order
from app.lib import clock
from app.messages.gate.verdict import Skipped
from app.messages.letters import letter
from app.tracking.shoppers import cases
from app.vocabulary import CaseKind, CaseWish, Reason, Trigger
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import Passing, enrollments, from_, gate, on_in_america, told

REVIEW = Trigger.REVIEW_REQUEST
MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store(shopify_store: StoreVoice) -> StoreVoice:
    """A shop in the United States, from where the recorded order is sent."""
    return on_in_america(shopify_store, MONDAY - DAY)


def sell_in_two_parcels(store: StoreVoice, time: Passing) -> None:
    now = clock.now()
    store.shopify("orders/paid", payloads.order(now))
    for ident, number in ((7, "1Z5R89390357567127"), (8, "1Z8V92A70367203024")):
        fulfillment = payloads.fulfillment(
            now, ident=ident, tracking_number=number, tracking_numbers=[number]
        )
        store.shopify("fulfillments/create", fulfillment)
    sent = payloads.order(now, fulfillment_status="fulfilled", updated_at=now.isoformat())
    store.shopify("orders/updated", sent)
    time.settle()


def deliver(store: StoreVoice, time: Passing, fulfillment_id: int) -> None:
    scan = payloads.scan("delivered", clock.now(), 100 + fulfillment_id, fulfillment_id=fulfillment_id)
    store.shopify("fulfillment_events/create", scan)
    time.settle()


def test_a_week_after_the_last_parcel_a_review_is_asked_for_and_once_more(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        sell_in_two_parcels(store, time)
        deliver(store, time, 7)
        time.by(8 * DAY)
        assert told(store, REVIEW) == [], "the second parcel is still on its way"
        deliver(store, time, 8)
        time.by(7 * DAY - HOUR)
        assert told(store, REVIEW) == []
        time.by(HOUR)
        (message,) = told(store, REVIEW)
        assert message.key == "order-1:review_request:1:email"
        assert letter.gather(store.session, message).track_url.startswith("https://")
        time.by(7 * DAY)
        time.by(100 * DAY)
        assert [message.step for message in told(store, REVIEW)] == [1, 2]
        assert enrollments(store, REVIEW)[0].over == "finished"


def test_from_abroad_it_waits_for_two_weeks(store: StoreVoice) -> None:
    store.shop.country = "CA"
    with from_(store, MONDAY) as time:
        sell_in_two_parcels(store, time)
        for fulfillment_id in (7, 8):
            deliver(store, time, fulfillment_id)
        time.by(13 * DAY)
        assert told(store, REVIEW) == []
        time.by(DAY)
        assert len(told(store, REVIEW)) == 1


def test_who_has_a_problem_is_asked_a_week_after_it_was_solved(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        sell_in_two_parcels(store, time)
        for fulfillment_id in (7, 8):
            deliver(store, time, fulfillment_id)
        order = store.session.scalars(select(Order)).one()
        words = {"kind": CaseKind.PROBLEM, "wish": CaseWish.ANSWER, "words": "It is broken."}
        case = cases.report(store.session, order.id, **words)  # type: ignore[arg-type]
        assert case is not None
        time.by(20 * DAY)
        assert told(store, REVIEW) == []
        cases.close(store.session, case)
        time.settle()
        time.by(6 * DAY)
        assert told(store, REVIEW) == []
        time.by(DAY)
        assert len(told(store, REVIEW)) == 1, "like everyone else"


def test_who_got_their_money_back_is_not_asked(store: StoreVoice) -> None:
    with from_(store, MONDAY) as time:
        sell_in_two_parcels(store, time)
        for fulfillment_id in (7, 8):
            deliver(store, time, fulfillment_id)
        time.by(7 * DAY)
        (message,) = told(store, REVIEW)
        refund = json.loads((payloads.RECORDINGS / "shopify" / "refunds__create.json").read_text())
        order = store.session.scalars(select(Order)).one()
        refund |= {"order_id": 1042, "created_at": clock.now().isoformat()}
        for transaction in refund["transactions"]:
            transaction |= {"amount": str((order.total or 0) / 100), "kind": "refund", "status": "success"}
        store.shopify("refunds/create", refund)
        time.settle()
        assert enrollments(store, REVIEW)[0].over == "paid back or cancelled"
        assert gate(store, message) == Skipped(Reason.LET_GO)
