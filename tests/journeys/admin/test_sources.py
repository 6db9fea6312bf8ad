"""Who tells you where your parcels are: the one question, its answers, and what each does."""

import json
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.carriers.base import Scan, Update
from app.lib import clock, crypto
from app.shops.models import Credential, Errand, Shop
from app.tracking.models import Shipment
from app.tracking.scans import scans
from app.tracking.sources import following, sources
from app.tracking.sources.sources import Teller
from app.vocabulary import ShipmentStatus as S
from jobs import sync
from tests.contracts.sources.network import playing
from tests.journeys.admin.conftest import parcel, sign_in, token
from tests.journeys.conftest import StoreVoice

EASYPOST = {"api_key": "EZAK-key", "webhook_secret": "a shared word"}


def test_it_works_with_nothing_entered(merchant: FlaskClient, shop: Shop, session: Session) -> None:
    page = merchant.get(f"/admin/{shop.id}/sources").text
    assert "Your store tells us where your parcels are." in page
    assert "Shopify passes on what the carriers that it works with tell it." in page
    assert sources.teller(session, shop.id) is Teller.STORE


def test_a_shop_on_woocommerce_hears_what_its_store_does_not_tell(
    merchant: FlaskClient, other_shop: Shop
) -> None:
    sign_in(merchant, other_shop.id)
    page = merchant.get(f"/admin/{other_shop.id}/sources").text
    assert "WooCommerce tells us when a parcel leaves, and nothing after that" in page


def test_an_aggregator_is_entered_sealed_tried_and_asked_to_follow(
    merchant: FlaskClient, shopify_store: StoreVoice, session: Session
) -> None:
    shop = shopify_store.shop
    parcel(shopify_store, 1)
    assert post(merchant, shop, "easypost", EASYPOST) == 303
    row = session.scalars(select(Credential).filter_by(kind="source:easypost")).one()
    assert b"EZAK" not in row.secret
    assert json.loads(crypto.unseal(row.secret)) == EASYPOST
    kinds = set(session.scalars(select(Errand.kind).filter_by(shop_id=shop.id)))
    assert {following.TEST, following.FOLLOW} <= kinds
    page = merchant.get(f"/admin/{shop.id}/sources").text
    assert "EasyPost tells us where your parcels are, beside your store." in page
    assert f"https://doorstep.test/webhooks/carriers/easypost/{shop.key}" in page
    assert "Never run against the real service" in page
    assert "We are asking EasyPost whether it takes the keys." in page
    assert "EZAK" not in page
    assert "a shared word" not in page


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (200, "EasyPost took the keys"),
        (404, "EasyPost took the keys"),
        (401, "EasyPost refuses the keys"),
        (503, "EasyPost did not answer as it should: it answers 503"),
    ],
)
def test_the_test_button_says_what_the_source_says(
    merchant: FlaskClient, shop: Shop, status: int, says: str
) -> None:
    post(merchant, shop, "easypost", EASYPOST)
    with playing("api.easypost.com") as api:
        api.will(status, {"trackers": []})
        sync.run()
        post(merchant, shop, "easypost/test", {})
        sync.run()
    assert "tracking_code=EZ4000000004" in api.asked[0].url
    assert says in merchant.get(f"/admin/{shop.id}/sources").text


