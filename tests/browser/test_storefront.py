"""Every moment of an order as its shopper sees it."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route
from sqlalchemy.orm import Session

from app.lib import clock
from app.shops.models import Shop
from app.tracking.links import token_of
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.browser.conftest import Look, Site
from tests.sold import Sent

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("DOORSTEP_PICTURES")
"""A folder: every page is pictured into it."""
BEGUN = (
    (S.LABEL_CREATED, -70, None, None),
    (S.PICKED_UP, -52, None, "Portland"),
    (S.IN_TRANSIT, -30, None, "Denver"),
)
ON_THE_WAY = (*BEGUN, (S.IN_TRANSIT, -3, "departure_scan", "Denver"))
ARRIVED = (
    *BEGUN,
    (S.OUT_FOR_DELIVERY, -8, None, "Boulder"),
    (S.DELIVERED, -0.2, "left_with_neighbor", "Boulder"),
)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"

MOMENTS: dict[str, tuple[Sent, ...]] = {
    "ordered": (),
    "packed": (Sent(scans=((S.LABEL_CREATED, -1, None, None),)),),
    "sent": (Sent(sent=-90, url=None),),
    "without-number": (Sent(sent=-20, number=None, carrier=None, url=None),),
    "in-transit": (Sent(scans=ON_THE_WAY, expected=3, sent=-71, text="Departed from Facility"),),
    "in-transit-without-day": (Sent(scans=ON_THE_WAY, sent=-71),),
    "overdue": (Sent(scans=ON_THE_WAY, expected=-1, sent=-71),),
    "delayed": (Sent(scans=(*BEGUN, (S.DELAYED, -2, "weather", "Denver")), expected=4, sent=-71),),
    "held": (Sent(scans=(*BEGUN, (S.EXCEPTION, -2, "address_issue", "Denver")), sent=-71),),
    "out-for-delivery": (Sent(scans=(*BEGUN, (S.OUT_FOR_DELIVERY, -0.2, None, "Boulder")), sent=-71),),
    "missed": (Sent(scans=(*BEGUN, (S.ATTEMPT_FAILED, -2, None, "Boulder")), sent=-71),),
    "to-collect": (Sent(scans=(*BEGUN, (S.AVAILABLE_FOR_PICKUP, -2, None, "Boulder")), sent=-71),),
    "returning": (Sent(scans=(*BEGUN, (S.RETURN_TO_SENDER, -2, "returning", "Boulder")), sent=-71),),
    "delivered": (Sent(scans=ARRIVED, sent=-71),),
    "two-parcels": (
        Sent(scans=ARRIVED, items=(0,), sent=-71),
        Sent(scans=ON_THE_WAY, items=(1,), expected=4, sent=-71),
    ),
    "five-parcels": (
        Sent(scans=ON_THE_WAY, sent=-71),
        *[Sent(scans=((S.LABEL_CREATED, -1, None, None),))] * 4,
    ),
    "part-of-it": (Sent(scans=ON_THE_WAY, items=(0,), sent=-71),),
    "cancelled": (),
    "long-words": (Sent(scans=ON_THE_WAY, carrier=LONG, number="9" * 60, text=LONG * 2, sent=-71),),
}
COLUMNS: dict[str, dict[str, Any]] = {
    "cancelled": {"cancelled_at": clock.now()},
    "long-words": {
        "name": f"#{LONG}",
        "items": ({**sold.SHIRT, "title": LONG, "variant_title": LONG, "price": 99999999999}, sold.MUG),
        "ship_to": {"first_name": LONG, "city": LONG},
    },
}
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72"><path fill="#e8ebe4" d="M0 0h72v72H0z"/>'
    '<path d="M25 18h22l13 12-7 9-5-4v22H24V35l-5 4-7-9z" fill="#5b7350"/></svg>'
)


BRANDS = {"yellow": "#ffe889", "night": "#191d33", "red": "#d3122a"}


def test_every_moment_of_an_order_holds(look: Look, site: Site, session: Session, shop: Shop) -> None:
    sold.product(session, shop, "p1", "https://pictures.example/shirt.svg")
    items = ({**sold.SHIRT, "product_external_id": "p1"}, sold.MUG)
    look.page.route("https://pictures.example/**", _draw)
    for moment, parcels in MOMENTS.items():
        columns = {"items": items, "age": 90, **COLUMNS.get(moment, {})}
        order = sold.order(session, shop, *parcels, **columns)
        _look_at(look, f"{site.url}/t/{token_of(order.id)}", f"track-{moment}")


def test_every_brand_holds(look: Look, site: Site, session: Session) -> None:
    for name, color in BRANDS.items():
        shop = sold.shop(session, domain=f"{name}.example", brand={**sold.RIDGE, "color": color})
        order = sold.order(session, shop, *MOMENTS["out-for-delivery"], age=90)
        _look_at(look, f"{site.url}/t/{token_of(order.id)}", f"brand-{name}")


def test_a_page_turned_from_right_to_left_holds(look: Look, site: Site, session: Session, shop: Shop) -> None:
    order = sold.order(session, shop, *MOMENTS["two-parcels"], age=90)
    look.page.goto(f"{site.url}/t/{token_of(order.id)}")
    look.page.evaluate("document.documentElement.dir = 'rtl'")
    _picture(look, "right-to-left")
    look.holds()


def test_the_lookup_holds_before_and_after_a_mistake(look: Look, site: Site, shop: Shop) -> None:
    _look_at(look, f"{site.url}/track?shop={shop.domain}", "lookup")
    look.page.get_by_label("Order number").fill("1402")
    look.page.get_by_label("E-mail, phone or postal code").fill("80302")
    look.page.get_by_role("button", name="Show my order").click()
    assert "These two do not match an order." in look.page.get_by_role("alert").inner_text()
    look.errors.clear()  # the browser's own word for the 422
    _picture(look, "lookup-error")
    look.holds()


def test_a_page_that_says_one_thing_holds(look: Look, site: Site, session: Session, shop: Shop) -> None:
    ended = sold.order(session, shop, age=24 * 400)
    for token, name in (("made-up", "not-found"), (token_of(ended.id), "ended")):
        look.page.goto(f"{site.url}/t/{token}")
        look.errors.clear()  # the browser's own word for the 404 and 410
        _picture(look, name)
        look.holds()


def test_nothing_needs_script(site: Site, session: Session, shop: Shop, chromium: Browser) -> None:
    order = sold.order(session, shop, *MOMENTS["two-parcels"], name="#1042", age=90)
    page = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}).new_page()
    page.goto(f"{site.url}/track")
    page.get_by_label("Order number").fill("1042")
    page.get_by_label("E-mail, phone or postal code").fill("80302")
    page.get_by_role("button", name="Show my order").click()
    assert page.url == f"{site.url}/t/{token_of(order.id)}"
    assert "1 of 2 delivered" in page.get_by_role("heading", level=1).inner_text()
    page.get_by_text("Carrier and tracking number").click()
    assert page.get_by_text("1Z999AA10123456784").is_visible()
    page.get_by_role("link", name="Parcel 1").click()
    assert "Delivered today" in page.get_by_role("heading", level=1).inner_text()
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
    assert reached[-1] == "Find another order"
    page.close()


def _look_at(look: Look, address: str, name: str) -> None:
    look.page.goto(address)
    _picture(look, name)
    look.holds()
    _targets_are_large(look)


def _targets_are_large(look: Look) -> None:
    """Find nothing to tap that is lower than 44 px, where people hold a phone."""
    small = look.page.evaluate(
        "[...document.querySelectorAll('a:not(.skip), button, summary, input')]"
        ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
    )
    assert small == []


def _picture(look: Look, name: str) -> None:
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        path = Path(PICTURES) / f"{name}-{look.width}-{look.scheme}.png"
        look.page.screenshot(path=path, full_page=True)


def _draw(route: Route) -> None:
    route.fulfill(content_type="image/svg+xml", body=PICTURE)


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)
