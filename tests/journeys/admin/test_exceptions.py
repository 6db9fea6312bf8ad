"""The queue of what goes wrong, and the merchant's say in it."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.lib import clock
from app.lib.db import transaction
from app.shops.models import Shop
from app.shops.workdays import Workdays
from app.tracking.exceptions.thresholds import Thresholds
from app.tracking.models import ExceptionRow, Shipment
from app.vocabulary import ExceptionKind as K
from jobs import exceptions
from tests.journeys import payloads
from tests.journeys.admin.conftest import parcel, sign_in, token
from tests.journeys.conftest import StoreVoice

USUAL = {
    "unfulfilled": "3",
    "label": "3",
    "label_task": "5",
    "stalled_domestic": "3",
    "stalled_abroad": "5",
    "lost_domestic": "7",
    "lost_abroad": "20",
    "promise_domestic": "",
    "promise_abroad": "",
    **{f"works_{day}": "yes" for day in range(1, 6)},
    "keeps_holidays": "yes",
    "days_off": "",
}


@pytest.fixture
def queue(shopify_store: StoreVoice) -> str:
    """Three parcels held up, worth 10, 50 and 20, for 10, 1 and 4 days; the queue's address."""
    for number in (1, 2, 3):
        parcel(shopify_store, number, status="failure")
    session = shopify_store.session
    for order, worth in zip(
        session.scalars(select(Order).order_by(Order.id)), (1000, 5000, 2000), strict=True
    ):
        order.total = worth
    for row, days in zip(
        session.scalars(select(ExceptionRow).order_by(ExceptionRow.id)), (10, 1, 4), strict=True
    ):
        row.opened_at = clock.now() - timedelta(days=days)
    session.commit()
    return f"/admin/{shopify_store.shop.id}/exceptions"


def shown(page: str) -> list[str]:
    return re.findall(r"<th scope=\"row\".*?#(\d+)</a>", page)


def test_the_dearest_and_oldest_come_first(merchant: FlaskClient, queue: str) -> None:
    assert shown(merchant.get(queue).text) == ["1001", "1003", "1002"]


def test_one_kind_is_picked_and_counted(merchant: FlaskClient, queue: str, shopify_store: StoreVoice) -> None:
    parcel(shopify_store, 4, status="attempted_delivery")
    page = merchant.get(f"{queue}?kind=failed_attempt").text
    assert shown(page) == ["1004"]
    assert "Held up <span>3</span>" in page
    assert "Delivery missed <span>1</span>" in page
    assert len(shown(merchant.get(f"{queue}?kind=nonsense").text)) == 4


def test_a_parcel_with_two_troubles_is_one_line(merchant: FlaskClient, queue: str, session: Session) -> None:
    first = session.scalars(select(ExceptionRow).order_by(ExceptionRow.id)).first()
    assert first is not None
    now = clock.now()
    values = {"shop_id": first.shop_id, "order_id": first.order_id, "shipment_id": first.shipment_id}
    session.add(
        ExceptionRow(**values, kind=K.LATE, since=now, opened_at=now, evidence={"promised_by": "carrier"})
    )
    session.commit()
    page = merchant.get(queue).text
    assert shown(page) == ["1001", "1003", "1002"]
    assert "and 1 more" in page
    assert "3 parcels need a look." in page


@pytest.mark.parametrize(("action", "data"), [("resolve", {}), ("put-off", {"days": "3"})])
def test_what_is_put_aside_leaves_the_queue_and_comes_back_on_request(
    action: str, data: dict[str, str], merchant: FlaskClient, queue: str, session: Session
) -> None:
    first = session.scalars(select(ExceptionRow.id).order_by(ExceptionRow.id)).first()
    answer = merchant.post(f"{queue}/{first}/{action}", data={**data, "csrf": token(merchant)})
    assert answer.status_code == 303
    page = merchant.get(answer.headers["Location"]).text
    assert shown(page) == ["1003", "1002"]
    assert shown(merchant.get(f"{queue}?kind=aside").text) == ["1001"]
    (undo,) = re.findall(r'action="([^"]*bring-back)"', page)
    merchant.post(undo, data={"csrf": token(merchant)})
    assert shown(merchant.get(queue).text) == ["1001", "1003", "1002"]


def test_what_is_put_off_comes_back_by_itself(merchant: FlaskClient, queue: str, session: Session) -> None:
    first = session.scalars(select(ExceptionRow).order_by(ExceptionRow.id)).first()
    assert first is not None
    merchant.post(f"{queue}/{first.id}/put-off", data={"days": "1", "csrf": token(merchant)})
    session.refresh(first)
    assert first.snoozed_until is not None
    assert timedelta(0) < first.snoozed_until - clock.now() <= timedelta(days=1)
    first.snoozed_until = clock.now() - timedelta(seconds=1)
    session.commit()
    assert len(shown(merchant.get(queue).text)) == 3
    for address in (queue, f"{queue.removesuffix('exceptions')}shipments/{first.shipment_id}"):
        assert "Bring back" not in merchant.get(address).text, "it is back, and dealt with as any other"
    bad = merchant.post(f"{queue}/{first.id}/put-off", data={"days": "999", "csrf": token(merchant)})
    assert bad.status_code == 400


