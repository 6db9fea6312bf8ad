"""A merchant's flow of news that cannot be gone through holds up nobody else; what is over is let go."""

from datetime import timedelta

import time_machine
from sqlalchemy import select, update

from app.events import EventRow
from app.flows import published
from app.flows.models import FlowVersion
from app.lib import clock
from app.shops import calls
from app.vocabulary import Trigger
from jobs import flows as job
from jobs import inbox as deliveries
from jobs import schedule
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import enrollments, told
from tests.journeys.hooks import named, tellings
from tests.journeys.test_news_flows import rewrite

THANKS = Trigger.THANK_YOU
HOLDS_NOTHING = "steps:\n- split: {if: order.total at least plenty, yes: end, no: end}\n"
"""Nobody can publish this; whoever is asked fails."""


def test_a_flow_of_news_that_fails_keeps_the_event_from_no_other(shopify_store: StoreVoice) -> None:
    store = shopify_store
    named(store)
    ours = published.preset(THANKS).partition("tests:\n")[0]
    broken = ours.replace("steps:\n", HOLDS_NOTHING)
    row = {"shop_id": store.shop.id, "trigger": THANKS, "number": 50, "published_at": clock.now()}
    store.session.add(FlowVersion(**row, file=broken))
    store.session.commit()
    store.shopify("orders/paid", payloads.order(clock.now()))
    deliveries.drain()
    job.react()
    assert not heard(store), "they fail together once"
    again(store)
    job.react()
    assert heard(store)
    assert [call.kind for call in tellings(store)] == [calls.TELL]
    job.advance()
    (row_of_it,) = enrollments(store, THANKS)
    assert (row_of_it.failures, row_of_it.over) == (1, None)
    assert told(store, THANKS) == []


def heard(store: StoreVoice) -> bool:
    """Tell whether whatever follows from the purchase has followed."""
    store.session.rollback()
    placed = select(EventRow.reacted_at).filter_by(shop_id=store.shop.id, kind="order_placed")
    return store.session.scalars(placed).one() is not None


def again(store: StoreVoice) -> None:
    """Let the moment come at which what failed is tried again."""
    store.session.execute(update(EventRow).values(due_at=clock.now()))
    store.session.commit()


def test_who_was_told_long_ago_is_let_go_and_their_messages_stay(shopify_store: StoreVoice) -> None:
    store, now = shopify_store, clock.now()
    store.shopify("orders/paid", payloads.order(now))
    store.settle()
    messages = [it.key for it in store.messages()]
    for days, kept in ((89, True), (91, False)):
        with time_machine.travel(now + timedelta(days=days)):
            schedule.forget_who_was_told()
        assert bool(enrollments(store, THANKS)) is kept
    assert [it.key for it in store.messages()] == messages


def test_who_is_still_inside_is_not_let_go(shopify_store: StoreVoice) -> None:
    store, now = shopify_store, clock.now()
    rewrite(store, THANKS, lambda it: it.replace("steps:\n", "steps:\n- wait: 200 days\n"))
    store.shopify("orders/paid", payloads.order(now))
    store.settle()
    with time_machine.travel(now + timedelta(days=150)):
        schedule.forget_who_was_told()
    assert len(enrollments(store, THANKS)) == 1
