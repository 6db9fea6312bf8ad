"""The form that arranges the tracking page, and the page as arranged."""

import re

import pytest
from playwright.sync_api import Route
from sqlalchemy.orm import Session

from app.admin import session as doors
from app.commerce.models import Product
from app.tracking.links import token_of
from app.tracking.sections import SETTING
from tests import sold
from tests.browser.conftest import Look, Site, look_at, picture
from tests.browser.moments import MOMENTS

pytestmark = pytest.mark.browser
TEXT = """Wash it cold, dry it flat, and it lasts for years.

<ul><li><a href="https://ridge.example/care">How to wash merino</a></li><li>Moths hate cedar.</li></ul>"""
NAMES = ("Lambswool Beanie", "Folding Trail Stove", "Summit Flask, 25 oz", "Hurricane Lantern")
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path fill="#b9c4b1" d="M0 0h9v9H0z"/></svg>'
)


def test_a_merchant_arranges_the_page(look: Look, site: Site, session: Session) -> None:
    shop, page = sold.shop(session), look.page
    for name in NAMES:
        address = f"https://{shop.domain}/{name[:4].lower()}"
        session.add(
            Product(shop_id=shop.id, external_id=name, title=name, url=address, image_url=f"{address}.svg")
        )
    session.commit()
    page.route(f"https://{shop.domain}/*.svg", _draw)
    page.goto(site.url + re.sub(r"^https?://[^/]+", "", doors.sign_in_link(shop.id)))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()
    page.goto(f"{site.url}/admin/{shop.id}/page")
    page.get_by_label("Heading").fill("Care guide")
    page.get_by_label("Text").fill(TEXT)
    page.get_by_label("Products").fill("\n".join([*NAMES[:3], "Nothing"]))
    page.get_by_label("Place of Your own part").select_option("1")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").wait_for()
    picture(look, "sections-wrong")
    look.holds()
    page.get_by_label("Products").fill("\n".join(NAMES))
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").wait_for()
    picture(look, "sections-saved")
    look.holds()
    for moment in ("in-transit", "delivered"):
        order = sold.order(session, shop, *MOMENTS[moment], age=90)
        look_at(look, f"{site.url}/t/{token_of(order.id)}", f"sections-{moment}")
    session.refresh(shop)
    arranged = {
        "order": ["updates", "help", "own", "items"],
        "own": {"text": "<p>We answer on working days.</p>"},
    }
    shop.settings = {**shop.settings, SETTING: arranged}
    session.commit()
    order = sold.order(session, shop, *MOMENTS["in-transit"], age=90, locale="de")
    look_at(look, f"{site.url}/t/{token_of(order.id)}", "sections-text-only")


def _draw(route: Route) -> None:
    route.fulfill(content_type="image/svg+xml", body=DRAWING)
