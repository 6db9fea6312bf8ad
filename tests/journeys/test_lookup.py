import re
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.commerce.models import Order
from app.lib import clock
from app.lib.config import settings
from app.main import create_app
from app.shops.models import Shop
from app.tracking.page.links import order_of
from app.vocabulary import ShopState
from tests import sold


@pytest.mark.parametrize("typed", ["#1042", "1042", " # 10 42 "])
@pytest.mark.parametrize("who", ["ana.moreno@shopper.example", " ANA.Moreno@Shopper.Example "])
def test_number_and_address_lead_to_the_order_however_they_are_typed(
    shopper: FlaskClient, order: Order, typed: str, who: str
) -> None:
    assert led_to(find(shopper, typed, who)) == order.id


@pytest.mark.parametrize(
    "who", ["+1 303 555 0142", "(303) 555-0142", "3035550142", "80302", "80302-1234", " 803 02"]
)
def test_phone_or_postal_code_will_do(shopper: FlaskClient, order: Order, who: str) -> None:
    assert led_to(find(shopper, "1042", who)) == order.id


def test_a_name_with_letters_is_found_in_any_case(session: Session, shop: Shop, shopper: FlaskClient) -> None:
    order = sold.order(session, shop, name="#RP-7-EU")
    assert led_to(find(shopper, "rp-7-eu", "80302")) == order.id


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("1402", "ana.moreno@shopper.example"),
        ("1402", "80302"),
        ("1042", "someone.else@shopper.example"),
        ("1042", "80303"),
        ("1042", "8030"),
        ("1042", "+13035550143"),
        ("1042", "---"),
        ("%", "%"),
    ],
)
def test_what_does_not_match_gets_one_answer_whether_the_order_exists_or_not(
    shopper: FlaskClient, order: Order, typed: str, who: str
) -> None:
    answer = find(shopper, typed, who)
    assert answer.status_code == 422
    assert "These two do not match an order." in answer.text
    assert with_nothing_typed(answer) == with_nothing_typed(find(shopper, "9", "9"))
    assert order.name == "#1042"


def test_the_form_speaks_the_browsers_language(shopper: FlaskClient, shop: Shop) -> None:
    asked = {"Accept-Language": "tlh, sv-SE;q=0.8, en;q=0.5"}
    answer = shopper.get(f"/track?shop={shop.domain}", headers=asked)
    assert "Var är min beställning?" in answer.text
    assert 'lang="sv-SE"' in answer.text
    assert "Accept-Language" in answer.headers["Vary"]


def test_what_was_typed_is_kept_and_marked(shopper: FlaskClient, order: Order) -> None:
    answer = find(shopper, "1402", '"ana"@shopper.example')
    assert 'value="1402"' in answer.text
    assert 'value="&#34;ana&#34;@shopper.example"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 2
    assert order.id


def test_an_empty_field_is_named(shopper: FlaskClient, shop: Shop) -> None:
    answer = find(shopper, "1042", " ")
    assert answer.status_code == 422
    assert "Please fill in one of the three." in answer.text
    assert "Please fill in the order number." not in answer.text
    assert shop.id


def test_after_ten_tries_a_visitor_waits_a_minute(shopper: FlaskClient, order: Order) -> None:
    here = f"visitor-{uuid4()}"
    answers = [find(shopper, "1", "2", visitor=here).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    refused = find(shopper, "1042", "80302", visitor=here)
    assert refused.status_code == 429
    assert "One moment, please" in refused.text
    assert refused.headers["Retry-After"] == "60"
    assert led_to(find(shopper, "1042", "80302")) == order.id


def test_one_order_is_not_guessed_from_many_addresses(shopper: FlaskClient, order: Order) -> None:
    spellings = ["1042", "#1042", " 10 42"] * 10
    assert {find(shopper, typed, f"{80400 + n}").status_code for n, typed in enumerate(spellings)} == {422}
    assert find(shopper, "1042", "80302").status_code == 429
    assert find(shopper, "1043", "80302").status_code == 422
    assert order.name == "#1042"


def test_behind_a_proxy_every_visitor_has_tries_of_their_own(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as environment:
        environment.setenv("DOORSTEP_PROXIES", "1")
        settings.cache_clear()
        shopper, proxy = create_app().test_client(), f"proxy-{uuid4()}"
    settings.cache_clear()
    for visitor in ("192.0.2.1", "192.0.2.2"):
        said = {"X-Forwarded-For": f"made-up, {visitor}-{proxy}"}
        form = {"order": "1", "who": "2"}
        answers = {
            shopper.post(
                "/track", data=form, headers=said, environ_overrides={"REMOTE_ADDR": proxy}
            ).status_code
            for _ in range(8)
        }
        assert answers == {422}
    assert shop.id


def test_an_order_without_contact_is_found_by_nothing_empty(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    sold.order(session, shop, name="#5", email=None, phone=None, ship_to=None)
    for who in ("-", "None", "0"):
        assert find(shopper, "5", who).status_code == 422


def test_what_is_erased_or_deleted_is_not_found(session: Session, shop: Shop, shopper: FlaskClient) -> None:
    sold.order(session, shop, name="#6", deleted_at=clock.now())
    sold.order(session, shop, name="#7", erased_at=clock.now())
    assert find(shopper, "6", "80302").status_code == 422
    assert find(shopper, "7", "80302").status_code == 422


def test_no_shop_shows_another_shops_order(session: Session, shopper: FlaskClient, order: Order) -> None:
    sold.shop(session, domain="other.example")
    assert find(shopper, "1042", "80302", shop="other.example").status_code == 422
    assert led_to(find(shopper, "1042", "80302", shop="ridge.example")) == order.id


def test_with_several_shops_the_address_says_which(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    assert shopper.get("/track").status_code == 200
    sold.shop(session, domain="other.example")
    assert shopper.get("/track").status_code == 404
    assert shopper.get("/track?shop=Other.example").status_code == 200
    assert shopper.get("/track?shop=unheard.example").status_code == 404
    shop.state = ShopState.UNINSTALLED
    session.add(shop)
    session.commit()
    assert shopper.get("/track?shop=ridge.example").status_code == 404


def test_search_engines_may_show_the_form_and_nothing_else(shopper: FlaskClient, order: Order) -> None:
    form = shopper.get("/track")
    assert "X-Robots-Tag" not in form.headers
    assert "noindex" not in form.text
    assert "noindex" in find(shopper, "1", "2").headers["X-Robots-Tag"]
    assert order.id


def find(
    shopper: FlaskClient, order: str, who: str, *, visitor: str | None = None, **query: Any
) -> TestResponse:
    return shopper.post(
        "/track",
        data={"order": order, "who": who},
        query_string=query,
        environ_overrides={"REMOTE_ADDR": visitor or f"visitor-{uuid4()}"},
    )


def with_nothing_typed(answer: TestResponse) -> str:
    return re.sub(r'value="[^"]*"', "", answer.text)


def led_to(answer: TestResponse) -> int:
    assert answer.status_code == 303, answer.text
    return order_of(urlsplit(answer.location).path.removeprefix("/t/"))


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


@pytest.fixture
def order(session: Session, shop: Shop) -> Order:
    return sold.order(session, shop, name="#1042")


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()
