"""What is gathered for the gate, and what is kept of its answer, on a real session."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.audience import profiles, suppression
from app.audience.models import Profile
from app.cli import main
from app.commerce.models import Order
from app.flows import arbiter, facts, switches
from app.lib import clock
from app.lib.db import engine
from app.messages.dispatch import outbox, sending
from app.messages.dispatch.sending import Ready
from app.messages.documents import compose
from app.messages.gate.permission import decide
from app.messages.gate.verdict import Allowed, Deferred, Skipped
from app.messages.models import Message
from app.messages.wording import publishing
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.shops.models import Shop
from app.vocabulary import (
    Category,
    ConsentSource,
    ConsentState,
    Medium,
    MessageState,
    Reason,
    ShipmentStatus,
    Trigger,
)
from tests import sold

TUESDAY = datetime(2026, 11, 24, 13, tzinfo=ZoneInfo("America/Denver"))
ANA = "ana.moreno@shopper.example"
Ask = Callable[..., Message]


@pytest.fixture(autouse=True)
def by_day() -> Iterator[None]:
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def shop(session: Session) -> Shop:
    made = sold.shop(session)
    for trigger in Trigger:
        switches.switch(session, made.id, trigger, on=True)
    session.commit()
    return made


@pytest.fixture
def order(session: Session, shop: Shop) -> Order:
    profile = Profile(shop_id=shop.id, email=ANA, phone="+13035550142", first_seen_at=clock.now())
    session.add(profile)
    session.flush()
    parcel = sold.Sent(scans=((ShipmentStatus.IN_TRANSIT, -1, None, None),))
    return sold.order(session, shop, parcel, age=2, profile_id=profile.id)


@pytest.fixture
def ask(session: Session, order: Order) -> Ask:
    def put(subject: str, **changes: Any) -> Message:
        asked = {
            "trigger": Trigger.THANK_YOU,
            "profile_id": order.profile_id,
            "order_id": order.id,
            "to": order.email,
            "occasion_at": clock.now(),
            **changes,
        }
        wanted = outbox.Ask(subject=subject, **asked)
        outbox.ask(session, order.shop_id, wanted)
        session.commit()
        return session.scalars(select(Message).filter_by(key=wanted.key)).one()

    return put


def answer(session: Session, message: Message) -> Any:
    return decide(facts.gather(session, [message])[message.id])


def test_the_thank_you_text_goes_to_whoever_may_have_it(session: Session, order: Order, ask: Ask) -> None:
    text = {"medium": Medium.SMS, "to": "+13035550142"}
    thanks = ask("text", **text)
    assert answer(session, thanks) == Skipped(Reason.NO_CONSENT), "a number typed in the US is no opt-in"
    order.ship_to = {"country": "DE"}
    session.commit()
    assert answer(session, thanks) == Skipped(Reason.NO_CHANNEL)
    shop = session.get_one(Shop, order.shop_id)
    shop.settings = {"texts": {"provider": "twilio", "sender": "+15005550006", "whom": "allowed"}}
    session.commit()
    found = facts.gather(session, [thanks])[thanks.id]
    assert (found.country, [zone.key for zone in found.clocks]) == ("DE", ["Europe/Berlin"])
    assert answer(session, thanks) == Deferred(
        datetime(2026, 11, 25, 9, tzinfo=ZoneInfo("Europe/Berlin")), Reason.QUIET_HOURS
    ), "nine at night in Berlin"
    order.ship_to = sold.ANA
    asked = Consent(
        person=Person(email=ANA, phone="+13035550142"),
        medium=Medium.SMS,
        category=Category.TRANSACTIONAL,
        state=ConsentState.SUBSCRIBED,
        source=ConsentSource.TRACKING_PAGE,
        at=clock.now(),
    )
    profiles.keep_consent(session, order.shop_id, asked, heard_at=clock.now())
    session.commit()
    assert answer(session, thanks) == Allowed()
    assert answer(session, ask("other", **text | {"to": "+13035550199"})) == Skipped(Reason.NO_CONSENT)
    whatsapp = ask("whatsapp", **text | {"medium": Medium.WHATSAPP})
    assert answer(session, whatsapp) == Skipped(Reason.NO_CONSENT), "it was said of texts"


def test_a_mail_to_an_address_that_is_not_the_orders_needs_its_own_yes(session: Session, ask: Ask) -> None:
    assert answer(session, ask("theirs")) == Allowed()
    assert answer(session, ask("strangers", to="eve@example.org")) == Skipped(Reason.NO_CONSENT)


def test_the_caps_count_what_went_out_on_any_medium(session: Session, ask: Ask) -> None:
    offer = ask("offer", category=Category.MARKETING, step=2)
    assert answer(session, offer) == Allowed()
    sent = ask("text", category=Category.MARKETING, medium=Medium.SMS, to="+13035550142")
    sent.state, sent.sending_at = MessageState.SENDING, clock.now() - timedelta(hours=2)
    session.commit()
    assert answer(session, offer) == Deferred(clock.now() + timedelta(hours=22), Reason.TOO_OFTEN)
    sent.state = MessageState.HELD
    session.commit()
    assert answer(session, offer) != Allowed(), "nobody knows whether it went out"
    sent.state = MessageState.QUEUED
    session.commit()
    assert answer(session, offer) == Allowed(), "it was given back and has not gone out"


def test_the_same_news_under_another_key_is_told_once(session: Session, ask: Ask) -> None:
    parcel = {"trigger": Trigger.SHIPPED, "shipment_ids": (1,)}
    first = ask("first", **parcel)
    first.state = MessageState.SENT
    session.commit()
    assert answer(session, ask("again", **parcel, step=2)) == Skipped(Reason.ALREADY_TOLD)
    assert answer(session, ask("text", **parcel, medium=Medium.PUSH, to="https://push.example")) == Skipped(
        Reason.NO_CONSENT
    )
    more = facts.gather(session, [ask("more", trigger=Trigger.SHIPPED, shipment_ids=(1, 2), step=3)])
    assert [found.is_told for found in more.values()] == [False]


def test_a_chunk_costs_a_fixed_number_of_queries(session: Session, ask: Ask) -> None:
    def cost(messages: list[Message]) -> int:
        session.commit()
        asked: list[str] = []
        note = lambda *args: asked.append(args[2])  # noqa: E731 - a listener
        event.listen(engine(), "before_cursor_execute", note)
        facts.gather(session, messages)
        event.remove(engine(), "before_cursor_execute", note)
        return len(asked)

    chunk = [ask(f"offer-{i}", category=Category.MARKETING, step=i) for i in range(20)]
    assert cost(chunk) <= cost(chunk[:1]) <= 14


def test_what_the_gate_answered_is_kept_with_the_message(session: Session, ask: Ask) -> None:
    goes = ask("goes", profile_id=None)  # of somebody else, or offers would wait after it
    stays = ask("stays", medium=Medium.SMS, to="+13035550142", step=3)
    first, second = (ask(f"offer-{i}", category=Category.MARKETING, step=i) for i in (4, 5))
    prepare(session)
    session.commit()
    session.expire_all()
    assert goes.decision is not None
    assert goes.decision["answer"] == "allowed"
    assert dict(goes.decision["saw"])["agreed to"] == "yes: it is about what they bought (order, purchase)"
    assert stays.decision is not None
    assert (stays.state, stays.reason) == (MessageState.SKIPPED, Reason.NO_CONSENT)
    assert stays.decision["saw"][-1][0] == "agreed to"
    assert first.state is MessageState.SENDING
    assert (second.state, second.reason) == (MessageState.QUEUED, Reason.TOO_OFTEN)
    assert second.due_at == clock.now() + timedelta(days=1)
    assert second.decision is not None
    assert datetime.fromisoformat(second.decision["until"]) == second.due_at
    assert second.attempts == 0
    assert "shopper.example" not in str([m.decision for m in (goes, stays, first, second)])


def test_an_address_is_suppressed_however_others_of_the_chunk_write_it(
    session: Session, shop: Shop, ask: Ask
) -> None:
    chunk = [ask("lower", step=2), ask("upper", step=3, to=ANA.upper())]
    suppression.suppress(session, shop.id, Medium.EMAIL, ANA, None, reason="bounced")
    for messages in (chunk, chunk[::-1]):
        found = facts.gather(session, messages)
        assert {it.suppressed for it in found.values()} == {"bounced"}


def test_offers_beside_news_are_shown_to_whom_they_may_go(
    session: Session, shop: Shop, order: Order, ask: Ask
) -> None:
    sells = {"kind": "discount", "text": "Next time", "code": "AGAIN"}
    told = [{"kind": "heading", "text": "Thank you"}, {"kind": "status_bar"}, sells]
    publishing.save(session, shop.id, Trigger.THANK_YOU, {"subject": "Thank you", "blocks": told})
    publishing.publish(session, shop.id, Trigger.THANK_YOU)

    def shown(key: str, step: int) -> list[bool]:
        ask(key, step=step)
        (ready,) = prepare(session)
        session.commit()
        mail = compose.render(ready.letter)
        assert "Thank you" in mail.html
        return ["AGAIN" in mail.html, "AGAIN" in mail.text]

    assert shown("US", 1) == [True, True], "a purchase lets shops there write"
    suppression.suppress(
        session, shop.id, Medium.EMAIL, ANA, Category.MARKETING, reason=suppression.UNSUBSCRIBED
    )
    assert shown("no", 2) == [False, False]
    suppression.lift(session, shop.id, Medium.EMAIL, ANA, Category.MARKETING)
    order.ship_to = {"country": "DE"}
    assert shown("DE", 3) == [False, False]
    agreed = Consent(
        person=Person(email=ANA),
        medium=Medium.EMAIL,
        category=Category.MARKETING,
        state=ConsentState.SUBSCRIBED,
        source=ConsentSource.CONFIRMATION,
        at=clock.now(),
    )
    profiles.keep_consent(session, shop.id, agreed, heard_at=clock.now())
    assert shown("confirmed", 4) == [True, True]


def prepare(session: Session) -> list[Ready]:
    """Claim what is due, and ask the gate."""
    claimed = outbox.claim(session, "journal")
    assert claimed
    return sending.prepare(session, "journal", claimed, arbiter.judge)


def test_an_operator_reads_why(session: Session, ask: Ask) -> None:
    goes = ask("goes", profile_id=None)  # of somebody else, or offers would wait after it
    ask("stays", medium=Medium.SMS, to="+13035550142", step=3)
    ask("waits", category=Category.MARKETING, step=4)
    ask("behind", category=Category.MARKETING, step=5)
    prepare(session)
    session.commit()
    answered = CliRunner().invoke(main, ["why", "--last", "4"])
    assert answered.exit_code == 0, answered.output
    assert f"Message {goes.id}: Thank-you by email to a•••@shopper.example" in answered.output
    assert "yes  agreed to          yes: it is about what they bought (order, purchase)" in answered.output
    assert "no   agreed to          no: a number typed at the checkout is no opt-in" in answered.output
    assert "wait not too often      1 within 7 days" in answered.output
    assert "Asked now, the gate would say wait until 2026-11-25 20:00 UTC" in answered.output
    assert CliRunner().invoke(main, ["why", "999"]).exit_code == 1
