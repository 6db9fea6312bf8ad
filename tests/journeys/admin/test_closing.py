"""A shop is deleted whole: whatever is under way, and whoever comes back meanwhile."""

import json
from collections import Counter
from threading import Thread
from time import sleep
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.commerce.models import Delivery, Order
from app.lib import clock
from app.lib.db import Base, engine, transaction
from app.privacy import closing
from app.shops import errands, install
from app.shops.models import Shop
from app.vocabulary import InboxState, PlatformKey, ShopState
from jobs import inbox, sync
from tests.journeys import payloads
from tests.journeys.admin.conftest import parcel, sign_in
from tests.journeys.conftest import StoreVoice
from tests.planted import plant, standing


def test_of_a_deleted_shop_no_table_holds_a_row_and_of_others_every_row_stays(
    session: Session, other_shop: Shop
) -> None:
    named = {"domain": "leaves.example", "url": "https://leaves.example", "name": "Leaves"}
    shop = install.install(session, install.Store(platform=PlatformKey.WOOCOMMERCE, **named))
    plant(session, shop, "leaves")
    plant(session, other_shop, "stays")
    gone = shop.id
    before = standing(session, other_shop.id, but=("errand",))
    closing.erase(session, shop)
    session.commit()
    sync.run()
    assert standing(session, other_shop.id, but=("errand",)) == before
    assert left_of(session, gone) == []


def test_a_store_that_connects_again_while_its_shop_is_deleted_is_another_shop(
    shopify_store: StoreVoice,
) -> None:
    parcel(shopify_store, 1)
    session, old = shopify_store.session, shopify_store.shop
    closing.ask(session, old)
    session.commit()
    again = install.Store(platform=old.platform, domain=old.domain, url=old.url, name="Ridge & Pine")
    new = install.install(session, again)
    install.keep_secret(session, new, "offline_token", "a new token")
    session.commit()
    assert new.id != old.id
    sync.run()
    assert session.scalars(select(Shop.id)).all() == [new.id]
    assert install.secret_of(session, new.id, "offline_token") == "a new token"
    assert session.scalars(select(Order.id)).all() == []
    with transaction() as late:
        assert install.find(late, again.platform, again.domain) is not None


def test_who_connects_in_the_moment_of_the_deletion_waits_for_it_and_is_another_shop(
    shopify_store: StoreVoice,
) -> None:
    session, old = shopify_store.session, shopify_store.shop
    again = install.Store(platform=old.platform, domain=old.domain, url=old.url, name="Ridge & Pine")
    found: list[int] = []

    def connect() -> None:
        with transaction() as other:
            found.append(install.install(other, again).id)

    session.get_one(Shop, old.id, with_for_update=True)
    connecting = Thread(target=connect)
    connecting.start()
    until_somebody_waits()
    closing.ask(session, old)
    session.commit()
    connecting.join(30)
    assert found
    assert found != [old.id]


def test_what_is_under_way_as_a_shop_goes_leaves_nothing_behind(shopify_store: StoreVoice) -> None:
    parcel(shopify_store, 1)
    session, shop = shopify_store.session, shopify_store.shop
    gone = shop.id
    errands.add(session, shop.id, "shopify.shop_info")
    session.commit()
    with transaction() as claiming:
        under_way = errands.claim(claiming, ["shopify.shop_info"])
    assert under_way is not None
    closing.erase(session, shop)
    session.commit()
    session.add(Order(shop_id=gone, external_id="late", first_heard_at=clock.now()))
    session.flush()  # not committed yet: the shop's row cannot go
    erasing = Thread(target=sync.run)
    erasing.start()
    until_somebody_waits()
    session.commit()
    erasing.join(30)
    assert left_of(session, gone) == []
    session.add(Order(shop_id=gone, external_id="later", first_heard_at=clock.now()))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
    sync._run_one(under_way)  # whoever was asking the store comes back, and finds nobody
    assert left_of(session, gone) == []


def test_nothing_is_done_for_a_shop_that_goes_but_its_going(shopify_store: StoreVoice) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    closing.ask(session, shop)
    errands.add(session, shop.id, "shopify.catch_up", every=60)  # by whoever was just reading it
    session.commit()
    with transaction() as claiming:
        due = errands.claim(claiming, list(sync.HANDLERS))
        assert due is not None
        assert due.kind == errands.CLOSE
        assert errands.claim(claiming, list(sync.HANDLERS)) is None


