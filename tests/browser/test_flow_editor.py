"""A flow with a branch within a branch, built by hand and by keys alone; and its pages, looked at."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.flows import drafts, published
from app.flows.plan import reading, tree
from app.flows.rehearsal import asked
from app.shops.models import Shop
from app.vocabulary import Trigger
from tests.browser.conftest import Look, Site, picture
from tests.browser.hands import Keys, Mouse
from tests.browser.sample_shop import empty_shop, shop
from tests.unit.flows.test_tree import names

pytestmark = pytest.mark.browser
__all__ = ["empty_shop", "shop"]

FLOW = Trigger.WIN_BACK
BUILT = [
    "lapsed",
    "question",
    ["question 2", ["first"], []],
    ["a week"],
    "second",
    "two weeks",
    "offer",
    "third",
]


def test_a_flow_is_built_by_hand_and_by_keys(look: Look, site: Site, session: Session, shop: Shop) -> None:
    page = look.page
    page.goto(site.url + re.sub(r"^https?://[^/]+", "", doors.sign_in_link(shop.id)))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()
    page.goto(f"{site.url}/admin/{shop.id}/flows")
    picture(look, "flows")
    look.holds()
    page.goto(f"{site.url}/admin/{shop.id}/flows/{FLOW}")
    picture(look, "flow-as-shipped")
    look.holds()
    hand = Mouse(page) if look.scheme == "light" else Keys(page)
    for place, added in (("after:lapsed", "question"), ("way:0:question", "question 2")):
        hand.add_step(place, "Split by a question")
        page.locator(f'.flow-card.is-chosen[data-step="{added}"]').wait_for()
    page.get_by_role("heading", name="Is the number of their orders at least 2?").wait_for()
    for step, place in (("first", "way:0:question 2"), ("a week", "way:1:question")):
        hand.move_step(step, place)
        page.locator(f'.flow-card.is-chosen[data-step="{step}"]').wait_for()
    session.expire_all()
    flow = reading.read(drafts.look(session, shop.id, FLOW).file)
    assert names(tree.of(flow).rows[0]) == BUILT
    picture(look, "flow-built")
    look.holds()
    page.get_by_role("button", name="This is as I want it").click()
    page.get_by_role("link", name="Publish…").click()
    page.get_by_role("heading", name="What changes").wait_for()
    picture(look, "flow-publish")
    look.holds()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("status").filter(has_text="Published").wait_for()
    page.goto(f"{site.url}/admin/{shop.id}/flows/{FLOW}?step=lapsed")
    picture(look, "flow-wait")
    look.holds()
    page.goto(f"{site.url}/admin/{shop.id}/flows/{FLOW}?step=second")
    page.frame_locator(".flow-preview iframe").get_by_role("link").first.wait_for()
    picture(look, "flow-message")
    look.holds()
    page.goto(f"{site.url}/admin/{shop.id}/flows/{FLOW}/file")
    look.holds()
    try_it(look, site, session, shop)


def try_it(look: Look, site: Site, session: Session, shop: Shop) -> None:
    """Look at the ways of trying a draft."""
    page = look.page
    page.goto(f"{site.url}/admin/{shop.id}/flows/{Trigger.REVIEW_REQUEST}/try")
    page.get_by_role("navigation", name="What to try it on").get_by_role("link").first.click()
    page.get_by_role("heading", name="The way of").wait_for()
    picture(look, "flow-try")
    look.holds()
    page.goto(f"{site.url}/admin/{shop.id}/flows/{Trigger.REVIEW_REQUEST}/rehearsal")
    picture(look, "flow-rehearsal-none")
    look.holds()
    went_through(session, shop)
    page.reload()
    page.get_by_role("img", name="Messages of each week").wait_for()
    page.get_by_text("The numbers").click()
    picture(look, "flow-rehearsal")
    look.holds()


def went_through(session: Session, shop: Shop) -> None:
    """Keep what a rehearsal of three weeks came to."""
    asked.ask(session, shop.id, Trigger.REVIEW_REQUEST, published.preset(Trigger.REVIEW_REQUEST), 30)
    row = asked.look(session, shop.id, Trigger.REVIEW_REQUEST)
    assert row is not None
    mondays = [(row.since + timedelta(days=7 * number)).date().isoformat() for number in range(3)]
    counts = ({"sent": 60, "waited": 12, "unsent": 30}, {"sent": 81, "unsent": 9}, {"sent": 44, "waited": 31})
    steps = {"first": {"came": 267, "sent": 228, "waited": 43, "held out": 21}}
    asked.end(
        session,
        row.id,
        found={
            "until": row.until.isoformat(),
            "came": 267,
            "held_out": 21,
            "texts": 0,
            "sent": 228,
            "ended": {},
            "put_off": {"quiet_hours": 43},
            "unsent": {"skipped: no_consent": 39},
            "weeks": dict(zip(mondays, counts, strict=True)),
            "steps": steps,
            "lines": [],
            "all": 267,
        },
    )
    session.commit()
