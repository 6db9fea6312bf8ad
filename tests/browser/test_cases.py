"""The report form and the merchant's case, as shopper and merchant see them."""

import os
import re
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.tracking.page.links import token_of
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.browser.conftest import Look, Site
from tests.sold import Sent

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("DOORSTEP_PICTURES")
ARRIVED = Sent(scans=((S.DELIVERED, -1, None, "Boulder"),))


def test_a_shopper_reports_and_the_merchant_answers(look: Look, site: Site, session: Session) -> None:
    shop = sold.shop(session)
    order = sold.order(session, shop, ARRIVED, state="placed", total=16400)
    page = look.page
    page.goto(f"{site.url}/t/{token_of(order.id)}/problem")
    _picture(look, "case-form")
    look.holds()
    page.get_by_label("In your words").fill("I looked everywhere.")
    page.get_by_label("My money back").check()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="We have your message").wait_for()
    _picture(look, "case-said")
    look.holds()
    page.goto(site.url + re.sub(r"^https?://[^/]+", "", doors.sign_in_link(shop.id)))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()
    page.goto(f"{site.url}/admin/{shop.id}/exceptions")
    page.get_by_role("link", name="Answer").click()
    page.get_by_label("Your answer").fill("We are sorry.\nYour money is on its way.")
    page.get_by_role("button", name="Send answer").click()
    page.get_by_role("button", name="Agree").click()
    _picture(look, "case-answered")
    look.holds()
    page.get_by_text("Close case…").click()
    page.get_by_role("button", name="Close case").click()
    page.get_by_text("Closed. Reviews and offers").wait_for()


def _picture(look: Look, name: str) -> None:
    if PICTURES:
        path = Path(PICTURES) / f"{name}-{look.width}-{look.scheme}.png"
        look.page.screenshot(path=path, full_page=True)
