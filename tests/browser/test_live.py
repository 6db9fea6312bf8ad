"""The tracking page keeps itself true while somebody looks at it."""

from collections.abc import Iterator

import pytest
from flask import Response, request
from playwright.sync_api import Browser, Page
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.tracking.page.links import token_of
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.browser.conftest import Site
from tests.sold import Sent

pytestmark = pytest.mark.browser

MOVING = Sent(scans=((S.PICKED_UP, -30, None, "Denver"), (S.IN_TRANSIT, -3, None, "Boulder")), expected=2)


def test_a_change_comes_by_itself_and_is_said_once(page: Page, address: str, session: Session) -> None:
    page.goto(address)
    assert page.locator("#said").inner_text() == ""
    page.evaluate("window.loadedAnew = false")
    arrive(session)
    pass_time(page)
    page.get_by_role("heading", level=1, name="Delivered today").wait_for()
    assert "Delivered today" in page.title()
    assert page.locator("#said").inner_text().startswith("Delivered today")
    assert page.evaluate("window.loadedAnew") is False


def test_whatever_was_opened_or_held_stays(page: Page, address: str, session: Session) -> None:
    page.goto(address)
    page.get_by_text("Carrier and tracking number").click()
    link = page.get_by_role("link", name="See it at UPS").last
    link.focus()
    page.mouse.wheel(0, 300)
    page.wait_for_function("scrollY > 0")
    where = page.evaluate("scrollY")
    session.execute(text("UPDATE line_item SET title = 'Wool Overshirt' WHERE position = 0"))
    session.commit()
    pass_time(page)
    page.get_by_text("Wool Overshirt").wait_for()
    assert link.is_visible()
    assert page.evaluate("document.activeElement.innerText") == "See it at UPS"
    assert page.evaluate("scrollY") == where
    assert page.locator("#said").inner_text() == ""  # the headline is the same


def test_nothing_new_costs_nothing_and_is_asked_for_ever_more_rarely(
    page: Page, address: str, answered: list[int]
) -> None:
    page.goto(address)
    for _ in range(4):
        pass_time(page, seconds=60)
    assert answered[0] == 200
    assert 2 <= len(answered[1:]) <= 4
    assert set(answered[1:]) == {304}
    before = len(answered)
    pass_time(page, seconds=60)
    pass_time(page, seconds=60)
    assert len(answered) - before <= 1


def test_nobody_looks_nobody_asks(page: Page, address: str, answered: list[int]) -> None:
    page.goto(address)
    see(page, hidden=True)
    pass_time(page, seconds=3600)
    assert answered == [200]
    see(page, hidden=False)
    page.wait_for_timeout(300)
    assert answered == [200, 304]


def test_without_network_the_page_stays_as_it_was(page: Page, address: str, session: Session) -> None:
    page.goto(address)
    page.context.set_offline(True)
    headline = page.get_by_role("heading", level=1).inner_text()
    pass_time(page, seconds=60)
    assert page.get_by_role("heading", level=1).inner_text() == headline
    arrive(session)
    page.context.set_offline(False)
    page.get_by_role("heading", level=1, name="Delivered today").wait_for()


def arrive(session: Session) -> None:
    session.execute(text("UPDATE shipment SET status = 'delivered', status_at = now(), delivered_at = now()"))
    session.commit()


def pass_time(page: Page, seconds: int = 40) -> None:
    page.clock.fast_forward(seconds * 1000)
    page.wait_for_timeout(300)


def see(page: Page, *, hidden: bool) -> None:
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden});"
        " document.dispatchEvent(new Event('visibilitychange')) }",
        hidden,
    )


@pytest.fixture
def address(site: Site, session: Session) -> str:
    return f"{site.url}/t/{token_of(sold.order(session, sold.shop(session), MOVING).id)}"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 390, "height": 600}, reduced_motion="reduce")
    opened = context.new_page()
    opened.clock.install()
    yield opened
    context.close()


@pytest.fixture
def answered(site: Site) -> list[int]:
    """The status of every answer with a tracking page, in order."""
    statuses: list[int] = []

    @site.app.after_request
    def note(answer: Response) -> Response:
        if request.path.startswith("/t/"):
            statuses.append(answer.status_code)
        return answer

    return statuses
