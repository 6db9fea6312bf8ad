"""What may no longer go, of messages that the gate let go."""

import pytest
from sqlalchemy.orm import Session

from app.audience import suppression
from app.lib import clock
from app.messages.dispatch import outbox, recall
from app.messages.models import Message
from app.vocabulary import Category, Medium, ShopState, Trigger
from tests import sold

TO = "ana@shopper.example"


@pytest.fixture
def message(session: Session) -> Message:
    return asked(session, Trigger.THANK_YOU)


def test_nothing_is_gone_that_nobody_took_back(session: Session, message: Message) -> None:
    suppression.suppress(session, message.shop_id, Medium.SMS, TO, None, reason=suppression.UNSUBSCRIBED)
    suppression.suppress(
        session, message.shop_id, Medium.EMAIL, "eve@shopper.example", None, reason="bounced"
    )
    offers = Category.MARKETING
    suppression.suppress(session, message.shop_id, Medium.EMAIL, TO, offers, reason=suppression.UNSUBSCRIBED)
    assert recall.gone(session, recall.sought([message])) == frozenset()


@pytest.mark.parametrize("category", [Category.TRANSACTIONAL, None])
def test_who_wants_no_more_of_it_gets_no_more(
    session: Session, message: Message, category: Category | None
) -> None:
    chunk = recall.sought([message])
    suppression.suppress(
        session, message.shop_id, Medium.EMAIL, TO, category, reason=suppression.UNSUBSCRIBED
    )
    assert recall.gone(session, chunk) == {message.id}


def test_a_shop_that_left_and_a_shopper_who_was_erased(session: Session, message: Message) -> None:
    chunk = recall.sought([message])
    message.to = None
    session.flush()
    assert recall.gone(session, chunk) == {message.id}
    message.to = TO
    sold_by = session.get_one(type(sold.shop(session, domain="other.example")), message.shop_id)
    sold_by.state = ShopState.UNINSTALLED
    session.flush()
    assert recall.gone(session, chunk) == {message.id}


def test_what_they_have_just_asked_for_goes_nevertheless_but_not_to_a_dead_mailbox(session: Session) -> None:
    """The gate lets it go: whoever held it back here would ask the gate for ever."""
    link = asked(session, Trigger.OWN_ORDERS)
    chunk = recall.sought([link])
    no = link.shop_id, Medium.EMAIL, TO, Category.TRANSACTIONAL
    suppression.suppress(session, *no, reason=suppression.UNSUBSCRIBED)
    assert recall.gone(session, chunk) == frozenset()
    suppression.suppress(session, *no, reason="bounced")
    assert recall.gone(session, chunk) == {link.id}


def asked(session: Session, trigger: Trigger) -> Message:
    order = sold.order(session, sold.shop(session), email=TO)
    wanted = outbox.Ask(
        subject=f"order-{order.id}", trigger=trigger, order_id=order.id, to=TO, occasion_at=clock.now()
    )
    outbox.ask(session, order.shop_id, wanted)
    return session.query(Message).one()
