"""Every moment of an order as its shopper sees it, whichever way they read."""

import pytest
from playwright.sync_api import Route
from sqlalchemy.orm import Session

from app.lib.words import CATALOGS
from app.shops.models import Shop
from app.tracking.page.links import gift_token_of, token_of
from tests import sold
from tests.browser.conftest import Look, Site, look_at
from tests.browser.moments import COLUMNS, MOMENTS

pytestmark = pytest.mark.browser

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72"><path fill="#e8ebe4" d="M0 0h72v72H0z"/>'
    '<path d="M25 18h22l13 12-7 9-5-4v22H24V35l-5 4-7-9z" fill="#5b7350"/></svg>'
)
BROKEN = """
[...document.querySelectorAll('.journey li')].filter(stop => {
    stop.style.overflowWrap = 'normal'
    return stop.scrollWidth > stop.clientWidth
}).map(stop => stop.innerText)
"""
"""Names of stops that are broken inside a word."""
BRANDS = {"yellow": "#ffe889", "night": "#191d33", "red": "#d3122a"}


def test_every_moment_of_an_order_holds(look: Look, site: Site, session: Session, shop: Shop) -> None:
    _every_moment(look, site, session, shop, "en")


@pytest.mark.parametrize("look", [(390, "dark"), (1280, "light")], indirect=True)
def test_every_moment_holds_from_right_to_left(look: Look, site: Site, session: Session, shop: Shop) -> None:
    _every_moment(look, site, session, shop, "ar")


@pytest.mark.parametrize("look", [(390, "light")], indirect=True)
@pytest.mark.parametrize("language", CATALOGS)
def test_every_language_fits_on_a_phone(
    look: Look, site: Site, session: Session, shop: Shop, language: str
) -> None:
    for moment in ("in-transit", "to-collect", "returning", "two-parcels"):
        order = sold.order(session, shop, *MOMENTS[moment], age=90, locale=language)
        look_at(look, f"{site.url}/t/{token_of(order.id)}", f"language-{language}-{moment}")
        assert look.page.evaluate(BROKEN) == []


def test_every_brand_holds(look: Look, site: Site, session: Session) -> None:
    for name, color in BRANDS.items():
        shop = sold.shop(session, domain=f"{name}.example", brand={**sold.RIDGE, "color": color})
        order = sold.order(session, shop, *MOMENTS["out-for-delivery"], age=90)
        look_at(look, f"{site.url}/t/{token_of(order.id)}", f"brand-{name}")


def test_the_page_to_share_holds(look: Look, site: Site, session: Session, shop: Shop) -> None:
    for moment in ("in-transit", "two-parcels", "delivered"):
        order = sold.order(session, shop, *MOMENTS[moment], age=90)
        look_at(look, f"{site.url}/g/{gift_token_of(order.id)}", f"gift-{moment}")


def _every_moment(look: Look, site: Site, session: Session, shop: Shop, language: str) -> None:
    sold.product(session, shop, "p1", "https://pictures.example/shirt.svg")
    items = ({**sold.SHIRT, "product_external_id": "p1"}, sold.MUG)
    look.page.route("https://pictures.example/**", _draw)
    for moment, parcels in MOMENTS.items():
        columns = {"items": items, "age": 90, "locale": language, **COLUMNS.get(moment, {})}
        order = sold.order(session, shop, *parcels, **columns)
        look_at(look, f"{site.url}/t/{token_of(order.id)}", f"track-{language}-{moment}")


def _draw(route: Route) -> None:
    route.fulfill(content_type="image/svg+xml", body=PICTURE)


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)
