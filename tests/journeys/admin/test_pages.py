"""The merchant's pages: bounded in cost, recorded where they show people."""

import json
import re
from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin.flows.switches import ALL
from app.audience.models import Profile
from app.commerce.models import Delivery
from app.flows import switches
from app.flows.models import Flow
from app.lib import clock
from app.platforms.base import PrivacyKind, PrivacyRequest
from app.platforms.purchases import Person
from app.privacy import tasks
from app.shops.models import AccessRecord, Shop
from app.tracking.exceptions import watch
from app.tracking.models import Shipment
from app.vocabulary import InboxState, MessageState, Reason, Trigger
from jobs import exceptions
from tests.journeys.admin.conftest import PAGES, counting, everything, parcel, poison, sign_in, token
from tests.journeys.conftest import StoreVoice

QUERIES = {"home": 34, "lift": 24, "shipments/{first}": 21, "settings": 22, "customers/{customer}": 36}
"""So many a page may cost at most, where it shows more than others do."""
DEEPER = (
    *(
        "shipments/{first}",
        "shipments/{first}/told",
        "shipments.csv",
        "shipments?q=Ada",
        "shipments?tab=transit",
    ),
    *("customers/{customer}", "customers?q=Ada", "customers?q=nobody"),
)
"""Pages of one thing, and what is asked of lists."""


def test_a_flow_is_switched_off_and_on(merchant: FlaskClient, shop: Shop, session: Session) -> None:
    def since() -> object:
        session.expire_all()
        return session.scalars(select(Flow.on_since).filter_by(trigger=Trigger.SHIPPED)).one()

    address = f"/admin/{shop.id}/flows/shipped"
    for on in ("no", "no"):
        assert merchant.post(address, data={"on": on, "csrf": token(merchant)}).status_code == 303
        assert since() is None
    assert "Shipping confirmation" in merchant.get(f"/admin/{shop.id}/flows").text
    merchant.post(address, data={"on": "yes", "csrf": token(merchant)})
    first = since()
    merchant.post(address, data={"on": "yes", "csrf": token(merchant)})
    assert first is not None
    assert since() == first
    switches.switch(session, shop.id, Trigger.CASE_REPLY, on=True)
    session.commit()
    count = len(switches.switched_on(session, shop.id).keys() & ALL.keys())
    assert f"{count} flows are on, {len(ALL) - count} off." in merchant.get(f"/admin/{shop.id}/flows").text
    unknown = f"/admin/{shop.id}/flows/win_the_lottery"
    assert merchant.post(unknown, data={"on": "yes", "csrf": token(merchant)}).status_code == 404


