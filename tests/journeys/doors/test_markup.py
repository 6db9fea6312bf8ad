"""What merchants and shoppers wrote is words on every page, and who saw a shopper is written down."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.shops.models import AccessRecord
from app.shops.team import Role
from app.tracking.page.links import gift_token_of, token_of
from tests.journeys.doors import walking
from tests.journeys.doors.conftest import Keys
from tests.planted import Planted

KeyOf = Callable[[Planted, Role | None], Keys]
TYPED = "\"'><i typed>{{ 7 * 191 }}</textarea></title>"
TYPES = ("text", "search", "email", "url", "number", "tel", "password", "date", "time", "")


def test_no_row_is_markup_on_a_page_and_who_saw_a_shopper_is_written_down(
    app: Flask, session: Session, mine: Planted, key_of: KeyOf
) -> None:
    ask = walking.browser(app, **key_of(mine, None))
    shown = set()
    for route in walking.of_a_shop(app):
        if route.method != "GET":
            continue
        before = records(session)
        answer = ask("GET", route.address(app, mine.shop.id, mine), {})
        told = walking.said(answer)
        shows = mine.word in told
        shown |= {route.name} if shows else set()
        is_guarded(answer)
        assert answer.mimetype != "text/html" or mine.markup not in told, route
        assert "javascript:" not in re.sub(r">[^<]*<", "><", told), route
        if any(word in told for word in mine.shoppers):
            assert records(session) > before, f"{route.name} shows a shopper, and nobody writes it down"
    assert len(shown) > 15, "few pages show what was planted"


def test_what_is_typed_into_any_form_is_words_wherever_it_is_shown(
    app: Flask, mine: Planted, key_of: KeyOf
) -> None:
    key = key_of(mine, None)
    ask, filled = walking.browser(app, **key), 0
    pages = [it.address(app, mine.shop.id, mine) for it in walking.of_a_shop(app) if it.method == "GET"]
    for page in pages:
        for action, form in forms(ask("GET", page, {}), page):
            if action.rpartition("/")[2] in ("forget", "erase", "let-go", "sign-out", "disconnect", "remove"):
                continue
            answer = ask("POST", action, form)
            assert answer.status_code < 500, action
            assert "<i typed>" not in answer.text, action
            assert "1337" not in answer.text, action
            filled += TYPED in form.values()
    assert filled > 15
    for page in pages:
        answer = ask("GET", page, {})
        assert answer.status_code < 500, page
        assert answer.mimetype != "text/html" or "<i typed>" not in answer.text, page


def test_a_shoppers_pages_hold_no_markup_of_theirs(app: Flask, mine: Planted) -> None:
    order = mine.rows["order"]
    for path in (f"/t/{token_of(order)}", f"/g/{gift_token_of(order)}", f"/t/{token_of(order)}/problem"):
        answer = walking.browser(app)("GET", path, {})
        assert answer.status_code == 200
        assert mine.markup not in answer.text
        assert "javascript:" not in answer.text
        is_guarded(answer)


@pytest.mark.parametrize(
    "there", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x()"]
)
def test_nobody_is_led_away_by_an_address(app: Flask, mine: Planted, key_of: KeyOf, there: str) -> None:
    ask = walking.browser(app, **key_of(mine, None))
    named = (
        "next",
        "url",
        "back",
        "to",
        "return_to",
        "redirect",
        "shopify-reload",
        "page",
        "who",
        "link",
        "q",
    )
    query = "&".join(f"{name}={there}" for name in named)
    for route in walking.of_a_shop(app):
        if route.method == "GET":
            answer = ask("GET", f"{route.address(app, mine.shop.id, mine)}?{query}", {})
            assert (answer.location or "/").startswith("/"), route
            assert not re.search(
                r"""(href|action|src)=["'](https://evil|//evil|/\\|javascript)""", walking.said(answer)
            ), route
    for path in ("/admin", "/admin/shopify", "/admin/shopify/patch", "/connect/woocommerce"):
        answer = walking.browser(app)("GET", f"{path}?{query}", {})
        assert "evil" not in (answer.location or "")


def is_guarded(answer: TestResponse) -> None:
    """A page loads nothing foreign, runs nothing that stands in it, and says who may frame it."""
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if answer.mimetype == "text/html":
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert re.search(r"frame-ancestors '(none|self)'", policy)
        assert "unsafe" not in policy
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?! [^>]*src=)", answer.text)


def records(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(AccessRecord)) or 0


class _Forms(HTMLParser):
    """Gathers the forms of a page as a careless merchant would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.found = page, list[tuple[str, dict[str, str]]]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((said.get("action") or self.page, {}))
            self.posts = said.get("method") == "post"
            if not self.posts:
                self.found.pop()
        elif not self.found or not self.posts or not said.get("name"):
            return
        elif tag == "textarea" or (tag == "input" and said.get("type", "") in TYPES):
            self.found[-1][1][said["name"]] = TYPED
        elif tag in ("input", "button", "option"):
            self.found[-1][1].setdefault(said["name"], said.get("value", ""))


def forms(answer: TestResponse, page: str) -> list[tuple[str, dict[str, str]]]:
    read = _Forms(page)
    if answer.mimetype == "text/html":
        read.feed(answer.text)
    return read.found
