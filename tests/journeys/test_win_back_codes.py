"""From the bytes of an order to the last mail of a win-back, with a code that the store has."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.commerce.discounts import Discount
from app.flows.models import Flow
from app.lib import clock
from app.messages.documents import compose
from app.messages.gate.verdict import Allowed, Deferred
from app.messages.letters import letter
from app.messages.models import Message
from app.shops import calls
from app.shops.models import Call
from app.vocabulary import Reason, Trigger
from demo.shopify import discounts as at_ridge
from demo.shopify.wire import HOST as RIDGE
from demo.stores import Shelf
from jobs import calls as job
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import Passing, from_, gate, told

BACK = Trigger.WIN_BACK
NOON = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store(ridge_store: StoreVoice) -> StoreVoice:
    """A shop in the United States that may make codes."""
    ridge_store.shop.country, ridge_store.shop.scopes = "US", "write_discounts"
    ridge_store.session.execute(update(Flow).values(on_since=NOON - DAY))
    ridge_store.session.commit()
    return ridge_store


def buy(store: StoreVoice, time: Passing, number: int) -> None:
    order = payloads.order(clock.now(), number)
    order["customer"]["id"] = 7
    order["order_status_url"] = f"https://{store.shop.domain}/1/orders/{number}/authenticate?key=x"
    store.shopify("orders/paid", order)
    time.settle()


def wait_for_the_last(store: StoreVoice, time: Passing) -> Message:
    buy(store, time, 1)
    time.by(194 * DAY)
    mails = told(store, BACK)
    assert [message.step for message in mails] == [1, 2, 3]
    return mails[-1]


def test_the_last_mail_waits_for_its_code_and_offers_it_until_a_day(store: StoreVoice) -> None:
    with from_(store, NOON) as time:
        last = wait_for_the_last(store, time)
        assert gate(store, last) == Deferred(clock.now() + timedelta(minutes=1), Reason.AWAITS_CODE)
        job.run()
        assert isinstance(gate(store, last), Allowed)
        code = store.session.scalars(select(Discount.code)).one()
        mail = compose.render(letter.gather(store.session, last))
        assert mail.subject == "10% off at Ridge & Pine"
        assert f"with this code:\n{code}\n" in mail.text
        (until,) = re.findall(r"Good for one order, until (.+)\.", mail.text)
        assert until.replace("\xa0", " ") == "Saturday, August 1"
        assert f"https://ridge.example/discount/{code}" in mail.text
        assert code in mail.html
        assert code in at_ridge.codes(Shelf(RIDGE))


def test_who_comes_back_without_it_leaves_no_code_behind(store: StoreVoice) -> None:
    with from_(store, NOON) as time:
        wait_for_the_last(store, time)
        job.run()
        code = store.session.scalars(select(Discount.code)).one()
        buy(store, time, 2)
        job.run()
        assert code not in at_ridge.codes(Shelf(RIDGE))
        store.session.expire_all()
        assert store.session.scalars(select(Discount.ended_at)).one() == clock.now()


@pytest.mark.parametrize("why", ["given up", "not permitted"])
def test_a_code_that_cannot_be_made_keeps_no_mail_back(store: StoreVoice, why: str) -> None:
    if why == "not permitted":
        store.shop.scopes = "read_orders"
        store.session.commit()
    with from_(store, NOON) as time:
        last = wait_for_the_last(store, time)
        calls.park(store.session, Call.kind == "shopify.discount", "the store says no")
        store.session.commit()
        assert isinstance(gate(store, last), Allowed)
        mail = compose.render(letter.gather(store.session, last))
        assert mail.subject == "New at Ridge & Pine"
        assert "code" not in mail.text
