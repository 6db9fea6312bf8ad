"""A shopper asks what is held, or to be forgotten; a canary is planted everywhere and found nowhere."""

import json
from datetime import timedelta

import orjson
from sqlalchemy import select, text

import jobs.inbox
import jobs.sync
from app.commerce import bodies
from app.commerce.models import Delivery, Order
from app.events import EventRow
from app.lib import clock, crypto
from app.lib.db import Base, transaction
from app.platforms.base import PrivacyKind, PrivacyRequest
from app.privacy import copies, tasks
from app.shops import calls, install
from app.shops.models import Call, PrivacyTask, Shop
from app.tracking.models import Shipment
from app.tracking.polls.models import CarrierWatch
from app.vocabulary import CallReason, CallState, ShopState
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice

CANARY = "canary.zoë@example.com"


def test_redaction_leaves_the_canary_nowhere(shopify_store: StoreVoice) -> None:
    plant(shopify_store)
    shopify_store.shopify("customers/redact", {**asked_by(shopify_store), "orders_to_redact": [1042]})
    shopify_store.settle()
    assert where_is(shopify_store, "canary") == []
    assert where_is(shopify_store, "Zoë Straße 7") == []
    order = shopify_store.session.scalars(select(Order)).one()
    assert (order.total, order.email, order.ship_to) == (38800, None, {"country": "DE"})


def test_nothing_leads_from_an_erased_order_to_its_parcel_not_even_when_the_store_repeats_it(
    shopify_store: StoreVoice,
) -> None:
    plant(shopify_store)
    session, number = shopify_store.session, "1Z5R89390357567127"
    session.add(CarrierWatch(shop_id=shopify_store.shop.id, source="ups", number=number))
    assert {where.partition(".")[0] for where in where_is(shopify_store, number)} >= {"shipment", "inbox"}
    assert where_is(shopify_store, "Denver") != []
    shopify_store.shopify("customers/redact", {**asked_by(shopify_store), "orders_to_redact": [1042]})
    shopify_store.settle()
    assert where_is(shopify_store, number) == where_is(shopify_store, "Denver") == []
    repeated = payloads.fulfillment(clock.now()) | {"updated_at": clock.now().isoformat()}
    shopify_store.shopify("fulfillments/update", repeated)
    shopify_store.shopify("fulfillment_events/create", payloads.scan("delivered", clock.now(), 2))
    shopify_store.settle()
    session.expire_all()
    (parcel,) = session.scalars(select(Shipment))
    assert (parcel.number, parcel.url, parcel.status) == (None, None, "delivered")
    assert {where.partition(".")[0] for where in where_is(shopify_store, number)} <= {"inbox"}
    assert {where.partition(".")[0] for where in where_is(shopify_store, "Denver")} <= {"inbox"}
    assert {message.to for message in shopify_store.messages()} == {None}


def test_a_redacted_shopper_does_not_come_back_with_a_late_delivery(shopify_store: StoreVoice) -> None:
    plant(shopify_store)
    shopify_store.shopify("customers/redact", {**asked_by(shopify_store), "orders_to_redact": [1042]})
    shopify_store.settle()
    late = planted(shopify_store)
    late["updated_at"] = clock.now().isoformat()
    shopify_store.shopify("orders/updated", late)
    shopify_store.settle()
    shopify_store.session.expire_all()
    order = shopify_store.session.scalars(select(Order)).one()
    assert order.email is None


def test_who_is_forgotten_buys_again_and_asks_again_is_forgotten_again(shopify_store: StoreVoice) -> None:
    plant(shopify_store)
    shopify_store.shopify("customers/redact", {**asked_by(shopify_store), "orders_to_redact": [1042]})
    shopify_store.settle()
    bought = {**planted(shopify_store), "id": 1043, "name": "#1043"}
    shopify_store.shopify("orders/paid", bought)
    shopify_store.settle()
    assert where_is(shopify_store, "canary") != []
    shopify_store.shopify("customers/redact", {**asked_by(shopify_store), "orders_to_redact": [1043]})
    shopify_store.settle()
    assert where_is(shopify_store, "canary") == []


def test_an_export_holds_every_row_and_waits_sealed(shopify_store: StoreVoice) -> None:
    plant(shopify_store)
    body = {**asked_by(shopify_store), "orders_requested": [1042], "data_request": {"id": 9}}
    shopify_store.shopify("customers/data_request", body)
    shopify_store.settle()
    task = shopify_store.session.scalars(select(PrivacyTask)).one()
    assert task.done_at is not None
    assert task.export is not None
    assert b"canary" not in task.export
    found = orjson.loads(crypto.unseal(task.export))
    told = {"profile", "order", "line_item", "fulfillment", "shipment", "tracking_event", "message", "event"}
    assert told | {"checkout", "consent"} <= set(found)
    assert found["profile"][0]["email"] == CANARY


