"""Harbor Goods answers as the recorded store does."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import Client

from demo import fakes, stories
from demo.stores import Shelf
from demo.voice import Registered
from demo.woocommerce import auth, told, webhooks, wire
from demo.woocommerce.wire import HOME, HOST
from tests.demo.receiver import Receiver

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
RECORDED = Path(__file__).parents[1] / "recordings" / "woocommerce"


class Store:
    """The store, and an app that holds its keys."""

    def __init__(self, permissions: str = "read_write") -> None:
        self.shelf = Shelf(HOST)
        self.keys = auth.issue(self.shelf, permissions)
        self.client = Client(fakes.application)

    def ask(self, method: str, route: str, secret: str = "", **options: Any) -> Any:
        pair = (self.keys["consumer_key"], secret or self.keys["consumer_secret"])
        url = f"/wp-json/wc/v3/{route}"
        return self.client.open(url, method=method, auth=pair, base_url=HOME, **options)


@pytest.fixture
def store() -> Store:
    found = Store()
    for sale in stories.harbor(NOW):
        found.shelf.put("sale", sale.id, sale.model_dump(mode="json"))
    return found


def test_the_root_names_the_api_and_the_store(store: Store) -> None:
    found = store.client.get("/wp-json/", base_url=HOME).json
    assert found is not None
    assert found["home"] == HOME
    assert "wc/v3" in found["namespaces"]
    assert found.keys() == wire.TEMPLATES["root"].keys()


def test_a_note_is_kept_and_meta_data_has_one_value_and_is_announced(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced: list[Any] = []
    monkeypatch.setattr(told, "announce", lambda _, notices: announced.extend(notices))
    route = f"orders/{stories.FIRST_HARBOR}"
    made = store.ask(
        "POST", f"{route}/notes", json={"note": "Parcel 1 was delivered", "customer_note": False}
    )
    assert (made.status_code, made.json["customer_note"]) == (201, False)
    assert [note["note"] for note in store.ask("GET", f"{route}/notes").json] == ["Parcel 1 was delivered"]
    assert announced == []
    before = store.ask("GET", route).json
    for value in ("2026-11-24T10:00:00", "2026-11-24T11:00:00"):
        store.ask("PUT", route, json={"meta_data": [{"key": "_doorstep_delivered_at", "value": value}]})
    after = store.ask("GET", route).json
    values = [m["value"] for m in after["meta_data"] if m["key"] == "_doorstep_delivered_at"]
    assert values == ["2026-11-24T11:00:00"]
    assert after["date_modified_gmt"] > before["date_modified_gmt"]
    assert (announced[-1][0], announced[-1][1]["meta_data"]) == ("order.updated", after["meta_data"])


def test_a_note_of_no_order_is_refused(store: Store) -> None:
    assert store.ask("POST", "orders/1/notes", json={"note": "x"}).status_code == 404
    assert store.ask("POST", f"orders/{stories.FIRST_HARBOR}/notes", json={}).status_code == 400


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        (("ck_unknown", "cs_unknown"), "woocommerce_rest_cannot_view"),
        (("", ""), "woocommerce_rest_cannot_view"),
    ],
)
def test_an_unknown_key_is_refused_as_recorded(store: Store, pair: tuple[str, str], code: str) -> None:
    answer = store.client.get("/wp-json/wc/v3/orders", auth=pair, base_url=HOME)
    message = "Sorry, you cannot list resources."
    assert answer.status_code == 401
    assert answer.json == {"code": code, "message": message, "data": {"status": 401}}


def test_a_wrong_secret_is_refused_as_recorded(store: Store) -> None:
    answer = store.ask("GET", "orders", secret="cs_bad").json
    assert answer["message"] == "Consumer secret is invalid."


def test_a_read_key_makes_no_webhook() -> None:
    answer = Store("read").ask("POST", "webhooks", json={"topic": "order.created"})
    assert answer.status_code == 401
    assert answer.json["message"] == "The API key provided does not have write permissions."


def test_orders_come_in_pages_with_their_number_in_the_headers(store: Store) -> None:
    seen: list[int] = []
    route = "orders?per_page=10&orderby=id&order=asc"
    for page in (1, 2, 3):
        answer = store.ask("GET", f"{route}&page={page}")
        assert answer.headers["X-WP-Total"] == str(len(stories.TALES))
        assert ('rel="next"' in answer.headers.get("Link", "")) is (page < 3)
        seen += [row["id"] for row in answer.json]
    assert seen == [stories.FIRST_HARBOR + i for i in range(len(stories.TALES))]


def test_a_page_of_more_than_a_hundred_is_refused_as_recorded(store: Store) -> None:
    answer = store.ask("GET", "orders?per_page=101")
    assert (answer.status_code, answer.json["code"]) == (400, "rest_invalid_param")


def test_catching_up_finds_what_changed_since(store: Store) -> None:
    since = NOW - timedelta(hours=4)
    route = f"orders?modified_after={since:%Y-%m-%dT%H:%M:%S}&dates_are_gmt=true&orderby=modified&order=asc"
    found = store.ask("GET", f"{route}&per_page=100").json
    expected = [sale.id for sale in stories.harbor(NOW) if sale.updated_at > since]
    assert sorted(row["id"] for row in found) == expected
    assert [row["date_modified_gmt"] for row in found] == sorted(row["date_modified_gmt"] for row in found)


def test_an_order_of_somebody_else_is_not_found_as_recorded(store: Store) -> None:
    answer = store.ask("GET", "orders/999999")
    assert answer.status_code == 404
    assert answer.json == {
        "code": "woocommerce_rest_shop_order_invalid_id",
        "message": "Invalid ID.",
        "data": {"status": 404},
    }


def test_core_fulfillments_are_asked_for_by_order(store: Store) -> None:
    sale = next(sale for sale in stories.harbor(NOW) if sale.core_fulfillments)
    (found,) = store.ask("GET", f"orders/{sale.id}/fulfillments").json
    assert found.keys() == wire.TEMPLATES["fulfillment"].keys()
    keys = {meta["key"]: meta["value"] for meta in found["meta_data"]}
    assert keys["_tracking_number"] == sale.parcels[0].numbers[0]
    assert {line["item_id"] for line in keys["_items"]} == {
        line["id"] for line in wire.order(sale)["line_items"]
    }


@pytest.mark.parametrize("route", ["products", "customers", "system_status", "orders/100000/notes",
                                   "settings/general/woocommerce_currency",
                                   "settings/email_customer_completed_order/enabled"])  # fmt: skip
def test_every_route_that_the_app_asks_answers(store: Store, route: str) -> None:
    assert store.ask("GET", route).status_code == 200


def test_the_stores_own_mail_can_be_switched_off(store: Store) -> None:
    route = "settings/email_customer_completed_order/enabled"
    store.ask("PUT", route, json={"value": "no"})
    assert store.ask("GET", route).json["value"] == "no"


def test_a_webhook_greets_unsigned_and_never_tells_its_secret(store: Store, app: Receiver) -> None:
    asked = {"topic": "order.updated", "delivery_url": app.url, "secret": "abc"}
    answer = store.ask("POST", "webhooks", json=asked)
    assert answer.status_code == 201
    assert answer.json.keys() == wire.TEMPLATES["webhook"].keys()
    (ping,) = app.heard
    assert ping.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert not [name for name in ping.headers if name.startswith("X-Wc")]
    assert ping.body == f"webhook_id={answer.json['id']}".encode()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"topic": "basket.updated", "delivery_url": "https://x.example"},
         "woocommerce_rest_shop_webhook_invalid_topic"),
        ({"topic": "order.created"}, "rest_missing_callback_param"),
        ({"topic": "order.created", "delivery_url": "ftp://x/y"},
         "woocommerce_rest_shop_webhook_invalid_delivery_url"),
    ],
)  # fmt: skip
def test_a_webhook_that_the_store_does_not_make(store: Store, asked: dict[str, str], code: str) -> None:
    answer = store.ask("POST", "webhooks", json=asked)
    assert (answer.status_code, answer.json["code"]) == (400, code)


def test_a_webhook_is_changed_and_deleted_by_force_only(store: Store, app: Receiver) -> None:
    hook = store.ask("POST", "webhooks", json={"topic": "order.created", "delivery_url": app.url}).json
    paused = store.ask("PUT", f"webhooks/{hook['id']}", json={"status": "paused"}).json
    assert paused["status"] == "paused"
    assert store.ask("DELETE", f"webhooks/{hook['id']}").status_code == 501
    assert store.ask("DELETE", f"webhooks/{hook['id']}?force=true").status_code == 200
    assert store.ask("GET", f"webhooks/{hook['id']}").status_code == 404


def test_the_seventh_failure_in_a_row_disables_and_a_success_forgives(store: Store, app: Receiver) -> None:
    hook = webhooks.create(store.shelf, {"topic": "order.updated", "delivery_url": app.url})
    voice = Registered(store.shelf)
    app.status = 500
    for failures in range(1, 8):
        voice.woocommerce("order.updated", {"id": failures})
        status = store.ask("GET", f"webhooks/{hook['id']}").json["status"]
        assert status == ("active" if failures < 7 else "disabled")
    app.status = 200
    store.ask("PUT", f"webhooks/{hook['id']}", json={"status": "active"})
    voice.woocommerce("order.updated", {"id": 8})
    kept = store.shelf.get("webhook", hook["id"])
    assert kept is not None
    assert kept["failures"] == 0


def test_keys_are_handed_over_after_login_and_consent(store: Store, app: Receiver) -> None:
    asked = {"app_name": "Doorstep", "scope": "read_write", "user_id": "state-42",
             "return_url": "https://doorstep.test/back", "callback_url": app.url}  # fmt: skip
    first = store.client.get("/wc-auth/v1/authorize", query_string=asked, base_url=HOME)
    login = _inside(first.headers["Location"])
    assert "Log in to your store" in store.client.get(login, base_url=HOME).text
    store.client.post(login, data={"username": "m", "password": "p"}, base_url=HOME)
    page = store.client.get("/wc-auth/v1/authorize", query_string=asked, base_url=HOME).text
    approve = page.split('<a href="')[1].partition('"')[0].replace("&amp;", "&")
    done = store.client.get(_inside(approve), base_url=HOME)
    assert parse_qs(urlsplit(done.headers["Location"]).query) == {"success": ["1"], "user_id": ["state-42"]}
    keys = json.loads(app.heard[0].body)
    assert app.heard[0].headers["Content-Type"] == "application/json;charset=UTF-8"
    assert list(keys) == ["key_id", "user_id", "consumer_key", "consumer_secret", "key_permissions"]
    auth.check(store.shelf, "POST", keys["consumer_key"], keys["consumer_secret"])
    again = store.client.get(_inside(approve), base_url=HOME)
    assert (again.status_code, "Invalid nonce verification." in again.text) == (401, True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"scope": ""}, "Missing parameter scope."),
        ({"scope": "admin"}, "Invalid scope admin."),
        ({"user_id": ""}, "Missing parameter user_id."),
        ({"callback_url": "http://doorstep.test/x"}, "The callback_url needs to be over SSL."),
    ],
)
def test_an_app_that_asks_wrongly_is_told(store: Store, change: dict[str, str], sentence: str) -> None:
    asked = {"app_name": "Doorstep", "scope": "read", "user_id": "s", "return_url": "https://doorstep.test/",
             "callback_url": "https://doorstep.test/"}  # fmt: skip
    answer = store.client.get("/wc-auth/v1/authorize", query_string={**asked, **change}, base_url=HOME)
    assert (answer.status_code, sentence in answer.text) == (401, True)


def test_pictures_are_served_on_any_host() -> None:
    client = Client(fakes.application)
    assert client.get("/pictures/mug.svg").content_type == "image/svg+xml"
    assert client.get("/pictures/none.svg").status_code == 404


def _inside(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def test_a_coupon_is_made_as_the_recorded_store_makes_one_and_its_code_is_there_once(store: Store) -> None:
    asked = {"code": "WELCOME10", "discount_type": "percent", "amount": "10", "individual_use": True}
    asked |= {"email_restrictions": ["ada@example.test"], "usage_limit": 1}
    asked |= {"date_expires": "2026-12-31T23:59:59"}
    made = store.ask("POST", "coupons", json=asked)
    recorded = json.loads(json.loads((RECORDED / "038_coupon.created_publish.json").read_text())["body_text"])
    assert made.status_code == 201
    assert made.json.keys() <= recorded.keys() | {"date_expires"}
    for name in ("code", "amount", "discount_type", "individual_use", "usage_limit", "date_expires"):
        assert made.json[name] == recorded[name]
    again = store.ask("POST", "coupons", json=asked)
    assert (again.status_code, again.json["code"]) == (400, "woocommerce_rest_coupon_code_already_exists")
    (found,) = store.ask("GET", "coupons?code=Welcome10").json
    assert store.ask("GET", "coupons?code=other").json == []
    assert store.ask("DELETE", f"coupons/{found['id']}?force=true").status_code == 200
    assert store.ask("DELETE", f"coupons/{found['id']}?force=true").status_code == 404
    assert store.ask("GET", "coupons").json == []
