"""Every page that a link opens, asked with every other link: each opens its own page, and nobody guesses one.

And whatever else has no shop in its address tells a stranger nothing of anybody.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.admin.wording import preview
from app.lib import signing
from app.messages.letters import links as message_links
from app.reviews import links as review_links
from app.shops import entering, team
from app.shops.models import Shop
from app.shops.team import Role
from app.stock import waiting
from app.tracking.page import designs, links
from app.tracking.shoppers import own_orders, recipients
from tests.journeys.doors import walking
from tests.journeys.doors.walking import HEAD, Walk
from tests.planted import Planted, standing

OPEN = frozenset(("storefront.look.file", "storefront.look.colors", "static"))
"""What stands in everybody's browser."""


@pytest.fixture(autouse=True)
def table() -> Iterator[list[Walk]]:
    """Print who came how far."""
    walks: list[Walk] = []
    yield walks
    print("\n" + "\n".join([HEAD, *(walk.line for walk in walks)]))


def test_a_link_opens_its_own_page_and_no_other(
    app: Flask, session: Session, mine: Planted, table: list[Walk]
) -> None:
    tokens = made(session, mine)
    before = standing(session, mine.shop.id)
    for what, given in {
        "a made-up link": {own: ["x", "1", "-", "é"] for own in tokens},
        "a link of which a letter was changed": {own: [walking.spoiled(it)] for own, it in tokens.items()},
        "the link of another page": {
            own: [it for other, it in tokens.items() if other != own] for own in tokens
        },
    }.items():
        walk = Walk(what)
        for rule, token in asked(app, given):
            ask = walking.browser(app)
            values: dict[str, object] = dict.fromkeys(rule.rule.arguments, 1)
            values[walking.secret_of(rule) or ""] = token
            address = app.url_map.bind("doorstep.test", url_scheme="https").build(
                rule.rule.endpoint, values, method=rule.method
            )
            walk.note(rule, ask(rule.method, address, {}), mine.word)
        table.append(walk)
        assert (walk.leaks, walk.let_in) == ([], []), what
    assert standing(session, mine.shop.id) == before


def test_a_stranger_is_told_nothing_of_anybody(
    app: Flask, session: Session, mine: Planted, table: list[Walk]
) -> None:
    walk, may = Walk("a stranger, where no link is needed"), ("own_orders_link", "event")
    before = standing(session, mine.shop.id, but=may)  # whoever knows an address may have a link mailed there
    for route in walking.of_nobody(app):
        if walking.secret_of(route) or route.rule.endpoint in OPEN:
            continue
        named = {"shop": mine.shop.domain, "order": mine.rows["order"], "key": mine.shop.key}
        address = route.anywhere(app, **named)
        for form in ({}, {"shop": mine.shop.domain, "email": "ana@example.com", "order": "1", "who": "2"}):
            walk.note(route, walking.browser(app)(route.method, address, form), *mine.shoppers)
    table.append(walk)
    assert walk.leaks == []
    assert standing(session, mine.shop.id, but=may) == before


def asked(app: Flask, given: dict[str, list[str]]) -> Iterator[tuple[walking.Route, str]]:
    for route in walking.of_nobody(app):
        if walking.secret_of(route):
            name = walking.segment(route.rule.rule)
            assert name in given, f"{route.rule.rule}: say in made() what opens it"
            for token in given[name]:
                yield route, token


def made(session: Session, of: Planted) -> dict[str, str]:
    """A good link to each kind of page, by how its address begins."""
    shop, rows = session.get_one(Shop, of.shop.id), of.rows
    message = (shop.id, rows["message"])
    addresses = {
        "t": links.tracking_url(shop, rows["order"]),
        "g": links.gift_url(shop, rows["order"]),
        "s": links.short_url(shop, rows["order"]),
        "u": message_links.preferences_url(*message),
        "c": message_links.confirm_url(*message),
        "answer": signing.token(message_links.SURVEY, list(message)),
        "r": message_links.click_url(*message, "https://ridge.example"),
        "w": recipients.url(shop, rows["recipient"]),
        "orders": own_orders.url(shop, rows["own_orders_link"]),
        "review": review_links.review_url(shop, rows["order"]),
        "photo": review_links.photo_token(shop.id, rows["review_photo"]),
        "waiting": waiting.url(shop, rows["waiting"]),
        "mail-preview": signing.token(preview.PURPOSE, [shop.id, "shipped", "", "en", False, "", 0]),
        "designed": signing.token(designs.PURPOSE, [shop.id, "", "in_transit", "", 0]),
        "sign-in": doors.sign_in_link(shop.id),
        "join": team.invite(session, shop.id, "ana@ridge.example", Role.EDITOR),
        "way-in": entering.begin(session, shop.id, page="home", who="WordPress user 1"),
    }
    session.commit()
    return {name: address.rpartition("/")[2] for name, address in addresses.items()}
