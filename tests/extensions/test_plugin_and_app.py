"""What the plug-in says in PHP is what the app understands: the same bytes, the same signatures."""

import json
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audience.models import ConsentRow
from app.commerce.models import Checkout, Order
from app.lib import clock
from app.main import create_app
from app.messages.models import Message
from app.platforms import woocommerce
from app.stock import waiting
from app.stock.models import Waiting
from app.tracking.page.links import token_of
from app.vocabulary import ConsentState
from tests.extensions.php import say
from tests.journeys.conftest import StoreVoice, front_door, woo_store
from tests.journeys.test_woocommerce_order import body_of

__all__ = ["front_door", "woo_store"]
BASE = "https://doorstep.test"

pytestmark = pytest.mark.usefixtures("php")


def test_a_cart_becomes_a_checkout_and_its_order_closes_it(woo_store: StoreVoice) -> None:
    said = speak(woo_store, "bought")
    hear(woo_store, said["deliveries"])
    checkout = woo_store.session.scalars(select(Checkout)).one()
    assert (checkout.email, checkout.currency, checkout.total) == ("ida@example.test", "USD", 17009)
    assert checkout.url == "https://harbor.example/checkout-link/?products=10:2,22:1"
    mug, shirt = checkout.items
    assert (mug["title"], mug["quantity"], mug["price"], mug["variant_id"]) == (
        "Enamel Camp Mug",
        2,
        1850,
        "10",
    )
    assert mug["image_url"] == "https://harbor.example/wp-content/uploads/71.jpg"
    assert (shirt["product_id"], shirt["variant_id"]) == ("21", "22")
    assert checkout.completed_at is None
    woo_store.woocommerce(order_of(said["meta"]), TOLD)
    woo_store.settle()
    woo_store.session.expire_all()
    assert woo_store.session.scalars(select(Checkout)).one().completed_at is not None
    assert woo_store.told() == ["thank_you"]


def test_a_box_that_was_ticked_is_a_consent_with_its_sentence(woo_store: StoreVoice) -> None:
    woo_store.woocommerce(order_of(speak(woo_store, "bought")["meta"]), TOLD)
    woo_store.settle()
    row = woo_store.session.scalars(select(ConsentRow)).one()
    assert row.state is ConsentState.SUBSCRIBED
    assert row.wording == (
        "Send me news and offers from Harbor & Sons by e-mail. I can stop them at any time."
    )


def test_a_cart_that_is_emptied_is_nobodys_checkout(woo_store: StoreVoice) -> None:
    hear(woo_store, speak(woo_store, "emptied")["deliveries"])
    assert woo_store.session.scalars(select(Checkout)).one().deleted_at is not None


def test_a_cart_that_is_gone_is_heard_and_kept_nowhere(woo_store: StoreVoice) -> None:
    hear(woo_store, speak(woo_store, "gone")["deliveries"])
    assert woo_store.answers == [200]
    assert woo_store.session.scalars(select(Checkout)).all() == []
    assert woo_store.session.scalars(select(Message)).all() == []


def test_both_topics_are_ones_that_the_app_asks_for() -> None:
    assert {"cart.updated", "cart.deleted"} <= woocommerce.READERS.keys()


def test_the_pages_that_the_plugin_asks_for_are_answered(woo_store: StoreVoice) -> None:
    woo_store.woocommerce(order_of({}), TOLD)
    woo_store.settle()
    order = woo_store.session.scalars(select(Order)).one()
    form, linked, found, mailed = ask(woo_store, token_of(order.id))
    assert 'action="/s%C3%B6k/track-your-order"' in form
    assert form.startswith('<div class="doorstep"')
    for page in (linked, found, mailed):
        assert "#17" in page
        assert "<h1" in page
        assert "<script" not in page
    assert linked == mailed


def test_an_order_that_was_not_heard_of_yet_is_promised(woo_store: StoreVoice) -> None:
    mailed = ask(woo_store, "none")[3]
    assert "Wir bereiten Ihre Bestellung vor" in mailed, "in the language of the store's page"


def test_the_stores_word_opens_its_own_orders_only_and_not_for_long(
    woo_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    woo_store.woocommerce(order_of({}), TOLD)
    woo_store.settle()
    address = speak(woo_store, "asked", "none")[3][0].removeprefix(BASE)
    client = create_app().test_client()
    assert client.get(address).status_code == 200
    assert client.get(address.replace("order_id=17", "order_id=18")).status_code == 401
    assert client.get(address + "&order_id=18").status_code == 401
    later = clock.now() + timedelta(seconds=91)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get(address).status_code == 401


def test_who_asks_on_a_product_page_waits_in_the_app(woo_store: StoreVoice) -> None:
    sold_out = json.dumps(body_of("140_product.updated_publish")).encode()
    woo_store.woocommerce(sold_out, TOLD | {"X-WC-Webhook-Topic": "product.updated"})
    woo_store.settle()
    url, how = speak(woo_store, "waits", "ida@example.test")
    client = create_app().test_client()
    path = url.removeprefix(BASE)
    answer = client.post(path, data=how["body"], headers=how["headers"])
    assert answer.json == {
        "ok": True,
        "said": "Bitte öffnen Sie die E-Mail, die wir Ihnen gerade geschickt haben, und bestätigen Sie. "
        "Bis dahin kommt nichts.",
    }, "a page in German is read where the law wants a second yes"
    row = woo_store.session.scalars(select(Waiting)).one()
    assert (row.address, row.source, row.locale) == ("ida@example.test", "plug-in", "de_DE")
    assert row.wording.startswith("Send me one e-mail when it is back.")
    waiting.confirm(woo_store.session, row)
    assert [it.id for it in waiting.waiting(woo_store.session, row.variant_id)] == [row.id]
    assert client.post(path.replace("signature=", "signature=0"), data=how["body"]).status_code == 401


TOLD = {"Content-Type": "application/json", "X-WC-Webhook-Topic": "order.updated"}


def speak(store: StoreVoice, *what: str) -> Any:
    """Let the plug-in speak, in PHP, to this very shop."""
    return say(what[0], BASE, store.shop.key, store.secret, *what[1:])


def hear(store: StoreVoice, deliveries: list[dict[str, Any]]) -> None:
    """Deliver what PHP has signed, byte by byte."""
    for delivery in deliveries:
        path = delivery["url"].removeprefix(BASE)
        answer = store.client.post(path, data=delivery["body"].encode(), headers=delivery["headers"])
        store.answers.append(answer.status_code)
        assert answer.status_code == 200
        store.settle()


def ask(store: StoreVoice, token: str) -> list[str]:
    """Answer what the plug-in asks for."""
    client: FlaskClient = create_app().test_client()
    pages = []
    for url, how in speak(store, "asked", token):
        answer = client.open(
            url.removeprefix(BASE), method=how["method"], data=how["body"], headers=how["headers"]
        )
        assert answer.status_code == 200
        pages.append(unescape(answer.text))
    return pages


def order_of(meta: dict[str, str]) -> bytes:
    """Return a recorded order that is Ida's, with what the plug-in wrote on it."""
    order: dict[str, Any] = dict(body_of("125_order.created_processing"))
    order |= {"id": 17, "number": "17", "billing": order["billing"] | {"email": "ida@example.test"}}
    written = [
        {"id": 900 + place, "key": key, "value": value} for place, (key, value) in enumerate(meta.items())
    ]
    order["meta_data"] = [*order["meta_data"], *written]
    return json.dumps(order).encode()
