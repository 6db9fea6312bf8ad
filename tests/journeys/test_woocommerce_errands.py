"""What we ask a WooCommerce store for by ourselves, and what becomes of the answers."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.commerce.models import Fulfillment, Order
from app.imports.history import Place
from app.lib import clock
from app.lib.http import Unreachable
from app.platforms.walking import Step
from app.platforms.woocommerce.api import PER_PAGE, KeysRefused
from app.shops import checkups, errands
from app.shops.install import keep_secret
from app.shops.models import Errand
from app.tracking.models import Shipment
from app.vocabulary import ShopState
from jobs import history, sync, woocommerce
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_woocommerce_order import deliver
from tests.unit.woocommerce.recorded import Json, body
from tests.unit.woocommerce.store import KEYS, NO_ROUTE, TOPICS, StoreApi, playing, recording


def test_core_fulfillments_become_parcels_with_the_stores_own_time(shop: StoreVoice, api: StoreApi) -> None:
    shop.shop.timezone = "America/Los_Angeles"
    deliver(shop, "062_order.updated_processing")
    shop.settle()
    api.recorded("GET", "orders/17/fulfillments", "fulfillments_list")
    run(shop, "woocommerce.fulfillments")
    found = {s.number: s for s in shop.session.scalars(select(Shipment))}
    assert found["1Z999AA10123456784"].carrier == "ups"
    assert found["1Z999AA10123456784"].shipped_at == datetime(2026, 11, 22, 9, 15, 30, tzinfo=UTC)
    assert set(found) == {"61299998820821171811", "1Z999AA10123456784", "EV938383838GB"}
    assert "woocommerce.fulfillments" not in kinds(shop)


def test_a_fulfillment_that_the_store_deleted_is_cancelled_and_the_plug_ins_stay(
    shop: StoreVoice, api: StoreApi
) -> None:
    both: list[Json] = recording("fulfillments_list")["json"]
    deliver(shop, "062_order.updated_processing")
    shop.settle()
    for listed in (both, both[:1]):
        api.answers.clear()
        api.will("GET", "orders/17/fulfillments", 200, listed)
        ask(shop, "woocommerce.fulfillments", "17")
    live = select(Fulfillment.external_id).filter_by(cancelled_at=None)
    assert set(shop.session.scalars(live)) == {"core:1", "meta:17:61299998820821171811"}


@pytest.mark.parametrize("route", ["orders/1/fulfillments", "orders/999999/fulfillments"])
def test_no_such_order_or_feature_is_an_answer(shop: StoreVoice, api: StoreApi, route: str) -> None:
    api.recorded("GET", route, "order_404")
    ask(shop, "woocommerce.fulfillments", route.split("/")[1])
    assert kinds(shop) == set()


def test_a_store_that_connects_gets_webhooks_and_is_looked_after(shop: StoreVoice, api: StoreApi) -> None:
    ask(shop, "woocommerce.setup")
    assert {hook["topic"] for hook in api.hooks.values()} == set(TOPICS)
    (url,) = {hook["delivery_url"] for hook in api.hooks.values()}
    assert url == f"https://doorstep.test/webhooks/woocommerce/{shop.shop.key}"
    regularly = {"health", "catch_up", "nudge", "compare", "stock_catch_up", "history"}
    assert kinds(shop) == {checkups.LOOK, *(f"woocommerce.{kind}" for kind in regularly)}


def test_a_sleeping_webhook_is_woken_and_the_store_asked_at_once(shop: StoreVoice, api: StoreApi) -> None:
    ask(shop, "woocommerce.setup")
    later(shop, "woocommerce.catch_up")
    next(iter(api.hooks.values()))["status"] = "disabled"
    ask(shop, "woocommerce.health")
    assert {hook["status"] for hook in api.hooks.values()} == {"active"}
    assert due(shop, "woocommerce.catch_up") <= clock.now()


def test_a_store_without_the_plug_in_is_asked_for_carts_once_a_day(shop: StoreVoice, api: StoreApi) -> None:
    ask(shop, "woocommerce.setup")
    api.asked.clear()
    for _ in range(3):
        ask(shop, "woocommerce.health", every=900)
    assert carts_asked_for(api) == {"cart.updated": 1, "cart.deleted": 1}
    yesterday = (clock.now() - timedelta(hours=25)).isoformat()
    shop.session.execute(update(Errand).filter_by(kind="woocommerce.health").values(cursor=yesterday))
    for _ in range(2):
        ask(shop, "woocommerce.health", every=900)
    assert carts_asked_for(api) == {"cart.updated": 2, "cart.deleted": 2}


def test_a_store_that_refuses_us_is_shown_and_forgiven(shop: StoreVoice, api: StoreApi) -> None:
    api.recorded("GET", "webhooks", "auth_bad_secret_https")
    ask(shop, "woocommerce.health")
    shop.session.refresh(shop.shop)
    assert shop.shop.broken_reason == woocommerce.CUT_OFF
    assert shop.shop.state is ShopState.INSTALLED
    del api.answers["GET", "webhooks"]
    ask(shop, "woocommerce.health")
    shop.session.refresh(shop.shop)
    assert shop.shop.broken_reason is None
    assert len(api.hooks) == len(TOPICS)


def test_what_no_delivery_told_us_of_is_fetched(shop: StoreVoice, api: StoreApi) -> None:
    rows = [body("041"), body("053") | fresh(), body("071")]
    api.will("GET", "orders", 200, rows).will("GET", "orders", 200, [])
    ask(shop, "woocommerce.catch_up", every=600)
    shop.settle()
    assert set(shop.session.scalars(select(Order.external_id))) == {"19", "22"}, "a draft is no order"
    first, trash = api.to("orders")
    assert first.query["dates_are_gmt"] == "true"
    assert (first.query["status"], trash.query["status"]) == ("any", "trash")
    assert len(shop.told()) == 2


def test_what_a_delivery_told_us_of_is_not_read_again(shop: StoreVoice, api: StoreApi) -> None:
    deliver(shop, "053_order.updated_processing")
    shop.settle()
    changed = body("053") | {"number": "renamed"}
    api.will("GET", "orders", 200, [changed]).will("GET", "orders", 200, [])
    ask(shop, "woocommerce.catch_up", every=600)
    assert shop.session.scalars(select(Order.name)).one() == "#19"


def test_the_next_catch_up_begins_a_little_before_the_last_change(shop: StoreVoice, api: StoreApi) -> None:
    api.will("GET", "orders", 200, [body("053")]).will("GET", "orders", 200, [])
    ask(shop, "woocommerce.catch_up", every=600)
    cursor = shop.session.scalars(select(Errand.cursor).filter_by(kind="woocommerce.catch_up")).one()
    assert cursor is not None
    assert datetime.fromisoformat(cursor) == datetime(2026, 11, 22, 9, 13, 17, tzinfo=UTC)


def test_a_full_page_is_followed_by_the_one_after_its_last_change(shop: StoreVoice, api: StoreApi) -> None:
    began = datetime(2026, 11, 20, tzinfo=UTC)
    full = [small(number, began + timedelta(minutes=number)) for number in range(PER_PAGE)]
    api.will("GET", "orders", 200, full).will("GET", "orders", 200, [small(500, clock.now())])
    ask(shop, "woocommerce.catch_up", every=600)
    second = api.to("orders")[1]
    assert (second.query["page"], second.query["modified_after"]) == ("1", "2026-11-20T01:38:59")
    assert len(shop.session.scalars(select(Order.id)).all()) == PER_PAGE + 1


def test_many_changes_of_one_second_are_paged_through(shop: StoreVoice, api: StoreApi) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    for page in range(3):
        api.will("GET", "orders", 200, [small(page * PER_PAGE + n, at) for n in range(PER_PAGE)])
    api.will("GET", "orders", 200, [])
    ask(shop, "woocommerce.catch_up", every=600)
    assert [asked.query["page"] for asked in api.to("orders")][:4] == ["1", "1", "2", "3"]


def test_an_order_thrown_away_meanwhile_counts_as_cancelled(shop: StoreVoice, api: StoreApi) -> None:
    deliver(shop, "053_order.updated_processing")
    shop.settle()
    thrown = [body("053") | {"status": "trash"}, body("071") | {"status": "trash"}]
    api.will("GET", "orders", 200, []).will("GET", "orders", 200, thrown)
    ask(shop, "woocommerce.catch_up", every=600)
    shop.session.expire_all()
    (order,) = shop.session.scalars(select(Order))
    assert order.deleted_at is not None


def test_an_order_that_cannot_be_read_does_not_hold_up_the_others(shop: StoreVoice, api: StoreApi) -> None:
    broken = body("043") | {"total": "a lot", "date_modified_gmt": "yesterday"}
    api.will("GET", "orders", 200, [broken, body("053")]).will("GET", "orders", 200, [])
    ask(shop, "woocommerce.catch_up", every=600)
    assert shop.session.scalars(select(Order.external_id)).all() == ["19"]


def test_a_store_that_has_no_fulfillments_of_its_own_is_an_answer(shop: StoreVoice, api: StoreApi) -> None:
    api.will("GET", "orders/1/fulfillments", *NO_ROUTE)
    ask(shop, "woocommerce.fulfillments", "1")
    assert kinds(shop) == set()


def test_a_store_that_keeps_its_reports_to_itself_is_not_cut_off(shop: StoreVoice, api: StoreApi) -> None:
    for path in ("/wp-json/wc-analytics/reports/customers", "products"):
        api.will("GET", path, 403, {"code": "woocommerce_rest_cannot_view"})
    at = Place(1, Step.PASTS, None, clock.now(), None)
    (bit,) = history.of_woocommerce(shop.shop.id, at)
    assert (bit.ends, bit.failure) == (None, history.DENIED)
    with pytest.raises(KeysRefused):
        next(history.of_woocommerce(shop.shop.id, at._replace(step=Step.PRODUCTS)))


def test_disconnecting_takes_our_webhooks_out_first(shop: StoreVoice, api: StoreApi) -> None:
    ask(shop, "woocommerce.setup")
    api.hooks[900] = {"id": 900, "topic": "order.updated", "delivery_url": "https://other.example/"}
    ask(shop, "woocommerce.disconnect")
    shop.session.refresh(shop.shop)
    assert list(api.hooks) == [900]
    assert shop.shop.state is ShopState.UNINSTALLED
    assert kinds(shop) == set()


def test_a_store_that_is_gone_can_be_left_all_the_same(shop: StoreVoice, api: StoreApi) -> None:
    api.will("GET", "webhooks", 503, b"")
    ask(shop, "woocommerce.disconnect")
    shop.session.refresh(shop.shop)
    assert shop.shop.state is ShopState.UNINSTALLED


def test_without_keys_nothing_is_asked(shop: StoreVoice, api: StoreApi) -> None:
    from app.shops.install import uninstall

    uninstall(shop.session, shop.shop)
    shop.session.commit()
    with pytest.raises(KeysRefused):
        woocommerce.connection(shop.shop.id)
    assert issubclass(KeysRefused, Unreachable)
    assert api.asked == []


def test_a_long_catch_up_makes_room_for_others_and_goes_on_at_once(
    shop: StoreVoice, api: StoreApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(woocommerce, "SLICE", -1)
    began = datetime(2026, 11, 20, tzinfo=UTC)
    full = [small(number, began + timedelta(minutes=number)) for number in range(PER_PAGE)]
    api.will("GET", "orders", 200, full)
    ask(shop, "woocommerce.catch_up", every=600)
    assert len(api.asked) == 1
    assert due(shop, "woocommerce.catch_up") <= clock.now()
    cursor = shop.session.scalars(select(Errand.cursor).filter_by(kind="woocommerce.catch_up")).one()
    assert cursor == "2026-11-20T01:38:59+00:00"


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(woocommerce, "SLICE", 600)


@pytest.fixture
def shop(woo_store: StoreVoice) -> StoreVoice:
    keep_secret(woo_store.session, woo_store.shop, "rest_keys", KEYS)
    woo_store.session.commit()
    return woo_store


@pytest.fixture
def api() -> Iterator[StoreApi]:
    with playing() as opened:
        yield opened


def ask(shop: StoreVoice, kind: str, subject: str = "", every: int | None = None) -> None:
    """Ask for an errand and run it."""
    shop.session.commit()
    errands.add(shop.session, shop.shop.id, kind, subject, every=every)
    shop.session.execute(update(Errand).filter_by(kind=kind).values(due_at=clock.now()))
    shop.session.commit()
    run(shop, kind)


def run(shop: StoreVoice, kind: str) -> None:
    """Run the errand of a kind that is due."""
    shop.session.commit()
    claimed = errands.claim(shop.session, [kind])
    assert claimed is not None
    shop.session.commit()
    sync._run_one(claimed)
    shop.session.expire_all()


def carts_asked_for(api: StoreApi) -> Counter[str]:
    made = [asked.body["topic"] for asked in api.to("webhooks") if asked.method == "POST"]
    return Counter(topic for topic in made if topic.startswith("cart."))


def kinds(shop: StoreVoice) -> set[str]:
    return set(shop.session.scalars(select(Errand.kind)))


def due(shop: StoreVoice, kind: str) -> datetime:
    return shop.session.scalars(select(Errand.due_at).filter_by(kind=kind)).one()


def later(shop: StoreVoice, kind: str) -> None:
    row = shop.session.scalars(select(Errand).filter_by(kind=kind)).one()
    row.due_at = clock.now() + timedelta(hours=1)
    shop.session.commit()


def fresh() -> Json:
    at = f"{clock.now():%Y-%m-%dT%H:%M:%S}"
    return {"date_paid_gmt": at, "date_modified_gmt": at}


def small(number: int, at: datetime) -> dict[str, Any]:
    moment = f"{at:%Y-%m-%dT%H:%M:%S}"
    return {
        "id": 1000 + number,
        "status": "processing",
        "total": "1.00",
        "date_created_gmt": moment,
        "date_modified_gmt": moment,
    }
