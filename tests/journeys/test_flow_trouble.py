"""A message of a flow that cannot be written is parked where the merchant sees it, and holds up nobody."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from app.flows.models import Flow
from app.messages.wording import publishing
from app.vocabulary import MessageState, Reason, Trigger
from jobs import messages
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import enrollments, from_, told
from tests.journeys.test_mails import server
from tests.journeys.test_unpermitted import typed

__all__ = ["server"]

CART = Trigger.ABANDONED_CHECKOUT
LINES = json.loads((payloads.RECORDINGS / "shopify" / "checkouts__create.json").read_text())["line_items"]
MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BROKEN = {"subject": "Your cart", "blocks": [{"kind": "text", "text": "And {{ items[1].title }}"}]}
"""Breaks for whoever left a single thing."""


def test_a_template_that_breaks_for_one_parks_theirs_and_the_flow_goes_on_for_all(
    shopify_store: StoreVoice, server: ScriptedServer
) -> None:
    store = shopify_store
    store.shop.country = "US"
    store.shop.settings = {"brand": {"postal_address": "1 Ridge Road, Portland"}}
    store.session.execute(update(Flow).values(on_since=MONDAY - DAY))
    publishing.save(store.session, store.shop.id, CART, BROKEN)
    publishing.publish(store.session, store.shop.id, CART)
    store.session.commit()
    with from_(store, MONDAY) as time:
        for number in (1, 2, 3):
            single = {"line_items": LINES[:1]} if number == 2 else {}
            typed(
                store,
                f"cart-{number}",
                f"shopper{number}@example.org",
                buyer_accepts_marketing=True,
                **single,
            )
        time.by(HOUR)
        messages.send()
        parked = [it for it in told(store, CART) if it.state is MessageState.FAILED]
        assert [(it.to, it.failure) for it in parked] == [
            ("shopper2@example.org", "block “text”, text, line 1: index out of range")
        ]
        states = {(message.state, message.reason) for message in told(store, CART)}
        assert states == {(MessageState.SENT, None), (MessageState.FAILED, Reason.UNRENDERABLE)}
        assert len(server.taken) == 2
        time.by(2 * DAY)
        assert sorted(message.step for message in told(store, CART)) == [1, 1, 1, 2, 2, 2]
        assert {row.over for row in enrollments(store, CART)} == {None}, "nobody was let go of"
