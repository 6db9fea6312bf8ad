"""Pages that change in place: focus, scroll and what is unfolded stay; what could not be kept is not lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.imports.models import Import, ImportState
from app.shops.models import Shop
from tests import sold
from tests.browser.conftest import Site
from tests.browser.sample_shop import shop as full_shop

pytestmark = pytest.mark.browser
__all__ = ["full_shop"]


def test_a_page_that_waits_for_something_refreshes_itself_and_nothing_jumps(
    page: Page, here: str, shop: Shop, session: Session
) -> None:
    page.goto(f"{here}/connection/lists")
    page.get_by_label("File").set_input_files(
        {"name": "numbers.csv", "mimeType": "text/csv", "buffer": b"Order,Tracking number\n#1,1Z\n"}
    )
    page.get_by_role("button", name="See what it would bring").click()
    page.get_by_text("Nothing of it can be brought in.").wait_for()
    as_it_is = update(Import).where(Import.shop_id == shop.id)
    session.execute(as_it_is.values(state=ImportState.RUNNING, counts={"lines": {"done": 7, "odd": 0}}))
    session.commit()
    page.reload()
    page.get_by_text("It goes on by itself").wait_for()
    fold = page.get_by_text("Remove what this list brought")
    fold.click()
    fold.focus()
    page.mouse.wheel(0, 200)
    session.execute(as_it_is.values(counts={"lines": {"done": 9000, "odd": 0}}))
    session.commit()
    page.get_by_text("9,000 lines so far").wait_for()
    expect(page.get_by_role("button", name=re.compile("Take list"))).to_be_visible()
    expect(fold).to_be_focused()
    session.execute(as_it_is.values(state=ImportState.DONE))
    session.commit()
    page.get_by_text("9,000 lines brought in").wait_for()
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url))
    page.wait_for_timeout(4500)
    assert asked == []  # there is nothing to wait for any more


def test_who_deals_with_a_row_stands_at_the_next_and_what_was_selected_stays_selected(
    page: Page, site: Site, full_shop: Shop
) -> None:
    here = enter(page, site, full_shop)
    page.set_viewport_size({"width": 1280, "height": 400})
    page.goto(f"{here}/exceptions")
    names = [it.split()[0] for it in page.locator("tbody th a").all_inner_texts()]
    selected = page.get_by_role("checkbox", name=f"Select {names[2]}").first
    selected.check()
    kept = selected.get_attribute("id")
    done = page.get_by_role("button", name=f"Done with {names[1]}").first
    done.focus()
    before = page.evaluate("scrollY")
    assert before > 0
    page.keyboard.press("Enter")
    page.get_by_text("It comes back only if something new goes wrong.").wait_for(state="attached")
    expect(page.locator("tbody th a").nth(1)).to_be_focused()
    assert page.evaluate("scrollY") > 0
    assert names[2] in page.evaluate("document.activeElement.innerText")
    assert page.locator("input:checked").get_attribute("id") == kept


def test_what_an_editor_could_not_keep_stays_as_typed_and_is_kept_at_the_next_try(
    page: Page, here: str, site: Site
) -> None:
    del site
    page.goto(f"{here}/wording/shipped")
    page.locator("#row-text a").click()
    words = page.get_by_label("Words")

    def fail(route: Route) -> None:
        route.fulfill(status=503, content_type="text/html", body="<p>Down</p>")

    page.route("**/wording/shipped/block", fail)
    words.fill("Half an hour of work.")
    page.get_by_text("Not saved: something went wrong on our side.").wait_for()
    expect(words).to_have_value("Half an hour of work.")
    page.unroute("**/wording/shipped/block", fail)
    page.get_by_role("button", name="Try again").click()
    expect(page.frame_locator("#frame").get_by_text("Half an hour of work.")).to_be_visible()
    expect(page.locator("#lost")).to_be_hidden()
    page.context.set_offline(True)
    words.fill("In a tunnel.")
    page.get_by_text("Not saved: Doorstep could not be reached.").wait_for()
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.frame_locator("#frame").get_by_text("In a tunnel.")).to_be_visible()


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


@pytest.fixture
def here(page: Page, site: Site, shop: Shop) -> str:
    return enter(page, site, shop)


def enter(page: Page, site: Site, shop: Shop) -> str:
    page.goto(site.url + re.sub(r"^https?://[^/]+", "", doors.sign_in_link(shop.id)))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()
    return f"{site.url}/admin/{shop.id}"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    yield context.new_page()
    context.close()
