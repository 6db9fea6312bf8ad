"""Somebody finds a thing sold out, asks to hear when it is back, and may take that back; it is counted."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from app.audience.models import Profile
from app.commerce import catalog
from app.commerce.models import Variant
from app.flows.models import Flow
from app.lib import clock
from app.main import create_app
from app.platforms import purchases
from app.privacy import copies, erasure
from app.stock import shelves, waiting
from app.stock.models import Shelf, Waiting
from jobs import messages
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_mails import parsed, part, server
from tests.journeys.test_privacy import where_is

__all__ = ["server"]
ANA, BEN = "ana.canary@example.org", "ben@example.org"
VARIANT = "808950810"


def test_who_asks_stands_in_line_once_and_in_their_own_words(store: StoreVoice, browser: FlaskClient) -> None:
    for typed in (ANA, f" {ANA.upper()} ", BEN):
        answer = ask(browser, store, typed, wording="Tell me,  once.")
        assert (answer.status_code, "We write to you once" in answer.text) == (200, True)
    line = waiting.waiting(store.session, variant(store))
    assert [row.address for row in line] == [ANA, BEN]
    assert [row.wording for row in line] == ["Tell me, once."] * 2
    assert {row.source for row in line} == {"page"}
    profiles = store.session.scalars(select(Profile.id).order_by(Profile.id)).all()
    assert [row.profile_id for row in line] == list(profiles)


def test_the_line_is_first_come_first_told_and_who_was_told_has_left_it(store: StoreVoice) -> None:
    people = [f"{name}@example.org" for name in ("dan", "ana", "cat", "ben")]
    for minutes, address in enumerate(people):
        with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
            asked = waiting.Asked(address=address, wording="Yes", source="page")
            waiting.ask(store.session, store.shop, variant(store), asked)
    first, second = waiting.waiting(store.session, variant(store), limit=2)
    assert [first.address, second.address] == people[:2]
    waiting.tell(store.session, [first.id])
    waiting.leave(second)
    store.session.commit()
    assert [row.address for row in waiting.waiting(store.session, variant(store))] == people[2:]
    again = waiting.Asked(address=people[0], wording="Yes", source="page")
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        waiting.ask(store.session, store.shop, variant(store), again)
    assert waiting.waiting(store.session, variant(store))[-1].address == people[0], "asked again: a new place"


def test_a_known_address_and_an_unknown_one_are_answered_the_same(
    store: StoreVoice, browser: FlaskClient
) -> None:
    first = ask(browser, store, ANA)
    assert [ask(browser, store, typed).text for typed in (ANA, BEN)] == [first.text] * 2


def test_a_program_that_fills_in_everything_is_thanked_and_kept_nowhere(
    store: StoreVoice, browser: FlaskClient
) -> None:
    answer = ask(browser, store, ANA, website="https://spam.example")
    assert answer.text == ask(browser, store, BEN).text
    assert [row.address for row in waiting.waiting(store.session, variant(store))] == [BEN]


def test_what_cannot_be_is_said(store: StoreVoice, browser: FlaskClient) -> None:
    assert ask(browser, store, "nobody").status_code == 422
    assert ask(browser, store, ANA, variant="404").status_code == 404
    store.session.scalars(select(Shelf)).one().is_there = True
    store.session.commit()
    assert "you can buy it now" in ask(browser, store, ANA).text
    assert waiting.waiting(store.session, variant(store)) == []


def test_one_visitor_asks_ten_times_in_ten_minutes(store: StoreVoice, browser: FlaskClient) -> None:
    statuses = [ask(browser, store, f"a{number}@example.org").status_code for number in range(12)]
    assert statuses == [200] * 10 + [429] * 2


def test_only_the_shops_own_site_may_ask_from_a_script(store: StoreVoice, browser: FlaskClient) -> None:
    own = {"Origin": "https://ridge.example", "Accept": "application/json"}
    asked = browser.options("/back-in-stock?shop=ridge.myshopify.com", headers=own)
    assert asked.headers["Access-Control-Allow-Origin"] == own["Origin"]
    answer = ask(browser, store, ANA, headers=own)
    assert answer.headers["Access-Control-Allow-Origin"] == own["Origin"]
    assert answer.json == {"ok": True, "said": "Thank you. We write to you once, as soon as it is back."}
    form = ask(browser, store, BEN, headers={"Origin": "null"})
    assert (form.status_code, form.headers.get("Access-Control-Allow-Origin")) == (200, None)
    other = ask(browser, store, BEN, headers=own | {"Origin": "https://ridge.example.evil.test"})
    assert (other.status_code, other.headers.get("Access-Control-Allow-Origin")) == (403, None)
    sources = [row.source for row in waiting.waiting(store.session, variant(store))]
    assert sources == ["ridge.example", "page"]


def test_one_request_is_taken_back_and_no_other(store: StoreVoice, browser: FlaskClient) -> None:
    for typed in (ANA, BEN):
        ask(browser, store, typed)
    row = waiting.waiting(store.session, variant(store))[0]
    path = waiting.url(store.shop, row.id).removeprefix("https://doorstep.test")
    store.session.commit()
    assert "I no longer wait for it" in browser.get(path).text
    assert len(waiting.waiting(store.session, variant(store))) == 2, "looking changes nothing"
    store.session.commit()
    left = browser.post(path, data={"choice": "leave"}, follow_redirects=True)
    assert "You no longer wait for it" in left.text
    assert [row.address for row in waiting.waiting(store.session, variant(store))] == [BEN]
    assert browser.get(path[:-3] + "abc").status_code == 404


def test_where_the_law_wants_it_a_request_counts_once_its_mailbox_has_said_yes(
    store: StoreVoice,
    browser: FlaskClient,
    server: ScriptedServer,
    later: Callable[[timedelta], None],
) -> None:
    store.shop.country = "DE"
    store.session.commit()
    assert "Please open the mail" in ask(browser, store, ANA).text
    assert waiting.waiting(store.session, variant(store)) == []
    assert store.session.scalars(select(Profile)).all() == []
    ask(browser, store, ANA)
    assert store.told() == ["confirm_waiting"], "it is on its way"
    later(timedelta(seconds=1))
    messages.send()
    (mail,) = map(parsed, server.taken)
    assert (mail["To"], mail["Subject"]) == (ANA, "Please confirm: back in stock at Ridge & Pine")
    assert "Camp Mug · Pine" in part(mail, "plain")
    (path,) = set(re.findall(r"https://doorstep\.test(/waiting/[\w.-]+)", part(mail, "plain")))
    assert "Was it you?" in browser.get(path).text
    browser.post(path, data={"choice": "confirm"})
    store.session.expire_all()
    assert [it.address for it in waiting.waiting(store.session, variant(store))] == [ANA]


def test_who_asks_again_as_no_mail_came_gets_another_and_nobody_gets_many(
    store: StoreVoice, browser: FlaskClient
) -> None:
    store.shop.country = "DE"
    store.session.commit()
    asked = []
    for minutes in (0, 9, 11, 19, 22, 40, 60):
        with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
            ask(browser, store, ANA)
            asked.append(len(store.told()))
    assert asked == [1, 1, 2, 2, 3, 3, 3]
    (row,) = store.session.scalars(select(Waiting))
    assert {message.step for message in store.messages()} == {row.id}
    waiting.confirm(store.session, row)
    store.session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        ask(browser, store, ANA)
    assert len(store.told()) == 3, "who waits is asked no more"


def test_a_shop_that_writes_to_nobody_yet_asks_nobody_to_confirm(
    store: StoreVoice, browser: FlaskClient
) -> None:
    store.shop.country = "DE"
    store.session.execute(delete(Flow))
    store.session.commit()
    assert ask(browser, store, ANA).status_code == 404
    assert store.session.scalars(select(Waiting)).all() == []
    assert store.told() == []


@pytest.mark.parametrize(
    ("country", "locale", "wants"),
    [
        ("US", "en_US", "no"),
        ("AT", None, "yes"),
        ("US", "de", "yes"),
        ("US", "de_CH", "no"),
        (None, "x", "no"),
    ],
)
def test_who_has_to_confirm(store: StoreVoice, country: str | None, locale: str | None, wants: str) -> None:
    store.shop.country = country
    assert waiting.wants_confirmation(store.shop, locale) is (wants == "yes")


def test_what_is_over_is_forgotten(store: StoreVoice) -> None:
    session, now = store.session, clock.now()
    store.shop.country = "DE"
    for number in range(4):
        asked = waiting.Asked(address=f"{number}@example.org", wording="Yes", source="page")
        waiting.ask(session, store.shop, variant(store), asked)
    unconfirmed, told, left, old = session.scalars(select(Waiting).order_by(Waiting.id))
    for row in (told, left, old):
        waiting.confirm(session, row)
    told.told_at = left.left_at = now
    assert waiting.purge(session, now=now + timedelta(hours=25)) == 1
    assert waiting.purge(session, now=now + timedelta(days=31)) == 2
    assert session.scalars(select(Waiting.address)).all() == [old.address]
    assert waiting.purge(session, now=now + timedelta(days=181)) == 1
    assert unconfirmed.address not in session.scalars(select(Waiting.address)).all()


def test_a_shopper_gets_a_copy_of_what_they_wait_for_and_is_forgotten_with_it(
    store: StoreVoice, browser: FlaskClient
) -> None:
    ask(browser, store, ANA)
    profile = store.session.scalars(select(Profile)).one()
    (row,) = copies.export(store.session, store.shop.id, [profile])["waiting"]
    assert (row["address"], "one e-mail when it is back" in row["wording"]) == (ANA, True)
    erasure.erase(store.session, profile)
    store.session.commit()
    assert where_is(store, "canary") == []


def test_an_address_that_no_profile_has_is_forgotten_too(store: StoreVoice, browser: FlaskClient) -> None:
    store.shop.country = "DE"
    store.session.commit()
    ask(browser, store, ANA)
    assert copies.export(store.session, store.shop.id, [], addresses=[ANA])["waiting"]
    erasure.forget_addresses(store.session, store.shop.id, [ANA])
    store.session.commit()
    assert where_is(store, "canary") == []


def test_the_demand_counts_those_who_wait_and_names_nobody(store: StoreVoice, browser: FlaskClient) -> None:
    for typed in (ANA, BEN):
        ask(browser, store, typed)
    (line,) = waiting.demand(store.session, store.shop.id)
    assert (line.waiting, line.product.title, line.shelf and line.shelf.is_there) == (2, "Camp Mug", False)
    assert waiting.count(store.session, store.shop.id) == (2, 1)
    assert waiting.count(store.session, store.shop.id + 1) == (0, 0)


@pytest.fixture
def store(shopify_store: StoreVoice) -> StoreVoice:
    """A shop with a mug that is sold out."""
    at = clock.now()
    mug = purchases.Variant(
        external_id=VARIANT, product_id="7", updated_at=at, title="Pine", in_stock=False, item="30322695"
    )
    whole = purchases.Product(external_id="7", updated_at=at, title="Camp Mug", variants=(mug,))
    catalog.keep(shopify_store.session, shopify_store.shop.id, whole)
    shelves.keep_variants(shopify_store.session, shopify_store.shop.id, [mug])
    shopify_store.session.commit()
    return shopify_store


@pytest.fixture
def browser() -> FlaskClient:
    return create_app().test_client()


def variant(store: StoreVoice) -> int:
    return store.session.scalars(select(Variant.id).filter_by(external_id=VARIANT)).one()


def ask(browser: FlaskClient, store: StoreVoice, email: str, headers: Any = None, **said: str) -> Any:
    store.session.commit()
    form = {"variant": VARIANT, "email": email, **said}
    return browser.post(f"/back-in-stock?shop={store.shop.domain}", data=form, headers=headers)
