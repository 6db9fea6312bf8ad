from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.lib.http import Unreachable
from app.platforms.woocommerce import authorize
from app.platforms.woocommerce.authorize import About, NoStore, WrongKeys
from tests.unit.woocommerce.recorded import Json
from tests.unit.woocommerce.store import HOST, KEYS, URL, StoreApi, playing, recording

ROOT = "/wp-json/"


@pytest.mark.parametrize(
    "typed",
    [
        "harbor.example",
        " https://harbor.example/ ",
        "http://harbor.example",
        "HTTPS://Harbor.Example/wp-admin/admin.php?page=wc-settings",
        "harbor.example/shop/?x=1#top",
    ],
)
def test_a_store_is_found_however_its_address_was_copied(api: StoreApi, typed: str) -> None:
    api.recorded("GET", ROOT, "wp_json_root")
    found = authorize.find(typed)
    assert (found.url, found.name, found.timezone) == (URL, "Woo Lab Store", "America/Los_Angeles")
    assert api.asked[0].path == ROOT


def test_a_store_in_a_folder_keeps_its_folder(api: StoreApi) -> None:
    api.will("GET", "/en/wp-json/", 200, root())
    assert authorize.find("https://harbor.example/en/").url == f"{URL}/en"


@pytest.mark.parametrize(
    "typed",
    ["", "harbor", "har bor.example", "https://user@harbor.example", "http://:99999/", "x.example:99999999"],
)
def test_what_is_no_address_is_said_to_be(typed: str) -> None:
    with pytest.raises(NoStore, match="not an address"):
        authorize.find(typed)


@pytest.mark.parametrize("typed", ["127.0.0.1", "10.0.0.1:8080", "169.254.169.254"])
def test_a_private_network_is_not_searched(typed: str) -> None:
    with pytest.raises(NoStore, match="private network"):
        authorize.find(typed)


def test_a_store_that_is_not_online_is_said_to_be() -> None:
    with pytest.raises(NoStore, match="does not answer"):
        authorize.find("nobody.invalid")


def test_plain_permalinks_are_explained(api: StoreApi) -> None:
    api.will("GET", ROOT, 404, b"<html>Not found</html>").will("GET", "/", 200, root())
    with pytest.raises(NoStore, match="Settings → Permalinks"):
        authorize.find(HOST)


@pytest.mark.parametrize(
    ("status", "body"), [(404, b"<html>"), (200, b"<html>"), (403, b"<html>"), (200, [1]), (200, {"a": 1})]
)
def test_a_page_that_is_no_store_is_said_to_be(api: StoreApi, status: int, body: Any) -> None:
    api.will("GET", ROOT, status, body).will("GET", "/", 200, b"<html>")
    with pytest.raises(NoStore, match="not as a WordPress store"):
        authorize.find(HOST)


def test_wordpress_without_woocommerce_is_said_to_be(api: StoreApi) -> None:
    api.will("GET", ROOT, 200, root(namespaces=["wp/v2"]))
    with pytest.raises(NoStore, match="WooCommerce is not active"):
        authorize.find(HOST)


def test_a_store_goes_by_the_address_that_answers_at_its_home(api: StoreApi) -> None:
    api.will("GET", ROOT, 200, root(home="https://www.harbor.example"))
    with playing("www.harbor.example") as home:
        home.will("GET", ROOT, 200, root(home="https://www.harbor.example"))
        assert authorize.find(HOST).url == "https://www.harbor.example"


def test_a_store_cannot_claim_to_be_another(api: StoreApi) -> None:
    api.will("GET", ROOT, 200, root(home="https://victim.invalid", url="https://victim.invalid"))
    assert authorize.find(HOST).url == URL


@pytest.mark.parametrize(
    ("city", "offset", "zone"),
    [
        ("Europe/Dublin", 0, "Europe/Dublin"),
        ("", -8, "Etc/GMT+8"),
        ("", 2, "Etc/GMT-2"),
        ("", 0, "UTC"),
        ("", 5.5, "Asia/Kolkata"),
        ("", "soon", None),
    ],
)
def test_the_stores_zone(api: StoreApi, city: str, offset: object, zone: str | None) -> None:
    api.will("GET", ROOT, 200, root(timezone_string=city, gmt_offset=offset))
    assert authorize.find(HOST).timezone == zone


def test_the_merchant_is_asked_as_woocommerce_wants_it() -> None:
    page = urlsplit(
        authorize.ask_for_keys(URL, state="s", back_to="https://d.test/back", hand_to="https://d.test/hand")
    )
    assert f"{page.scheme}://{page.netloc}{page.path}" == f"{URL}/wc-auth/v1/authorize"
    assert parse_qs(page.query) == {
        "app_name": ["Doorstep"],
        "scope": ["read_write"],
        "user_id": ["s"],
        "return_url": ["https://d.test/back"],
        "callback_url": ["https://d.test/hand"],
    }


def test_good_keys_tell_what_only_their_holder_may_know(api: StoreApi) -> None:
    api.will("GET", "orders", 200, []).recorded(
        "GET", "settings/general/woocommerce_currency", "settings_general"
    )
    api.will("GET", "settings/general/woocommerce_default_country", 200, {"value": "US:OR"})
    api.will("GET", "system_status", 200, {"environment": {"language": "en_US"}})
    assert authorize.verify(URL, KEYS) == About(currency="USD", country="US", locale="en-US")
    assert not api.hooks, "asking whether we may write must leave nothing behind"


def test_a_store_that_says_little_is_good_enough(api: StoreApi) -> None:
    api.will("GET", "orders", 200, [])
    assert authorize.verify(URL, KEYS) == About()


def test_unknown_keys_are_refused(api: StoreApi) -> None:
    api.recorded("GET", "orders", "auth_unknown_key_https")
    with pytest.raises(WrongKeys, match="does not know these keys"):
        authorize.verify(URL, KEYS)


def test_keys_that_only_read_are_refused(api: StoreApi) -> None:
    api.will("GET", "orders", 200, []).recorded("POST", "webhooks", "auth_readonly_create_webhook")
    with pytest.raises(WrongKeys, match="Read/Write"):
        authorize.verify(URL, KEYS)


def test_a_store_that_does_not_answer_decides_nothing(api: StoreApi) -> None:
    api.will("GET", "orders", 503, b"")
    with pytest.raises(Unreachable):
        authorize.verify(URL, KEYS)


def root(**said: object) -> Json:
    found: Json = recording("wp_json_root")["json"]
    return found | {"home": URL, "url": URL} | said
