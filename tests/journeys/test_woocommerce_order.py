import base64
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from app.audience.models import Profile
from app.commerce.models import Checkout, Delivery, Order, Variant
from app.shops.models import Errand, Shop
from app.tracking.models import Shipment
from app.vocabulary import InboxState
from tests.journeys.conftest import StoreVoice

RECORDED = Path(__file__).parent.parent / "recordings" / "woocommerce"


def test_the_whole_recorded_store_ends_in_one_message_each(woo_store: StoreVoice) -> None:
    for file in sorted(RECORDED.glob("*.json")):
        deliver(woo_store, file.stem)
        woo_store.settle()
    assert set(woo_store.answers) == {200}
    told = [(message.trigger, message.order_id, message.step) for message in woo_store.messages()]
    assert len(told) == len(set(told))
    names = {order.external_id: order.id for order in woo_store.session.scalars(select(Order))}
    thanked = {message.order_id for message in woo_store.messages() if message.trigger == "thank_you"}
    assert names["17"] in thanked
    assert names["23"] not in thanked, "a failed order is not thanked for"
    assert "27" not in names, "a draft is no order"
    states = set(woo_store.session.scalars(select(Delivery.state)))
    assert states <= {InboxState.DONE, InboxState.IGNORED}


def test_the_unsigned_ping_is_answered_and_does_nothing(woo_store: StoreVoice) -> None:
    assert deliver(woo_store, "001_ping") == 200
    assert woo_store.session.scalars(select(Delivery)).all() == []


def test_an_unsigned_order_is_refused(woo_store: StoreVoice) -> None:
    answer = woo_store.client.post(
        f"/webhooks/woocommerce/{woo_store.shop.key}",
        data=b'{"id":1}',
        headers={"Content-Type": "application/json", "X-WC-Webhook-Topic": "order.created"},
    )
    assert answer.status_code == 401


def test_processing_may_come_before_created_and_is_thanked_for_once(woo_store: StoreVoice) -> None:
    for stem in ("131_order.updated_processing", "134_order.created_processing"):
        deliver(woo_store, stem)
        woo_store.settle()
    assert woo_store.told() == ["thank_you"]


def test_parcels_in_the_orders_meta_are_followed_and_deleted_ones_cancelled(woo_store: StoreVoice) -> None:
    deliver(woo_store, "056_order.updated_processing")
    woo_store.settle()
    assert woo_store.told() == ["thank_you", "shipped"]
    gone = without_parcels(body_of("058_order.updated_completed"))
    woo_store.woocommerce(json.dumps(gone).encode(), HEADERS)
    woo_store.settle()
    assert woo_store.session.scalars(select(Shipment)).one().cancelled_at is not None


def test_a_parcel_deleted_before_we_heard_of_it_is_never_announced(woo_store: StoreVoice) -> None:
    gone = without_parcels(body_of("058_order.updated_completed"))
    woo_store.woocommerce(json.dumps(gone).encode(), HEADERS)
    deliver(woo_store, "056_order.updated_processing")
    woo_store.settle()
    assert woo_store.told() == ["thank_you"]


def test_a_parcel_added_again_under_a_new_id_is_still_followed(woo_store: StoreVoice) -> None:
    deliver(woo_store, "056_order.updated_processing")
    again = (RECORDED / "058_order.updated_completed.json").read_text()
    changed = json.loads(again)["body_text"].replace("ec3ea71b8a301f9f2dc2c05cd40737ed", "f" * 32)
    woo_store.woocommerce(changed.encode(), HEADERS)
    woo_store.settle()
    assert woo_store.session.scalars(select(Shipment)).one().cancelled_at is None
    assert woo_store.told() == ["thank_you", "shipped"]


def test_an_erased_order_forgets_its_shopper(woo_store: StoreVoice) -> None:
    deliver(woo_store, "167_order.updated_processing")
    woo_store.settle()
    deliver(woo_store, "175_order.updated_processing")
    woo_store.settle()
    order = woo_store.session.scalars(select(Order)).one()
    assert (order.email, order.erased_at is not None) == (None, True)
    assert all(message.to is None for message in woo_store.messages())
    bodies = [body for body in woo_store.session.scalars(select(Delivery.body)) if body]
    assert not any(b"opt@example.test" in body for body in bodies)


