"""The home page: what is left to do is found in the rows, and figures count what they say."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.admin import answer
from app.admin.home import figures
from app.admin.home.periods import Period
from app.carriers import easypost
from app.channels.server import Security
from app.commerce.models import Delivery
from app.flows.models import Flow
from app.imports.models import Import, ImportKind, ImportState
from app.messages.models import Message
from app.messages.providers.models import Provider
from app.shops.models import Shop
from app.tracking.models import ExceptionRow, Shipment
from app.tracking.page.visits import PageVisit
from app.tracking.sources import sources
from app.vocabulary import ExceptionKind, MessageState, Reason, Trigger
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.journeys.admin.conftest import parcel, poison, sign_in, token
from tests.journeys.conftest import StoreVoice
from tests.sold import Sent

NOW = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
"""Noon in Denver."""


def home(browser: FlaskClient, shop: Shop, query: str = "") -> str:
    page = browser.get(f"/admin/{shop.id}/home{query}")
    assert page.status_code == 200
    return re.sub(r"\s+", " ", page.text)


def done(page: str) -> list[str]:
    return re.findall(r"<h3>([^<]*) <span class=\"vh\">\(done\)</span>", page)


def test_the_list_of_steps_knows_what_is_done(merchant: FlaskClient, shop: Shop, session: Session) -> None:
    session.execute(delete(Flow))
    session.commit()
    page = home(merchant, shop)
    assert done(page) == ["Store connected"]
    assert "1 of 5 done, about 7 minutes left" in page

    session.add(Flow(shop_id=shop.id, trigger=Trigger.SHIPPED, on_since=NOW))
    history = {"asked_at": NOW, "counts": {"orders": {"done": 1932}}, "begins_at": NOW - timedelta(days=700)}
    session.add(Import(shop_id=shop.id, kind=ImportKind.HISTORY, state=ImportState.DONE, **history))
    server = Provider(
        shop_id=shop.id,
        place=1,
        preset="smtp",
        host="mail.ridge.example",
        port=587,
        security=Security.STARTTLS,
        sender="hello@ridge.example",
    )
    session.add(server)
    session.commit()
    page = home(merchant, shop)
    assert done(page) == ["Store connected", "Earlier orders read", "First flow switched on"]
    assert "1,932 orders read, back to December 2024" in page
    assert "No test mail has gone over mail.ridge.example yet." in page
    server.tried = {"to": "x@ridge.example", "at": NOW.isoformat(), "went": True, "steps": []}
    session.commit()
    assert "Mail comes from your address" in done(home(merchant, shop))
    assert merchant.post(f"/admin/{shop.id}/home/look", data={"csrf": token(merchant)}).status_code == 303
    assert "Set up Ridge" not in home(merchant, shop)  # nothing is left

    shop.broken_reason = "The key's owner is no longer an administrator."
    session.commit()
    page = home(merchant, shop)
    assert "Connect your store again" in page
    assert len(done(page)) == 4


def test_looking_leads_to_the_page_of_the_last_order_and_is_remembered(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    shop = shopify_store.shop
    form = {"csrf": token(merchant)}
    assert merchant.post(f"/admin/{shop.id}/home/look", data=form).location.endswith("/page")
    parcel(shopify_store, 1)
    there = merchant.post(f"/admin/{shop.id}/home/look", data=form).location
    assert there.startswith("https://doorstep.test/t/")
    assert "Tracking page looked at" in done(home(merchant, shop))
    assert merchant.get(f"/admin/{shop.id}/home/look").status_code == 405


def test_the_steps_are_put_away_and_brought_back(merchant: FlaskClient, shop: Shop) -> None:
    def say(show: str) -> int:
        form = {"csrf": token(merchant), "show": show}
        return merchant.post(f"/admin/{shop.id}/home/setup", data=form).status_code

    assert "Set up Ridge" in home(merchant, shop)
    assert say("no") == 303
    assert "Set up Ridge" not in home(merchant, shop)
    assert say("yes") == 303
    assert "Set up Ridge" in home(merchant, shop)
    assert say("perhaps") == 400


def arrived(session: Session, shop: Shop, at: datetime, *, expected: datetime | None = None) -> Shipment:
    order = sold.order(session, shop, Sent(), profile_id=None)
    row = session.scalars(select(Shipment).filter_by(order_id=order.id)).one()
    row.status, row.delivered_at, row.expected_at = S.DELIVERED, at, expected
    session.commit()
    return row


def test_on_time_is_by_the_day_that_was_named_where_the_shop_is(session: Session) -> None:
    shop = sold.shop(session)
    day = datetime(2026, 11, 20, tzinfo=UTC)  # a whole day: November 20
    late_evening = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # still November 20 in Denver
    arrived(session, shop, late_evening, expected=day)
    arrived(session, shop, late_evening + timedelta(hours=4), expected=day)  # an hour after its midnight
    arrived(session, shop, late_evening)  # nobody named a day
    ours = arrived(session, shop, late_evening)
    ours.window_from = ours.window_until = day.date()
    moved = arrived(session, shop, late_evening, expected=day)  # its carrier had named an earlier one
    carried = {"shop_id": shop.id, "order_id": moved.order_id, "shipment_id": moved.id, "since": day}
    late = ExceptionRow(
        kind=ExceptionKind.LATE, opened_at=day, cleared_at=late_evening, evidence={}, **carried
    )
    session.add(late)
    session.commit()
    with time_machine.travel(NOW, tick=False):
        period = Period.of(answer.calendar(shop), 7)

        def counted() -> tuple[int, int]:
            found = figures.on_time(figures.sums(session, shop, period))
            return found.hits, found.of

        late.evidence = {"promised_by": "carrier"}
        session.commit()
        assert counted() == (2, 4)
        late.evidence = {"promised_by": "delay"}  # its carrier spoke of a delay, and came in time
        session.commit()
        assert counted() == (3, 4)
        shop.settings = {**shop.settings, "thresholds": {"promise_domestic": 3}}
        session.commit()
        assert counted() == (4, 5)  # whom the merchant promises a day has one
        earlier = update(Shipment).where(Shipment.id == ours.id)
        session.execute(earlier.values(delivered_at=NOW - timedelta(days=9)))
        session.commit()
        found = figures.on_time(figures.sums(session, shop, period))
        assert (found.hits_before, found.of_before, found.of) == (1, 1, 4)


def test_figures_are_of_the_period_in_the_address(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    for number in (1, 2, 3):
        parcel(shopify_store, number, status="failure" if number == 1 else "in_transit")
    told = shopify_store.messages()
    for message in told:
        message.state, message.reason = MessageState.SKIPPED, Reason.NO_CONSENT
    told[0].state, told[0].reason = MessageState.SENT, None
    told[1].created_at -= timedelta(days=20)
    orders = {message.order_id for message in told if message.order_id}
    for order_id in orders:
        today = PageVisit(shop_id=shop.id, order_id=order_id, visits=4, last_at=NOW)
        today.day = answer.calendar(shop).today
        session.add(today)
    session.commit()
    week, month = (home(merchant, shop, query) for query in ("?days=7", ""))
    assert "Last 7 days" in week
    assert all("Last 30 days" in home(merchant, shop, query) for query in ("", "?days=8", "?days=x"))
    values = re.findall(r'<dd class="v">([^<]*)</dd>', month)
    assert values == ["–", "1", "4.0", "1"]  # noqa: RUF001 - an en dash where nothing counts
    assert f"{len(told) - 1} not sent, each with a reason" in month
    assert f"{len(told) - 2} not sent, each with a reason" in week
    assert home(merchant, shop, "?days=90").count('<tr><th scope="row">') == 18


def test_open_exceptions_are_counted_as_of_each_day(session: Session) -> None:
    shop = sold.shop(session)
    order = sold.order(session, shop)
    day = timedelta(days=1)
    for opened, cleared, resolved in ((-5, -2, None), (-4, None, -1), (-1, None, None), (-100, -99, None)):
        session.add(
            ExceptionRow(
                shop_id=shop.id,
                order_id=order.id,
                kind=list(ExceptionKind)[abs(opened) % 12],
                since=NOW,
                opened_at=NOW + opened * day,
                cleared_at=NOW + cleared * day if cleared is not None else None,
                resolved_at=NOW + resolved * day if resolved is not None else None,
            )
        )
    other = sold.order(session, shop)
    session.add(
        ExceptionRow(
            shop_id=shop.id, order_id=other.id, kind=ExceptionKind.LATE, since=NOW, opened_at=NOW - 2 * day
        )
    )
    session.commit()
    with time_machine.travel(NOW, tick=False):
        found = figures.open_exceptions(session, shop, Period.of(answer.calendar(shop), 7))
    assert found.before == (0,) * 7
    assert found.now == (0, 1, 1, 1, 2, 2, 2)  # two kinds about one order are one


def test_whoever_is_silent_or_refuses_is_named(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    assert "All well" in home(merchant, shop)
    poison(shopify_store)
    sources.keep(session, shop, easypost.PLUGIN, {"api_key": "EZAK", "webhook_secret": "word"})
    sources.refuse(session, shop.id, easypost.KEY)
    session.commit()
    page = home(merchant, shop)
    for said in ("2 need a look", "EasyPost", "refuses your keys", "1 notice", "last heard"):
        assert said in page, said
    assert session.scalars(select(Delivery)).all()


def test_what_needs_a_look_is_listed_the_dearest_first(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    for number in range(1, 8):
        parcel(shopify_store, number, status="failure")
    page = home(merchant, shopify_store.shop)
    assert "All 7 exceptions" in page
    assert page.count(">Look<span") == 5


@pytest.mark.parametrize(
    ("hour", "said"), [(8, "Good morning"), (14, "Good afternoon"), (20, "Good evening")]
)
def test_a_merchant_is_greeted_by_their_own_clock(
    hour: int, said: str, merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    shop.timezone = "America/Denver"
    session.commit()
    with time_machine.travel(datetime(2026, 11, 24, hour, 30, tzinfo=UTC) + timedelta(hours=7), tick=False):
        sign_in(merchant, shop.id)
        assert f"<h1>{said}</h1>" in home(merchant, shop)


def test_messages_of_a_flow_are_counted_beside_it(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    parcel(shopify_store, 1)
    sent = update(Message).where(Message.trigger == Trigger.THANK_YOU)
    shopify_store.session.execute(sent.values(state=MessageState.SENT, reason=None))
    shopify_store.session.commit()
    assert re.search(
        r"Thank-you</span><span class=\"small muted\">1 sent", home(merchant, shopify_store.shop)
    )