def test_carriers_are_entered_beside_each_other_and_tried_by_signing_in(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    post(merchant, shop, "easypost", EASYPOST)
    post(merchant, shop, "ups", {"client_id": "id", "client_secret": "secret"})
    post(merchant, shop, "dhl", {"api_key": "k"})
    assert [account.source.key for account in sources.accounts(session, shop.id)] == ["dhl", "ups"]
    assert sources.teller(session, shop.id) is Teller.CARRIERS
    with playing("onlinetools.ups.com") as ups, playing("api-eu.dhl.com") as dhl:
        ups.will(401, {})
        dhl.will(404, {})
        sync.run()
    page = merchant.get(f"/admin/{shop.id}/sources").text
    assert "UPS refuses the keys" in page
    assert "DHL took the keys" in page
    assert "Webhook address" not in page


def test_an_empty_field_stays_as_it_was(merchant: FlaskClient, shop: Shop, session: Session) -> None:
    post(merchant, shop, "easypost", EASYPOST)
    post(merchant, shop, "easypost", {"api_key": "  new ", "webhook_secret": ""})
    (account,) = sources.accounts(session, shop.id)
    assert account.keys == {"api_key": "new", "webhook_secret": "a shared word"}


def test_a_missing_key_is_said_and_nothing_is_kept(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    answer = merchant.post(
        f"/admin/{shop.id}/sources/easypost",
        data={"api_key": "k", "csrf": token(merchant)},
        follow_redirects=True,
    )
    assert "Something is missing" in answer.text
    assert sources.accounts(session, shop.id) == []
    assert post(merchant, shop, "shippo", {"api_key": "shippo_live"}) == 303
    assert sources.teller(session, shop.id) is Teller.AGGREGATOR


def test_there_is_one_aggregator_at_a_time(merchant: FlaskClient, shop: Shop, session: Session) -> None:
    post(merchant, shop, "easypost", EASYPOST)
    post(merchant, shop, "17track", {"api_key": "k"})
    assert [account.source.key for account in sources.accounts(session, shop.id)] == ["17track"]


def test_the_store_alone_tells_again_and_every_key_is_gone(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    post(merchant, shop, "easypost", EASYPOST)
    post(merchant, shop, "store", {})
    assert session.scalars(select(Credential).where(Credential.kind.startswith("source:"))).all() == []
    post(merchant, shop, "easypost", EASYPOST)
    post(merchant, shop, "easypost/forget", {})
    assert sources.teller(session, shop.id) is Teller.STORE


def test_parcels_that_are_not_followed_are_said_with_their_reason(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    post(merchant, shopify_store.shop, "easypost", EASYPOST)
    with playing("api.easypost.com") as api:
        api.will(422, {})
        sync.run()
    assert "1 parcel: it answers 422." in merchant.get(f"/admin/{shopify_store.shop.id}/sources").text


def test_nothing_can_be_done_with_a_source_that_is_none(merchant: FlaskClient, shop: Shop) -> None:
    for path in ("base", "nobody", "nobody/test", "nobody/forget", "easypost/test"):
        assert post(merchant, shop, path, EASYPOST) == 404


def test_a_form_from_elsewhere_is_refused(merchant: FlaskClient, shop: Shop, session: Session) -> None:
    answer = merchant.post(f"/admin/{shop.id}/sources/easypost", data=EASYPOST)
    assert answer.status_code == 400
    assert sources.accounts(session, shop.id) == []


def post(merchant: FlaskClient, shop: Shop, path: str, form: dict[str, str]) -> int:
    data = {**form, "csrf": token(merchant)}
    return merchant.post(f"/admin/{shop.id}/sources/{path}", data=data).status_code


def test_a_parcel_shows_the_scan_that_proves_where_it_is_and_those_not_believed(
    merchant: FlaskClient, shopify_store: StoreVoice, session: Session
) -> None:
    parcel(shopify_store, 1)
    shipment = session.scalars(select(Shipment)).one()
    now = clock.now()
    told = [
        scan(S.OUT_FOR_DELIVERY, now - timedelta(seconds=1)),
        scan(S.DELIVERED, now + timedelta(hours=9)),
        scan(S.DELIVERED, now - timedelta(days=300)),
    ]
    update = Update(number=shipment.number or "", scans=tuple(told))
    scans.keep_update(session, shipment.shop_id, update, source="easypost", heard_at=now)
    session.commit()
    page = merchant.get(f"/admin/{shopify_store.shop.id}/shipments/{shipment.id}").text
    assert "EasyPost told us that the carrier wrote “out_for_delivery”. It stands there because" in page
    assert "Not believed: Delivered" in page
    assert "Its time had not come yet. EasyPost said so." in page
    assert "the number was somebody else’s then." in page


def scan(status: S, at: datetime) -> Scan:
    return Scan(external_id=f"{status}{at}", status=status, raw_status=status.value, happened_at=at)