def test_a_parcel_is_found_by_order_name_and_number_and_opened(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    parcel(shopify_store, 2)
    shop_id = shopify_store.shop.id
    for search in ("#1001", "1001", "Ada", "1z 000 100 1"):
        page = merchant.get(f"/admin/{shop_id}/shipments", query_string={"q": search}).text
        assert "#1001" in page, search
    assert "#1002" not in merchant.get(f"/admin/{shop_id}/shipments?q=1001").text
    assert "Nothing matches" in merchant.get(f"/admin/{shop_id}/shipments?q=%25").text
    first = shopify_store.session.scalars(select(Shipment.id).order_by(Shipment.id)).first()
    detail = merchant.get(f"/admin/{shop_id}/shipments/{first}").text
    for said in ("Order #1001", "Denver, CO", "Mail not sent: Shipped", "Order placed", "a•••@example.com"):
        assert said in detail, said
    assert "ada@example.com" not in detail


def test_tabs_count_and_show_their_own(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    statuses = ("in_transit", "out_for_delivery", "failure", "delivered", "delivered")
    for number, status in enumerate(statuses, 1):
        parcel(shopify_store, number, status=status)
    address = f"/admin/{shopify_store.shop.id}/shipments"
    page = merchant.get(address).text
    counts = [int(count) for count in re.findall(r"<span(?: class=\"hot\")?>(\d+)</span></a>", page)]
    assert counts == [5, 1, 1, 1, 2]
    assert "1 parcel needs a look. 1 parcel arrives today." in page
    for tab, rows in (("transit", 1), ("today", 1), ("exceptions", 1), ("delivered", 2), ("nonsense", 5)):
        assert (
            merchant.get(f"{address}?tab={tab}", follow_redirects=True).text.count('<th scope="row"') == rows
        ), tab


@pytest.mark.parametrize(
    ("expected", "tab", "said"),
    [
        ((2026, 11, 24, 0, 0), "today", "Expected"),
        ((2026, 11, 25, 0, 0), "transit", "Expected"),
        ((2026, 11, 25, 3, 0), "today", "Expected"),
        ((2026, 11, 23, 0, 0), "exceptions", "own date was yesterday"),
        ((2026, 11, 22, 9, 0), "exceptions", "own date was Sunday, November\N{NO-BREAK SPACE}22"),
    ],
)
def test_the_day_that_a_carrier_named_decides_where_a_parcel_stands(
    expected: tuple[int, ...], tab: str, said: str, merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    """It is noon in Denver; a day named without an hour is midnight UTC, an hour is an hour."""
    parcel(shopify_store, 1)
    shopify_store.shop.timezone = "America/Denver"
    sent = shopify_store.session.scalars(select(Shipment)).one()
    year, month, day, hour, minute = expected
    sent.expected_at = datetime(year, month, day, hour, minute, tzinfo=UTC)
    shopify_store.session.commit()
    with time_machine.travel(datetime(2026, 11, 24, 19, 0, tzinfo=UTC), tick=False):
        watch.rearm(shopify_store.session, shopify_store.shop)
        shopify_store.session.commit()
        exceptions.look()
        sign_in(merchant, shopify_store.shop.id)
        address = f"/admin/{shopify_store.shop.id}/shipments?tab={tab}"
        page = merchant.get(address, follow_redirects=True).text
    assert page.count('<th scope="row"') == 1
    assert said in page


def test_messages_say_what_became_of_them_and_why(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    parcel(shopify_store, 1)
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
    poison(shopify_store)
    shop_id, session = shopify_store.shop.id, shopify_store.session
    page = merchant.get(f"/admin/{shop_id}/connection").text
    assert "1 notice from your store could not be read." in page
    assert "It speaks of another shop than the one it claims to come from." in page
    ident = session.scalars(select(Delivery.id).filter_by(state=InboxState.PARKED)).one()
    notice = merchant.get(f"/admin/{shop_id}/connection/notices/{ident}").text
    assert "financial_status" in notice
    assert "ada@example.com" not in notice
    for address in (f"notices/{ident}/replay", "notices/replay"):
        answer = merchant.post(f"/admin/{shop_id}/connection/{address}", data={"csrf": token(merchant)})
        assert answer.status_code == 303
        session.expire_all()
        assert session.scalars(select(Delivery.state).filter_by(id=ident)).one() is InboxState.WAITING
        shopify_store.settle()


def test_a_copy_that_a_shopper_asked_for_is_handed_to_the_merchant_and_recorded(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    session, shop = shopify_store.session, shopify_store.shop
    request = PrivacyRequest(
        kind=PrivacyKind.EXPORT, external_id="1", person=Person(email="ada@example.com"), order_ids=("1001",)
    )
    tasks.ask(session, shop, request, heard_at=clock.now())
    session.commit()
    assert "Every request has been answered." in merchant.get(f"/admin/{shop.id}/privacy").text
    copy = merchant.get(f"/admin/{shop.id}/privacy/1/copy")
    assert copy.headers["Content-Disposition"] == 'attachment; filename="shopper-data-1.json"'
    assert json.loads(copy.text)["profile"][0]["email"] == "ada@example.com"
    assert session.scalars(select(AccessRecord.what)).all() == ["copy for privacy request 1"]
    assert merchant.get(f"/admin/{shop.id}/privacy/2/copy").status_code == 404


def test_looking_at_people_is_recorded_once_and_changes_nothing_else(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    session = shopify_store.session
    before = everything(session)
    sent = session.scalars(select(Shipment)).one()
    messages = ",".join(str(message.id) for message in reversed(shopify_store.messages()))
    for page in (*PAGES, f"shipments/{sent.id}"):
        merchant.get(f"/admin/{shopify_store.shop.id}/{page}")
    session.expire_all()
    seen = session.scalars(select(AccessRecord.what).order_by(AccessRecord.id)).all()
    assert seen == [
        f"shipments of orders {sent.order_id}",
        f"messages {messages}",
        f"customers {session.scalars(select(Profile.id)).one()}",
        f"shipment {sent.id} of order {sent.order_id}",
    ]
    assert everything(session) == before


@pytest.mark.parametrize("page", [*PAGES, *DEEPER])
def test_a_page_costs_as_many_queries_with_fifty_rows_as_with_one(
    page: str, merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1, status="failure")
    poison(shopify_store, 1)
    first = shopify_store.session.scalars(select(Shipment.id)).one()
    customer = shopify_store.session.scalars(select(Profile.id)).one()
    address = f"/admin/{shopify_store.shop.id}/{page.format(first=first, customer=customer)}"
    with counting() as with_one:
        assert merchant.get(address).status_code == 200
    for number in range(2, 51):
        parcel(shopify_store, number, status="failure")
        poison(shopify_store, number)
    with counting() as with_fifty:
        merchant.get(address)
    assert len(with_one) == len(with_fifty) <= QUERIES.get(page, 18)


def test_a_long_list_goes_on_where_it_stopped(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    for number in range(1, 53):
        parcel(shopify_store, number)
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
    assert f"/admin/shopify/install?shop={shop.domain}" in page
