"""What a store sold before it connected is read once, whole, and told to nobody."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import events
from app.audience.models import ConsentRow, Profile
from app.commerce.models import Product
from app.events import ShopUninstalled
from app.imports import history
from app.imports.history import Place
from app.imports.models import Import, ImportState
from app.lib import clock
from app.lib.db import transaction
from app.shops import errands, install
from app.shops.models import Shop
from app.tracking.models import ExceptionRow, Shipment
from app.vocabulary import ShipmentStatus, ShopState
from demo.shopify import wire as shopify_wire
from demo.shoppers import RIDGE
from demo.stores import Shelf
from demo.woocommerce import wire as woo_wire
from jobs import history as job
from tests.journeys.history.conftest import Connected, deliver


def test_the_history_of_a_store_on_shopify_is_read_whole_and_told_to_nobody(ridge: Connected) -> None:
    ridge.begin()
    found = ridge.read()
    assert (found.state, found.failure) == (ImportState.DONE, None)
    assert found.counts["orders"] == {"done": len(ridge.sales), "odd": 0, "total": len(ridge.sales)}
    assert found.counts["shoppers"]["done"] == len(RIDGE)
    assert ridge.orders().keys() == {str(sale.id) for sale in ridge.sales}
    assert all(order.imported_at == found.asked_at for order in ridge.orders().values())
    assert found.begins_at == min(sale.placed_at for sale in ridge.sales).replace(microsecond=0)
    assert ridge.voice.told() == []
    pasts = ridge.session.scalars(select(Profile.past_orders)).all()
    assert sum(past or 0 for past in pasts) > len(ridge.sales)
    assert ridge.session.scalar(select(func.count()).select_from(ConsentRow))
    assert ridge.session.scalar(select(func.count()).select_from(Product)) == 8


def test_parcels_on_the_road_have_their_scans_at_once_and_arrived_ones_say_when(ridge: Connected) -> None:
    ridge.begin()
    ridge.read()
    parcels = {
        parcel.number: parcel
        for parcel in ridge.session.scalars(select(Shipment))
        if parcel.cancelled_at is None
    }
    for sale in ridge.sales:
        for parcel in sale.parcels:
            ours = parcels[parcel.numbers[0]]
            if parcel.scans[-1].status == "delivered":
                assert ours.delivered_at == parcel.scans[-1].at.replace(microsecond=0)
            elif parcel.scans[-1].status != "returning_to_sender":
                seen = [scan.at.replace(microsecond=0) for scan in parcel.scans]
                assert ours.status_at == max(seen)
                assert ours.status is not ShipmentStatus.PENDING


def test_the_history_of_a_store_on_woocommerce_is_read_whole_and_told_to_nobody(harbor: Connected) -> None:
    harbor.begin()
    found = harbor.read()
    kept = [sale for sale in harbor.sales if sale.state != "draft"]
    assert (found.state, found.failure) == (ImportState.DONE, None)
    assert harbor.orders().keys() == {str(sale.id) for sale in kept}
    assert found.counts["orders"]["done"] == found.counts["orders"]["total"] == len(harbor.sales)
    assert harbor.voice.told() == []
    core = [parcel for sale in kept if sale.core_fulfillments for parcel in sale.parcels]
    numbers = set(harbor.session.scalars(select(Shipment.number)))
    assert {parcel.numbers[0] for parcel in core} <= numbers
    guests = select(Profile).where(Profile.external_id.is_(None), Profile.past_orders.is_not(None))
    assert harbor.session.scalars(guests).all()


@pytest.mark.parametrize("kind", ["ridge", "harbor"])
def test_late_notices_of_what_was_read_tell_nobody_and_change_nothing(
    kind: str, request: pytest.FixtureRequest
) -> None:
    store: Connected = request.getfixturevalue(kind)
    store.begin()
    store.read()
    before = store.known()
    for sale in store.sales:
        if sale.state != "draft":
            for topic, body in store.notices.whole(sale):
                deliver(store, topic, body)
    store.voice.settle()
    assert store.voice.told() == []
    assert store.known()[0] == before[0]
    statuses = [row[2:] for row in store.known()[1]]
    assert statuses == [row[2:] for row in before[1]] or kind == "ridge"


def test_what_happens_after_it_is_told_as_ever(ridge: Connected) -> None:
    ridge.begin()
    ridge.read()
    moving = next(sale for sale in ridge.sales if sale.alive and sale.parcels and sale.parcels[0].ahead)
    scan = moving.parcels[0].advance(clock.now())
    scan.status = "out_for_delivery"
    deliver(ridge, "fulfillment_events/create", shopify_wire.scan(moving, moving.parcels[0], scan))
    new = moving.model_copy(
        update={"id": 5, "number": 5, "placed_at": clock.now(), "updated_at": clock.now(), "parcels": []}
    )
    deliver(ridge, "orders/paid", shopify_wire.order(new))
    ridge.voice.settle()
    assert sorted(ridge.voice.told()) == ["out_for_delivery", "thank_you"]


def test_an_order_of_after_the_connection_is_no_history(ridge: Connected) -> None:
    ridge.begin()
    ridge.session.execute(update(Import).values(asked_at=clock.now() - timedelta(hours=4)))
    ridge.session.commit()
    found = ridge.read()
    fresh = {str(sale.id) for sale in ridge.sales if sale.placed_at > found.asked_at}
    assert fresh
    assert {o.external_id for o in ridge.orders().values() if o.imported_at is None} == fresh
    thanked = {message.order_id for message in ridge.voice.messages() if message.trigger == "thank_you"}
    assert thanked == {ridge.orders()[external_id].id for external_id in fresh}


def test_a_store_that_comes_back_tells_what_it_sold_meanwhile(harbor: Connected) -> None:
    harbor.begin()
    first = harbor.read().asked_at
    keys = install.secret_of(harbor.session, harbor.shop.id, "rest_keys") or ""
    install.uninstall(harbor.session, harbor.session.get_one(Shop, harbor.shop.id))
    harbor.session.commit()
    new = harbor.sales[0].model_copy(update={"id": 5, "number": 5, "placed_at": clock.now()})
    new.updated_at = clock.now()
    Shelf(woo_wire.HOST).put("sale", new.id, new.model_dump(mode="json"))
    shop = harbor.session.get_one(Shop, harbor.shop.id)
    shop.state = ShopState.INSTALLED
    for kind, secret in (("rest_keys", keys), ("webhook_secret", "known")):
        install.keep_secret(harbor.session, shop, kind, secret)
    harbor.session.commit()
    harbor.begin()
    found = harbor.read()
    assert found.state is ImportState.DONE
    assert found.asked_at > first
    assert harbor.orders()["5"].imported_at == found.asked_at
    assert harbor.voice.told() == []
    harbor.begin()
    assert harbor.read().asked_at == found.asked_at, "it is told once"


def test_a_store_that_comes_back_as_its_history_ends_is_read_anew(
    harbor: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    harbor.begin()
    first = harbor.read().asked_at
    place, back = history.place, list[bool]()

    def comes_back(session: Session, shop_id: int) -> Place | None:
        at = place(session, shop_id)
        if at is None and not back:
            back.append(True)
            with transaction() as elsewhere:
                shop = elsewhere.get_one(Shop, shop_id)
                events.record(elsewhere, shop_id, ShopUninstalled(happened_at=clock.now()))
                history.begin(elsewhere, shop)
        return at

    errands.add(harbor.session, harbor.shop.id, "woocommerce.history", every=history.AGAIN)
    harbor.session.commit()
    monkeypatch.setattr(history, "place", comes_back)
    found = harbor.read()
    assert found.state is ImportState.DONE
    assert found.asked_at > first


def test_nothing_old_and_forgotten_is_called_wrong(ridge: Connected) -> None:
    old = clock.now() - timedelta(days=50)
    for sale in ridge.sales:
        age = clock.now() - sale.updated_at
        sale.placed_at, sale.updated_at = old - timedelta(days=5), old
        sale.parcels = [parcel for parcel in sale.parcels if parcel.scans[-1].status != "delivered"]
        for parcel in sale.parcels:
            parcel.shipped_at -= timedelta(days=50) - age
            for scan in parcel.scans:
                scan.at -= timedelta(days=50)
        Shelf(shopify_wire.HOST).put("sale", sale.id, sale.model_dump(mode="json"))
    ridge.begin()
    ridge.read()
    assert ridge.session.scalars(select(ExceptionRow)).all() == []


def test_what_the_store_does_not_let_us_see_is_said_and_the_rest_is_read(ridge: Connected) -> None:
    ridge.begin()
    at = history.place(ridge.session, ridge.shop.id)
    assert at is not None
    asked = next(job.of_shopify(ridge.shop.id, at))
    assert job._keep(ridge.shop.id, at, asked)
    operation = str(asked.ends).partition("|")[0]
    row = {"id": operation, "query": "", "at": 0, "ended": "FAILED", "error": "ACCESS_DENIED"}
    Shelf(shopify_wire.HOST).put("bulk", operation, row)
    found = ridge.read()
    assert (found.state, found.failure) == (ImportState.DONE, job.DENIED)
    assert ridge.session.scalars(select(Profile.past_orders)).all()