@pytest.mark.usefixtures("queue")
def test_another_shops_exception_is_not_touched(
    merchant: FlaskClient, session: Session, other_shop: Shop
) -> None:
    first = session.scalars(select(ExceptionRow).order_by(ExceptionRow.id)).first()
    assert first is not None
    sign_in(merchant, other_shop.id)
    for action in ("resolve", "put-off", "bring-back"):
        address = f"/admin/{other_shop.id}/exceptions/{first.id}/{action}"
        data = {"days": "1", "csrf": token(merchant)}
        assert merchant.post(address, data=data).status_code == 404
    session.refresh(first)
    assert (first.resolved_at, first.snoozed_until) == (None, None)
    assert shown(merchant.get(f"/admin/{other_shop.id}/exceptions").text) == []


@pytest.mark.usefixtures("queue")
def test_lists_and_parcel_say_what_is_wrong_instead_of_where_it_is(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    session = shopify_store.session
    sent = session.scalars(select(Shipment).order_by(Shipment.id)).first()
    assert sent is not None
    page = merchant.get(f"/admin/{shopify_store.shop.id}/shipments").text
    assert page.count('<span class="chip bad">Held up</span>') == 3
    detail = merchant.get(f"/admin/{shopify_store.shop.id}/shipments/{sent.id}").text
    for said in ("The carrier reports a problem", "See at UPS what they need", "Put off", "Held up"):
        assert said in detail, said
    shopify_store.shopify(
        "fulfillment_events/create", payloads.scan("delivered", clock.now(), 99, 1001, 1001)
    )
    shopify_store.settle()
    detail = merchant.get(f"/admin/{shopify_store.shop.id}/shipments/{sent.id}").text
    assert "No longer: Held up" in detail
    assert "Put off" not in detail


def test_an_empty_queue_says_that_this_is_good(merchant: FlaskClient, shop: Shop) -> None:
    assert "No exceptions, which is good" in merchant.get(f"/admin/{shop.id}/exceptions").text


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"unfulfilled": "0"}, "unfulfilled", "Use a whole number from 1 to 30."),
        ({"stalled_abroad": "soon"}, "stalled_abroad", "Use a whole number from 1 to 40."),
        ({"lost_domestic": "²"}, "lost_domestic", "Use a whole number from 2 to 60."),
        ({"label": "4", "label_task": "3"}, "label_task", "This cannot be less than 4"),
        ({"promise_domestic": "900"}, "promise_domestic", "Use a whole number from 1 to 60."),
        ({f"works_{day}": "" for day in range(1, 6)}, "weekend", "at least one day on which you work"),
        ({"days_off": "2026-12-24\nChristmas"}, "days_off", "“Christmas” is no date."),
        (
            {"days_off": " ".join(f"2026-{m:02d}-{d:02d}" for m in range(1, 13) for d in range(1, 11))},
            "days_off",
            "Keep at most 100",
        ),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_beside_its_field(
    changes: dict[str, str], field: str, said: str, merchant: FlaskClient, shop: Shop
) -> None:
    address = f"/admin/{shop.id}/exceptions/settings"
    page = merchant.post(address, data={**USUAL, **changes, "csrf": token(merchant)}).text
    assert said in page
    assert f'id="{field}-e"' in page
    assert "Nothing was saved yet" in page
    assert "Saved" not in merchant.get(address).text
    with transaction() as session:
        assert session.get_one(Shop, shop.id).settings == {}


def test_settings_are_kept_shown_and_count_for_what_is_open(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    shop, session = shopify_store.shop, shopify_store.session
    parcel(shopify_store, 1)
    sent = session.scalars(select(Shipment)).one()
    due = sent.exceptions_due_at
    address = f"/admin/{shop.id}/exceptions/settings"
    changes = {"stalled_abroad": "9", "promise_abroad": "2", "works_6": "yes", "days_off": "2026-12-24"}
    answer = merchant.post(address, data={**USUAL, **changes, "csrf": token(merchant)})
    assert answer.status_code == 303
    assert "Saved." in merchant.get(answer.headers["Location"]).text
    session.refresh(shop)
    assert Thresholds.of(shop) == Thresholds(stalled_abroad=9, promise_abroad=2)
    assert Workdays.of(shop).weekend == {7}
    page = merchant.get(address).text
    assert 'name="stalled_abroad" inputmode="numeric" value="9"' in page
    assert "2026-12-24</textarea>" in page
    exceptions.look()
    session.refresh(sent)
    assert sent.exceptions_due_at != due