def test_an_order_without_a_profile_is_exported_by_its_number(shopify_store: StoreVoice) -> None:
    nameless = payloads.order(clock.now()) | dict.fromkeys(("email", "contact_email", "phone", "customer"))
    shopify_store.shopify("orders/paid", nameless)
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(clock.now()))
    body = {**asked_by(shopify_store), "orders_requested": [1042], "data_request": {"id": 9}}
    shopify_store.shopify("customers/data_request", body)
    shopify_store.settle()
    order = shopify_store.session.scalars(select(Order)).one()
    assert order.profile_id is None
    assert {"order", "line_item", "shipment"} <= set(copy_of(shopify_store))


def test_a_copy_is_gone_once_its_shopper_is_erased_or_thirty_days_have_passed(
    shopify_store: StoreVoice,
) -> None:
    plant(shopify_store)
    for number in (8, 9):
        body = {**asked_by(shopify_store), "orders_requested": [1042], "data_request": {"id": number}}
        shopify_store.shopify("customers/data_request", body)
        shopify_store.settle()
        assert copy_of(shopify_store)["profile"][0]["email"] == CANARY
        if number == 8:
            assert copies.purge(shopify_store.session, before=clock.now() - timedelta(days=1)) == 0
            assert copies.purge(shopify_store.session, before=clock.now()) == 1
    shopify_store.shopify("customers/redact", {**asked_by(shopify_store), "orders_to_redact": [1042]})
    shopify_store.settle()
    assert set(shopify_store.session.scalars(select(PrivacyTask.export))) == {None}


def test_a_shop_is_erased_only_once_it_is_known_to_have_left(shopify_store: StoreVoice) -> None:
    plant(shopify_store)
    redact = {"shop_id": 1, "shop_domain": shopify_store.shop.domain}
    shopify_store.shopify("shop/redact", redact)
    shopify_store.settle()
    assert shopify_store.session.scalars(select(Order)).all(), (
        "its token may be alive: nothing is believed yet"
    )
    tasks.leave(shopify_store.session, shopify_store.session.get_one(Shop, shopify_store.shop.id))
    shopify_store.session.commit()
    jobs.sync.run()
    assert where_is(shopify_store, "canary") == []
    assert shopify_store.session.scalars(select(Shop.state)).all() == []


def test_a_shop_that_has_left_is_erased_with_whatever_of_it_still_waits(shopify_store: StoreVoice) -> None:
    plant(shopify_store)
    session = shopify_store.session
    install.uninstall(session, session.get_one(Shop, shopify_store.shop.id))
    session.commit()
    shopify_store.shopify("orders/paid", {**planted(shopify_store), "id": 1043})
    shopify_store.shopify("shop/redact", {"shop_id": 1, "shop_domain": shopify_store.shop.domain})
    shopify_store.shopify("orders/paid", {**planted(shopify_store), "id": 1044})
    jobs.inbox.drain()
    jobs.sync.run()
    assert where_is(shopify_store, "canary") == []
    assert session.scalars(select(Shop.state)).all() == []
    assert session.scalars(select(EventRow.kind)).all() == []
    assert session.scalars(select(Delivery.topic)).all() == []


def test_a_shop_that_comes_back_while_its_end_is_being_read_stays(shopify_store: StoreVoice) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    install.uninstall(session, shop)
    session.commit()
    assert shop.state is ShopState.UNINSTALLED
    with transaction() as merchant:
        again = install.Store(platform=shop.platform, domain=shop.domain, url=shop.url, name=shop.name)
        install.install(merchant, again)
    ends = PrivacyRequest(kind=PrivacyKind.ERASE_SHOP, external_id="1")
    tasks.ask(session, shop, ends, heard_at=clock.now())
    session.commit()
    assert session.scalars(select(Shop.state)).all() == [ShopState.INSTALLED]


def test_a_claim_to_end_a_shop_that_names_another_does_nothing(shopify_store: StoreVoice) -> None:
    shopify_store.shopify("shop/redact", {"shop_id": 1, "shop_domain": "other.myshopify.com"})
    shopify_store.shopify("app/uninstalled", {"id": 1, "myshopify_domain": None})
    shopify_store.settle()
    assert shopify_store.session.scalars(select(PrivacyTask)).all() == []
    assert set(shopify_store.session.scalars(select(Delivery.state))) == {"parked"}


