import base64

import pytest
from woocommerce import API

from app.lib.http import TIMEOUT, PrivateAddress, Unreachable
from app.platforms.woocommerce.api import KeysRefused, Refused, Store
from tests.unit.woocommerce.store import KEYS, URL, StoreApi


def test_the_packages_requests_leave_through_our_seam(api: StoreApi) -> None:
    api.will("GET", "orders", 200, []).will("POST", "orders", 201, {"id": 1})
    store = Store(URL, KEYS)
    for response in (store.get("orders", params={"page": 1}), store.post("orders", {"a": "é"})):
        assert response.ok
    assert [asked.timeout for asked in api.asked] == [TIMEOUT, TIMEOUT]
    assert TIMEOUT[1] == 30
    assert api.asked[1].body == {"a": "é"}
    assert isinstance(store, API)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]"])
def test_a_store_inside_a_private_network_is_never_asked(host: str) -> None:
    with pytest.raises(PrivateAddress):
        Store(f"https://{host}", KEYS).read("orders")


def test_keys_never_travel_in_the_clear() -> None:
    with pytest.raises(Unreachable, match="https"):
        Store("http://harbor.example", KEYS)


def test_keys_go_in_a_header(api: StoreApi) -> None:
    api.will("GET", "orders", 200, [])
    Store(URL, KEYS).read("orders", per_page=1)
    (asked,) = api.asked
    assert asked.headers["Authorization"] == f"Basic {base64.b64encode(KEYS.encode()).decode()}"
    assert asked.query == {"per_page": "1"}


def test_where_the_host_strips_the_header_keys_go_in_the_query_from_then_on(api: StoreApi) -> None:
    api.recorded("GET", "orders", "auth_unknown_key_https").will("GET", "orders", 200, [])
    store = Store(URL, KEYS)
    assert store.read("orders") == []
    store.read("orders")
    assert ["consumer_key" in asked.query for asked in api.asked] == [False, True, True]
    assert "Authorization" not in api.asked[1].headers


@pytest.mark.parametrize("name", ["auth_unknown_key_https", "auth_bad_secret_https"])
def test_wrong_keys_are_told_apart(api: StoreApi, name: str) -> None:
    api.recorded("GET", "orders", name)
    with pytest.raises(KeysRefused) as caught:
        Store(URL, KEYS).read("orders")
    assert caught.value.permanent


def test_that_there_is_no_such_thing_is_an_answer(api: StoreApi) -> None:
    api.recorded("GET", "orders/999999", "order_404")
    assert Store(URL, KEYS).read("orders/999999") is None


def test_a_refusal_says_woocommerces_own_word(api: StoreApi) -> None:
    api.recorded("POST", "webhooks", "webhook_create_bad_3")
    with pytest.raises(Refused) as caught:
        Store(URL, KEYS).write("POST", "webhooks", {"topic": "cart.updated"})
    assert caught.value.code == "woocommerce_rest_shop_webhook_invalid_topic"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, b"slow down"),
        (403, b"<html>Blocked by the firewall</html>"),
        (503, b"<html>Maintenance</html>"),
        (200, b"<html>Cached page</html>"),
        (200, b""),
        (302, b""),
    ],
)
def test_what_is_no_answer_may_be_one_later(api: StoreApi, status: int, body: bytes) -> None:
    api.will("GET", "orders", status, body, Location="https://elsewhere.example/")
    with pytest.raises(Unreachable) as caught:
        Store(URL, KEYS).read("orders")
    assert not caught.value.permanent


@pytest.mark.parametrize("junk", [b"\xef\xbb\xbf", b"<b>Notice</b>: undefined [x] in {y}\n", b"\n\n"])
def test_a_notice_printed_before_the_answer_does_no_harm(api: StoreApi, junk: bytes) -> None:
    api.will("GET", "orders", 200, junk + b'[{"id": 1}]')
    assert Store(URL, KEYS).read("orders") == [{"id": 1}]


def test_every_page_is_read(api: StoreApi) -> None:
    for number in (1, 2, 3):
        api.will("GET", "orders", 200, [{"id": number}], X_WP_TotalPages="3")
    assert [row["id"] for row in Store(URL, KEYS).every("orders", status="any")] == [1, 2, 3]
    assert [asked.query["page"] for asked in api.asked] == ["1", "2", "3"]
    assert {asked.query["per_page"] for asked in api.asked} == {"100"}


def test_pages_are_counted_where_the_store_does_not_say(api: StoreApi) -> None:
    full = [{"id": number} for number in range(100)]
    api.will("GET", "orders", 200, full).will("GET", "orders", 200, [{"id": 100}])
    assert len(list(Store(URL, KEYS).every("orders"))) == 101
