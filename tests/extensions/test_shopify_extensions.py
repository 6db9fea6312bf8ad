"""What stands in Shopify's themes and customer accounts: whole, small, and leading where the app answers."""

import json
import re
import tomllib
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from liquid import Environment
from sqlalchemy.orm import Session

from app.lib.words import CATALOGS
from extensions import words
from extensions.words import FOLDER
from tests import sold
from tests.journeys.test_embedded import MOVING, ask, headline, shopper

__all__ = ["shopper"]
ROOT = FOLDER.parent.parent
TRACKING, ORDER_STATUS = FOLDER / "doorstep-tracking", FOLDER / "doorstep-order-status"
BLOCK = (TRACKING / "blocks" / "look-up.liquid").read_text()
SCRIPT_AT_MOST = 10_000
INPUTS = ("text", "textarea", "select", "checkbox", "range", "color", "url", "number", "radio", "richtext")
"""The kinds of settings that a block may have; shopify.dev/docs/storefronts/themes/architecture/settings."""


def test_the_app_knows_its_extensions() -> None:
    app = tomllib.loads((ROOT / "shopify.app.toml").read_text())
    assert app["extension_directories"] == ["extensions/shopify/*"]
    address = "/{prefix}/{subpath}".format(**app["app_proxy"])
    assert settings_of(BLOCK)["address"]["default"] == address
    assert f"'{address}'" in (ORDER_STATUS / "src" / "OrderStatus.jsx").read_text()
    theme = tomllib.loads((TRACKING / "shopify.extension.toml").read_text())
    assert theme["type"] == "theme"
    (ui,) = tomllib.loads((ORDER_STATUS / "shopify.extension.toml").read_text())["extensions"]
    (target,) = ui["targeting"]
    assert target["target"] == "customer-account.order-status.block.render"
    assert (ORDER_STATUS / target["module"]).is_file()


def test_shoppers_read_the_same_words_as_on_the_app_s_own_pages() -> None:
    kept = {path: path.read_text() for path in FOLDER.glob("*/locales/*.json") if "schema" not in path.name}
    assert kept == dict(words.files()), "run: python -m extensions.words"
    assert len(kept) == 2 * (len(CATALOGS) + 1)


def test_the_block_is_small() -> None:
    scripts = [
        *TRACKING.rglob("*.js"),
        *re.findall(r"<script.*?</script>|{% javascript %}.*", BLOCK, re.DOTALL),
    ]
    assert scripts == [], "a form needs none"
    assert len((ORDER_STATUS / "src" / "OrderStatus.jsx").read_bytes()) < SCRIPT_AT_MOST
    assert len(BLOCK.encode()) < SCRIPT_AT_MOST


def test_the_schema_is_one_that_shopify_takes() -> None:
    schema = schema_of(BLOCK)
    assert schema.keys() <= {
        "name",
        "target",
        "settings",
        "tag",
        "class",
        "enabled_on",
        "stylesheet",
        "default",
    }
    assert schema["target"] == "section"
    names = json.loads((TRACKING / "locales" / "en.default.schema.json").read_text())
    for key in re.findall(r'"t:([\w.]+)"', json.dumps(schema)):
        assert isinstance(at(names, key), str)
    assert len(at(names, "look_up.name")) <= 25
    idents = [setting["id"] for setting in schema["settings"]]
    assert len(idents) == len(set(idents))
    for setting in schema["settings"]:
        assert setting["type"] in INPUTS
        assert f"block.settings.{setting['id']}" in BLOCK
        options = [option["value"] for option in setting.get("options", [])]
        assert setting["type"] != "select" or setting["default"] in options


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_a_shopper_finds_their_order_with_the_block(
    shopper: FlaskClient, session: Session, language: str
) -> None:
    order = sold.order(session, sold.shop(session, domain="ridge.myshopify.com"), MOVING)
    html = drawn(language)
    assert re.search(r'<form class="[^"]*--start" method="post" action="/apps/track" data-block>', html)
    names = re.findall(r'<input id="[^"]+" name="(\w+)"', html)
    found = ask(shopper, data=dict(zip(names, (order.name or "", "80302"), strict=True)))
    assert headline(unescape(found.text))
    assert "Merino" in unescape(found.text)
    labels = re.findall(r'<label for="([^"]+)"', html)
    assert labels == re.findall(r'<input id="([^"]+)"', html)


def test_each_setting_changes_what_is_shown() -> None:
    html = drawn("en", heading="Lost & <found>", lead="Ask us.", align="center", address="/apps/parcels")
    assert "<h2>Lost &amp; &lt;found&gt;</h2>" in html
    assert "<p>Ask us.</p>" in html
    assert "doorstep-look-up--center" in html
    assert 'action="/apps/parcels"' in html
    assert "<h2>Where is my order?</h2>" in drawn("en")
    assert 'action="/apps/track"' in drawn("en", address=" ")


def drawn(language: str, **chosen: str) -> str:
    """Return the block as Shopify draws it."""
    name = "en.default" if language == "en" else language
    said = json.loads((TRACKING / "locales" / f"{name}.json").read_text())
    shopify = Environment()
    shopify.add_filter("t", lambda key: at(said, key))
    source = re.sub(r"{% (stylesheet|schema) %}.*?{% end\1 %}", "", BLOCK, flags=re.DOTALL)
    unset = {key: setting.get("default", "") for key, setting in settings_of(BLOCK).items()}
    block = {"id": "b1", "settings": unset | chosen, "shopify_attributes": "data-block"}
    return shopify.from_string(source).render(block=block)


def schema_of(liquid: str) -> dict[str, Any]:
    (schema,) = re.findall(r"{% schema %}(.*?){% endschema %}", liquid, re.DOTALL)
    read: dict[str, Any] = json.loads(schema)
    return read


def settings_of(liquid: str) -> dict[str, dict[str, Any]]:
    return {setting["id"]: setting for setting in schema_of(liquid)["settings"]}


def at(tree: dict[str, Any], key: str) -> Any:
    """Return what stands under a dotted key."""
    for part in key.split("."):
        tree = tree[part]
    return tree
