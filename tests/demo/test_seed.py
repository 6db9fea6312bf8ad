"""The sample shops come in through the front door, whole."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from app import intake
from app.commerce import inbox
from app.commerce.models import Delivery, Order, Product
from app.lib import clock, http
from app.lib.config import settings
from app.lib.db import transaction
from app.shops.install import secret_of
from app.shops.models import Shop
from app.tracking.models import ExceptionRow, Shipment
from app.tracking.page.links import order_of
from app.vocabulary import InboxState, ShipmentStatus
from demo import fakes, past, seed, stories, things
from demo.shopify import oauth
from demo.shopify.wire import HOST as SHOPIFY_HOST
from demo.stores import Shelf
from demo.woocommerce.wire import HOST as WOO_HOST
from jobs import sync
from tests.demo.wsgi import Wsgi
from tests.door import as_wsgi, nothing_behind, wait_for
from webhooks.ingress import Ingress

TOLD = set(ShipmentStatus) - {ShipmentStatus.CANCELLED}


def test_seeding_fills_both_shops_with_every_state(session: Session, base: str) -> None:
    notes = seed.run()
    assert notes["shopify"]["webhook_url"] == f"{base}/webhooks/shopify"
    assert notes["woocommerce"]["webhook_url"].startswith(f"{base}/webhooks/woocommerce/")
    shown = session.get_one(Order, order_of(notes["tracking"].rpartition("/")[2]))
    assert shown.external_id == str(stories.SHOWN)
    states = set(session.scalars(select(Delivery.state)))
    assert states == {InboxState.DONE}
    orders = [str(ident) for ident in session.scalars(select(Order.external_id))]
    drafts = [tale for tale in stories.TALES if tale.state == "draft"]
    assert len(orders) == len(stories.STORIES) + len(stories.TALES) - len(drafts) + 2 * past.ORDERS
    imported = select(Order.external_id).where(Order.imported_at.is_not(None))
    assert len(session.scalars(imported).all()) == 2 * past.ORDERS
    assert set(session.scalars(select(Shipment.status))) == TOLD
    wrong = set(session.scalars(select(ExceptionRow.kind)))
    assert {"stalled", "late", "held_up", "returning", "pickup_waiting"} <= wrong
    soon = clock.now() + timedelta(minutes=2)
    stuck = select(Shipment).where(Shipment.exceptions_due_at.between(clock.now(), soon))
    assert session.scalars(stuck).first() is not None, "nothing goes wrong while one watches"
    pictures = session.scalars(select(Product.image_url)).all()
    assert len([url for url in pictures if url]) == len(things.RIDGE) + len(things.HARBOR)

    ridge = session.scalars(select(Shop).filter_by(domain=SHOPIFY_HOST)).one()
    token = secret_of(session, ridge.id, "offline_token")
    assert token
    assert oauth.is_valid(Shelf(SHOPIFY_HOST), token)


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The app's front door on a port, its worker, and the stores as the app reaches them."""
    ingress = Ingress(nothing_behind)
    server = make_server("127.0.0.1", 0, as_wsgi(ingress), threaded=True)
    stop = Event()
    threads = [Thread(target=server.serve_forever), Thread(target=_work, args=(stop,))]
    for thread in threads:
        thread.start()
    monkeypatch.setenv("DOORSTEP_URL", f"http://127.0.0.1:{server.port}")
    settings.cache_clear()
    for host in (SHOPIFY_HOST, WOO_HOST):
        http.play(host, Wsgi(fakes.application))
    yield settings().url
    stop.set()
    server.shutdown()
    for thread in threads:
        thread.join()
    server.server_close()
    for host in (SHOPIFY_HOST, WOO_HOST):
        http.play(host, None)
    wait_for(ingress.close())
    monkeypatch.undo()
    settings.cache_clear()


def _work(stop: Event) -> None:
    while not stop.is_set():
        with transaction() as session:
            idle = inbox.drain(session, intake) == 0
        sync.run()
        if idle:
            stop.wait(0.05)
