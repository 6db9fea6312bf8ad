"""A merchant's browser, a stranger's, and what stands in the tables behind the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import sleep

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event, select, text
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.commerce.models import Delivery
from app.flows.models import Flow
from app.lib import clock
from app.lib.db import engine, transaction
from app.messages.models import Message
from app.shops.install import Store, install
from app.shops.models import AccessRecord, Shop
from app.vocabulary import MessageState, PlatformKey, Reason, Trigger
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice, at_its_address

PAGES = (
    "home",
    "shipments",
    "exceptions",
    "exceptions/settings",
    "messages",
    "wording",
    "wording/shipped",
    "texts",
    "whatsapp",
    "customers",
    "flows",
    "flows/abandoned_checkout",
    "flows/win_back?step=lapsed",
    "flows/review_request/file",
    "flows/review_request/try",
    "flows/review_request/rehearsal",
    "lift",
    "waiting",
    "reviews",
    "reviews/where",
    "answers",
    "sources",
    "hidden",
    "page",
    "connection",
    "connection/undone",
    "connection/lists",
    "connection/check",
    "store-pages",
    "services",
    "store-consent",
    "privacy",
    "privacy/looks",
    "carriers",
    "address",
    "sending",
    "sending/new",
    "team",
    "settings",
    "settings/offers",
    "settings/keys",
    "settings/keeping",
    "settings/everything",
    "settings/delete",
)


@pytest.fixture(scope="module")
def app() -> Flask:
    made = at_its_address()
    made.testing = True
    return made


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def shop(shopify_store: StoreVoice) -> Shop:
    return shopify_store.shop


@pytest.fixture
def other_shop(session: Session) -> Shop:
    store = Store(
        platform=PlatformKey.WOOCOMMERCE, domain="harbor.example", url="https://harbor.example", name="Harbor"
    )
    other = install(session, store)
    session.commit()
    return other


@pytest.fixture
def merchant(browser: FlaskClient, shop: Shop) -> FlaskClient:
    """A browser that is signed in to the shop."""
    sign_in(browser, shop.id)
    return browser


def sign_in(browser: FlaskClient, shop_id: int) -> None:
    """Let a browser in; that it came is forgotten, for tests that read what else was recorded."""
    with browser.session_transaction() as cookie:
        cookie.clear()
    link = doors.sign_in_link(shop_id)
    browser.get(link)
    browser.post(link, data={"csrf": token(browser)})
    with transaction() as session:
        session.execute(delete(AccessRecord))


def wait_for_a_lock() -> None:
    """Wait until somebody waits for what another transaction holds."""
    waits = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with Session(engine()) as apart:
        while apart.scalar(waits) == 0:
            apart.rollback()
            sleep(0.01)


def token(browser: FlaskClient) -> str:
    with browser.session_transaction() as cookie:
        return str(cookie["csrf"])


def parcel(store: StoreVoice, number: int, *, status: str = "in_transit") -> None:
    now, order_id = clock.now(), 1000 + number
    store.shopify("orders/paid", payloads.order(now, order_id))
    tracking = f"1Z{1000 + number:07d}"
    sent = payloads.fulfillment(
        now, order_id, order_id, tracking_number=tracking, tracking_numbers=[tracking]
    )
    store.shopify("fulfillments/create", sent)
    moment = now - timedelta(seconds=5)
    store.shopify("fulfillment_events/create", payloads.scan(status, moment, order_id, order_id, order_id))
    store.settle()
    for message in store.messages():
        if message.state is MessageState.QUEUED and message.trigger is Trigger.SHIPPED:
            message.state, message.reason = MessageState.SKIPPED, Reason.FLOW_OFF
    store.session.commit()


def poison(store: StoreVoice, number: int = 1) -> None:
    status_url = f"https://other.myshopify.com/1/orders/{number}"
    store.shopify("orders/paid", payloads.order(clock.now(), 9000 + number, order_status_url=status_url))
    store.settle()


def everything(session: Session) -> list[object]:
    flows = session.execute(select(Flow.id, Flow.on_since).order_by(Flow.id)).all()
    deliveries = session.execute(select(Delivery.id, Delivery.state).order_by(Delivery.id)).all()
    messages = session.execute(select(Message.id, Message.state).order_by(Message.id)).all()
    return [flows, deliveries, messages]


@contextmanager
def counting() -> Iterator[list[str]]:
    """Collect the statements that are executed meanwhile."""
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    yield statements
    event.remove(engine(), "before_cursor_execute", note)
