"""The links of a message, followed by a mailbox’s guard, by a shopper, and by who forged one."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.flows import arbiter
from app.lib import clock
from app.main import create_app
from app.messages.dispatch import outbox, sending
from app.messages.documents import compose
from app.messages.models import Click, ClickDoubt, Message
from app.messages.responses import clicks
from app.messages.wording import publishing
from app.privacy import copies
from app.vocabulary import Trigger
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice

BLOCKS = [
    {"kind": "status_bar"},
    {"kind": "button", "text": "See it"},
    {"kind": "button", "text": "The shop", "url": "https://ridge.example/new?a=1&b=2"},
    {"kind": "review_stars", "url": "https://ridge.example/review?order={{ order.name | url_encode }}"},
]
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Safari/604.1"}
REVIEW = "https://ridge.example/review?order=%231042&stars={}"


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()


@pytest.fixture
def mail(shopify_store: StoreVoice) -> "Mail":
    publishing.save(
        shopify_store.session, shopify_store.shop.id, Trigger.THANK_YOU, {"subject": "Hi", "blocks": BLOCKS}
    )
    publishing.publish(shopify_store.session, shopify_store.shop.id, Trigger.THANK_YOU)
    shopify_store.shopify("orders/paid", payloads.order(clock.now()))
    shopify_store.settle()
    return Mail(shopify_store.session)


class Mail:
    """The thank-you of an order, as it was written."""

    def __init__(self, session: Session) -> None:
        self.session = session
        claimed = outbox.claim(session, "journal")
        (ready,) = sending.prepare(session, "journal", claimed, arbiter.judge)
        session.commit()
        self.html = compose.render(ready.letter).html
        self.id = ready.message.id

    @property
    def links(self) -> list[str]:
        return [unescape(href) for href in re.findall(r'href="([^"]+)"', self.html)]

    @property
    def counted(self) -> list[str]:
        return [urlsplit(link).path for link in self.links if "/r/" in link]

    def arrives(self, ago: timedelta = timedelta(minutes=5)) -> None:
        self.session.execute(update(Message).values(sent_at=clock.now() - ago))
        self.session.commit()

    def kept(self) -> list[ClickDoubt | None]:
        self.session.expire_all()
        return list(self.session.scalars(select(Click.doubt).order_by(Click.id)))


def test_only_what_asks_or_sells_is_counted_and_never_our_own_pages(mail: Mail) -> None:
    assert len(mail.counted) == 5  # the stars
    assert "https://ridge.example/new?a=1&b=2" in mail.links  # in a message about an order, a plain button
    ours = [link for link in mail.links if "/t/" in link or "/u/" in link]
    assert len(ours) >= 2


def test_a_link_leads_on_and_counts_once(mail: Mail, shopper: FlaskClient) -> None:
    mail.arrives()
    for _ in range(3):
        answer = shopper.get(mail.counted[4], headers=PHONE)
        assert (answer.status_code, answer.headers["Location"]) == (302, REVIEW.format(5))
        assert "Set-Cookie" not in answer.headers
    assert mail.kept() == [None]
    assert clicks.of_messages(mail.session, [mail.id]) == {mail.id: 1}


def test_a_shoppers_copy_says_which_links_they_followed(mail: Mail, shopper: FlaskClient) -> None:
    mail.arrives()
    shopper.get(mail.counted[4], headers=PHONE)
    mail.session.rollback()
    profile = mail.session.scalars(select(Profile)).one()
    copy = copies.export(mail.session, profile.shop_id, [profile])
    assert [row["message_id"] for row in copy["click"]] == [mail.id]
    assert [row["id"] for row in copy["message"]] == [mail.id]


def test_a_guard_that_follows_everything_counts_for_nobody_and_the_shopper_after_it_does(
    mail: Mail, shopper: FlaskClient
) -> None:
    mail.arrives()
    for path in mail.counted:
        assert shopper.get(path, headers=PHONE).status_code == 302  # it says that it is a phone
    assert mail.kept() == [ClickDoubt.ALL_AT_ONCE] * 5
    assert clicks.of_messages(mail.session, [mail.id]) == {}
    mail.session.execute(update(Click).values(at=clock.now() - timedelta(minutes=1)))
    mail.session.commit()
    shopper.get(mail.counted[2], headers=PHONE)
    assert clicks.of_messages(mail.session, [mail.id]) == {mail.id: 1}
    shopper.head(mail.counted[2], headers=PHONE)
    assert clicks.of_messages(mail.session, [mail.id]) == {mail.id: 1}


def test_why_it_does_not_count_is_kept(mail: Mail, shopper: FlaskClient) -> None:
    shopper.get(mail.counted[0], headers=PHONE)
    mail.arrives()
    shopper.head(mail.counted[1], headers=PHONE)
    shopper.get(mail.counted[2], headers={"User-Agent": "Mimecast"})
    shopper.get(mail.counted[3], headers={**PHONE, "Sec-Purpose": "prefetch"})
    expected = [ClickDoubt.TOO_SOON, ClickDoubt.HEAD, ClickDoubt.AGENT, ClickDoubt.PREFETCH]
    assert mail.kept() == expected


def test_a_forged_link_leads_nowhere(mail: Mail, shopper: FlaskClient) -> None:
    path = mail.counted[0]
    for forged in (f"{path}x", "/r/https://evil.example", path.replace("/r/", "/r/A")):
        answer = shopper.get(forged, headers=PHONE)
        assert answer.status_code == 404
        assert "Location" not in answer.headers
    assert mail.kept() == []


def test_it_leads_on_when_its_message_is_gone(mail: Mail, shopper: FlaskClient) -> None:
    mail.session.delete(mail.session.get_one(Message, mail.id))
    mail.session.commit()
    assert shopper.get(mail.counted[0], headers=PHONE).status_code == 302
    assert mail.kept() == []
