"""The faces under a delivery, before and after a tap, and what the merchant reads."""

import re

import pytest
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.tracking.page.links import token_of
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.browser.conftest import Look, Site, look_at, picture
from tests.sold import Sent

pytestmark = pytest.mark.browser
ARRIVED = Sent(scans=((S.DELIVERED, -1, None, "Boulder"),))


def test_a_shopper_says_how_the_delivery_went(look: Look, site: Site, session: Session) -> None:
    shop = sold.shop(session)
    order = sold.order(session, shop, ARRIVED, state="placed", total=16400)
    page = look.page
    address = f"{site.url}/t/{token_of(order.id)}"
    page.goto(address)
    page.get_by_role("button", name="Very bad").click()
    page.get_by_role("heading", name="Thank you for telling us").wait_for()
    picture(look, "feedback-bad")
    look.holds()
    page.get_by_label("In your words").fill("It lay in the rain.")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("The shop has your words.").wait_for()
    look_at(look, page.url, "feedback-said")
    look_at(look, address, "feedback-on-the-page")
    page.get_by_role("button", name="Very good").click()
    page.get_by_text("You said: Very good.").wait_for()
    picture(look, "feedback-good")
    look.holds()
    page.goto(site.url + re.sub(r"^https?://[^/]+", "", doors.sign_in_link(shop.id)))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()
    page.goto(f"{site.url}/admin/{shop.id}/shipments?tab=delivered")
    page.get_by_text("one delivery was rated").wait_for()
    picture(look, "feedback-figure")
    page.get_by_role("link", name=str(order.name)).click()
    page.get_by_text("It lay in the rain.").wait_for()
    picture(look, "feedback-read")
    look.holds()
