"""What stands in stores, in Chromium: the plug-in's note and page, and the theme's block."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.conftest import Look, picture
from tests.extensions.php import PHP, PLUGIN, say
from tests.extensions.test_shopify_extensions import BACK, BLOCK, SCRIPT, back_in_stock, drawn

pytestmark = pytest.mark.browser

STORE = "https://harbor.example/checkout"
HEAD = """<!doctype html><html lang="en"><head><title>Store</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"></head><body style="background: #fff; color: #222">"""
needs_php = pytest.mark.skipif(PHP is None, reason="no PHP here (on Debian: apt-get install php-cli)")


@needs_php
def test_an_address_is_told_as_soon_as_it_is_typed_and_only_once(checkout: Page, told: list[str]) -> None:
    type_address(checkout, "ida@")
    assert told == []
    with checkout.expect_response("**/?wc-ajax=*"):
        type_address(checkout, "ida@example.test")
    type_address(checkout, "ida@example.test ")
    assert [parse_qs(body) for body in told] == [{"email": ["ida@example.test"], "_ajax_nonce": ["n1"]}]


@needs_php
def test_who_declines_is_thanked_and_asked_no_more(checkout: Page, told: list[str]) -> None:
    checkout.get_by_role("button", name="No reminder, thank you").click()
    checkout.get_by_text("We will not remind you of this cart.").wait_for()
    type_address(checkout, "ida@example.test")
    assert [parse_qs(body) for body in told] == [{"decline": ["1"], "_ajax_nonce": ["n1"]}]


@needs_php
def test_a_no_that_did_not_arrive_can_be_said_again(checkout: Page) -> None:
    checkout.unroute("**/?wc-ajax=*")
    checkout.route("**/?wc-ajax=*", lambda route: route.fulfill(status=500))
    button = checkout.get_by_role("button", name="No reminder, thank you")
    button.click()
    checkout.wait_for_function("!document.querySelector('.doorstep-decline').disabled")
    assert button.is_visible()


@needs_php
def test_the_merchants_page_keeps_nobody_out(look: Look) -> None:
    show(look, f"<main>{speak('merchant')}</main>")
    picture(look, "plug-in-page")


def test_the_look_up_in_a_theme_keeps_nobody_out(look: Look) -> None:
    style = BLOCK.partition("{% stylesheet %}")[2].partition("{% endstylesheet %}")[0]
    show(look, f"<style>{style}</style><main><h1>Ridge</h1>{drawn('en')}</main>")


@needs_php
def test_the_form_on_a_product_page_keeps_nobody_out_and_answers_in_its_place(look: Look) -> None:
    script = (PLUGIN / "assets" / "back-in-stock.js").read_text()
    show(look, f"<main><h1>Mug</h1><h2>It</h2>{speak('sold_out')}</main><script>{script}</script>")
    picture(look, "plug-in-back-in-stock")
    look.page.route("**/?wc-ajax=*", lambda route: route.fulfill(json={"said": "Thank you.", "ok": True}))
    look.page.get_by_label("E-mail address").fill("ida@example.test")
    look.page.get_by_role("button", name="Tell me when it is back").click()
    look.page.get_by_text("Thank you.").wait_for()


def test_the_form_in_a_theme_follows_the_variant_that_is_chosen(look: Look) -> None:
    style = BACK.partition("{% stylesheet %}")[2].partition("{% endstylesheet %}")[0]
    cart = """<form action="/cart/add"><label for="id">Size</label><select id="id" name="id">
    <option value="41">S</option><option value="43">L</option></select></form>"""
    form = back_in_stock("en", {"41": False, "42": False, "43": True}, chosen="41")
    body = f"<style>{style}</style><main><h1>Mug</h1><h2>It</h2>{cart}{form}</main>"
    show(look, f"{body}<script>{SCRIPT.read_text()}</script>")
    picture(look, "theme-back-in-stock")
    button = look.page.get_by_role("button", name="Tell me when it is back")
    look.page.get_by_label("Size").select_option("43")
    button.wait_for(state="hidden")
    look.page.get_by_label("Size").select_option("41")
    button.wait_for()
    assert look.page.locator("select[name=variant]").input_value() == "41"


def show(look: Look, body: str) -> None:
    look.page.route(STORE, lambda route: route.fulfill(content_type="text/html", body=HEAD + body))
    look.page.goto(STORE)
    look.holds()


def type_address(page: Page, address: str) -> None:
    page.locator("#email").fill(address)
    page.locator("#email").blur()


def speak(what: str) -> str:
    said: str = say(what, "https://doorstep.example", "shop-key-of-24-characters", "secret")
    return said


@pytest.fixture
def told() -> list[str]:
    """What the store's page has told its server."""
    return []


@pytest.fixture
def checkout(chromium: Browser, told: list[str]) -> Iterator[Page]:
    """A store's checkout with the plug-in's note and script."""
    script = (PLUGIN / "assets" / "checkout.js").read_text()
    asked = 'window.doorstepCart = {"url": "/?wc-ajax=doorstep_cart", "nonce": "n1"};'
    field = '<label for="email">E-mail</label><input type="email" id="email">'
    html = f"{HEAD}{speak('note')}{field}<script>{asked}</script><script>{script}</script>"

    def hear(route: Route) -> None:
        told.append(route.request.post_data or "")
        route.fulfill(json={"success": True})

    page = chromium.new_page()
    page.route(STORE, lambda route: route.fulfill(content_type="text/html", body=html))
    page.route("**/?wc-ajax=*", hear)
    page.goto(STORE)
    yield page
    page.close()
