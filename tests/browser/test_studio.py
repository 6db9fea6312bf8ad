"""The two editors: what is typed is seen at once, and places are changed by mouse and by keys alone."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.commerce.models import Product
from app.messages.wording import versions
from app.shops.models import Shop
from app.tracking.page import designs
from app.tracking.page.links import token_of
from app.tracking.page.sections import Section
from app.vocabulary import Trigger
from tests import sold
from tests.browser.conftest import Look, Site, look_at, picture
from tests.browser.moments import MOMENTS

pytestmark = pytest.mark.browser

TEXT = """Wash it cold, dry it flat, and it lasts for years.

<ul><li><a href="https://ridge.example/care">How to wash merino</a></li><li>Moths hate cedar.</li></ul>"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def enter(look: Look, site: Site, shop: Shop) -> Page:
    look.page.goto(site.url + re.sub(r"^https?://[^/]+", "", doors.sign_in_link(shop.id)))
    look.page.get_by_role("button", name="Sign in").click()
    look.page.get_by_role("navigation", name="Main").wait_for()
    return look.page


def drag(page: Page, grip: str, onto: str) -> None:
    """Take one entry by its grip and let go of it over the upper half of another."""
    page.locator(f"#{grip}").hover()
    page.mouse.down()
    box = page.locator(f"#{onto}").bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + box["height"] + 4)
    page.mouse.move(box["x"] + 40, box["y"] + 4)
    page.mouse.up()


def test_a_message_is_written_by_mouse_and_by_keys(look: Look, site: Site, session: Session) -> None:
    shop = sold.shop(session)
    page = enter(look, site, shop)
    page.goto(f"{site.url}/admin/{shop.id}/wording")
    picture(look, "wordings")
    look.holds()
    page.get_by_role("link", name="Shipped", exact=True).click()
    mail = page.frame_locator("#frame")
    expect(mail.get_by_text("Hello Ana,")).to_be_visible()
    picture(look, "wording")
    look.holds()
    page.locator("#row-text a").click()
    words = page.get_by_label("Words")
    words.fill("It left our shelf, {{ profile.first_name }}.")
    expect(mail.get_by_text("It left our shelf, Ana.")).to_be_visible()  # kept and shown without a click
    expect(page.get_by_text("Reads “It left our shelf, Ana.”")).to_be_visible()
    expect(words).to_be_focused()
    page.get_by_role("button", name="Order number").click()
    expect(mail.get_by_text("It left our shelf, Ana.#1042")).to_be_visible()
    words.fill("Typed in haste.")
    page.locator("#row-heading a").click()
    expect(page.locator("#row-heading a")).to_have_attribute("aria-current", "true")
    page.locator("#row-text a").click()
    expect(words).to_have_value("Typed in haste.")
    page.locator("#grip-text").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#moved")).to_have_text("Text is now 3 of 6.")
    expect(page.locator("#grip-text")).to_be_focused()
    drag(page, "grip-address", "row-heading")
    expect(page.locator("#moved")).to_have_text("Address and carrier is now 1 of 6.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-row]").first).to_have_id("row-heading")
    words.fill("{{ profile.nmae }}")
    expect(page.get_by_text("Nothing is called 'profile.nmae'.").first).to_be_visible()
    picture(look, "wording-wrong")
    look.holds(RULES)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Every name in braces exists")).to_be_visible()
    for view in ("Phone", "Dark", "Plain text", "SMS"):
        page.get_by_role("navigation", name="Show as").get_by_role("link", name=view).click()
        expect(page.get_by_role("link", name=view)).to_have_attribute("aria-current", "true")
        picture(look, f"wording-{view.lower().replace(' ', '-')}")
    look.holds(RULES)
    page.get_by_text("Publish…").click()
    picture(look, "wording-publish")
    look.holds(RULES)
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published. The next message says this.")).to_be_visible()
    assert versions.current(session, shop.id, Trigger.SHIPPED).blocks[2].id == "text"
    for panel, name in (("test", "wording-test"), ("versions", "wording-versions"), ("file", "wording-file")):
        page.goto(f"{site.url}/admin/{shop.id}/wording/shipped?panel={panel}")
        picture(look, name)
        look.holds(RULES)


