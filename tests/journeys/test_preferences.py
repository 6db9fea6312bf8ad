"""Every mail's last link, from a mailbox's one click to a shopper who changes their mind."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audience import keywords, profiles, suppression
from app.audience.models import ConsentRow, Profile, Suppression
from app.lib import clock, signing
from app.main import create_app
from app.messages.letters import links
from app.messages.models import Message
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.shops.models import Shop
from app.vocabulary import Category, ConsentSource, ConsentState, Medium, ShopState, Trigger
from tests import sold

PHONE = "+13035550142"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
NEWS, OFFERS, TEXTS = "email-transactional", "email-marketing", "sms-transactional"


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
    assert session.scalar(select(func.count()).select_from(ConsentRow)) == 1, "twice is once"


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


def test_one_click_and_each_choice_are_kept_with_their_proof(
    session: Session, message: Message, shopper: FlaskClient
) -> None:
    shopper.post(address_of(message), data=ONE_CLICK)
    shopper.post(address_of(message), data={"choice": "resume"})
    no, yes = session.scalars(select(ConsentRow).order_by(ConsentRow.id))
    assert (no.state, no.source, no.category, no.wording) == (
        "unsubscribed",
        "one click",
        "transactional",
        None,
    )
    assert (yes.state, yes.source, yes.basis) == ("subscribed", "preferences page", "confirmed")
    assert yes.wording == "Delivery updates: A few for each order, about what you bought. Never advertising."
    assert no.proof == yes.proof == {"message": str(message.id)}
    answer = shopper.get(address_of(message) + "/receipts.json")
    told = answer.get_json()
    assert [row["state"] for row in told] == ["subscribed", "unsubscribed"]
    assert all(row["unchanged"] and row["seal"] for row in told)
    assert "ana" not in answer.text
    no.state = ConsentState.SUBSCRIBED
    session.commit()
    told = shopper.get(address_of(message) + "/receipts.json").get_json()
    assert [row["unchanged"] for row in told] == [True, False]


def test_each_kind_on_each_medium_is_chosen_by_itself(
    session: Session, message: Message, shopper: FlaskClient
) -> None:
    address = with_texts(session, message)
    assert boxes(shopper, address) == {NEWS: True, OFFERS: True, TEXTS: True}
    save(shopper, address, NEWS, TEXTS)
    assert boxes(shopper, address) == {NEWS: True, OFFERS: False, TEXTS: True}
    assert answered(session, message, Medium.EMAIL, Category.MARKETING) == "unsubscribed"
    assert answered(session, message, Medium.EMAIL, Category.TRANSACTIONAL) is None
    shopper.post(address, data={"choice": "nothing"})
    assert boxes(shopper, address) == {NEWS: False, OFFERS: False, TEXTS: False}
    save(shopper, address, NEWS, OFFERS, TEXTS, "sms-marketing")
    every = {NEWS: True, OFFERS: True, TEXTS: True}
    assert boxes(shopper, address) == every, "offers by text were never agreed to"


def test_what_came_to_be_offered_while_the_page_was_read_is_left_as_it_is(
    session: Session, message: Message, shopper: FlaskClient
) -> None:
    before = names(shopper, address_of(message))
    address = with_texts(session, message)
    shopper.post(address, data={"choice": "save", "shown": before, "on": [before[0]]})
    assert boxes(shopper, address) == {NEWS: True, OFFERS: False, TEXTS: True}


def test_a_mails_link_cannot_bring_back_texts_that_were_ended_from_the_phone(
    session: Session, message: Message, shopper: FlaskClient
) -> None:
    address = with_texts(session, message)
    keywords.hear(session, message.shop_id, Medium.SMS, PHONE, "STOP", at=clock.now())
    session.commit()
    save(shopper, address, NEWS, OFFERS, TEXTS)
    assert answered(session, message, Medium.SMS, Category.TRANSACTIONAL) == "unsubscribed"


def test_nor_offers_that_had_been_ended_on_the_page_before_that(
    session: Session, message: Message, shopper: FlaskClient
) -> None:
    address = with_texts(session, message, Category.MARKETING)
    assert answered(session, message, Medium.SMS, Category.MARKETING) is None
    shopper.post(address, data={"choice": "nothing"})
    assert answered(session, message, Medium.SMS, Category.MARKETING) == "unsubscribed"
    keywords.hear(session, message.shop_id, Medium.SMS, PHONE, "STOP", at=clock.now())
    session.commit()
    save(shopper, address, NEWS, OFFERS, TEXTS, "sms-marketing")
    for category in Category:
        assert answered(session, message, Medium.SMS, category) == "unsubscribed"


def test_the_page_names_no_number(session: Session, message: Message, shopper: FlaskClient) -> None:
    page = shopper.get(with_texts(session, message)).text
    assert PHONE not in page
    assert "•••42" in page
    assert "ana@example.org" not in page


def with_texts(session: Session, message: Message, category: Category = Category.TRANSACTIONAL) -> str:
    """Let the shopper of a message have agreed to texts, about their orders or of another kind."""
    profile = Profile(
        shop_id=message.shop_id, email="ana@example.org", phone=PHONE, first_seen_at=clock.now()
    )
    session.add(profile)
    session.flush()
    message.profile_id = profile.id
    said = Consent(
        person=Person(email="ana@example.org", phone=PHONE),
        medium=Medium.SMS,
        category=category,
        state=ConsentState.SUBSCRIBED,
        source=ConsentSource.KEYWORD if category is Category.MARKETING else ConsentSource.TRACKING_PAGE,
        at=clock.now(),
    )
    profiles.keep_consent(session, message.shop_id, said, heard_at=clock.now())
    session.commit()
    return address_of(message)


def boxes(shopper: FlaskClient, address: str) -> dict[str, bool]:
    """What is ticked on the page, by medium and kind."""
    found = re.findall(r'name="on" value="([\w-]+)-\w+"( checked)?', shopper.get(address).text)
    return {name: bool(checked) for name, checked in found}


def names(shopper: FlaskClient, address: str) -> list[str]:
    return re.findall(r'name="shown" value="([\w-]+)"', shopper.get(address).text)


def save(shopper: FlaskClient, address: str, *ticked: str) -> None:
    """Tick these of the boxes, by medium and kind, and save; a box that is not there is made up."""
    shown = names(shopper, address)
    on = [name for name in shown if name.startswith(ticked)] + [f"{name}-0123456789abcdef" for name in ticked]
    shopper.post(address, data={"choice": "save", "shown": [*shown, *on], "on": on})


def answered(session: Session, message: Message, medium: Medium, category: Category) -> str | None:
    to = "ana@example.org" if medium is Medium.EMAIL else PHONE
    return suppression.is_suppressed(session, message.shop_id, medium, to, category)


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
