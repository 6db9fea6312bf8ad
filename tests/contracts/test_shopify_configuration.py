"""shopify.app.toml says what the app does: addresses that are served, scopes it asks for, keys that exist."""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.main import create_app
from app.platforms.shopify import oauth
from webhooks.ingress import PREFIX

APP = tomllib.loads((Path(__file__).parents[2] / "shopify.app.toml").read_text())
KNOWN = {
    "": {"client_id", "name", "extension_directories", "handle", "application_url", "embedded", "build",
         "access_scopes", "access", "auth", "webhooks", "app_proxy", "pos", "app_preferences"},
    "access_scopes": {"scopes", "required_scopes", "optional_scopes", "use_legacy_install_flow"},
    "auth": {"redirect_urls"},
    "webhooks": {"api_version", "subscriptions"},
    "app_proxy": {"url", "prefix", "subpath"},
}  # fmt: skip
"""As Shopify's command line checks them (github.com/Shopify/cli, a0798d1)."""


@pytest.mark.parametrize("table", KNOWN)
def test_shopifys_command_line_knows_every_key(table: str) -> None:
    assert set(APP[table] if table else APP) <= KNOWN[table]


def test_the_names_are_short_enough_to_be_shown() -> None:
    assert len(APP["name"]) <= 30
    assert len(APP["handle"]) <= 256


def test_every_address_is_served() -> None:
    served = create_app().url_map.bind("doorstep.example")
    addresses = [APP["application_url"], *APP["auth"]["redirect_urls"], APP["app_proxy"]["url"]]
    for address in addresses:
        assert served.test(urlsplit(address).path, "GET"), address
    assert {s["uri"] for s in APP["webhooks"]["subscriptions"]} == {f"{PREFIX}shopify"}


def test_shopify_manages_the_install_with_the_scopes_that_the_older_dance_asks_for() -> None:
    assert APP["access_scopes"] == {"scopes": oauth.SCOPES, "use_legacy_install_flow": False}
