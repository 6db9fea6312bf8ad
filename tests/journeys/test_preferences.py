"""Every mail's last link, from a mailbox's one click to a shopper who changes their mind."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audience import suppression
from app.audience.models import Suppression
from app.lib import clock, signing
from app.main import create_app
from app.messages import links
from app.messages.models import Message
from app.shops.models import Shop
from app.vocabulary import Category, Medium, ShopState, Trigger
from tests import sold

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_mailbox_unsubscribes_by_one_click(
    session: Session, message: Message, shopper: FlaskClient, content_type: str
) -> None:
    answer = shopper.post(address_of(message), data=ONE_CLICK, content_type=content_type)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert "Set-Cookie" not in answer.headers
    assert why_stopped(session, message) == "unsubscribed"
    assert shopper.post(address_of(message), data=ONE_CLICK).status_code == 200
    assert session.scalar(select(func.count()).select_from(Suppression)) == 1


def test_a_scanner_that_follows_links_changes_nothing(
    session: Session, message: Message, shopper: FlaskClient
) -> None:
    for method in (shopper.get, shopper.head, shopper.options):
        assert method(address_of(message)).status_code == 200
    assert shopper.post(address_of(message)).status_code == 400
    assert shopper.post(address_of(message), data={"choice": "dance"}).status_code == 400
    assert why_stopped(session, message) is None


def test_a_shopper_stops_and_changes_their_mind(
    session: Session, message: Message, shopper: FlaskClient
) -> None:
    address = address_of(message)
    assert "You get our delivery updates" in shopper.get(address).text
    stopped = shopper.post(address, data={"choice": "stop"}, follow_redirects=True)
    assert "No more delivery updates" in stopped.text
    assert "News and offers" in stopped.text
    assert why_stopped(session, message) == "unsubscribed"
    resumed = shopper.post(address, data={"choice": "resume"}, follow_redirects=True)
    assert "You get our delivery updates" in resumed.text
    assert why_stopped(session, message) is None


def test_it_counts_for_one_address_one_kind_and_one_shop(
    session: Session, shop: Shop, message: Message, shopper: FlaskClient
) -> None:
    shopper.post(address_of(message), data=ONE_CLICK)
    other = sold.shop(session, domain="other.example")
    say = suppression.is_suppressed
    assert say(session, shop.id, Medium.EMAIL, " ANA@example.org", Category.TRANSACTIONAL) == "unsubscribed"
    assert say(session, shop.id, Medium.EMAIL, "ana@example.org", Category.MARKETING) is None
    assert say(session, shop.id, Medium.EMAIL, "eve@example.org", Category.TRANSACTIONAL) is None
    assert say(session, shop.id, Medium.SMS, "ana@example.org", Category.TRANSACTIONAL) is None
    assert say(session, other.id, Medium.EMAIL, "ana@example.org", Category.TRANSACTIONAL) is None


def test_a_shopper_cannot_revive_a_dead_mailbox(
    session: Session, message: Message, shopper: FlaskClient
) -> None:
    to = message.to or ""
    suppression.suppress(session, message.shop_id, Medium.EMAIL, to, None, reason="bounced")
    session.commit()
    page = shopper.post(address_of(message), data={"choice": "resume"}, follow_redirects=True)
    assert "came back" in page.text
    assert "Send them again" not in page.text
    assert why_stopped(session, message) == "bounced"


def test_the_link_and_its_page_tell_strangers_nothing(message: Message, shopper: FlaskClient) -> None:
    answer = shopper.get(address_of(message))
    assert "ana@example.org" not in answer.text
    assert "a•••@example.org" not in answer.text
    assert "a•••a@example.org" in answer.text
    assert "example" not in links.preferences_url(message.shop_id, message.id).partition("/u/")[2]
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script|<style|\sstyle=", answer.text)


def test_no_link_can_be_made_up(session: Session, shop: Shop, message: Message, shopper: FlaskClient) -> None:
    other = sold.shop(session, domain="other.example")
    for token in (
        "x" * 40,
        signing.token("track", [shop.id, message.id]),
        signing.token(links.PURPOSE, message.id),
        signing.token(links.PURPOSE, [other.id, message.id]),
        signing.token(links.PURPOSE, [shop.id, message.id + 1]),
    ):
        assert shopper.get(f"/u/{token}").status_code == 404
        assert shopper.post(f"/u/{token}", data=ONE_CLICK).status_code == 404
    assert why_stopped(session, message) is None


def test_a_no_is_heard_after_the_shop_has_left(
    session: Session, shop: Shop, message: Message, shopper: FlaskClient
) -> None:
    shop.state = ShopState.UNINSTALLED
    session.commit()
    assert shopper.post(address_of(message), data=ONE_CLICK).status_code == 200
    assert why_stopped(session, message) == "unsubscribed"


def test_an_erased_shopper_has_nothing_left_to_stop(
    session: Session, message: Message, shopper: FlaskClient
) -> None:
    message.to = None
    session.commit()
    assert shopper.get(address_of(message)).status_code == 404


def why_stopped(session: Session, message: Message) -> str | None:
    return suppression.is_suppressed(
        session, message.shop_id, Medium.EMAIL, "ana@example.org", message.category
    )


def address_of(message: Message) -> str:
    return "/u/" + links.preferences_url(message.shop_id, message.id).partition("/u/")[2]


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


@pytest.fixture
def message(session: Session, shop: Shop) -> Message:
    made = Message(
        shop_id=shop.id,
        key="order-1:shipped:1:email",
        trigger=Trigger.SHIPPED,
        medium=Medium.EMAIL,
        category=Category.TRANSACTIONAL,
        shipment_ids=[],
        occasion_at=clock.now(),
        to="ana@example.org",
        rfc_id="<1@doorstep.test>",
        due_at=clock.now(),
        created_at=clock.now(),
    )
    session.add(made)
    session.commit()
    return made


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()
