"""The other pages of a shopper, and what holds for all of them."""

import pytest
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from app.shops.models import Shop
from app.tracking.page.links import token_of
from tests import sold
from tests.browser.conftest import Look, Site, look_at, picture
from tests.browser.moments import MOMENTS

pytestmark = pytest.mark.browser


def test_the_lookup_holds_before_and_after_a_mistake(look: Look, site: Site, shop: Shop) -> None:
    look_at(look, f"{site.url}/track?shop={shop.domain}", "lookup")
    look.page.get_by_label("Order number").fill("1402")
    look.page.get_by_label("E-mail, phone or postal code").fill("80302")
    look.page.get_by_role("button", name="Show my order").click()
    assert "These two do not match an order." in look.page.get_by_role("alert").inner_text()
    look.errors.clear()  # the browser's own word for the 422
    picture(look, "lookup-error")
    look.holds()


def test_a_page_that_says_one_thing_holds(look: Look, site: Site, session: Session, shop: Shop) -> None:
    ended = sold.order(session, shop, age=24 * 400)
    for token, name in (("made-up", "not-found"), (token_of(ended.id), "ended")):
        look.page.goto(f"{site.url}/t/{token}")
        look.errors.clear()  # the browser's own word for the 404 and 410
        picture(look, name)
        look.holds()


def test_nothing_needs_script(site: Site, session: Session, shop: Shop, chromium: Browser) -> None:
    order = sold.order(session, shop, *MOMENTS["two-parcels"], name="#1042", age=90)
    page = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}).new_page()
    page.goto(f"{site.url}/track")
    page.get_by_label("Order number").fill("1042")
    page.get_by_label("E-mail, phone or postal code").fill("80302")
    page.get_by_role("button", name="Show my order").click()
    page.wait_for_url(f"{site.url}/t/{token_of(order.id)}")
    assert "1 of 2 delivered" in page.get_by_role("heading", level=1).inner_text()
    page.get_by_text("Carrier and tracking number").click()
    assert page.get_by_text("1Z999AA10123456784").is_visible()
    page.get_by_role("link", name="Parcel 1").click()
    page.get_by_role("heading", level=1).filter(has_text="Delivered today").wait_for()
    page.close()


def test_a_keyboard_reaches_everything_and_shows_where_it_is(
    site: Site, session: Session, shop: Shop, chromium: Browser
) -> None:
    order = sold.order(session, shop, *MOMENTS["in-transit"], age=90)
    page = chromium.new_page()
    page.goto(f"{site.url}/t/{token_of(order.id)}")
    there = page.evaluate(
        "[...document.querySelectorAll('a, summary, button, input')].filter(e => e.checkVisibility()).length"
    )
    reached = []
    for _ in range(there):
        page.keyboard.press("Tab")
        text, outline = page.evaluate(
            "[document.activeElement.innerText, getComputedStyle(document.activeElement).outlineStyle]"
        )
        reached.append(text)
        assert outline == "solid", text
    assert reached[0] == "Skip to the answer"
    assert "See it at UPS" in reached
    assert reached[-2:] == ["Find another order", "All my orders"]
    page.close()


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)
