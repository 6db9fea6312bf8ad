"""What was chosen about keeping goes on when a store comes back, and stays cheap for many orders."""

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.admin.stores import connect_shopify
from app.channels.server import Security
from app.commerce.models import Delivery, Product, Variant
from app.flows import restocks, switches
from app.flows.rehearsal import asked
from app.imports import bringing, uploads
from app.lib import clock
from app.messages.providers import domains
from app.messages.providers.models import Provider
from app.platforms.shopify.oauth import Grant
from app.privacy import retention, traces
from app.privacy.traces import Trace
from app.shops import install, page_host
from app.shops.models import Errand, Shop
from app.stock import shelves
from app.stock.models import Shelf, Waiting
from app.vocabulary import Trigger
from jobs import sync
from tests.journeys.admin.conftest import parcel
from tests.journeys.admin.test_keeping import age, names
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_polling_rounds import statements

GRANT = Grant(access="token-2", scopes="read_orders", expires_at=None, refresh=None, refresh_expires_at=None)
SERVER: dict[str, Any] = {
    "place": 1,
    "preset": "own",
    "host": "mail.ridge.example",
    "port": 587,
    "security": Security.STARTTLS,
}


def test_what_was_looked_at_regularly_or_half_done_is_taken_up_when_a_store_comes_back(
    shopify_store: StoreVoice,
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    session.add(Provider(shop_id=shop.id, sender="hello@ridge.example", **SERVER))
    people = b"Email,Email Marketing Consent\nada@example.com,SUBSCRIBED\n"
    list_ = uploads.keep(session, shop, "people.csv", BytesIO(people))
    shelf = Shelf(shop_id=shop.id, variant_id=things(session, shop, 1)[0], rose_at=clock.now())
    session.add(shelf)
    domains.watch(session, shop.id, "ridge.example")
    page_host.choose(session, shop, "track.ridge.example")
    asked.ask(session, shop.id, Trigger.WIN_BACK, "a file", 30)
    session.flush()
    wanted = {
        (domains.LOOK, "ridge.example"),
        (page_host.CHECK, "track.ridge.example"),
        (bringing.LOOK, str(list_.id)),
        (asked.REHEARSE, "win_back"),
        (retention.KEEP, ""),
        (shelves.JUDGE, str(shelf.id)),
    }
    retention.choose(session, shop, 24)
    install.uninstall(session, shop)
    session.commit()
    assert session.scalars(select(Errand.kind)).all() == []
    session.commit()
    connect_shopify._connect(shop.domain, GRANT)
    found = {(it.kind, it.subject): it.every for it in session.scalars(select(Errand))}
    assert wanted <= set(found)
    assert found[domains.LOOK, "ridge.example"] == domains.HOURLY
    assert found[page_host.CHECK, "track.ridge.example"] is not None


def test_who_was_not_told_yet_that_a_thing_is_back_is_called_when_the_store_comes_back(
    shopify_store: StoreVoice,
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    switches.switch(session, shop.id, Trigger.BACK_IN_STOCK, on=True)
    moment = clock.now()
    waited_for, other = things(session, shop, 2)
    session.add_all(
        Shelf(shop_id=shop.id, variant_id=it, is_there=True, quantity=9, back_at=moment)
        for it in (waited_for, other)
    )
    who = {"address": "ada@example.com", "address_hash": b"ada", "wording": "Tell me", "source": "page"}
    asked_at = {"asked_at": moment, "counts_since": moment}
    session.add(Waiting(shop_id=shop.id, variant_id=waited_for, **who, **asked_at))
    install.uninstall(session, shop)
    session.commit()
    connect_shopify._connect(shop.domain, GRANT)
    called = session.scalars(select(Errand.subject).filter_by(kind=restocks.CALL)).all()
    assert called == [f"{waited_for} 1"]


def things(session: Session, shop: Shop, count: int) -> list[int]:
    """Let there be so many variants of one product."""
    product = Product(shop_id=shop.id, external_id="7", title="Pan")
    session.add(product)
    session.flush()
    made = [
        Variant(shop_id=shop.id, product_id=product.id, external_id=str(number)) for number in range(count)
    ]
    session.add_all(made)
    session.flush()
    return [it.id for it in made]


def test_bodies_are_looked_through_once_however_many_orders_and_shoppers_are_old(
    shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    monkeypatch.setattr(traces, "AT_ONCE", 2)
    for number in range(1, 6):
        parcel(shopify_store, number)
    parcel(shopify_store, 6)
    session, shop = shopify_store.session, shopify_store.shop
    age(shopify_store, 1, 2, 3, 4, 5)
    retention.choose(session, shop, 24)
    session.commit()
    held = len(kept(session))
    with statements() as made:
        sync.run()
    assert len([name for name in names(session).values() if name is None]) == 5
    assert len(kept(session)) == held  # all at once, a minute later
    assert not any("inbox" in it for it in made if it.startswith(("UPDATE", "SELECT inbox")))
    due(session, traces.FOLLOW)
    with statements() as made:
        sync.run()
    looks = [it for it in made if it.startswith("SELECT inbox.id, inbox.body")]
    assert len(looks) == -(-held // 2) + 1
    left = kept(session)
    assert not [body for body in left if b"1Z000100" in body and b"1Z0001006" not in body]
    assert [body for body in left if b"1Z0001006" in body]
    assert session.scalars(select(Trace.id)).all() == []
    assert session.scalars(select(Errand.id).filter_by(kind=traces.FOLLOW)).all() == []


def test_who_is_killed_while_bodies_are_looked_through_leaves_no_word_behind(
    shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "AT_ONCE", 1)
    session, shop = shopify_store.session, shopify_store.shop
    parcel(shopify_store, 1)
    age(shopify_store, 1)
    retention.choose(session, shop, 24)
    session.commit()
    sync.run()
    until = traces.last(session, shop.id)
    assert until
    assert traces.follow(session, shop.id, until, 0)
    session.rollback()  # whoever did this was killed
    traces.leave(session, shop.id, {"1Z99999999"})  # more were forgotten meanwhile
    reached: int | None = 0
    while reached is not None:
        reached = traces.follow(session, shop.id, until, reached)
    assert traces.lift(session, shop.id, until)
    session.commit()
    assert not [body for body in kept(session) if b"1Z000100" in body]
    assert session.scalars(select(Trace.id)).all()
    due(session, traces.FOLLOW)
    monkeypatch.setattr("jobs.retention.SLICE", 0.0)  # its turn is over after each batch
    sync.run()
    assert session.scalars(select(Trace.id)).all() == []


def kept(session: Session) -> list[bytes]:
    """The bodies that are still there."""
    session.rollback()
    return [it for it in session.scalars(select(Delivery.body)) if it is not None]


def due(session: Session, kind: str) -> None:
    session.execute(update(Errand).filter_by(kind=kind).values(due_at=clock.now()))
    session.commit()
