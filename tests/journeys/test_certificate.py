"""Who was erased can have it in writing, and the writing cannot be changed."""

import json
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import select

from app.cli import main
from app.lib import crypto
from app.lib.certificate import is_genuine
from app.shops.models import PrivacyTask
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_privacy import CANARY, asked_by, plant, where_is


def test_an_erasure_is_certified_and_names_nobody(shopify_store: StoreVoice) -> None:
    plant(shopify_store)
    shopify_store.shopify("customers/redact", {**asked_by(shopify_store), "orders_to_redact": [1042]})
    shopify_store.settle()
    task = shopify_store.session.scalars(select(PrivacyTask)).one()
    stated = task.certificate
    assert stated is not None
    assert stated["still_found_in"] == []
    assert {"profile", "order", "checkout", "message", "consent"} <= set(stated["rows"])
    assert crypto.fingerprint(CANARY).hex() in stated["subject"]
    assert "canary" not in json.dumps(stated).lower()
    assert is_genuine(stated)
    assert not is_genuine(stated | {"erased_at": "2020-01-01T00:00:00+00:00"})
    assert not is_genuine({name: value for name, value in stated.items() if name != "seal"})


def test_an_operator_exports_erases_and_verifies(shopify_store: StoreVoice, tmp_path: Path) -> None:
    plant(shopify_store)
    of = str(shopify_store.shop.id), CANARY.upper()
    copy = CliRunner().invoke(main, ["export", *of])
    assert json.loads(copy.output)["profile"][0]["email"] == CANARY
    erased = CliRunner().invoke(main, ["erase", *of])
    assert erased.exit_code == 0, erased.output
    assert where_is(shopify_store, "canary") == []
    file = tmp_path / "certificate.json"
    file.write_text(erased.output)
    assert CliRunner().invoke(main, ["verify", str(file)]).output == "It is ours, unchanged.\n"
    file.write_text(erased.output.replace("profile", "profiles"))
    assert CliRunner().invoke(main, ["verify", str(file)]).exit_code == 1
    assert CliRunner().invoke(main, ["erase", "999", CANARY]).exit_code == 1
