"""The page behind every mail's last link, before and after its button."""

import pytest
from sqlalchemy.orm import Session

from app.audience import profiles
from app.audience.models import Profile
from app.lib import clock
from app.messages.letters import links
from app.messages.models import Message
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.vocabulary import Category, ConsentSource, ConsentState, Medium, Trigger
from tests import sold
from tests.browser.conftest import Look, Site, look_at, picture

pytestmark = pytest.mark.browser


def test_the_page_holds_before_and_after(session: Session, site: Site, look: Look) -> None:
    shop = sold.shop(session)
    profile = Profile(shop_id=shop.id, email="ana.moreno@example.org", first_seen_at=clock.now())
    session.add(profile)
    session.flush()
    order = sold.order(session, shop, email="ana.moreno@example.org", profile_id=profile.id)
    texts = Consent(
        person=Person(email=order.email, phone=order.phone),
        medium=Medium.SMS,
        category=Category.TRANSACTIONAL,
        state=ConsentState.SUBSCRIBED,
        source=ConsentSource.TRACKING_PAGE,
        at=clock.now(),
    )
    profiles.keep_consent(session, shop.id, texts, heard_at=clock.now())
    message = Message(
        shop_id=shop.id,
        key="order-1:shipped:1:email",
        trigger=Trigger.SHIPPED,
        medium=Medium.EMAIL,
        category=Category.TRANSACTIONAL,
        shipment_ids=[],
        occasion_at=clock.now(),
        to="ana.moreno@example.org",
        order_id=order.id,
        profile_id=order.profile_id,
        rfc_id="<1@doorstep.test>",
        due_at=clock.now(),
        created_at=clock.now(),
    )
    session.add(message)
    session.commit()
    token = links.preferences_url(shop.id, message.id).partition("/u/")[2]
    look.page.goto(f"{site.url}/u/{token}")
    picture(look, "preferences")
    look.holds()
    look.page.get_by_role("button", name="Stop delivery updates").click()
    look.page.get_by_role("heading", name="No more delivery updates").wait_for()
    look.holds()
    look.page.get_by_role("button", name="Send them again").click()
    look.page.get_by_role("heading", name="You get our delivery updates").wait_for()
    offers = look.page.get_by_role("group", name="E-mail").get_by_label("News and offers")
    offers.uncheck()
    look.page.get_by_role("button", name="Save").click()
    look.page.wait_for_load_state()
    assert not offers.is_checked()
    look.page.get_by_role("button", name="Send me nothing at all").click()
    look.page.get_by_role("heading", name="No more delivery updates").wait_for()
    picture(look, "preferences-nothing")


def test_the_page_of_the_second_yes_holds(session: Session, site: Site, look: Look) -> None:
    shop = sold.shop(session)
    order = sold.order(session, shop)
    message = Message(
        shop_id=shop.id,
        key="confirm",
        trigger=Trigger.CONFIRM_OFFERS,
        medium=Medium.EMAIL,
        category=Category.TRANSACTIONAL,
        shipment_ids=[],
        occasion_at=clock.now(),
        to=order.email,
        order_id=order.id,
        rfc_id="<2@doorstep.test>",
        due_at=clock.now(),
        created_at=clock.now(),
    )
    session.add(message)
    session.commit()
    token = links.confirm_url(shop.id, message.id).partition("/c/")[2]
    look_at(look, f"{site.url}/c/{token}", "confirm")
    look.page.get_by_role("button", name="Yes, send them").click()
    look.page.get_by_role("heading", name="You get our news and offers").wait_for()
    picture(look, "confirmed")
    look.holds()
