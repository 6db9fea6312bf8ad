"""Every page of the admin as a merchant sees it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from playwright.sync_api import Browser
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.channels.sms.base import Heard
from app.channels.whatsapp.templates import read
from app.commerce.models import Delivery
from app.lib import clock
from app.lib.config import settings
from app.messages.responses import replies
from app.messages.whatsapp import registry
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.vocabulary import InboxState
from tests.browser.conftest import Look, Site
from tests.browser.sample_shop import empty_shop, shop
from tests.contracts.whatsapp.wire import recorded

pytestmark = pytest.mark.browser
__all__ = ["empty_shop", "shop"]

PICTURES = os.environ.get("DOORSTEP_PICTURES")
"""A folder: every page is pictured into it."""

PAGES = (
    "shipments",
    "exceptions",
    "exceptions?kind=held_up",
    "exceptions/settings",
    "shipments/{2}",
    "shipments/{7}",
    "carriers",
    "messages",
    "texts",
    "whatsapp",
    "flows",
    "lift",
    "sources",
    "hidden",
    "page",
    "sources?who=store",
    "sources?who=carriers&source=ups",
    "connection",
    "address",
    "privacy",
)


def test_every_page_holds(look: Look, site: Site, shop: Shop, empty_shop: Shop, session: Session) -> None:
    _enter(look, site, shop)
    _enter(look, site, empty_shop)
    parcels = session.scalars(select(Shipment.id).filter_by(shop_id=shop.id).order_by(Shipment.id)).all()
    for page in PAGES:
        address = page.format(0, *parcels)
        _look_at(look, f"{site.url}/admin/{shop.id}/{address}", address)
    for address in (
        "shipments",
        "exceptions",
        "carriers",
        "messages",
        "flows",
        "lift",
        "sources",
        "connection",
        "privacy",
    ):
        _look_at(look, f"{site.url}/admin/{empty_shop.id}/{address}", f"empty-{address}")
    _look_at(look, f"{site.url}/admin", "stores")


def test_texts_are_set_up_and_tried(look: Look, site: Site, shop: Shop, session: Session) -> None:
    _enter(look, site, shop)
    page = look.page
    _look_at(look, f"{site.url}/admin/{shop.id}/texts?provider=twilio", "texts-none")
    page.get_by_label("Account SID").fill("AC01")
    page.get_by_label("Auth token").fill("hush")
    page.get_by_label("Sender").first.fill("+1 500 555 0006")
    page.get_by_role("button", name="Connect Twilio").click()
    page.get_by_text("Kept. Send yourself a text").wait_for()
    heard = Heard(id="1", sender="+13035550142", words="Can you leave it with my neighbor?")
    replies.hear(session, shop.id, "twilio", heard)
    session.commit()
    page.get_by_label("Your own number").fill("+1 303 555 0142")
    page.get_by_role("button", name="Send a text to it").click()
    page.get_by_text("A text is on its way.").wait_for()
    _look_at(look, f"{site.url}/admin/{shop.id}/texts", "texts")


def test_whatsapp_is_set_up_and_a_template_filled(
    look: Look, site: Site, shop: Shop, session: Session
) -> None:
    _enter(look, site, shop)
    page, address = look.page, f"{site.url}/admin/{shop.id}/whatsapp"
    _look_at(look, address, "whatsapp-none")
    for label, value in (
        ("Phone number ID", "106540352242922"),
        ("WhatsApp Business Account ID", "102290129340398"),
        ("Access token", "EAAJB"),
        ("App secret", "hush"),
    ):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Connect WhatsApp").click()
    page.get_by_text("Kept. Your templates are being asked for").wait_for()
    told = recorded("templates")["data"]
    ours = [json.loads(json.dumps(it).replace("https://doorstep.test", settings().url)) for it in told]
    registry.keep(session, shop.id, [read(it) for it in ours])
    session.commit()
    _look_at(look, address, "whatsapp")
    page.get_by_role("link", name="Choose").first.click()
    page.get_by_label("Template").select_option("order_shipped")
    page.get_by_role("button", name="Show it").click()
    _look_at(look, page.url, "whatsapp-message")
    for place, says in (
        ("first_name", "Their first name"),
        ("order", "The order’s number"),
        ("headline", "How it stands, in a few words"),
    ):
        page.get_by_role("group", name=f"{{{{{place}}}}}").get_by_label("What fills it").select_option(says)
    page.get_by_role("button", name="Say it in this template").click()
    page.get_by_text("order_shipped: de, en_US").wait_for()


def test_hiding_words_holds_step_by_step(look: Look, site: Site, shop: Shop) -> None:
    _enter(look, site, shop)
    _look_at(look, f"{site.url}/admin/{shop.id}/sources", "hidden-before")
    look.page.get_by_text("What shoppers do not see").click()
    for typed, name in (("x", "refused"), ("Shenzhen\nChina", "saved")):
        look.page.get_by_label("Words and places").fill(typed)
        look.page.get_by_role("button", name="Save").click()
        _picture(look, f"hidden-{name}")
        look.holds()


def test_correcting_a_carrier_holds_step_by_step(
    look: Look, site: Site, shop: Shop, session: Session
) -> None:
    _enter(look, site, shop)
    parcel = session.scalars(select(Shipment).filter_by(shop_id=shop.id, carrier="DHL")).one()
    look.page.goto(f"{site.url}/admin/{shop.id}/shipments/{parcel.id}")
    look.page.get_by_text("Change carrier").click()
    _picture(look, "carrier-change")
    look.holds()
    look.page.get_by_role("button", name="Bike Couriers of Boulder").click()
    look.page.get_by_text("Bike Couriers of Boulder it is.").wait_for()
    _picture(look, "carrier-changed")
    look.holds()
    look.page.get_by_role("button", name="Undo the choice").click()
    look.page.get_by_text("As it was before.").wait_for()
    look.page.get_by_text("Change carrier").press("Enter")
    look.page.get_by_label("Another carrier").select_option("DPD (Poland)")
    look.page.get_by_role("button", name="Change", exact=True).press("Enter")
    look.page.get_by_text("DPD it is.").wait_for()


def test_a_carrier_of_one_s_own_is_kept_by_keyboard_alone(look: Look, site: Site, shop: Shop) -> None:
    _enter(look, site, shop)
    look.page.goto(f"{site.url}/admin/{shop.id}/carriers")
    look.page.get_by_label("Name").last.fill("Our van")
    look.page.keyboard.press("Tab")
    look.page.keyboard.type("https://van.example/")
    look.page.keyboard.press("Enter")
    look.page.get_by_text("The address has {tracking_number} once").wait_for()
    look.errors.clear()  # the browser's own word for the 422
    _picture(look, "carriers-refused")
    look.holds()
    look.page.get_by_label("Address of a parcel").last.fill("https://van.example/{tracking_number}")
    look.page.keyboard.press("Enter")
    look.page.get_by_text("Our van is there.").wait_for()
    _picture(look, "carriers-added")
    look.page.get_by_text("Change Our van").press("Enter")
    _picture(look, "carriers-changing")
    look.holds()
    look.page.get_by_role("button", name="Remove Our van").press("Enter")
    look.page.get_by_role("button", name="Undo").press("Enter")
    look.page.get_by_text("Our van is as it was before.").wait_for()


def test_a_merchant_deals_with_what_went_wrong_and_is_told_what_they_mistyped(
    look: Look, site: Site, shop: Shop
) -> None:
    _enter(look, site, shop)
    page = look.page
    page.goto(f"{site.url}/admin/{shop.id}/exceptions")
    page.get_by_text("Put off #2431").click()
    _picture(look, "exceptions-put-off")
    look.holds()
    page.get_by_role("button", name="For 3 days").first.click()
    page.get_by_text("It comes back by itself.").wait_for()
    _picture(look, "exceptions-said")
    look.holds()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Back in the list.").wait_for()
    page.get_by_role("link", name="When something counts").click()
    page.get_by_label("An order may wait to be sent").fill("soon")
    page.get_by_label("Other days off").fill("Christmas")
    page.get_by_role("button", name="Save").click()
    _picture(look, "exceptions-settings-wrong")
    look.holds()
    page.get_by_role("link", name="Use a whole number from 1 to 30").click()
    assert page.get_by_label("An order may wait to be sent").input_value() == "soon"


def test_the_doors_hold_as_well(look: Look, site: Site, shop: Shop) -> None:
    _look_at(look, _link(site, shop), "sign-in")
    look.page.goto(f"{site.url}/admin/{shop.id}/flows")
    look.errors.clear()  # the browser's own word for the 401
    _picture(look, "missing")
    look.holds()


@pytest.mark.usefixtures("long_secret")
def test_a_page_inside_shopify_has_no_navigation_of_its_own(look: Look, site: Site, shop: Shop) -> None:
    look.page.route("https://cdn.shopify.com/**", lambda route: route.fulfill(body=""))
    look.page.set_extra_http_headers({"Authorization": f"Bearer {_id_token(shop)}"})
    for address in ("shipments", "connection"):
        _look_at(look, f"{site.url}/admin/{shop.id}/{address}", f"embedded-{address}")
        assert not look.page.get_by_role("link", name="Messages").is_visible()


def test_a_merchant_finds_a_parcel_switches_a_flow_and_reads_a_notice_again(
    site: Site, shop: Shop, chromium: Browser, session: Session
) -> None:
    page = chromium.new_page()
    page.goto(_link(site, shop))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation").get_by_role("link", name="Shipments").click()
    page.get_by_role("searchbox").fill("2448")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="#2448 · 1 of 2").click()
    page.get_by_role("heading", level=1).filter(has_text="Order #2448").wait_for()
    page.get_by_role("link", name="Flows").click()
    page.get_by_role("switch", name="Shipped").click()
    page.get_by_role("switch", name="Shipped", checked=False).wait_for()
    page.get_by_role("link", name="Connection").click()
    page.get_by_role("button", name="Try all again").click()
    page.get_by_text("Reading again.").wait_for()
    session.expire_all()
    still = select(Delivery.body).filter_by(state=InboxState.PARKED)
    assert session.scalars(still).all() == [None]
    page.close()


@pytest.fixture
def long_secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sign as Shopify does: with a secret long enough for HS256."""
    monkeypatch.setenv("DOORSTEP_SHOPIFY_CLIENT_SECRET", "shpss_0123456789abcdef0123456789abcdef")
    settings.cache_clear()
    yield
    settings.cache_clear()


def _id_token(shop: Shop) -> str:
    now = int(clock.now().timestamp())
    claims = {
        "iss": f"https://{shop.domain}/admin",
        "dest": f"https://{shop.domain}",
        "aud": settings().shopify_client_id,
        "sub": "7",
        "nbf": now - 60,
        "exp": now + 60,
        "jti": "j",
        "sid": "s",
    }
    return jwt.encode(claims, settings().shopify_client_secret, "HS256")


def _link(site: Site, shop: Shop) -> str:
    return site.url + doors.sign_in_link(shop.id).removeprefix("https://doorstep.test")


def _enter(look: Look, site: Site, shop: Shop) -> None:
    look.page.goto(_link(site, shop))
    look.page.get_by_role("button", name="Sign in").click()
    look.page.get_by_role("navigation", name="Main").wait_for()


def _look_at(look: Look, url: str, name: str) -> None:
    look.page.goto(url)
    _picture(look, name)
    look.holds()


def _picture(look: Look, address: str) -> None:
    if PICTURES:
        name = "".join(c if c.isalnum() else "-" for c in address)
        path = Path(PICTURES) / f"{name}-{look.width}-{look.scheme}.png"
        look.page.screenshot(path=path, full_page=True)
