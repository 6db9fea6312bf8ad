"""The tracking page inside a theme whose style would break it, and the theme beside it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import Client

from app.lib.config import settings
from app.tracking.page.links import token_of
from tests import sold
from tests.browser.conftest import Look, Site
from tests.browser.moments import MOMENTS
from tests.journeys.test_embedded import SECRET, ask

pytestmark = pytest.mark.browser

THEME = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Theme</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>html { font-size: 62.5% } body { margin: 0; font: italic 1.6rem/1.8 serif; color: #303 }
h1, h2 { text-transform: uppercase; color: crimson } .btn, .tag, a { background: gold; padding: 9px }
.band { padding: 1rem 2rem; background: #eee }</style></head>
<body><header class="band"><h2 id="theirs">Theme</h2></header><main>PAGE</main></body></html>"""


def test_a_theme_and_the_page_leave_each_other_alone(look: Look, site: Site, session: Session) -> None:
    shop = sold.shop(session, domain="ridge.myshopify.com")
    client = Client(site.app)
    for moment in ("in-transit", "two-parcels", "delivered"):
        order = sold.order(session, shop, *MOMENTS[moment], age=90)
        show(look, site, ask(client, f"/t/{token_of(order.id)}").text, moment)  # type: ignore[arg-type]
        heading = look.page.get_by_role("heading", level=1)
        assert heading.is_visible()
        style = "e => (({textTransform, fontStyle}) => [textTransform, fontStyle])(getComputedStyle(e))"
        assert heading.evaluate(style)[0] == "none"
    show(look, site, ask(client).text, "lookup")  # type: ignore[arg-type]
    assert look.page.get_by_label("Order number").is_visible()
    color = look.page.locator("#theirs").evaluate("e => getComputedStyle(e).color")
    assert color == "rgb(220, 20, 60)"


def show(look: Look, site: Site, fragment: str, name: str) -> None:
    address = f"{site.url}/theme"
    look.page.route(
        address, lambda route: route.fulfill(content_type="text/html", body=THEME.replace("PAGE", fragment))
    )
    look.page.goto(address)
    look.page.unroute(address)
    look.holds()
    if folder := os.environ.get("DOORSTEP_PICTURES"):
        look.page.screenshot(
            path=Path(folder) / f"embedded-{name}-{look.width}-{look.scheme}.png", full_page=True
        )


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DOORSTEP_SHOPIFY_CLIENT_SECRET", SECRET)
    settings.cache_clear()
    yield
    settings.cache_clear()
