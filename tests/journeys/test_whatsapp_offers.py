"""Offers on WhatsApp: to who wrote that they want them, where a flow says so, in a template for offers."""

from typing import Any

import pytest
from sqlalchemy import select

from app.audience import keywords, suppression
from app.audience.models import ConsentRow
from app.channels.whatsapp.templates import read
from app.commerce.models import Checkout
from app.flows import published
from app.main import create_app
from app.messages.gate.verdict import Allowed, Skipped
from app.messages.models import Message
from app.messages.whatsapp import registry
from app.messages.whatsapp.registry import Says
from app.vocabulary import Category, ConsentSource, ConsentState, Medium, MessageState, Reason
from jobs import calls, messages
from tests.contracts.sources.network import StoreApi
from tests.journeys.chatting import chats, connect, meta, write
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import Passing, from_, gate, told
from tests.journeys.test_abandoned_checkout import ADA, CART, DAY, HOUR, MINUTE, MONDAY, store
from tests.journeys.test_unpermitted import typed

__all__ = ["meta", "store"]

IRISH, AMERICAN = "+353851234567", "+13035550142"
FILE = """
flow: abandoned_checkout
starts: checkout_started
about: checkout
category: marketing
exits:
  - if: checkout.is_bought
    because: bought
steps:
  - id: an hour
    wait: 1 hours
  - id: there
    split: {if: consent.whatsapp, yes: chat, no: by mail}
  - id: chat
    message: whatsapp
    then: end
  - id: by mail
    split: {if: consent.email, yes: mail, no: end}
  - id: mail
    message: email
tests:
  - name: in a chat where they may
    facts: [consent.whatsapp, consent.email]
    expect: {chat: 1 hours}
    over: finished
"""
TEMPLATE: dict[str, Any] = {
    "name": "cart_reminder",
    "language": "en",
    "category": "MARKETING",
    "status": "APPROVED",
    "parameter_format": "NAMED",
    "components": [
        {"type": "BODY", "text": "{{who}}, you left {{items}}."},
        {
            "type": "BUTTONS",
            "buttons": [{"type": "URL", "text": "To my cart", "url": "https://doorstep.test/s/{{1}}"}],
        },
    ],
}
SAYS = {"body.who": Says("first_name", "Hello"), "body.items": Says("items")}


def offering(store: StoreVoice, **changes: str) -> None:
    """Let the merchant have a flow with a chat in it, and a template that says it."""
    connect(store)
    registry.keep(store.session, store.shop.id, [read(TEMPLATE | changes)])
    registry.choose(store.session, store.shop.id, CART, "cart_reminder", SAYS)
    published.publish(store.session, store.shop.id, CART, FILE)
    store.session.commit()


def leave(store: StoreVoice, number: str = IRISH, **more: object) -> None:
    typed(store, "a", ADA, phone=number, **more)


def an_hour_later(store: StoreVoice, time: Passing, **more: object) -> list[Message]:
    """Let a cart be left, and an hour pass; returns the reminders."""
    leave(store, **more)  # type: ignore[arg-type]
    time.settle()
    time.by(HOUR + MINUTE)
    return told(store, CART)


def test_who_writes_that_they_want_offers_is_reminded_there_with_a_button_to_their_cart(
    store: StoreVoice, meta: StoreApi
) -> None:
    offering(store)
    with from_(store, MONDAY) as time:
        assert write(store, "Offers, please", sender=IRISH[1:]).status_code == 200
        said = store.session.scalars(select(ConsentRow).filter_by(category=Category.MARKETING)).one()
        assert (said.medium, said.state, said.source) == (
            Medium.WHATSAPP,
            ConsentState.SUBSCRIBED,
            ConsentSource.KEYWORD,
        )
        time.by(2 * DAY)  # so that no conversation is open
        (message,) = an_hour_later(store, time)
        assert (message.medium, message.to, message.category) == (
            Medium.WHATSAPP,
            IRISH,
            Category.MARKETING,
        )
        assert isinstance(gate(store, message), Allowed)
        store.session.commit()
        messages.send()
        (asked,) = meta.asked
        template = asked.body["template"]
        assert (template["name"], template["language"]) == ("cart_reminder", {"code": "en"})
        body, button = template["components"]
        assert [it["text"] for it in body["parameters"]] == ["Hello", "IPod Nano - 8GB and IPod Nano - 8GB"]
        (code,) = button["parameters"]
        led = create_app().test_client().get(f"/s/{code['text']}")
        cart = store.session.query(Checkout).one()
        assert (led.status_code, led.headers["Location"]) == (302, cart.url)
        store.session.commit()
        assert chats(store)[0].state is MessageState.SENT


