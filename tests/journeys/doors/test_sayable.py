"""Every page of the admin, asked in a language that is none: what it shows is said in it, or it is data."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from babel import Locale
from babel.dates import get_day_names, get_month_names
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.carriers import directory
from app.flows import published
from app.flows.plan.definition import Action, Flow
from app.lib import plugins
from app.lib.words import CATALOGS
from app.schema import Base
from app.shops.models import Shop
from app.shops.team import Role
from tests.journeys.doors import walking
from tests.journeys.doors.conftest import Keys
from tests.planted import Planted
from tests.shown import Shown

WHO = "somebody"
"""Who asks, as the audit log calls them."""
DATES = "|".join(
    [
        *(name for width in ("wide", "abbreviated") for name in get_month_names(width).values()),
        *(name for width in ("wide", "abbreviated") for name in get_day_names(width).values()),
        *(["today", "yesterday", "tomorrow", "ago", "seconds?", "minutes?", "am", "pm"]),
    ]
)
PLUGINS = ("app.platforms", "app.carriers", "app.channels.sms", "app.listeners")
ADDRESS = re.compile(r"\w+://\S*|\S*\w\.[a-z]\S*|\w+_…")
WORD = re.compile(r"[^\W\d_]{2,}")


class Page(Shown):
    """What a page shows outside of brackets, and of what is data by its markup."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._depth = 0

    def read_out(self, text: str) -> None:
        """Note what stands outside of brackets."""
        self._note(text, 0)

    def shown(self, text: str) -> None:
        """Note what stands outside of brackets, which may end in another element."""
        self._depth = self._note(text, self._depth)

    def _note(self, text: str, depth: int) -> int:
        outside = ""
        for letter in text:
            depth += (letter == "⟦") - (letter == "⟧")
            outside += " " if letter in "⟦⟧" else letter if depth == 0 else ""
        if outside.strip():
            self.found.append(outside)
        return depth


def test_every_sentence_can_be_said_in_another_language(
    app: Flask, session: Session, mine: Planted, key_of: Callable[[Planted, Role | None], Keys]
) -> None:
    client = app.test_client()
    with client.session_transaction() as kept:
        kept.update(key_of(mine, None))
    data = data_of(session, mine.shop)
    found, asked = {}, 0
    for route in walking.of_a_shop(app):
        if route.method != "GET":
            continue
        answer = client.get(route.address(app, mine.shop.id, mine), headers={"Accept-Language": "en-XA"})
        if answer.status_code == 200 and answer.mimetype == "text/html":
            asked += 1
            if parts := unsaid(answer.text, data):
                found[route.name] = parts
    assert found == {}
    assert asked > 45


def test_what_stands_at_the_doors_can_be_said_too(
    app: Flask,
    session: Session,
    mine: Planted,
    theirs: Planted,
    key_of: Callable[[Planted, Role | None], Keys],
) -> None:
    data, client = data_of(session, mine.shop), app.test_client()
    at_the_doors = [
        ("/admin", 401),
        ("/admin/sign-in", 200),
        ("/admin/sign-in/x", 401),
        ("/admin/join/x", 401),
        ("/admin/way-in/x", 401),
        ("/admin/shopify/patch", 400),
        ("/connect/woocommerce", 200),
        ("/connect/woocommerce/return", 400),
    ]
    assert {address: unsaid_at(client, address, status, data) for address, status in at_the_doors} == {
        address: [] for address, _ in at_the_doors
    }
    with client.session_transaction() as kept:
        kept.update(key_of(mine, Role.READER))
    assert unsaid_at(client, "/admin?all=1", 200, data) == []
    assert unsaid_at(client, f"/admin/{theirs.shop.id}/home", 404, data) == []
    assert unsaid_at(client, f"/admin/{mine.shop.id}/settings/everything", 403, data) == []


def unsaid_at(client: FlaskClient, address: str, status: int, data: "re.Pattern[str]") -> list[str]:
    """Return what a page shows that is neither said nor data; fails where it is answered otherwise."""
    answer = client.get(address, headers={"Accept-Language": "en-XA"})
    assert answer.status_code == status, address
    return unsaid(answer.text, data)


def unsaid(shown: str, data: "re.Pattern[str]") -> list[str]:
    """Return what a page shows that is neither said nor data."""
    page = Page()
    page.feed(shown)
    return [it for it in (without(part, data) for part in page.found) if WORD.search(it)]


def without(shown: str, data: "re.Pattern[str]") -> str:
    """Return a text without the shop's data, and without days and hours."""
    rest = ADDRESS.sub(" ", data.sub(" ", shown))
    return re.sub(rf"\b({DATES})\b", " ", rest, flags=re.IGNORECASE).strip()


def data_of(session: Session, shop: Shop) -> "re.Pattern[str]":
    """Return a pattern of every text in a shop's rows, and of the names of those whom we know."""
    names = {str(it.label) for package in PLUGINS for it in plugins.discover(package).values()}
    names |= {str(it.name) for it in directory.everyone().values()}
    names |= {str(Locale.parse(it).english_name) for it in CATALOGS}
    names |= {
        it for trigger in published.PRESETS for it in quoted(published.flow_of(published.preset(trigger)))
    }
    names |= set(Locale("en").territories.values())
    known = {*texts_of(session, shop), *names, "Doorstep", "WhatsApp", WHO}
    longest = sorted((it for it in known if WORD.search(it)), key=len, reverse=True)
    return re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE)


def quoted(flow: Flow) -> Iterator[str]:
    """Yield what a flow's file says in words of its own."""
    yield from (trial.name for trial in flow.trials)
    yield from (step.says for step in flow.steps if isinstance(step, Action))


def texts_of(session: Session, shop: Shop) -> Iterator[str]:
    for table in Base.metadata.sorted_tables:
        column = "id" if table.name == "shop" else "shop_id"
        if column in table.c:
            rows = text(f'SELECT to_jsonb(t) FROM "{table.name}" t WHERE {column} = :shop')
            for row in session.scalars(rows, {"shop": shop.id}):
                yield from leaves(row)


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for it in value.values() if isinstance(value, dict) else value:
            yield from leaves(it)
    elif isinstance(value, str):
        yield value
