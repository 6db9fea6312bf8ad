"""The way to all one's orders, step by step."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import clock
from app.tracking.shoppers import own_orders
from app.tracking.shoppers.own_orders import OwnOrdersLink
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.browser.conftest import Look, Site, look_at, picture
from tests.browser.moments import MOMENTS
from tests.sold import Sent

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_shopper_sees_all_their_orders(look: Look, site: Site, session: Session, language: str) -> None:
    shop = sold.shop(session)
    for moment in ("delivered", "late", "in-transit-window", "two-parcels", "ordered"):
        sold.order(session, shop, *MOMENTS[moment], age=90, locale=language)
    sold.order(
        session, shop, Sent(scans=((S.DELIVERED, -24 * 100, None, None),)), age=24 * 110, locale=language
    )
    shop.locale = language
    session.commit()
    page = look.page
    look_at(look, f"{site.url}/orders", f"orders-{language}-form")
    page.locator("#email").fill("ana.moreno@shopper.example")
    page.locator("form button").click()
    page.locator("[role=status]").wait_for()
    picture(look, f"orders-{language}-asked")
    look.holds()
    link_id = session.scalars(select(OwnOrdersLink.id)).one()
    mailed = re.sub(r"^https?://[^/]+", "", own_orders.url(shop, link_id))
    look_at(look, site.url + mailed, f"orders-{language}-button")
    page.locator("form button").click()
    page.locator(".owned").wait_for()
    look_at(look, page.url, f"orders-{language}-list")
    used = session.get_one(OwnOrdersLink, link_id, populate_existing=True)
    assert used.used_at is not None
    assert used.used_at <= clock.now()
    page.goto(f"{site.url}/track")
    picture(look, f"orders-{language}-look-up")
    look.holds()