def test_nothing_moves_when_the_script_comes_and_without_it_all_is_within_reach(
    chromium: Browser, site: Site, session: Session
) -> None:
    shop = sold.shop(session)
    address = f"{site.url}/admin/{shop.id}/wording/shipped"
    places = "[...document.querySelectorAll('#main *')].map(it => it.getBoundingClientRect().y)"
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = enter(Look(context.new_page(), 1280, "light", []), site, shop)
    page.goto(address)
    known = page.evaluate(places)
    page.route("**/studio.js*", lambda route: route.abort())
    page.goto(address)
    assert page.evaluate(places) == known
    plain = chromium.new_context(java_script_enabled=False, storage_state=context.storage_state())
    context.close()
    page = plain.new_page()
    page.goto(address)
    expect(page.get_by_role("button", name="Show", exact=True)).to_be_visible()
    expect(page.locator("#grip-text")).to_be_hidden()
    plain.close()


def test_a_page_is_designed_by_mouse_and_by_keys(look: Look, site: Site, session: Session) -> None:
    shop = sold.shop(session)
    address = f"https://{shop.domain}/beanie"
    session.add(Product(shop_id=shop.id, external_id="1", title="Lambswool Beanie", url=address))
    session.commit()
    page = enter(look, site, shop)
    page.goto(f"{site.url}/admin/{shop.id}/page")
    frame = page.frame_locator("#frame")
    expect(frame.get_by_role("heading", name="Updates")).to_be_visible()
    picture(look, "designer")
    look.holds()
    page.locator("#row-own a").click()
    page.get_by_label("Heading").fill("Care guide")
    page.get_by_label("Text").fill(TEXT)
    page.get_by_label("Products").fill("Lambswool Beanie")
    expect(frame.get_by_role("heading", name="Care guide")).to_be_visible()
    expect(frame.get_by_text("Lambswool Beanie").first).to_be_visible()
    page.get_by_label("Products").fill("Nothing")
    page.get_by_role("alert").wait_for()
    picture(look, "designer-wrong")
    look.holds(RULES)
    page.get_by_label("Products").fill("Lambswool Beanie")
    page.get_by_role("alert").wait_for(state="detached")
    page.locator("#grip-own").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#moved")).to_have_text("Your own part is now 2 of 4.")
    expect(page.locator("#grip-own")).to_be_focused()
    drag(page, "grip-own", "row-items")
    expect(page.locator("#moved")).to_have_text("Your own part is now 1 of 4.")
    page.locator("#switch-updates").click()
    expect(page.locator("#switch-updates")).to_have_attribute("aria-checked", "false")
    expect(frame.get_by_role("heading", name="Updates")).to_be_hidden()
    page.get_by_role("link", name="Delivered").click()
    expect(frame.get_by_role("heading", name="Delivered", level=1)).to_be_visible()
    page.get_by_role("link", name="Brand").click()
    page.get_by_label("Brand color", exact=True).fill("#b8860b")
    expect(page.get_by_text("Color as text, darkened for you")).to_be_visible()
    picture(look, "designer-brand")
    look.holds(RULES)
    for name in ("Phone", "Dark"):
        page.get_by_role("navigation", name="Screen").get_by_role("link", name=name).click()
        expect(page.get_by_role("link", name=name)).to_have_attribute("aria-current", "true")
        expect(frame.get_by_role("heading", level=1)).to_be_visible()
        picture(look, f"designer-{name.lower()}")
    page.get_by_text("Publish…").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Every page looks like this from now on.")).to_be_visible()
    session.expire_all()
    shown = designs.shown(session.get_one(Shop, shop.id)).sections
    assert shown.order[0] is Section.OWN
    order = sold.order(session, session.get_one(Shop, shop.id), *MOMENTS["in-transit"], age=90)
    look_at(look, f"{site.url}/t/{token_of(order.id)}", "designed")
