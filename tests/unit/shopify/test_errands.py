from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import intake
from app.commerce.models import Order
from app.events import EventRow
from app.lib import clock, crypto
from app.lib.http import Unreachable
from app.platforms import base, purchases
from app.platforms.shopify import answers
from app.platforms.shopify.graphql import TokenDead
from app.shops import errands, install, tokens
from app.shops.errands import Due
from app.shops.models import Credential, Errand, Shop
from app.vocabulary import PlatformKey, ShopState
from jobs import shopify, sync
from tests.unit.shopify.store import DOMAIN, StoreApi, playing
from tests.unit.shopify.test_graphql import ORDER

INFO = {
    "data": {"shop": {"name": "Ridge & Pine", "ianaTimezone": "America/Denver"}, "currentAppInstallation": {}}
}
GRANTED = {"access_token": "token-2", "expires_in": 3600, "refresh_token": "refresh-2"}


def test_a_token_that_is_still_good_is_used_as_it_is(session: Session, shop: Shop, store: StoreApi) -> None:
    store.will(200, INFO)
    shopify.shop_info(due(shop))
    assert [asked.headers["X-Shopify-Access-Token"] for asked in store.asked] == ["token-1"]
    session.refresh(shop)
    assert shop.timezone == "America/Denver"


def test_two_who_need_the_same_token_renew_it_once(session: Session, shop: Shop, store: StoreApi) -> None:
    expire(session, shop)
    store.will(200, GRANTED).will(200, INFO)
    start = Barrier(2)
    failures: list[BaseException] = []

    def work() -> None:
        start.wait()
        try:
            shopify.ask(shop.id, "ShopInfo")
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert failures == []
    renewals = [asked for asked in store.asked if asked.url.endswith("/access_token")]
    used = [asked.headers.get("X-Shopify-Access-Token") for asked in store.asked if asked not in renewals]
    assert (len(renewals), used) == (1, ["token-2", "token-2"])
    assert secrets(session, shop) == ("token-2", "refresh-2")


def test_whoever_comes_back_after_their_lease_changes_nothing(session: Session, shop: Shop) -> None:
    expire(session, shop)
    late = tokens.take(session, shop.id)
    assert isinstance(late, tokens.Lease)
    assert tokens.take(session, shop.id) is None
    credential(session, shop).lease_until = clock.now() - timedelta(seconds=1)
    session.commit()
    second = tokens.take(session, shop.id)
    assert isinstance(second, tokens.Lease)
    assert second.fence == late.fence + 1
    tokens.give_up(session, late)
    assert tokens.is_alive(session, shop.id)


def test_a_store_out_of_reach_lets_the_next_one_try(session: Session, shop: Shop, store: StoreApi) -> None:
    expire(session, shop)
    store.will(503, {})
    with pytest.raises(Unreachable):
        shopify.ask(shop.id, "ShopInfo")
    assert isinstance(tokens.take(session, shop.id), tokens.Lease)


def test_a_refused_token_is_renewed_before_it_is_given_up(
    session: Session, shop: Shop, store: StoreApi
) -> None:
    store.will(401, {}).will(200, GRANTED).will(200, INFO)
    assert shopify.ask(shop.id, "ShopInfo") == INFO["data"]
    session.refresh(shop)
    assert shop.broken_reason is None


@pytest.mark.parametrize(
    "answers", [[(401, {}), (200, GRANTED), (401, {})], [(401, {}), (400, {"error": "invalid_grant"})]]
)
def test_a_dead_token_asks_the_merchant_to_reconnect(
    session: Session, shop: Shop, store: StoreApi, answers: list[tuple[int, dict[str, Any]]]
) -> None:
    for status, body in answers:
        store.will(status, body)
    with pytest.raises(TokenDead):
        shopify.ask(shop.id, "ShopInfo")
    session.refresh(shop)
    assert not tokens.is_alive(session, shop.id)
    assert shop.broken_reason
    assert shop.state is ShopState.INSTALLED
    assert session.scalars(select(EventRow.kind)).all() == ["connection_broken"]


def test_an_uninstall_is_believed_once_the_token_is_dead(
    session: Session, shop: Shop, store: StoreApi
) -> None:
    store.will(401, {}).will(400, {"error": "invalid_grant"})
    hear(session, shop, base.Uninstalled())
    sync.run()
    session.refresh(shop)
    assert shop.state is ShopState.UNINSTALLED
    assert session.scalars(select(Errand)).all() == []


def test_a_forged_uninstall_of_a_living_shop_changes_nothing(
    session: Session, shop: Shop, store: StoreApi
) -> None:
    store.will(200, INFO)
    hear(session, shop, base.Uninstalled())
    sync.run()
    session.refresh(shop)
    assert shop.state is ShopState.INSTALLED
    assert session.scalars(select(Errand)).all() == []


def test_a_shop_to_be_erased_is_erased_once_its_token_is_dead(
    session: Session, shop: Shop, store: StoreApi
) -> None:
    store.will(401, {}).will(400, {"error": "invalid_grant"})
    hear(session, shop, base.PrivacyRequest(kind=base.PrivacyKind.ERASE_SHOP, external_id="1"))
    sync.run()
    assert session.scalars(select(Shop.id).execution_options(populate_existing=True)).all() == []
    assert session.scalars(select(Credential)).all() == []


