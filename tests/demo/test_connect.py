"""A store that nobody has told us of connects, and is read back whole: the app's own way in, on the fakes."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import Client

from app.commerce.models import Order
from app.lib import clock, http
from app.main import create_app
from app.messages.models import Message
from app.shops import errands, install
from app.shops.models import Errand, Shop
from app.tracking.models import Shipment
from demo import fakes, stories
from demo.install import HARBOR
from demo.shopify import oauth
from demo.shopify.wire import HOST
from demo.stores import Shelf
from demo.woocommerce import auth
from demo.woocommerce.wire import HOST as WOO_HOST
from jobs.sync import HANDLERS
from tests.demo.wsgi import Wsgi

pytestmark = pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")


@pytest.mark.usefixtures("ridge")
def test_opening_the_app_connects_the_store_and_reads_its_orders(session: Session) -> None:
    opened = {"shop": HOST, "embedded": "1", "id_token": oauth.session_token()}
    answer = Client(create_app()).get("/admin/shopify", query_string=opened)
    shop = session.scalars(select(Shop).filter_by(domain=HOST)).one()
    assert answer.headers["Location"].startswith(f"/admin/{shop.id}/home")
    _run_errands(session)
    session.expire_all()
    assert (shop.name, shop.timezone) == ("Ridge & Pine", "America/Los_Angeles")
    orders = set(session.scalars(select(Order.external_id)))
    assert orders == {str(stories.FIRST_RIDGE + i) for i in range(len(stories.STORIES))}
    parcels = sum(len(sale.parcels) for sale in stories.ridge(clock.now()))
    assert len(session.scalars(select(Shipment)).all()) == parcels
    assert not [m for m in session.scalars(select(Message)) if m.state in ("queued", "sending", "sent")]


@pytest.mark.usefixtures("harbor")
def test_a_woocommerce_store_gets_webhooks_and_is_read_back_whole(session: Session) -> None:
    shelf = Shelf(WOO_HOST)
    keys = auth.issue(shelf, "read_write")
    shop = install.install(session, HARBOR)
    install.keep_secret(session, shop, "rest_keys", f"{keys['consumer_key']}:{keys['consumer_secret']}")
    install.keep_secret(session, shop, "webhook_secret", "secret0123456789")
    errands.add(session, shop.id, "woocommerce.setup")
    session.commit()
    _run_errands(session)
    topics = {hook["topic"] for hook in shelf.every("webhook")}
    assert {"order.created", "order.updated", "product.updated", "customer.deleted"} <= topics
    assert {"cart.updated", "cart.deleted"} <= topics, "Harbor Goods has our companion plug-in"
    orders = set(session.scalars(select(Order.external_id)))
    sold = [sale for sale in stories.harbor(clock.now()) if sale.state != "draft"]
    assert orders == {str(sale.id) for sale in sold}
    assert len(session.scalars(select(Shipment)).all()) == sum(len(sale.parcels) for sale in sold)


@pytest.fixture
def harbor() -> Iterator[None]:
    """Harbor Goods with its orders; nobody listens at the address that its webhooks greet."""
    shelf = Shelf(WOO_HOST)
    for sale in stories.harbor(clock.now()):
        shelf.put("sale", sale.id, sale.model_dump(mode="json"))
    http.play(WOO_HOST, Wsgi(fakes.application))
    yield
    http.play(WOO_HOST, None)


@pytest.fixture
def ridge() -> Iterator[None]:
    """Ridge & Pine with its orders, reachable as the app reaches it."""
    shelf = Shelf(HOST)
    for sale in stories.ridge(clock.now()):
        shelf.put("sale", sale.id, sale.model_dump(mode="json"))
    http.play(HOST, Wsgi(fakes.application))
    yield
    http.play(HOST, None)


def _run_errands(session: Session) -> None:
    """Run every errand that is due, and those that they ask for, until their history is read."""
    readers = ("shopify.history", "woocommerce.history")
    not_read = update(Errand).where(Errand.kind.in_(readers)).values(due_at=clock.now())
    while True:
        due = errands.claim(session, list(HANDLERS))
        session.commit()
        if due is None:
            if session.execute(not_read).rowcount:  # type: ignore[attr-defined]
                continue
            return
        cursor = HANDLERS[due.kind](due)
        errands.finish(session, due, cursor)
        session.commit()