def test_a_shop_is_deleted_though_its_store_removes_us_in_the_same_moment(
    shopify_store: StoreVoice,
) -> None:
    parcel(shopify_store, 1)
    session, shop = shopify_store.session, shopify_store.shop
    gone = shop.id
    closing.ask(session, shop)
    install.uninstall(session, shop)
    session.commit()
    sync.run()
    assert left_of(session, gone) == []
    assert session.scalars(select(Shop.id)).all() == []


def test_every_table_is_gone_through_once_however_often_it_is_interrupted(
    shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "BATCH", 3)
    monkeypatch.setattr("jobs.closing.SLICE", 0.0)  # its turn is over after each batch
    for number in range(1, 6):
        parcel(shopify_store, number)
    session, shop = shopify_store.session, shopify_store.shop
    gone = shop.id
    held = {
        name: session.scalar(text(f'SELECT count(*) FROM "{name}" WHERE shop_id = :id'), {"id": shop.id})
        for name in closing.tables()
    }
    closing.erase(session, shop)
    session.commit()
    asked: Counter[str] = Counter()

    def count(_: Engine, __: object, statement: str, *___: object) -> None:
        if statement.startswith('DELETE FROM "') and "ctid" in statement:
            asked[statement.split('"')[1]] += 1

    event.listen(engine(), "before_cursor_execute", count)
    try:
        sync.run()
    finally:
        event.remove(engine(), "before_cursor_execute", count)
    assert asked == {name: (rows or 0) // 3 + 1 for name, rows in held.items()}
    assert left_of(session, gone) == []


def test_what_is_delivered_as_a_shop_goes_is_not_kept(shopify_store: StoreVoice) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    late = {"delivery_key": uuid4(), "body_key": uuid4(), "received_at": clock.now(), "due_at": clock.now()}
    body = json.dumps(payloads.order(clock.now())).encode()
    for state in ("going", "gone"):
        closing.erase(session, shop)
        session.commit()
        if state == "gone":
            sync.run()
        row = Delivery(shop_id=shop.id, topic="orders/paid", body=body, state=InboxState.WAITING, **late)
        session.add(row)  # whoever took it remembered the shop for some seconds
        session.commit()
        inbox.drain()
        assert session.scalars(select(Delivery.id)).all() == []
        assert session.scalars(select(Order.id)).all() == []
        session.expire_all()


def test_a_browser_of_the_old_owner_stays_out_when_the_store_connects_again(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    session, old = shopify_store.session, shopify_store.shop
    closing.erase(session, old)
    again = install.Store(platform=old.platform, domain=old.domain, url=old.url, name=old.name)
    new = install.install(session, again)
    session.commit()
    assert new.state is ShopState.INSTALLED
    for shop_id in (old.id, new.id):
        assert merchant.get(f"/admin/{shop_id}/home").status_code == 404
    sign_in(merchant, new.id)
    assert merchant.get(f"/admin/{new.id}/home").status_code == 200


def test_every_table_is_found_by_its_shop(session: Session) -> None:
    leads = text(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
        " WHERE a.attname = 'shop_id' AND i.indpred IS NULL AND i.indisvalid"
    )
    found = set(session.scalars(leads))
    assert {it.name for it in Base.metadata.sorted_tables if "shop_id" in it.c} <= found


def left_of(session: Session, shop_id: int) -> list[str]:
    """Which tables hold rows of a shop."""
    session.rollback()
    count = 'SELECT count(*) FROM "{}" WHERE shop_id = :shop_id'
    names = [it.name for it in Base.metadata.sorted_tables if "shop_id" in it.c]
    return [it for it in names if session.scalar(text(count.format(it)), {"shop_id": shop_id})]


def until_somebody_waits() -> None:
    """Wait until a transaction of this database waits for another's lock."""
    waits = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(1500):
        with engine().connect() as connection:
            if connection.scalar(waits):
                return
        sleep(0.02)
    raise AssertionError("nobody waits")
