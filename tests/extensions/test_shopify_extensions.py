"""What stands in Shopify's themes and customer accounts: whole, small, and leading where the app answers."""

import json
import re
import tomllib
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from liquid import Environment
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce import catalog
from app.lib import clock
from app.lib.words import CATALOGS
from app.platforms import purchases
from app.stock import shelves
from app.stock.models import Waiting
from extensions import words
from extensions.words import FOLDER
from tests import sold
from tests.journeys.test_embedded import MOVING, SECRET, ask, headline, shopper, signed

__all__ = ["shopper"]
ROOT = FOLDER.parent.parent
TRACKING, ORDER_STATUS = FOLDER / "doorstep-tracking", FOLDER / "doorstep-order-status"
BLOCK = (TRACKING / "blocks" / "look-up.liquid").read_text()
BACK = (TRACKING / "blocks" / "back-in-stock.liquid").read_text()
BLOCKS = {"look_up": BLOCK, "back_in_stock": BACK}
SCRIPT = TRACKING / "assets" / "back-in-stock.js"
SCRIPT_AT_MOST = 10_000
INPUTS = (
    "text",
    "textarea",
    "select",
    "product",
    "checkbox",
    "range",
    "color",
    "url",
    "number",
    "radio",
    "richtext",
)
"""The kinds of settings that a block may have; shopify.dev/docs/storefronts/themes/architecture/settings."""


def test_the_app_knows_its_extensions() -> None:
    app = tomllib.loads((ROOT / "shopify.app.toml").read_text())
    assert app["extension_directories"] == ["extensions/shopify/*"]
    address = "/{prefix}/{subpath}".format(**app["app_proxy"])
    assert {settings_of(block)["address"]["default"] for block in BLOCKS.values()} == {address}
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


def test_the_blocks_are_small() -> None:
    assert list(TRACKING.rglob("*.js")) == [SCRIPT], "the look-up's form needs none"
    for block in BLOCKS.values():
        assert re.findall(r"<script.*?</script>|{% javascript %}.*", block, re.DOTALL) == []
        assert len(block.encode()) < SCRIPT_AT_MOST
    assert schema_of(BACK)["javascript"] == SCRIPT.name
    scripts = (SCRIPT, ORDER_STATUS / "src" / "OrderStatus.jsx")
    assert all(len(script.read_bytes()) < SCRIPT_AT_MOST for script in scripts)


@pytest.mark.parametrize("block", BLOCKS)
def test_the_schema_is_one_that_shopify_takes(block: str) -> None:
    liquid = BLOCKS[block]
    schema = schema_of(liquid)
    assert schema.keys() <= {
        "name",
        "target",
        "settings",
        "tag",
        "class",
        "enabled_on",
        "javascript",
        "stylesheet",
        "default",
    }
    assert schema["target"] == "section"
    names = json.loads((TRACKING / "locales" / "en.default.schema.json").read_text())
    for key in re.findall(r'"t:([\w.]+)"', json.dumps(schema)):
        assert isinstance(at(names, key), str)
    assert len(at(names, f"{block}.name")) <= 25
    idents = [setting["id"] for setting in schema["settings"]]
    assert len(idents) == len(set(idents))
    for setting in schema["settings"]:
        assert setting["type"] in INPUTS
        assert f"block.settings.{setting['id']}" in liquid
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


@pytest.mark.parametrize("language", ["en", "ja", "he"])
def test_a_shopper_waits_for_what_a_theme_says_is_sold_out(
    shopper: FlaskClient, session: Session, language: str
) -> None:
    shop = sold.shop(session, domain="ridge.myshopify.com")
    now = clock.now()
    for number in ("41", "42"):
        told = purchases.Variant(
            external_id=number, product_id="4", updated_at=now, in_stock=False, item=number
        )
        catalog.keep_variant(session, shop.id, told)
        shelves.keep_variants(session, shop.id, [told])
    session.commit()
    html = back_in_stock(language, {"41": False, "42": False, "43": True}, chosen="42")
    form = re.search(r'<form [^>]*method="post" action="/apps/track(/[^"]+)" data-doorstep-back', html)
    assert form
    said = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))
    assert re.findall(r'<option value="(\d+)"( selected)?>', html) == [("41", ""), ("42", " selected")]
    typed = {**said, "variant": "42", "email": "ida@example.test", "website": ""}
    path = f"/proxy/shopify{form[1]}?{urlencode(signed({}, SECRET))}"
    answer = shopper.post(path, data=typed, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.get_json()["ok"]
    row = session.scalars(select(Waiting)).one()
    assert (row.source, row.locale, row.wording) == ("theme", language, unescape(said["wording"]))


def test_without_a_script_the_answer_stands_in_the_theme(shopper: FlaskClient, session: Session) -> None:
    sold.shop(session, domain="ridge.myshopify.com")
    answer = ask(shopper, "/back-in-stock", data={"variant": "1", "email": "nobody"})
    assert answer.status_code == 200
    assert "Please fill in an e-mail address." in unescape(answer.text)
    assert answer.headers["Content-Type"].startswith("application/liquid")


def test_what_is_there_has_no_form_and_one_variant_no_list() -> None:
    assert "<form" not in back_in_stock("en", {"41": True})
    html = back_in_stock("en", {"41": False})
    assert '<input type="hidden" name="variant" value="41">' in html
    assert "<select" not in html


def back_in_stock(language: str, variants: dict[str, bool], chosen: str | None = None) -> str:
    """Return the form as Shopify draws it on the page of a product with these variants."""
    rows = [{"id": ident, "available": is_there, "title": ident} for ident, is_there in variants.items()]
    first = next((row for row in rows if row["id"] == chosen), rows[0])
    product = {"variants": rows, "selected_or_first_available_variant": first}
    spoken = {"locale": {"iso_code": language}}
    return drawn(language, BACK, page={"product": product, "request": spoken})


def drawn(language: str, liquid: str = BLOCK, page: dict[str, Any] | None = None, **chosen: str) -> str:
    """Return a block as Shopify draws it."""
    name = "en.default" if language == "en" else language
    said = json.loads((TRACKING / "locales" / f"{name}.json").read_text())
    shopify = Environment()
    shopify.add_filter("t", lambda key: at(said, key))
    source = re.sub(r"{% (stylesheet|schema) %}.*?{% end\1 %}", "", liquid, flags=re.DOTALL)
    unset = {key: setting.get("default", "") for key, setting in settings_of(liquid).items()}
    block = {"id": "b1", "settings": unset | chosen, "shopify_attributes": "data-block"}
    return shopify.from_string(source).render(block=block, **(page or {}))


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