def test_an_order_that_only_its_fulfillment_named_is_fetched(
    session: Session, shop: Shop, store: StoreApi
) -> None:
    store.will(200, {"data": {"order": ORDER}})
    hear(session, shop, FULFILLMENT)
    (asked_for,) = session.scalars(select(Errand))
    assert (asked_for.kind, asked_for.subject) == ("shopify.order", "1042")
    assert asked_for.due_at > clock.now() + timedelta(seconds=30)
    asked_for.due_at = clock.now()
    session.commit()
    sync.run()
    order = session.scalars(select(Order)).one()
    session.refresh(order)
    assert (order.name, order.email, order.state) == ("#1042", "ada@example.com", "placed")


def test_an_order_that_came_meanwhile_is_not_asked_for(session: Session, shop: Shop, store: StoreApi) -> None:
    hear(session, shop, FULFILLMENT)
    hear(session, shop, order_of("2026-11-21T09:00:00Z"))
    shopify.order(due(shop, "1042"))
    assert store.asked == []


def test_an_order_that_the_store_does_not_know_is_an_answer(
    session: Session, shop: Shop, store: StoreApi
) -> None:
    store.will(200, {"data": {"order": None}})
    hear(session, shop, FULFILLMENT)
    shopify.order(due(shop, "1042"))
    assert session.scalars(select(Order)).one().updated_at is None


def test_catching_up_fetches_what_we_do_not_hold_and_nothing_else(
    session: Session, shop: Shop, store: StoreApi
) -> None:
    hear(session, shop, order_of("2026-11-21T09:00:00Z"))
    changed = {
        "1042": "2026-11-21T09:00:00Z",
        "1043": "2026-11-21T10:00:00Z",
    }
    store.will(200, page(changed, after="next")).will(200, page({"1042": "2026-11-22T09:00:00Z"}))
    first = shopify.catch_up(due(shop))
    second = shopify.catch_up(due(shop, cursor=first))
    fetched = select(Errand.subject).filter_by(kind="shopify.order").order_by(Errand.subject)
    assert session.scalars(fetched).all() == [
        "1042 2026-11-22T09:00:00+00:00",
        "1043 2026-11-21T10:00:00+00:00",
    ]
    asked = [request.body["variables"] for request in store.asked]
    assert [variables["after"] for variables in asked] == [None, "next"]
    assert asked[0]["since"] == asked[1]["since"]
    assert '"after"' not in second
    assert session.scalars(select(Errand.every).filter_by(kind="shopify.catch_up")).all() == [3600]


def test_a_catch_up_that_runs_by_itself_goes_on_in_an_hour(
    session: Session, shop: Shop, store: StoreApi
) -> None:
    store.will(200, page({"1042": "2026-11-21T09:00:00Z"}, after="next")).will(
        200, {"data": {"order": ORDER}}
    )
    store.will(200, page({}))
    errands.add(session, shop.id, "shopify.catch_up", every=3600)
    session.commit()
    sync.run()
    (waiting,) = session.scalars(select(Errand).execution_options(populate_existing=True))
    assert (waiting.kind, waiting.failure) == ("shopify.catch_up", None)
    assert waiting.due_at > clock.now() + timedelta(minutes=50)
    assert session.scalars(select(Order.name)).all() == ["#1042"]


def test_an_answer_that_cannot_be_read_fails_its_errand_and_no_other(
    session: Session, shop: Shop, store: StoreApi
) -> None:
    store.will(200, {"data": {"order": {"id": "gid://shopify/Order/1"}}})
    errands.add(session, shop.id, "shopify.order", "1")
    session.commit()
    sync.run()
    (failed,) = session.scalars(select(Errand))
    assert failed.failure


FULFILLMENT = purchases.Fulfillment(
    external_id="7",
    order_id="1042",
    updated_at=clock.now(),
    shipped_at=clock.now(),
    parcels=(purchases.Parcel(number="1Z12345E0291980793"),),
)


def order_of(updated_at: str) -> base.Record:
    return answers.order(ORDER | {"updatedAt": updated_at, "fulfillments": [], "refunds": []})[0]


def page(changed: dict[str, str], after: str | None = None) -> dict[str, Any]:
    nodes = [{"id": f"gid://shopify/Order/{key}", "updatedAt": at} for key, at in changed.items()]
    info = {"hasNextPage": after is not None, "endCursor": after}
    return {"data": {"orders": {"nodes": nodes, "pageInfo": info}}}


def hear(session: Session, shop: Shop, record: base.Record) -> None:
    intake.apply(session, shop, (record,), clock.now())
    session.commit()


def due(shop: Shop, subject: str = "", cursor: str | None = None) -> Due:
    return Due(
        id=0, fence=0, asks=0, shop_id=shop.id, kind="shopify.catch_up", subject=subject, cursor=cursor
    )


def credential(session: Session, shop: Shop) -> Credential:
    found = select(Credential).filter_by(shop_id=shop.id)
    return session.scalars(found.execution_options(populate_existing=True)).one()


def secrets(session: Session, shop: Shop) -> tuple[str, str]:
    found = credential(session, shop)
    assert found.refresh is not None
    return crypto.unseal(found.secret), crypto.unseal(found.refresh)


def expire(session: Session, shop: Shop) -> None:
    credential(session, shop).expires_at = clock.now() + timedelta(seconds=30)
    session.commit()


@pytest.fixture
def shop(session: Session) -> Shop:
    named = install.Store(
        platform=PlatformKey.SHOPIFY, domain=DOMAIN, url="https://ridge.example", name="Ridge & Pine"
    )
    shop = install.install(session, named)
    alive_until = clock.now() + timedelta(hours=1)
    install.keep_secret(session, shop, tokens.KIND, "token-1", refresh="refresh-1", expires_at=alive_until)
    session.commit()
    return shop


@pytest.fixture
def store() -> Iterator[StoreApi]:
    with playing() as api:
        yield api
