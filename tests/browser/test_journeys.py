"""The merchant's whole way, by mouse and by keyboard alone: from connecting to a shopper's last wish."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import Client

from app.audience import profiles
from app.audience.models import Profile
from app.flows import drafts, published, switches
from app.flows.plan import reading, tree
from app.lib import clock, http
from app.lib.config import settings
from app.platforms.purchases import Person
from app.shops.models import Shop
from app.tracking.page import designs
from app.tracking.page.links import token_of
from app.vocabulary import Trigger
from demo import fakes
from demo.shopify.wire import HOST
from tests import sold
from tests.browser.conftest import Look, Site, listen
from tests.browser.hands import Hand, Keys, Mouse
from tests.browser.moments import MOMENTS
from tests.demo.wsgi import Wsgi
from tests.unit.flows.test_tree import names

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning"),
]
MOST_PRESSES, MOST_SECONDS = 8, 120
HANDS = [pytest.param(Mouse, id="mouse", marks=pytest.mark.long), pytest.param(Keys, id="keys")]
"""`make test` goes by keys, `make browser` both ways."""
FLOW = Trigger.WIN_BACK
EMAIL = "ana.moreno@shopper.example"


@pytest.mark.parametrize("by", HANDS)
def test_a_store_connects_publishes_its_page_and_switches_on_a_flow_in_eight_presses(
    site: Site, page: Page, session: Session, by: type[Hand]
) -> None:
    hand, began = by(page), time.monotonic()
    shop = connect(site, hand, session)
    publish_page(hand)
    hand.press(page.get_by_role("link", name="Back to tracking"))
    hand.press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Flows"))
    hand.press(page.get_by_role("switch", name="Thank-you"))
    page.get_by_role("switch", name="Thank-you", checked=True).wait_for()
    assert hand.presses <= MOST_PRESSES
    assert time.monotonic() - began < MOST_SECONDS
    session.expire_all()
    assert switches.switched_on(session, shop.id).keys() == {Trigger.THANK_YOU}
    assert designs.shown(session.get_one(Shop, shop.id)).brand["color"] == "#1e6048"


@pytest.mark.parametrize("by", HANDS)
def test_a_flow_is_built_tried_and_published_a_case_answered_and_a_shopper_erased(
    site: Site, page: Page, session: Session, by: type[Hand]
) -> None:
    hand = by(page)
    shop = connect(site, hand, session)
    order = sold_to_ana(session, shop)
    build_flow(hand, session, shop)
    try_flow(hand)
    publish_flow(hand, session, shop)
    page.goto(f"{site.url}/t/{token_of(order)}/problem")
    hand.write(page.get_by_label("In your words"), "It is not here.")
    hand.press(page.get_by_role("button", name="Send"))
    page.get_by_role("heading", name="We have your message").wait_for()
    page.goto(f"{site.url}/admin/{shop.id}/home")
    answer_case(hand)
    erase(hand)
    session.expire_all()
    assert session.scalars(select(Profile.email)).all() == [None]


def connect(site: Site, hand: Hand, session: Session) -> Shop:
    """Let the app in from the store's own page, which stands at an address that no browser here reaches."""
    page = hand.page
    asked = page.request.get(f"{site.url}/admin/shopify/install?shop={HOST}", max_redirects=0)
    page.goto(asked.headers["location"])
    hand.press(page.get_by_role("button", name="Install"))
    page.get_by_role("heading", name="Set up").wait_for()
    return session.scalars(select(Shop)).one()


def publish_page(hand: Hand) -> None:
    page = hand.page
    hand.press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Tracking"))
    hand.press(page.get_by_role("link", name="Design the tracking page"))
    hand.write(page.get_by_label("Brand color", exact=True), "#1e6048")
    page.get_by_text("Draft", exact=True).wait_for()
    hand.press(page.locator("summary", has_text="Publish…"))
    hand.press(page.get_by_role("button", name="Publish", exact=True))
    page.get_by_text("Published. Every page looks like this from now on.").wait_for()


def sold_to_ana(session: Session, shop: Shop) -> int:
    ana = profiles.keep(
        session, shop.id, Person(email=EMAIL, first_name="Ana", last_name="Moreno"), heard_at=clock.now()
    )
    assert ana is not None
    return sold.order(session, shop, *MOMENTS["delivered"], profile_id=ana.id, total=16400).id