def test_the_answer_to_the_yes_says_how_to_take_it_back_and_that_ends_it(
    store: StoreVoice, meta: StoreApi
) -> None:
    offering(store)
    with from_(store, MONDAY) as time:
        write(store, "ANGEBOTE", sender=IRISH[1:])
        calls.step(calls.OTHERS)
        assert [it.body["text"]["body"] for it in meta.asked] == [
            "Ridge & Pine: you get our news and offers here. Reply STOP to end them."
        ]
        (message,) = an_hour_later(store, time)
        write(store, "stop", "wamid.2", sender=IRISH[1:])
        assert gate(store, message) == Skipped(Reason.SUPPRESSED)


@pytest.mark.parametrize("word", ["OFFERS", "START"])
def test_a_yes_that_is_told_late_does_not_undo_the_no_that_was_written_after_it(
    store: StoreVoice, meta: StoreApi, word: str
) -> None:
    """Meta tells again for days what we could not take, in any order."""
    offering(store)
    with from_(store, MONDAY):
        write(store, "stop", "wamid.2", sender=IRISH[1:])
        write(store, word, "wamid.1", sender=IRISH[1:], ago=MINUTE)
        yes = select(ConsentRow).filter_by(state=ConsentState.SUBSCRIBED)
        assert store.session.scalars(yes).all() == []
        of_offers = store.shop.id, Medium.WHATSAPP, IRISH, Category.MARKETING
        assert suppression.is_suppressed(store.session, *of_offers) == suppression.UNSUBSCRIBED
        write(store, word, "wamid.3", sender=IRISH[1:])
        assert suppression.is_suppressed(store.session, *of_offers) is None
    assert len(meta.asked) == 0


@pytest.mark.parametrize(
    ("changes", "number", "is_asked"),
    [
        ({"status": "PAUSED"}, IRISH, True),
        ({"category": "UTILITY"}, IRISH, True),
        ({"language": "pt_BR"}, IRISH, True),
        ({}, AMERICAN, True),
        ({}, IRISH, False),
    ],
    ids=["paused", "no offer", "another language", "in the United States", "without a yes"],
)
def test_whom_it_cannot_go_to_there_is_mailed_instead(
    store: StoreVoice, changes: dict[str, str], number: str, *, is_asked: bool
) -> None:
    offering(store, **changes)
    with from_(store, MONDAY) as time:
        if is_asked:
            write(store, "offers", sender=number[1:])
        time.by(2 * DAY)
        (message,) = an_hour_later(store, time, number=number, buyer_accepts_marketing=True)
        assert (message.medium, message.to) == (Medium.EMAIL, ADA)


def test_a_template_that_was_paused_meanwhile_stops_it_with_the_reason(store: StoreVoice) -> None:
    offering(store)
    with from_(store, MONDAY) as time:
        write(store, "offers", sender=IRISH[1:])
        time.by(2 * DAY)
        (message,) = an_hour_later(store, time)
        registry.keep(store.session, store.shop.id, [read(TEMPLATE | {"status": "PAUSED"})])
        store.session.commit()
        assert gate(store, message) == Skipped(Reason.NO_TEMPLATE)


def test_offers_by_text_are_asked_for_with_no_word_alone() -> None:
    assert keywords.keyword("offers", Medium.SMS) is None
    assert keywords.keyword("Offers!", Medium.WHATSAPP) is keywords.Keyword.OFFERS
