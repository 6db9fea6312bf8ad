"""Every page of the admin, of a shop with a row in every table: looked at in every way, and narrow."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.shops.install import Store, install
from app.vocabulary import PlatformKey
from tests.browser.conftest import Look, Site, picture
from tests.journeys.doors import walking
from tests.planted import Planted, plant

pytestmark = pytest.mark.browser

NARROW = {320: "a small phone, or 400 % of a desk", 640: "200 % of a desk"}
UNFOLD = "for (const it of document.querySelectorAll('main details')) it.open = true"
TOO_WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= innerWidth) return [];
  const box = (it) => it.getBoundingClientRect();
  const isOut = (it) => box(it).right > innerWidth + 1 || box(it).left < -1;
  const out = [...document.querySelectorAll("body *")].filter(isOut);
  return [`${root.scrollWidth} px`, ...out.slice(0, 3).map((it) => it.outerHTML.slice(0, 120))];
}"""


@pytest.fixture
def mine(session: Session) -> Planted:
    store = Store(
        platform=PlatformKey.SHOPIFY, domain="ridge.myshopify.com", url="https://ridge.example", name="Ridge"
    )
    return plant(session, install(session, store), "kanarie")


@pytest.mark.long
def test_every_page_holds(look: Look, site: Site, mine: Planted) -> None:
    enter(look.page, site, mine)
    for name, address in pages(site, mine).items():
        look.page.goto(site.url + address)
        picture(look, f"every-{name}")
        look.holds()


def test_every_page_fits_a_narrow_window_and_twice_its_size_from_either_side(
    chromium: Browser, site: Site, mine: Planted
) -> None:
    page = chromium.new_page(reduced_motion="reduce")
    enter(page, site, mine)
    wrong = {}
    for name, address in pages(site, mine).items():
        page.goto(site.url + address)
        page.evaluate(UNFOLD)
        for width, what in NARROW.items():
            page.set_viewport_size({"width": width, "height": 700})
            for direction in ("ltr", "rtl"):
                page.evaluate("to => { document.documentElement.dir = to }", direction)
                if found := page.evaluate(TOO_WIDE):
                    wrong[name, what, direction] = found
    page.close()
    assert wrong == {}


def enter(page: Page, site: Site, mine: Planted) -> None:
    page.goto(site.url + urlsplit(doors.sign_in_link(mine.shop.id)).path)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()


def pages(site: Site, mine: Planted) -> dict[str, str]:
    """The address of everything that is shown, which is not a file, by its name."""
    found = dict(_shown(site, mine))
    assert len(found) > 45
    return found


def _shown(site: Site, mine: Planted) -> Iterator[tuple[str, str]]:
    browser = site.app.test_client()
    link = urlsplit(doors.sign_in_link(mine.shop.id)).path
    browser.get(link)
    with browser.session_transaction() as cookie:
        csrf = cookie["csrf"]
    browser.post(link, data={"csrf": csrf})
    for route in walking.of_a_shop(site.app):
        if route.method != "GET":
            continue
        address = urlsplit(route.address(site.app, mine.shop.id, mine)).path
        answer = browser.get(address)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            yield route.name, address