def build_flow(hand: Hand, session: Session, shop: Shop) -> None:
    """Split by a question, and in one of its ways by another; and bring what was there into the ways."""
    page = hand.page
    hand.press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Flows"))
    hand.press(page.locator("#win_back").get_by_role("link").first)
    for slot, added in (("after:lapsed", "question"), ("way:0:question", "question 2")):
        hand.add_step(slot, "Split by a question")
        page.locator(f'.flow-card.is-chosen[data-step="{added}"]').wait_for()
    for step, slot in (("first", "way:0:question 2"), ("a week", "way:1:question")):
        hand.move_step(step, slot)
        page.locator(f'.flow-card.is-chosen[data-step="{step}"]').wait_for()
    hand.press(page.get_by_role("button", name="Undo"))
    hand.press(page.get_by_role("button", name="Redo"))
    page.get_by_role("button", name="Redo").wait_for(state="detached")
    session.expire_all()
    flow = reading.read(drafts.look(session, shop.id, FLOW).file)
    assert names(tree.of(flow).rows[0])[:4] == [
        "lapsed",
        "question",
        ["question 2", ["first"], []],
        ["a week"],
    ]


def try_flow(hand: Hand) -> None:
    page = hand.page
    hand.press(page.get_by_role("link", name="Try it"))
    hand.press(page.get_by_role("navigation", name="What to try it on").get_by_role("link").first)
    page.get_by_role("heading", name="The way of").wait_for()
    hand.press(page.get_by_role("main").get_by_role("link", name="Win-back"))


def publish_flow(hand: Hand, session: Session, shop: Shop) -> None:
    page = hand.page
    hand.press(page.get_by_role("button", name="This is as I want it"))
    hand.press(page.get_by_role("link", name="Publish…"))
    hand.press(page.get_by_role("button", name="Publish", exact=True))
    page.get_by_role("status").filter(has_text="Published").wait_for()
    session.expire_all()
    assert "- id: question 2" in published.file(session, shop.id, FLOW)


def answer_case(hand: Hand) -> None:
    page = hand.page
    hand.press(page.get_by_role("link", name=re.compile("^Answer")))
    hand.write(page.get_by_label("Your answer"), "We send another one today.")
    hand.press(page.get_by_role("button", name="Send answer"))
    page.get_by_text("Your answer is on its way by e-mail.").wait_for()
    hand.press(page.get_by_text("Close case…"))
    hand.press(page.get_by_role("button", name="Close case"))
    page.get_by_text("Closed. Reviews and offers").wait_for()


def erase(hand: Hand) -> None:
    page = hand.page
    hand.press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Customers"))
    hand.write(page.get_by_role("searchbox"), "moreno")
    page.keyboard.press("Enter")
    hand.press(page.get_by_role("link", name="Ana Moreno"))
    hand.press(page.locator("summary", has_text="Their data"))
    hand.press(page.get_by_role("link", name="Erase for good…"))
    hand.tick(page.get_by_role("checkbox"))
    hand.press(page.get_by_role("button", name="Erase for good"))
    page.get_by_role("link", name="certificate", exact=True).wait_for()


@pytest.fixture
def page(chromium: Browser, store: Callable[[Route], None]) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.route(re.compile("^https://"), store)
    looking = Look(context.new_page(), 1280, "light", [])
    listen(looking)
    yield looking.page
    assert looking.errors == []
    context.close()


@pytest.fixture
def store(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[Route], None]]:
    """Shopify as a browser and as the app reach it; the app stands where the browser finds it."""
    monkeypatch.setenv("DOORSTEP_URL", site.url)
    monkeypatch.setenv("DEMO_STORES", str(tmp_path / "stores.sqlite"))
    settings.cache_clear()
    http.play(HOST, Wsgi(fakes.application))
    yield _answered
    http.play(HOST, None)
    monkeypatch.undo()
    settings.cache_clear()


def _answered(route: Route) -> None:
    asked = route.request
    there = urlsplit(asked.url)
    if there.netloc != HOST:
        return route.abort()
    more: dict[str, Any] = {"data": asked.post_data_buffer} if asked.post_data_buffer else {}
    answer = Client(fakes.application).open(
        asked.url.removeprefix(f"https://{HOST}"),
        method=asked.method,
        base_url=f"https://{HOST}",
        content_type=asked.headers.get("content-type"),
        **more,
    )
    return route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)
