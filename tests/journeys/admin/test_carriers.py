"""The merchant corrects who carries a parcel, and keeps carriers of their own."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.lib import clock
from app.shops.models import Shop
from app.tracking.carriers import own_carriers
from app.tracking.models import OwnCarrier, Shipment
from tests.journeys import payloads
from tests.journeys.admin.conftest import sign_in, token
from tests.journeys.conftest import StoreVoice

BIKES = "https://bikes.example/track/{tracking_number}"
FEDEX = "986578788855"
UPS_MISTYPED = "1Z879E930346834441"


def test_a_carrier_is_corrected_with_one_click_and_taken_back_with_one(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel = send(shopify_store, 1, FEDEX, None)
    page = f"/admin/{shopify_store.shop.id}/shipments/{parcel.id}"
    before = merchant.get(page).text
    assert "Found by its number: it is one of FedEx Express (12), and its check digit is right." in before
    answer = post(merchant, f"{page}/carrier", carrier="dpd_pl")
    assert answer.status_code == 303
    after = merchant.get(answer.headers["Location"]).text
    assert "DPD it is." in after
    assert "You chose it here." in after
    assert f"https://tracktrace.dpd.com.pl/parcelDetails?p1={FEDEX}" in after
    assert post(merchant, f"{page}/carrier/undo").status_code == 303
    assert "Found by its number" in merchant.get(page).text


def test_the_page_of_a_parcel_says_why_and_offers_who_else(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    shop = shopify_store.shop
    own = own_carriers.add(shopify_store.session, shop, "Bike Couriers", BIKES)
    told = {
        ("331426749957", "UPS"): "As Shopify has it.",
        (UPS_MISTYPED, "UPS"): "its check digit is wrong for UPS",
        ("X1", "Bob’s Bikes"): "Doorstep knows no page of theirs.",
        ("X2", "Bike Couriers"): "https://bikes.example/track/X2",
        ("12", None): "Shopify names nobody, and the number does not say.",
        ("IN2024000123", None): "By the number it may be DHL eCommerce.",
    }
    offers: dict[str, bool] = {}
    for number, ((text, company), said) in enumerate(told.items(), 1):
        parcel = send(shopify_store, number, text, company)
        page = merchant.get(f"/admin/{shop.id}/shipments/{parcel.id}").text
        assert said in page, text
        assert (f'value="own:{own.id}"' in page) is (company != "Bike Couriers")
        offers[text] = 'name="carrier" value="purolator"' in page
    assert offers["331426749957"]
    assert not offers["X1"]


@pytest.mark.parametrize("choice", ["", "nobody", "own:", "own:x", "own:1"])
def test_only_a_carrier_that_there_is_can_be_chosen(
    choice: str, merchant: FlaskClient, shopify_store: StoreVoice, other_shop: Shop
) -> None:
    session = shopify_store.session
    own_carriers.add(session, other_shop, "Bike Couriers", BIKES)
    theirs = session.scalars(select(OwnCarrier.id)).one()
    parcel = send(shopify_store, 1, FEDEX, None)
    choice = choice.replace("own:1", f"own:{theirs}")
    page = f"/admin/{shopify_store.shop.id}/shipments/{parcel.id}/carrier"
    assert post(merchant, page, carrier=choice).status_code == 404
    session.refresh(parcel)
    assert (parcel.carrier_slug, parcel.carrier_chosen_at) == ("fedex", None)


def test_another_shop_s_parcels_and_carriers_are_out_of_reach(
    merchant: FlaskClient, shopify_store: StoreVoice, other_shop: Shop
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    parcel = send(shopify_store, 1, FEDEX, None)
    own = own_carriers.add(session, shop, "Bike Couriers", BIKES)
    session.commit()
    sign_in(merchant, other_shop.id)
    here = f"/admin/{other_shop.id}"
    for address in (
        f"shipments/{parcel.id}/carrier",
        f"shipments/{parcel.id}/carrier/undo",
        f"carriers/{own.id}",
        f"carriers/{own.id}/remove",
        f"carriers/{own.id}/undo",
    ):
        sent = {"carrier": "ups", "name": "Mine now", "template": BIKES}
        assert post(merchant, f"{here}/{address}", **sent).status_code == 404, address
        assert merchant.get(f"{here}/{address}").status_code in (404, 405)
    assert "is there" not in merchant.get(f"{here}/carriers?said=added&carrier={own.id}").text
    session.expire_all()
    assert (own.name, own.removed_at, parcel.carrier_chosen_at) == ("Bike Couriers", None, None)


def test_a_carrier_is_added_changed_removed_and_every_step_is_taken_back(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    page = f"/admin/{shop.id}/carriers"
    assert "None of your own yet" in merchant.get(page).text
    added = follow(merchant, post(merchant, page, name=" Bike  Couriers ", template=BIKES))
    assert "Bike Couriers is there." in added
    own = session.scalars(select(OwnCarrier)).one()
    moved = BIKES.replace("bikes", "cargo")
    changed = follow(merchant, post(merchant, f"{page}/{own.id}", name="Cargo", template=moved))
    assert "Cargo is changed" in changed
    undone = follow(merchant, post(merchant, f"{page}/{own.id}/undo"))
    assert "Bike Couriers is as it was before." in undone
    removed = follow(merchant, post(merchant, f"{page}/{own.id}/remove"))
    assert "Bike Couriers is removed." in removed
    assert "None of your own yet" in removed
    again = follow(merchant, post(merchant, f"{page}/{own.id}/undo"))
    assert "1 carrier of your own" in again
    session.expire_all()
    assert (own.name, own.template, own.removed_at) == ("Bike Couriers", BIKES, None)


def test_what_cannot_be_kept_is_said_and_stays_in_the_form(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    own = own_carriers.add(session, shop, "Bike Couriers", BIKES)
    own_carriers.add(session, shop, "Cargo", BIKES)
    session.commit()
    parcel = send(shopify_store, 1, "BC1", "Bike Couriers")
    page = f"/admin/{shop.id}/carriers"
    for address, name, template, said in (
        (page, "Van", "http://van.example/{tracking_number}", "begins with https://"),
        (page, "Van", "https://van.example/", "{tracking_number} once"),
        (page, "cargo", BIKES, "You already have a carrier called cargo."),
        (f"{page}/{own.id}", "Cargo", BIKES, "You already have a carrier called Cargo."),
    ):
        answer = post(merchant, address, name=name, template=template)
        assert answer.status_code == 422
        assert said in answer.text
        assert f'value="{template}"' in answer.text
        assert 'aria-invalid="true"' in answer.text
    session.expire_all()
    assert (own.name, parcel.own_carrier_id) == ("Bike Couriers", own.id)


def test_nothing_is_changed_by_a_link(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    parcel = send(shopify_store, 1, FEDEX, None)
    page = f"/admin/{shopify_store.shop.id}/shipments/{parcel.id}/carrier"
    assert merchant.get(f"{page}?carrier=ups").status_code == 405
    assert merchant.post(page, data={"carrier": "ups"}).status_code == 400
    shopify_store.session.refresh(parcel)
    assert parcel.carrier_slug == "fedex"


def post(browser: FlaskClient, address: str, **fields: str) -> TestResponse:
    return browser.post(address, data={**fields, "csrf": token(browser)})


def follow(browser: FlaskClient, answer: TestResponse) -> str:
    assert answer.status_code == 303
    return browser.get(answer.headers["Location"]).text


def send(store: StoreVoice, number: int, text: str, company: str | None) -> Shipment:
    now, order_id = clock.now(), 1000 + number
    store.shopify("orders/paid", payloads.order(now, order_id))
    parcel = {"tracking_company": company, "tracking_number": text, "tracking_numbers": [text]}
    store.shopify("fulfillments/create", payloads.fulfillment(now, order_id, order_id, **parcel))
    store.settle()
    newest = select(Shipment).filter_by(shop_id=store.shop.id).order_by(Shipment.id.desc()).limit(1)
    return store.session.scalars(newest).one()