def test_a_demoted_store_user_is_shown_and_pauses_nothing(woo_store: StoreVoice) -> None:
    assert deliver(woo_store, "112_order.updated") == 200
    deliver(woo_store, "125_order.created_processing")
    woo_store.settle()
    woo_store.session.expire_all()
    assert woo_store.session.scalars(select(Shop.broken_reason)).one()
    assert woo_store.told() == ["thank_you"]


def test_core_fulfillments_are_asked_for(woo_store: StoreVoice) -> None:
    deliver(woo_store, "062_order.updated_processing")
    woo_store.settle()
    errand = woo_store.session.scalars(select(Errand)).one()
    assert (errand.kind, errand.subject) == ("woocommerce.fulfillments", "17")


def test_a_draft_is_a_checkout_with_a_contact(woo_store: StoreVoice) -> None:
    deliver(woo_store, "121_order.updated_checkout-draft")
    woo_store.settle()
    assert woo_store.session.scalars(select(Checkout.email)).all() == ["mae@example.test"]
    assert woo_store.told() == []


@pytest.mark.parametrize("draft_comes", ["first", "last"])
def test_a_draft_is_closed_by_its_order_whichever_comes_first(
    woo_store: StoreVoice, draft_comes: str
) -> None:
    stems = ["041_order.updated_checkout-draft", "043_order.created_processing"]
    for stem in stems if draft_comes == "first" else reversed(stems):
        deliver(woo_store, stem)
        woo_store.settle()
    assert woo_store.session.scalars(select(Checkout.completed_at)).one() is not None
    assert woo_store.told() == ["thank_you"]


def test_a_cart_of_the_plugin_is_closed_by_the_order_that_names_it(woo_store: StoreVoice) -> None:
    deliver(woo_store, "163_cart.updated")
    woo_store.settle()
    order = body_of("125_order.created_processing")
    cart = {"id": 900, "key": "_doorstep_cart", "value": "t_08cbc766256e1a19943321db8fd191"}
    bought = order | {"meta_data": [*order["meta_data"], cart]}
    woo_store.woocommerce(json.dumps(bought).encode(), HEADERS)
    woo_store.settle()
    assert woo_store.session.scalars(select(Checkout.completed_at)).one() is not None


def test_a_cart_and_its_draft_are_one_checkout(woo_store: StoreVoice) -> None:
    deliver(woo_store, "163_cart.updated")
    woo_store.settle()
    draft = body_of("121_order.updated_checkout-draft")
    cart = {"id": 900, "key": "_doorstep_cart", "value": "t_08cbc766256e1a19943321db8fd191"}
    woo_store.woocommerce(json.dumps(draft | {"meta_data": [cart]}).encode(), HEADERS)
    woo_store.settle()
    checkout = woo_store.session.scalars(select(Checkout)).one()
    assert (checkout.cart_token, checkout.email) == (cart["value"], "mae@example.test")


def test_stock_is_kept_by_variation(woo_store: StoreVoice) -> None:
    deliver(woo_store, "140_product.updated_publish")
    woo_store.settle()
    assert woo_store.session.scalars(select(Variant.in_stock)).all() == [False]


def test_a_deleted_customer_keeps_the_orders(woo_store: StoreVoice) -> None:
    for stem in ("172_customer.updated", "176_customer.deleted"):
        deliver(woo_store, stem)
        woo_store.settle()
    assert woo_store.session.scalars(select(Profile.external_id).filter_by(gone_at=None)).all() == [None]


HEADERS = {"Content-Type": "application/json", "X-WC-Webhook-Topic": "order.updated"}


def deliver(store: StoreVoice, stem: str) -> int:
    """Deliver a recording as it was, signed again with this shop's secret."""
    recording = json.loads((RECORDED / f"{stem}.json").read_text())
    headers = {k: v for k, v in recording["headers"] if k.lower().startswith(("x-wc", "content-type"))}
    body = base64.b64decode(recording["body_base64"])
    if "X-WC-Webhook-Signature" not in headers:
        answer = store.client.post(f"/webhooks/woocommerce/{store.shop.key}", data=body, headers=headers)
        return answer.status_code
    return store.woocommerce(body, headers)


def body_of(stem: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = json.loads(
        json.loads((RECORDED / f"{stem}.json").read_text())["body_text"]
    )
    return found


def without_parcels(order: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    kept = [meta for meta in order["meta_data"] if meta["key"] != "_wc_shipment_tracking_items"]
    return order | {"meta_data": kept}
