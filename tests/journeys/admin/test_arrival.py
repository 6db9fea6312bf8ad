"""What the merchant is told of a parcel's arrival, and what it rests on."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.lib import clock
from app.tracking.forecast.models import Forecast
from app.tracking.forecast.typical import ENOUGH
from app.tracking.models import Shipment
from tests.journeys.admin.conftest import counting
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_delivery_date import NEW, arrive, deliver, order, promise, send


def test_an_estimate_says_how_many_parcels_it_rests_on(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    arrive(shopify_store, ENOUGH - 18)
    order(shopify_store)
    send(shopify_store, NEW)
    assert f"once {ENOUGH} of your parcels have arrived (7 so far)" in told(merchant, shopify_store)
    arrive(shopify_store, 18, first=100)
    order(shopify_store, NEW + 1)
    send(shopify_store, NEW + 1)
    page = told(merchant, shopify_store)
    assert re.search(r"Arrival [A-Z][a-z]+ \d+", page), "the days themselves"
    assert "Our estimate, from 25 parcels like it." in page
    assert "came within the days that we said" not in page, "too few were said"


def test_the_merchant_sees_how_often_we_were_right(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    arrive(shopify_store, ENOUGH)
    order(shopify_store)
    send(shopify_store, NEW)
    row = update(Forecast).filter_by(clock="shipped").values(scored=1240, within_80=1004)
    shopify_store.session.execute(row)
    shopify_store.session.commit()
    assert "81% of 1,240 parcels came within the days that we said" in told(merchant, shopify_store)


def test_a_promise_of_the_merchants_own_is_named_as_theirs(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    promise(shopify_store, promise_abroad=4)
    order(shopify_store)
    send(shopify_store, NEW)
    assert "As you promise; the carrier has not named a day." in told(merchant, shopify_store)
    sent = shopify_store.session.scalars(select(Shipment)).one()
    sent.expected_at = clock.now() + timedelta(days=2)
    shopify_store.session.commit()
    assert "The carrier’s own date." in told(merchant, shopify_store)


def test_a_parcels_page_asks_no_more_for_a_longer_history(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    arrive(shopify_store, ENOUGH)
    order(shopify_store)
    send(shopify_store, NEW)
    with counting() as few:
        told(merchant, shopify_store)
    arrive(shopify_store, 20, first=200)
    order(shopify_store, NEW + 1)
    send(shopify_store, NEW + 1)
    with counting() as many:
        told(merchant, shopify_store)
    assert len(many) == len(few)


def test_the_operator_counts_what_came_true(
    browser: FlaskClient, shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    arrive(shopify_store, ENOUGH)
    order(shopify_store)
    send(shopify_store, NEW)
    deliver(shopify_store, NEW, clock.now())
    page = browser.get("/metrics").text
    assert 'doorstep_predictions_total{clock="shipped",outcome="scored"} 1.0' in page


def told(merchant: FlaskClient, store: StoreVoice) -> str:
    """Read the latest parcel's page from "Arrival" to what follows."""
    newest = store.session.scalars(select(Shipment.id).order_by(Shipment.id.desc()).limit(1)).one()
    page = merchant.get(f"/admin/{store.shop.id}/shipments/{newest}").text
    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
    return words[words.index("Arrival") : words.index("In this parcel")]
