"""The merchant's pages: only for those who may, bounded in cost, recorded where they show people."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.admin import session as doors
from app.commerce.models import Delivery
from app.flows.models import Flow
from app.lib import clock
from app.lib.config import settings
from app.lib.db import engine
from app.main import create_app
from app.messages.models import Message
from app.shops.install import Store, install
from app.shops.models import AccessRecord, Shop
from app.tracking.models import Shipment
from app.vocabulary import InboxState, MessageState, PlatformKey, Reason, Trigger
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice

PAGES = ("shipments", "messages", "flows", "connection")


@pytest.mark.parametrize("page", [*PAGES, "shipments/1"])
def test_a_stranger_is_told_nothing_whether_the_shop_exists_or_not(
    page: str, browser: FlaskClient, shop: Shop
) -> None:
    here = browser.get(f"/admin/{shop.id}/{page}")
    nowhere = browser.get(f"/admin/{shop.id + 1000}/{page}")
    assert (here.status_code, here.data) == (401, nowhere.data)


def test_every_route_of_another_shop_answers_404_and_changes_nothing(
    app: Flask, merchant: FlaskClient, shopify_store: StoreVoice, other_shop: Shop
) -> None:
    _parcel(shopify_store, 1)
    _poison(shopify_store)
    _sign_in(merchant, other_shop.id)
    session = shopify_store.session
    before = _everything(session)
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/admin/<int"):
            continue
        for shop_id in (shopify_store.shop.id, 10**6):
            address = re.sub(r"<[^>]*shop_id>", str(shop_id), rule.rule)
            address = re.sub(r"<[^>]*>", "1", address.replace("<name>", "shipped"))
            for method in (rule.methods or set()) & {"GET", "POST"}:
                answer = merchant.open(address, method=method, data={"csrf": _token(merchant)})
                assert answer.status_code == 404, (method, rule.rule)
    session.expire_all()
    assert _everything(session) == before


def test_another_shops_parcel_is_not_shown_under_ones_own_address(
    merchant: FlaskClient, shopify_store: StoreVoice, other_shop: Shop
) -> None:
    _parcel(shopify_store, 1)
    _sign_in(merchant, other_shop.id)
    ident = shopify_store.session.scalars(select(Shipment.id)).one()
    assert merchant.get(f"/admin/{other_shop.id}/shipments/{ident}").status_code == 404


def test_a_shop_that_was_left_lets_nobody_in(merchant: FlaskClient, shop: Shop, session: Session) -> None:
    _sign_in(merchant, shop.id)
    assert merchant.get(f"/admin/{shop.id}/shipments").status_code == 200
    shop.state = "uninstalled"  # type: ignore[assignment]
    session.commit()
    assert merchant.get(f"/admin/{shop.id}/shipments").status_code == 404


def test_a_sign_in_link_lets_in_by_its_button_only(browser: FlaskClient, shop: Shop) -> None:
    link = doors.sign_in_link(shop.id)
    assert browser.get(link).status_code == 200
    assert browser.get(f"/admin/{shop.id}/shipments").status_code == 401
    assert browser.post(link).status_code == 303
    assert browser.get(f"/admin/{shop.id}/shipments").status_code == 200
    assert browser.get("/admin").status_code == 302
    cookie = browser.get_cookie("doorstep", domain="doorstep.test")
    assert cookie is not None
    assert (cookie.secure, cookie.http_only, cookie.same_site) == (True, True, "Lax")


def test_a_sign_in_link_that_is_old_or_forged_lets_nobody_in(
    browser: FlaskClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = doors.sign_in_link(shop.id)
    assert browser.post(link[:-2] + "xx").status_code == 401
    monkeypatch.setattr(doors, "SIGN_IN_SECONDS", -1)
    assert browser.post(link).status_code == 401


def test_whoever_signs_out_is_a_stranger_again(merchant: FlaskClient) -> None:
    assert merchant.post("/admin/sign-out").status_code == 400
    assert merchant.post("/admin/sign-out", data={"csrf": _token(merchant)}).status_code == 303
    assert merchant.get("/admin").status_code == 401


def test_the_demo_lets_everybody_in_again_and_again(
    browser: FlaskClient, shop: Shop, other_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "settings", lambda: settings().model_copy(update={"demo": True}))
    for _ in range(2):
        answer = browser.get("/admin")
        assert answer.status_code == 200
        assert shop.name.replace("&", "&amp;") in answer.text
        assert other_shop.name in answer.text
        assert browser.get(f"/admin/{shop.id}/shipments").status_code == 200


def test_a_form_without_its_token_changes_nothing(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    address = f"/admin/{shop.id}/flows/shipped"
    assert merchant.post(address, data={"on": "no"}).status_code == 400
    assert merchant.post(address, data={"on": "no", "csrf": "guessed"}).status_code == 400
    assert session.scalars(select(Flow.on_since).filter_by(trigger=Trigger.SHIPPED)).one() is not None


def test_a_flow_is_switched_off_and_on(merchant: FlaskClient, shop: Shop, session: Session) -> None:
    def since() -> object:
        session.expire_all()
        return session.scalars(select(Flow.on_since).filter_by(trigger=Trigger.SHIPPED)).one()

    address = f"/admin/{shop.id}/flows/shipped"
    for on in ("no", "no"):
        assert merchant.post(address, data={"on": on, "csrf": _token(merchant)}).status_code == 303
        assert since() is None
    assert "Shipping confirmation" in merchant.get(f"/admin/{shop.id}/flows").text
    merchant.post(address, data={"on": "yes", "csrf": _token(merchant)})
    first = since()
    merchant.post(address, data={"on": "yes", "csrf": _token(merchant)})
    assert first is not None
    assert since() == first
    unknown = f"/admin/{shop.id}/flows/win_the_lottery"
    assert merchant.post(unknown, data={"on": "yes", "csrf": _token(merchant)}).status_code == 404


def test_a_parcel_is_found_by_order_name_and_number_and_opened(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    _parcel(shopify_store, 1)
    _parcel(shopify_store, 2)
    shop_id = shopify_store.shop.id
    for search in ("#1001", "1001", "Ada", "1z 000 100 1"):
        page = merchant.get(f"/admin/{shop_id}/shipments", query_string={"q": search}).text
        assert "#1001" in page, search
    assert "#1002" not in merchant.get(f"/admin/{shop_id}/shipments?q=1001").text
    assert "Nothing matches" in merchant.get(f"/admin/{shop_id}/shipments?q=%25").text
    detail = merchant.get(f"/admin/{shop_id}/shipments/1").text
    for said in ("Order #1001", "Denver, CO", "Mail not sent: Shipped", "Order placed", "a•••@example.com"):
        assert said in detail, said
    assert "ada@example.com" not in detail


def test_tabs_count_and_show_their_own(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    statuses = ("in_transit", "out_for_delivery", "failure", "delivered", "delivered")
    for number, status in enumerate(statuses, 1):
        _parcel(shopify_store, number, status=status)
    address = f"/admin/{shopify_store.shop.id}/shipments"
    page = merchant.get(address).text
    counts = [int(count) for count in re.findall(r"<span(?: class=\"hot\")?>(\d+)</span></a>", page)]
    assert counts == [5, 1, 1, 1, 2]
    assert "1 parcel needs a look. 1 parcel arrives today." in page
    for tab, rows in (("transit", 1), ("today", 1), ("exceptions", 1), ("delivered", 2), ("nonsense", 5)):
        assert merchant.get(f"{address}?tab={tab}").text.count('<th scope="row"') == rows, tab


def test_messages_say_what_became_of_them_and_why(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    _parcel(shopify_store, 1)
    session = shopify_store.session
    thanks, shipped, *_ = shopify_store.messages()
    thanks.state, thanks.reason = MessageState.UNKNOWN, Reason.FATE_UNKNOWN
    shipped.state, shipped.reason = MessageState.SKIPPED, Reason.FLOW_OFF
    session.commit()
    address = f"/admin/{shopify_store.shop.id}/messages"
    page = merchant.get(address).text
    for said in (
        "It may or may not have arrived.",
        "This flow is switched off.",
        "a•••@example.com",
        "1 message needs a look",
    ):
        assert said in page, said
    assert merchant.get(f"{address}?tab=look").text.count('<th scope="row"') == 1
    assert merchant.get(f"{address}?q=ada@example.com").text.count('<th scope="row"') == 2


def test_a_notice_that_could_not_be_read_is_shown_and_read_again(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    _poison(shopify_store)
    shop_id, session = shopify_store.shop.id, shopify_store.session
    page = merchant.get(f"/admin/{shop_id}/connection").text
    assert "1 notice from your store could not be read." in page
    assert "It speaks of another shop than the one it claims to come from." in page
    ident = session.scalars(select(Delivery.id).filter_by(state=InboxState.PARKED)).one()
    for address in (f"notices/{ident}/replay", "notices/replay"):
        answer = merchant.post(f"/admin/{shop_id}/connection/{address}", data={"csrf": _token(merchant)})
        assert answer.status_code == 303
        session.expire_all()
        assert session.scalars(select(Delivery.state).filter_by(id=ident)).one() is InboxState.WAITING
        shopify_store.settle()


def test_looking_at_people_is_recorded_once_and_changes_nothing_else(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    _parcel(shopify_store, 1)
    session = shopify_store.session
    before = _everything(session)
    for page in (*PAGES, "shipments/1"):
        merchant.get(f"/admin/{shopify_store.shop.id}/{page}")
    session.expire_all()
    seen = session.scalars(select(AccessRecord.what).order_by(AccessRecord.id)).all()
    assert seen == ["shipments of orders 1", "messages 2,1", "shipment 1 of order 1"]
    assert _everything(session) == before


@pytest.mark.parametrize("page", [*PAGES, "shipments/1"])
def test_a_page_costs_as_many_queries_with_fifty_rows_as_with_one(
    page: str, merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    address = f"/admin/{shopify_store.shop.id}/{page}"
    _parcel(shopify_store, 1)
    _poison(shopify_store, 1)
    with _counting() as with_one:
        merchant.get(address)
    for number in range(2, 51):
        _parcel(shopify_store, number)
        _poison(shopify_store, number)
    with _counting() as with_fifty:
        merchant.get(address)
    assert len(with_one) == len(with_fifty) <= 14


def test_a_long_list_goes_on_where_it_stopped(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    for number in range(1, 53):
        _parcel(shopify_store, number)
    address = f"/admin/{shopify_store.shop.id}/shipments"
    first = merchant.get(address).text
    assert first.count('<th scope="row"') == 50
    (older,) = re.findall(r'href="([^"]*before=[^"]*)"', first)
    second = merchant.get(older.replace("&amp;", "&")).text
    assert second.count('<th scope="row"') == 2
    assert "#1001" in second
    for nonsense in ("x", "-1", "9" * 30, ""):
        assert merchant.get(f"{address}?before={nonsense}").status_code == 200


def test_a_page_loads_only_our_own_files_and_is_framed_by_nobody(merchant: FlaskClient, shop: Shop) -> None:
    for page in PAGES:
        answer = merchant.get(f"/admin/{shop.id}/{page}")
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script>", answer.text)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_page_never_names_the_shops_secret_key(merchant: FlaskClient, shop: Shop) -> None:
    for page in PAGES:
        assert shop.key not in merchant.get(f"/admin/{shop.id}/{page}").text


def test_a_broken_connection_is_said_first(merchant: FlaskClient, shop: Shop, session: Session) -> None:
    shop.broken_reason = "The key's owner is no longer an administrator."
    session.commit()
    assert "cut off" in merchant.get(f"/admin/{shop.id}/shipments").text
    page = merchant.get(f"/admin/{shop.id}/connection").text
    assert "needs to be connected again" in page
    assert "The key&#39;s owner" in page


@pytest.fixture(scope="module")
def app() -> Flask:
    made = create_app()
    made.testing = True
    made.config.update(SERVER_NAME="doorstep.test", PREFERRED_URL_SCHEME="https")
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
    _sign_in(browser, shop.id)
    return browser


def _sign_in(browser: FlaskClient, shop_id: int) -> None:
    with browser.session_transaction() as cookie:
        cookie.clear()
    browser.post(doors.sign_in_link(shop_id))


def _token(browser: FlaskClient) -> str:
    with browser.session_transaction() as cookie:
        return str(cookie["csrf"])


def _parcel(store: StoreVoice, number: int, *, status: str = "in_transit") -> None:
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


def _poison(store: StoreVoice, number: int = 1) -> None:
    status_url = f"https://other.myshopify.com/1/orders/{number}"
    store.shopify("orders/paid", payloads.order(clock.now(), 9000 + number, order_status_url=status_url))
    store.settle()


def _everything(session: Session) -> list[object]:
    flows = session.execute(select(Flow.id, Flow.on_since).order_by(Flow.id)).all()
    deliveries = session.execute(select(Delivery.id, Delivery.state).order_by(Delivery.id)).all()
    messages = session.execute(select(Message.id, Message.state).order_by(Message.id)).all()
    return [flows, deliveries, messages]


@contextmanager
def _counting() -> Iterator[list[str]]:
    """Collect the statements that are executed meanwhile."""
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    yield statements
    event.remove(engine(), "before_cursor_execute", note)