def test_what_is_to_be_done_outside_for_a_shopper_is_in_their_copy_and_ends_with_them(
    shopify_store: StoreVoice,
) -> None:
    plant(shopify_store)
    session, shop_id = shopify_store.session, shopify_store.shop.id
    order = session.scalars(select(Order)).one()
    calls.ask(session, shop_id, "tag", "tag:1", {"who": CANARY}, order_id=order.id)
    calls.ask(session, shop_id, "tag", "tag:2", {"who": CANARY}, profile_id=order.profile_id)
    body = {**asked_by(shopify_store), "orders_requested": [1042], "data_request": {"id": 9}}
    shopify_store.shopify("customers/data_request", body)
    shopify_store.settle()
    assert [row["payload"] for row in copy_of(shopify_store)["call"]] == [{"who": CANARY}] * 2
    shopify_store.shopify("customers/redact", {**asked_by(shopify_store), "orders_to_redact": [1042]})
    shopify_store.settle()
    session.expire_all()
    ended = session.execute(select(Call.state, Call.reason, Call.payload)).all()
    assert ended == [(CallState.SKIPPED, CallReason.ERASED, None)] * 2


def test_bodies_are_emptied_after_thirty_days_and_still_say_once(shopify_store: StoreVoice) -> None:
    plant(shopify_store)
    assert bodies.purge(shopify_store.session, before=clock.now() + timedelta(seconds=1)) > 0
    shopify_store.session.commit()
    told = shopify_store.told()
    shopify_store.shopify("orders/paid", planted(shopify_store), event="again")
    shopify_store.settle()
    assert shopify_store.told() == told


def planted(store: StoreVoice) -> dict[str, object]:
    """An order full of canaries; the same at every call."""
    if "planted" not in store.session.info:
        home = {"first_name": "Canary", "last_name": "Zoë", "address1": "Zoë Straße 7", "country_code": "DE"}
        store.session.info["planted"] = {
            **payloads.order(clock.now()),
            "email": CANARY,
            "contact_email": CANARY,
            "customer": {"id": 77, "email": CANARY, "first_name": "Canary", "last_name": "Zoë"},
            "shipping_address": home,
            "billing_address": home,
        }
    found: dict[str, object] = store.session.info["planted"]
    return found


def plant(store: StoreVoice) -> None:
    """Let the canary order, be told, and put something into a cart."""
    store.shopify("orders/paid", planted(store))
    store.shopify("fulfillments/create", payloads.fulfillment(clock.now()))
    store.shopify("fulfillment_events/create", payloads.scan("in_transit", clock.now(), 1))
    checkout = json.loads((payloads.RECORDINGS / "shopify" / "checkouts__create.json").read_text())
    checkout |= {"email": "Canary.Zoë@Example.COM", "customer": None, "abandoned_checkout_url": None}
    store.shopify("checkouts/create", checkout)
    consent = {
        "customer_id": 77,
        "email_address": CANARY,
        "email_marketing_consent": {"state": "subscribed", "consent_updated_at": clock.now().isoformat()},
    }
    store.shopify("customers_email_marketing_consent/update", consent)
    store.settle()
    assert where_is(store, "canary") != []


def asked_by(store: StoreVoice) -> dict[str, object]:
    return {"shop_id": 1, "shop_domain": store.shop.domain, "customer": {"id": 77, "email": CANARY}}


def copy_of(store: StoreVoice) -> dict[str, list[dict[str, object]]]:
    """What the newest copy that waits for the merchant holds."""
    store.session.expire_all()
    task = store.session.scalars(select(PrivacyTask).order_by(PrivacyTask.id.desc())).first()
    assert task is not None
    assert task.export is not None
    found: dict[str, list[dict[str, object]]] = orjson.loads(crypto.unseal(task.export))
    return found


def where_is(store: StoreVoice, word: str) -> list[str]:
    """Every table in which a word stands, in text or in bytes."""
    store.session.commit()
    found = []
    for table in Base.metadata.sorted_tables:
        for row in store.session.execute(text(f'SELECT * FROM "{table.name}"')).mappings():
            for name, value in row.items():
                plain = (
                    bytes(value).decode("utf-8", "replace")
                    if isinstance(value, bytes | memoryview)
                    else str(value)
                )
                if word.lower() in plain.lower() or json.dumps(word)[1:-1].lower() in plain.lower():
                    found.append(f"{table.name}.{name}")
    return found
