"""What a shopper chooses to be told, in a browser: with and without script, in every language."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.flows import switches
from app.shops.models import Shop
from app.tracking.page.links import token_of
from app.tracking.shoppers import recipients
from app.tracking.shoppers.recipients import Recipient
from app.vocabulary import Trigger
from tests import sold
from tests.browser.conftest import Look, Site, look_at, picture
from tests.browser.moments import MOMENTS

pytestmark = pytest.mark.browser


def test_every_step_is_asked_for_and_taken_back(look: Look, site: Site, session: Session, shop: Shop) -> None:
    order = sold.order(session, shop, *MOMENTS["packed"], age=90)
    page = look.page
    look_at(look, f"{site.url}/t/{token_of(order.id)}", "hearing-offered")
    page.get_by_role("button", name="Tell me every step").click()
    page.get_by_text("You get every step of this order by e-mail.").wait_for()
    picture(look, "hearing-every-step")
    look.holds()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Tell me every step").wait_for()


def test_texts_are_asked_for_beside_every_step(look: Look, site: Site, session: Session, shop: Shop) -> None:
    shop.settings = {
        **shop.settings,
        "texts": {"provider": "twilio", "sender": "+15005550006", "whom": "asked"},
    }
    order = sold.order(session, shop, *MOMENTS["packed"], age=90)
    page = look.page
    look_at(look, f"{site.url}/t/{token_of(order.id)}", "hearing-texts-offered")
    page.get_by_role("button", name="Text me about it").click()
    page.get_by_text("You get texts about this order.").wait_for()
    picture(look, "hearing-texts")
    look.holds()
    page.get_by_role("button", name="Undo Text me about it").click()
    page.get_by_role("button", name="Text me about it", exact=True).wait_for()


def test_only_if_late_is_chosen_for_one_of_two_parcels(
    look: Look, site: Site, session: Session, shop: Shop
) -> None:
    order = sold.order(session, shop, *MOMENTS["two-parcels"], age=90)
    page = look.page
    look_at(look, f"{site.url}/t/{token_of(order.id)}", "hearing-late-offered")
    page.get_by_role("button", name="Only tell me if it is late").click()
    page.get_by_text("You hear of this parcel only if it is late or stuck.").wait_for()
    assert page.url.endswith("?parcel=2#late")
    picture(look, "hearing-late-only")
    look.holds()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Only tell me if it is late").wait_for()


def test_another_recipient_is_named_asked_and_removed(
    look: Look, site: Site, session: Session, shop: Shop
) -> None:
    order = sold.order(session, shop, *MOMENTS["in-transit"], age=90)
    page = look.page
    page.goto(f"{site.url}/t/{token_of(order.id)}")
    page.get_by_text("Tell somebody else too").click()
    page.get_by_label("Their e-mail address").fill("sam@example.org")
    page.get_by_role("button", name="Ask them").click()
    page.get_by_text("s•••@e•••.org").first.wait_for()
    picture(look, "hearing-others")
    look.holds()
    recipient = session.scalars(select(Recipient)).one()
    page.goto(site.url + urlsplit(recipients.url(shop, recipient.id)).path)
    picture(look, "recipient-asked")
    look.holds()
    page.get_by_role("button", name="Yes, send them").click()
    page.get_by_role("heading", name="You get the updates of a parcel").wait_for()
    picture(look, "recipient-told")
    look.holds()
    session.rollback()
    page.goto(f"{site.url}/t/{token_of(order.id)}")
    page.get_by_role("button", name="Remove s•••@e•••.org").click()
    page.get_by_text("Tell somebody else too").wait_for()
    assert page.get_by_text("s•••@e•••.org").count() == 0


def test_a_browser_that_may_not_notify_says_how_it_may(
    look: Look, site: Site, session: Session, shop: Shop
) -> None:
    order = sold.order(session, shop, *MOMENTS["in-transit"], age=90)
    page = look.page
    page.goto(f"{site.url}/t/{token_of(order.id)}")
    page.get_by_role("button", name="Tell me in this browser").click()
    page.get_by_text("This browser does not let us.").wait_for()
    picture(look, "hearing-browser")
    look.holds()


@pytest.mark.parametrize("language", ["ar", "de", "ja", "pl"])
@pytest.mark.parametrize("look", [(390, "light"), (1280, "dark")], indirect=True)
def test_choices_fit_in_every_language(
    look: Look, site: Site, session: Session, shop: Shop, language: str
) -> None:
    order = sold.order(session, shop, *MOMENTS["ordered"], age=90, locale=language)
    look_at(look, f"{site.url}/t/{token_of(order.id)}", f"hearing-{language}")


def test_choices_need_no_script(site: Site, session: Session, shop: Shop, plain: Page) -> None:
    order = sold.order(session, shop, *MOMENTS["packed"], age=90)
    plain.goto(f"{site.url}/t/{token_of(order.id)}")
    plain.get_by_role("button", name="Tell me every step").click()
    plain.wait_for_url(f"{site.url}/t/{token_of(order.id)}#hear")
    plain.get_by_role("button", name="Undo").click()
    plain.get_by_role("button", name="Tell me every step").wait_for()


@pytest.fixture
def shop(session: Session) -> Shop:
    made = sold.shop(session)
    for trigger in (Trigger.SHIPPED, Trigger.OUT_FOR_DELIVERY, Trigger.DELIVERED):
        switches.switch(session, made.id, trigger, on=True)
    session.commit()
    return made


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()
