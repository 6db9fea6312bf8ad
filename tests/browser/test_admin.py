"""Every page of the admin as a merchant sees it."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin import session as doors
from app.commerce.models import Delivery
from app.shops.models import Shop
from app.vocabulary import (
    InboxState,
)
from tests.browser.conftest import Look, Site
from tests.browser.sample_shop import empty_shop, shop

pytestmark = pytest.mark.browser
__all__ = ["empty_shop", "shop"]

PICTURES = os.environ.get("DOORSTEP_PICTURES")
"""A folder: every page is pictured into it."""

PAGES = (
    "shipments",
    "shipments?tab=exceptions",
    "shipments/2",
    "shipments/7",
    "messages",
    "flows",
    "connection",
    "privacy",
)


def test_every_page_holds(look: Look, site: Site, shop: Shop, empty_shop: Shop) -> None:
    _enter(look, site, shop)
    _enter(look, site, empty_shop)
    for address in PAGES:
        _look_at(look, f"{site.url}/admin/{shop.id}/{address}", address)
    for address in ("shipments", "messages", "flows", "connection", "privacy"):
        _look_at(look, f"{site.url}/admin/{empty_shop.id}/{address}", f"empty-{address}")
    _look_at(look, f"{site.url}/admin", "stores")


def test_the_doors_hold_as_well(look: Look, site: Site, shop: Shop) -> None:
    _look_at(look, _link(site, shop), "sign-in")
    look.page.goto(f"{site.url}/admin/{shop.id}/flows")
    look.errors.clear()  # the browser's own word for the 401
    _picture(look, "missing")
    look.holds()


def test_a_merchant_finds_a_parcel_switches_a_flow_and_reads_a_notice_again(
    site: Site, shop: Shop, chromium: Browser, session: Session
) -> None:
    page = chromium.new_page()
    page.goto(_link(site, shop))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("searchbox").fill("2448")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="#2448 · 1 of 2").click()
    assert "Order #2448" in page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="Flows").click()
    page.get_by_role("switch", name="Shipped").click()
    assert page.get_by_role("switch", name="Shipped").get_attribute("aria-checked") == "false"
    page.get_by_role("link", name="Connection").click()
    page.get_by_role("button", name="Try all again").click()
    page.get_by_text("Reading again.").wait_for()
    session.expire_all()
    still = select(Delivery.body).filter_by(state=InboxState.PARKED)
    assert session.scalars(still).all() == [None]
    page.close()


def _link(site: Site, shop: Shop) -> str:
    return site.url + doors.sign_in_link(shop.id).removeprefix("https://doorstep.test")


def _enter(look: Look, site: Site, shop: Shop) -> None:
    look.page.goto(_link(site, shop))
    look.page.get_by_role("button", name="Sign in").click()


def _look_at(look: Look, url: str, name: str) -> None:
    look.page.goto(url)
    _picture(look, name)
    look.holds()


def _picture(look: Look, address: str) -> None:
    if PICTURES:
        name = "".join(c if c.isalnum() else "-" for c in address)
        path = Path(PICTURES) / f"{name}-{look.width}-{look.scheme}.png"
        look.page.screenshot(path=path, full_page=True)
