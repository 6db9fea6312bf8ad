"""Who carries a parcel: what the store says stands, what it leaves out is read from the number."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.carriers import directory
from app.lib import clock
from app.main import create_app
from app.privacy import closing
from app.shops.models import Shop
from app.tracking.carriers import carriage, carrier, own_carriers
from app.tracking.models import OwnCarrier, Shipment
from app.tracking.page.links import token_of
from jobs import sync
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice

UPS = "1Z879E930346834440"
FEDEX = "986578788855"
BIKES = "https://bikes.example/track/{tracking_number}"


def test_a_number_without_a_carrier_is_read_and_the_merchants_word_stays_empty(
    shopify_store: StoreVoice,
) -> None:
    parcel = send(shopify_store, 1, UPS, company=None)
    assert (parcel.carrier, parcel.carrier_slug) == (None, "ups")
    assert carrier.name_of(parcel) == "UPS"
    assert carrier.page_of(parcel) == f"https://www.ups.com/track?tracknum={UPS}"


def test_what_the_store_declares_is_never_read_otherwise(shopify_store: StoreVoice) -> None:
    parcel = send(shopify_store, 1, UPS, company="FedEx")
    assert (parcel.carrier, parcel.carrier_slug) == ("FedEx", "fedex")
    stranger = send(shopify_store, 2, UPS, company="Bob’s Bikes")
    assert (stranger.carrier, stranger.carrier_slug) == ("Bob’s Bikes", None)
    assert (carrier.name_of(stranger), carrier.page_of(stranger)) == ("Bob’s Bikes", None)


@pytest.mark.parametrize("company", ["Other", "custom", "  ", ""])
def test_a_store_that_says_other_has_named_nobody(company: str, shopify_store: StoreVoice) -> None:
    assert send(shopify_store, 1, UPS, company=company).carrier_slug == "ups"


def test_the_stores_own_link_stands_and_only_links_to_the_web_count(shopify_store: StoreVoice) -> None:
    theirs = "https://track.example/x"
    assert carrier.page_of(send(shopify_store, 1, UPS, company="UPS", url=theirs)) == theirs
    evil = send(shopify_store, 2, UPS, company="UPS", url="javascript:alert(1)")
    assert carrier.page_of(evil) == f"https://www.ups.com/track?tracknum={UPS}"


def test_a_name_that_several_go_by_is_the_one_where_the_shop_is(shopify_store: StoreVoice) -> None:
    shopify_store.shop.country = "DE"
    shopify_store.session.commit()
    parcel = send(shopify_store, 1, "00340434161094042557", company="DHL")
    assert parcel.carrier_slug == "dhl_parcel_de"


def test_a_correction_outlives_the_store_and_is_learned_and_taken_back(shopify_store: StoreVoice) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    first = send(shopify_store, 1, FEDEX, company=None)
    assert first.carrier_slug == "fedex"
    carriage.choose(session, shop, first, directory.everyone()["canpar"])
    session.commit()
    again = send(shopify_store, 1, FEDEX, company="UPS", updated="2030-01-01T00:00:00Z")
    assert again.id == first.id
    assert (again.carrier, again.carrier_slug) == ("UPS", "canpar")
    like = send(shopify_store, 2, "770000000017", company=None)
    assert like.carrier_slug == "canpar"
    carriage.unchoose(session, shop, again)
    session.commit()
    assert again.carrier_slug == "ups"
    assert send(shopify_store, 3, FEDEX, company=None).carrier_slug == "ups"  # as declared for such a number


def test_where_nothing_was_corrected_the_shop_s_habit_decides(shopify_store: StoreVoice) -> None:
    for number, text in enumerate(("331426749957", "331426749965", "331426749973"), 1):
        send(shopify_store, number, text, company="Evri")
    assert send(shopify_store, 9, "123456789012", company=None).carrier_slug == "evri"


def test_another_shop_s_history_says_nothing(shopify_store: StoreVoice, woo_store: StoreVoice) -> None:
    send(shopify_store, 1, "770000000017", company="Evri")
    parcel = send(shopify_store, 2, FEDEX, company=None)
    here, there = (
        carriage.guesses(shopify_store.session, shop, parcel) for shop in (shopify_store.shop, woo_store.shop)
    )
    assert [first.carrier.slug for first in (here[0], there[0])] == ["evri", "fedex"]


def test_a_carrier_of_the_shop_s_own_names_and_links_its_parcels(shopify_store: StoreVoice) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    before = send(shopify_store, 1, "BC-1", company="bike couriers")
    own = own_carriers.add(session, shop, "Bike Couriers", BIKES)
    session.commit()
    after = send(shopify_store, 2, "BC-2", company="Bike Couriers")
    session.refresh(before)
    assert [carrier.name_of(it) for it in (before, after)] == ["Bike Couriers"] * 2
    assert carrier.page_of(before) == "https://bikes.example/track/BC1"
    own_carriers.change(session, shop, own, "Cargo Bikes", "https://cargo.example/?n={tracking_number}")
    session.commit()
    reread(session, before, after)
    assert [carrier.page_of(it) for it in (before, after)] == [None, None]
    assert [carrier.name_of(it) for it in (before, after)] == ["Bike Couriers", "Bike Couriers"]
    own_carriers.take_back(session, shop, own)
    session.commit()
    reread(session, before, after)
    assert carrier.page_of(after) == "https://bikes.example/track/BC2"
    own_carriers.remove(session, shop, own)
    session.commit()
    reread(session, before, after)
    assert [carrier.page_of(it) for it in (before, after)] == [None, None]
    own_carriers.restore(session, own)
    session.commit()
    reread(session, before, after)
    assert carrier.page_of(before) == "https://bikes.example/track/BC1"


def test_a_name_is_the_shop_s_once_and_comes_back_when_it_is_free(session: Session, shop_: Shop) -> None:
    own = own_carriers.add(session, shop_, "Bikes", BIKES)
    with pytest.raises(own_carriers.Refused):
        own_carriers.add(session, shop_, "BIKES", BIKES)
    own_carriers.remove(session, shop_, own)
    other = own_carriers.add(session, shop_, "bikes", BIKES)
    with pytest.raises(own_carriers.Refused):
        own_carriers.restore(session, own)
    with pytest.raises(own_carriers.Refused):
        own_carriers.change(session, shop_, own_carriers.add(session, shop_, "Cargo", BIKES), "Bikes", BIKES)
    own_carriers.remove(session, shop_, other)
    own_carriers.restore(session, own)
    session.commit()
    assert [it.id for it in own_carriers.kept(session, shop_.id)][:1] == [own.id]
    assert [it.name for it in own_carriers.kept(session, shop_.id)] == ["Bikes", "Cargo"]


def test_a_shop_s_own_ups_goes_before_everybody_s(shopify_store: StoreVoice) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    parcel = send(shopify_store, 1, UPS, company="UPS")
    own = own_carriers.add(session, shop, "UPS", BIKES)
    session.commit()
    session.refresh(parcel)
    assert carrier.page_of(parcel) == f"https://bikes.example/track/{UPS}"
    own_carriers.remove(session, shop, own)
    session.commit()
    session.refresh(parcel)
    assert parcel.carrier_slug == "ups"


def test_the_tracking_page_leads_to_the_carrier_and_follows_a_change(shopify_store: StoreVoice) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    parcel = send(shopify_store, 1, "BC1", company="Bike Couriers")
    page = f"/t/{token_of(parcel.order_id)}"
    reader: FlaskClient = create_app().test_client()
    assert "bikes.example" not in reader.get(page).text
    own = own_carriers.add(session, shop, "Bike Couriers", BIKES)
    session.commit()
    assert "https://bikes.example/track/BC1" in reader.get(page).text
    own_carriers.change(session, shop, own, "Bike Couriers", BIKES.replace("/track/", "/follow/"))
    session.commit()
    assert "https://bikes.example/follow/BC1" in reader.get(page).text


def test_own_carriers_leave_with_their_shop(session: Session, shop_: Shop) -> None:
    own_carriers.add(session, shop_, "Bikes", BIKES)
    closing.erase(session, shop_)
    session.commit()
    sync.run()
    assert session.scalars(select(OwnCarrier)).all() == []


@pytest.fixture
def shop_(shopify_store: StoreVoice) -> Shop:
    return shopify_store.shop


def reread(session: Session, *parcels: Shipment) -> None:
    for parcel in parcels:
        session.refresh(parcel)


def send(
    store: StoreVoice,
    number: int,
    text: str,
    *,
    company: str | None,
    url: str | None = None,
    updated: str | None = None,
) -> Shipment:
    now, order_id = clock.now(), 1000 + number
    changes: dict[str, Any] = {"tracking_company": company, "tracking_number": text}
    changes |= {"tracking_numbers": [text], "tracking_urls": [url] if url else []}
    if updated:
        changes["updated_at"] = updated
    if updated is None:
        store.shopify("orders/paid", payloads.order(now, order_id))
    topic = "fulfillments/update" if updated else "fulfillments/create"
    store.shopify(topic, payloads.fulfillment(now, order_id, order_id, **changes))
    store.settle()
    store.session.expire_all()
    found = select(Shipment).filter_by(shop_id=store.shop.id).order_by(Shipment.id.desc())
    mine = [it for it in store.session.scalars(found) if it.number == text.replace("-", "")]
    return mine[-1] if updated else mine[0]
