"""Doorstep inside Shopify's back office: a frame of another site, where browsers keep no cookie of ours."""

import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    FrameLocator,
    Page,
    Request,
    Response,
    Route,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import clock
from app.lib.config import settings
from app.shops import tokens
from app.shops.install import Store, install, keep_secret
from app.shops.models import Shop
from app.tracking.carriers import own_carriers
from app.vocabulary import PlatformKey
from demo import office
from demo.shopify import oauth
from demo.shopify.wire import HOST
from tests import sold
from tests.browser.conftest import Look, Site, picture
from tests.browser.moments import MOMENTS

pytestmark = pytest.mark.browser

OFFICE = "https://admin.shopify.com/store/ridge-and-pine/apps/doorstep"
REFUSED = "Failed to load resource: the server responded with a status of"
"""The browser's own word for an answer, which it repeats; the answers themselves are counted."""
SECRET = "shpss_0123456789abcdef0123456789abcdef"


class Desk:
    """The back office as one browser shows it, and what the frame has asked for."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.asked: list[Request] = []
        self.refused: list[int] = []
        """With which status, each time that the app or anybody else did not answer as was wished."""
        self.app, self.stale = site.url, 0
        """`stale`: so many of the next tokens are."""
        self.page.on("console", self._said)
        self.page.on("pageerror", self._broke)
        self.page.on("response", self._answered)
        self.page.on("request", lambda asked: self.asked.append(asked))  # noqa: PLW0108 - theirs marks it
        context.route(re.compile("^https://"), self._outside)

    def _said(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and not said.text.startswith(REFUSED):
            self.errors.append(said.text)

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400:
            self.refused.append(answer.status)

    def _broke(self, error: Error) -> None:
        self.errors.append(str(error))

    def _outside(self, route: Route) -> None:
        there = urlsplit(route.request.url)
        if f"{there.scheme}://{there.netloc}{there.path}" == OFFICE:
            route.fulfill(content_type="text/html", body=self._framed())
        elif there.path == "/office/session-token":
            self.stale, body = max(self.stale - 1, 0), "stale" if self.stale else oauth.session_token()
            route.fulfill(content_type="text/plain", body=body)
        elif route.request.url == "https://cdn.shopify.com/shopifycloud/app-bridge.js":
            route.fulfill(content_type="text/javascript", body=office.bridge())
        else:
            route.abort()

    def _framed(self) -> str:
        with office.office.app_context():
            return office.page(self.app)

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("#frame")

    def of_frame(self) -> list[Request]:
        """What was asked of the app since the last time."""
        asked = [it for it in self.asked if it.url.startswith(f"{self.app}/admin/")]
        self.asked.clear()
        return asked


@pytest.fixture
def desk(chromium: Browser, site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("DOORSTEP_SHOPIFY_CLIENT_SECRET", SECRET)
    settings.cache_clear()
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield Desk(context, site)
    context.close()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def shop(session: Session) -> Shop:
    store = Store(
        platform=PlatformKey.SHOPIFY,
        domain=HOST,
        url="https://ridge.example",
        name="Ridge & Pine",
        currency="USD",
    )
    made = install(session, store)
    keep_secret(session, made, tokens.KIND, "token-1", expires_at=clock.now() + timedelta(hours=1))
    session.commit()
    for moment in ("in-transit", "delivered"):
        sold.order(session, made, *MOMENTS[moment])
    return made


def test_every_page_and_form_goes_by_its_token_and_without_a_cookie(
    desk: Desk, shop: Shop, session: Session
) -> None:
    desk.page.goto(OFFICE)
    home = desk.frame.get_by_role("heading", level=1)
    home.wait_for()
    (first,) = [it for it in desk.of_frame() if it.resource_type == "document" and "/home" in it.url]
    assert "id_token" in first.url
    frame = next(it for it in desk.page.frames if it.url.startswith(desk.app))
    frame.wait_for_url(lambda url: "id_token" not in url)  # the token is not left in the address

    # beside the frame: Shopify's navigation
    desk.page.get_by_role("navigation", name="Doorstep").get_by_role("link", name="Shipments").click()
    desk.frame.get_by_role("heading", name="Shipments").wait_for()
    # inside it: a link, a search, a form
    frame.evaluate("document.body.before = 'the page was morphed, not loaded'")
    number = desk.frame.locator("table.cards tbody th a").first.inner_text().partition(" ")[0]
    desk.frame.get_by_role("searchbox").fill(number)
    desk.frame.get_by_role("searchbox").press("Enter")
    frame.wait_for_url(lambda url: "q=" in url)
    desk.frame.get_by_role("link", name=number).first.click()
    desk.frame.get_by_role("heading", level=1).filter(has_text="Order").wait_for()
    assert frame.evaluate("document.body.before") == "the page was morphed, not loaded"
    for request in desk.of_frame():
        assert request.resource_type == "fetch", request.url
        assert request.headers["authorization"].startswith("Bearer ey"), request.url
        assert "cookie" not in request.all_headers(), request.url
        assert "id_token" not in request.url

    # the bar that saves
    desk.page.get_by_role("navigation", name="Doorstep").get_by_role("link", name="Shipments").click()
    frame.evaluate(
        "there => htmx.ajax('GET', there, {target: 'body', swap: 'outerMorph', push: 'true'})",
        f"/admin/{shop.id}/exceptions/settings",
    )
    field = desk.frame.get_by_label("A label may wait for its first scan")
    field.fill("4")
    desk.page.get_by_role("button", name="Discard").click()
    assert field.input_value() != "4"
    field.fill("5")
    desk.page.get_by_role("button", name="Save").click()
    desk.frame.get_by_role("status").wait_for()
    assert desk.page.get_by_text("Unsaved changes").is_hidden()
    session.expire_all()
    assert session.scalars(select(Shop.settings)).one()["thresholds"]["label"] == 5
    (posted,) = [it for it in desk.of_frame() if it.method == "POST"]
    assert posted.headers["authorization"].startswith("Bearer ey")
    assert (desk.errors, desk.refused) == ([], [])


def test_a_stale_token_is_renewed_and_back_leads_back(desk: Desk, shop: Shop) -> None:
    desk.page.goto(OFFICE)
    desk.frame.get_by_role("heading", level=1).wait_for()
    frame = next(it for it in desk.page.frames if it.url.startswith(desk.app))
    # a page of its own, without a token: by way of the reload page
    frame.goto(f"{desk.app}/admin/{shop.id}/customers?q=Ana")
    desk.frame.get_by_role("heading", name="Customers").wait_for()
    frame = next(it for it in desk.page.frames if it.url.startswith(desk.app))
    frame.wait_for_url(f"{desk.app}/admin/{shop.id}/customers?q=Ana")
    assert any("/admin/shopify/patch" in it.url for it in desk.of_frame())
    # a fetch with a stale token is tried once more, and twice in vain leads by way of the reload page
    for stale, place in ((1, "Messages"), (2, "Flows")):
        desk.stale = stale
        desk.page.get_by_role("navigation", name="Doorstep").get_by_role("link", name=place).click()
        desk.frame.get_by_role("heading", level=1, name=place).wait_for()
    # a file is saved, and the page stays
    frame = next(it for it in desk.page.frames if it.url.startswith(desk.app))
    frame.goto(f"{desk.app}/admin/{shop.id}/shipments")
    with desk.page.expect_download() as found:
        desk.frame.get_by_role("link", name="Export").click()
    assert found.value.suggested_filename.startswith("shipments-")
    desk.frame.get_by_role("heading", name="Shipments").wait_for()
    # one that breaks off is not saved, and the page says so
    frame.evaluate("() => { Response.prototype.blob = () => Promise.reject(new TypeError('cut off')) }")
    broken = desk.frame.get_by_role("alert").filter(has_text="The download broke off")
    assert broken.count() == 0
    desk.frame.get_by_role("link", name="Export").click()
    broken.wait_for()
    frame.goto(f"{desk.app}/admin/{shop.id}/settings/everything")
    with desk.page.expect_download() as found:
        desk.frame.get_by_role("link", name="Download everything").click()
    assert zipfile.ZipFile(found.value.path()).testzip() is None
    desk.page.route(
        "**/everything.zip*",
        lambda route: route.fulfill(status=200, content_type="application/zip", body=b"PK\x03\x04half"),
    )
    desk.frame.get_by_role("link", name="Download everything").click()
    broken.wait_for()
    frame.goto(f"{desk.app}/admin/{shop.id}/shipments")
    # back and forth
    desk.frame.locator("table.cards tbody th a").first.click()
    desk.frame.get_by_role("heading", level=1).filter(has_text="Order").wait_for()
    desk.page.evaluate("history.back()")
    desk.frame.get_by_role("heading", name="Shipments").wait_for()
    assert desk.errors == []
    assert desk.refused == [401, 401, 401]  # one stale token, and two


def test_a_form_that_is_refused_leads_back_to_a_page_that_can_be_opened(
    desk: Desk, shop: Shop, session: Session
) -> None:
    own_carriers.add(session, shop, "Our van", "https://van.example/{tracking_number}")
    session.commit()
    desk.page.goto(OFFICE)
    desk.frame.get_by_role("heading", level=1).wait_for()
    desk.page.get_by_role("navigation", name="Doorstep").get_by_role("link", name="Connection").click()
    desk.frame.get_by_role("link", name="Add the ones that only you use").click()
    desk.frame.get_by_text("Change Our van").click()
    desk.frame.get_by_label("Address of a parcel").first.fill("https://van.example/")
    desk.frame.get_by_role("button", name="Save").click()
    desk.frame.get_by_text("The address has {tracking_number} once").wait_for()
    frame = next(it for it in desk.page.frames if it.url.startswith(desk.app))
    assert frame.url.endswith("/carriers")  # where the form was, not where it was sent
    desk.stale = 2
    desk.frame.get_by_role("button", name="Save").click()
    desk.frame.get_by_text("The address has {tracking_number} once").wait_for(state="detached")
    desk.frame.get_by_role("heading", level=1, name="Your own carriers").wait_for()
    assert (desk.errors, desk.refused) == ([], [422, 401, 401])


@pytest.mark.usefixtures("shop")
def test_the_editors_and_their_previews_work_in_the_frame(desk: Desk) -> None:
    desk.page.goto(OFFICE)
    desk.frame.get_by_role("heading", level=1).wait_for()
    desk.page.get_by_role("navigation", name="Doorstep").get_by_role("link", name="Messages").click()
    desk.frame.get_by_role("link", name="What they say").click()
    desk.frame.get_by_role("link", name="Shipped", exact=True).click()
    preview = desk.frame.frame_locator("#frame")
    preview.get_by_text("Hello Ana,").wait_for()
    desk.frame.locator("#row-text a").click()
    desk.frame.get_by_label("Words").fill("Ours, {{ profile.first_name }}.")
    preview.get_by_text("Ours, Ana.").wait_for()
    desk.page.get_by_role("navigation", name="Doorstep").get_by_role("link", name="Tracking").click()
    desk.frame.get_by_role("link", name="Design the tracking page").click()
    preview.get_by_role("heading", name="Updates").wait_for()
    desk.frame.locator("#switch-updates").click()
    preview.get_by_role("heading", name="Updates").wait_for(state="detached")
    desk.frame.get_by_role("link", name="Back to tracking").click()
    desk.frame.get_by_role("heading", name="Tracking", exact=True).wait_for()
    assert (desk.errors, desk.refused) == ([], [])


def test_no_other_site_frames_it(desk: Desk, shop: Shop) -> None:
    page, home = desk.page, f"{desk.app}/admin/{shop.id}/home?id_token={oauth.session_token()}"
    page.route(
        "https://evil.example/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<iframe id="frame" src="{home}"></iframe>',
        ),
    )
    with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        page.goto("https://evil.example/")
    assert desk.frame.get_by_role("heading").count() == 0


def test_it_holds_at_both_widths(look: Look, site: Site, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_SHOPIFY_CLIENT_SECRET", SECRET)
    settings.cache_clear()
    look.page.route(
        "https://cdn.shopify.com/**",
        lambda route: route.fulfill(content_type="text/javascript", body="window.shopify = {}"),
    )
    look.page.goto(f"{site.url}/admin/{shop.id}/shipments?id_token={oauth.session_token()}")
    picture(look, "embedded-shipments")
    look.holds()
    paper = look.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper in (
        "rgb(245, 244, 240)",
        "rgb(255, 255, 255)",
    )  # as light as its host, whatever the reader likes
    settings.cache_clear()
