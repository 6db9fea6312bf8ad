"""From the bytes of orders to the mail to whoever has not bought for longer than they used to."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.audience.models import Profile
from app.flows import seeding, switches
from app.lib import clock
from app.messages.documents import compose
from app.messages.gate.verdict import Allowed, Skipped
from app.messages.letters import letter
from app.shops import errands
from app.vocabulary import Reason, Trigger
from jobs import flows as job
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import Passing, enrollments, from_, gate, on_in_america, told

BACK = Trigger.WIN_BACK
NOON = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store(shopify_store: StoreVoice) -> StoreVoice:
    """A shop in the United States."""
    return on_in_america(shopify_store, NOON - DAY)


def buy(store: StoreVoice, time: Passing, number: int) -> None:
    order = payloads.order(clock.now(), number)
    order["customer"]["id"] = 7
    store.shopify("orders/paid", order)
    time.settle()


def test_who_bought_once_is_written_to_after_half_a_year_and_a_week_later(store: StoreVoice) -> None:
    with from_(store, NOON) as time:
        buy(store, time, 1)
        time.by(179 * DAY)
        assert told(store, BACK) == []
        time.by(DAY)
        (message,) = told(store, BACK)
        assert (message.key, message.order_id) == ("profile-1:win_back:1:email", 1)
        assert isinstance(gate(store, message), Allowed)
        time.by(7 * DAY)
        assert [message.step for message in told(store, BACK)] == [1, 2]


def test_who_buys_every_forty_days_is_missed_after_sixty(store: StoreVoice) -> None:
    with from_(store, NOON) as time:
        for number in (1, 2, 3):
            buy(store, time, number)
            time.by(40 * DAY)
        assert told(store, BACK) == []
        time.by(20 * DAY)
        assert len(told(store, BACK)) == 1


def test_who_comes_back_is_written_to_no_more_and_counted_anew(store: StoreVoice) -> None:
    with from_(store, NOON) as time:
        buy(store, time, 1)
        time.by(180 * DAY)
        buy(store, time, 2)
        assert [row.over for row in enrollments(store, BACK)] == ["bought", None]
        time.by(7 * DAY)
        assert len(told(store, BACK)) == 1
        time.by(173 * DAY)
        assert [message.key for message in told(store, BACK)][1:] == ["profile-1.2:win_back:1:email"]


def test_who_bought_while_the_mail_waited_does_not_get_it(store: StoreVoice) -> None:
    with from_(store, NOON) as time:
        buy(store, time, 1)
        time.by(180 * DAY)
        (message,) = told(store, BACK)
        buy(store, time, 2)
        assert gate(store, message) == Skipped(Reason.ALREADY_BOUGHT)


def test_who_bought_before_the_shop_came_is_missed_from_then_on(store: StoreVoice) -> None:
    session = store.session
    with from_(store, NOON) as time:
        for name, days_ago in (("ida", 100), ("lapsed long ago", 200)):
            session.add(
                Profile(
                    shop_id=store.shop.id,
                    email=f"{name[:3]}@example.com",
                    first_seen_at=NOON,
                    past_orders=4,
                    past_last_order_at=NOON - days_ago * DAY,
                    past_told_at=NOON,
                )
            )
        session.add(Profile(shop_id=store.shop.id, email="never@example.com", first_seen_at=NOON))
        for on in (False, True, True):
            switches.switch(session, store.shop.id, BACK, on=on)
        session.commit()
        look_back(store)
        time.by(80 * DAY - timedelta(hours=1))
        assert told(store, BACK) == []
        time.by(timedelta(hours=1))
        (message,) = told(store, BACK)
        assert (message.key, message.order_id) == ("profile-1:win_back:1:email", None)
        assert isinstance(gate(store, message), Allowed)
        assert 'href="https://ridge.example"' in compose.render(letter.gather(session, message)).html
        time.by(30 * DAY)
        look_back(store)
        time.by(30 * DAY)
        assert [it.step for it in told(store, BACK)] == [1, 2, 3], "looking once more lets nobody in again"


def test_who_is_looked_for_anew_is_looked_for_from_the_first_shopper_on(
    store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeding, "BATCH", 1)
    session, shop_id = store.session, store.shop.id
    with from_(store, NOON):
        for name in ("ida", "bo", "cy"):
            session.add(Profile(shop_id=shop_id, email=f"{name}@example.com", first_seen_at=NOON))
        switches.look_back(session, shop_id, [BACK])
        session.commit()
        due = errands.claim(session, list(job.HANDLERS)) or pytest.fail("nobody looks")
        last = seeding.seed(session, shop_id, BACK)
        session.execute(update(Profile).values(past_orders=4, past_last_order_at=NOON - DAY))
        switches.look_back(session, shop_id, [BACK])  # the store's history has come meanwhile
        errands.add(session, shop_id, due.kind, due.subject)  # and whoever looked goes on later
        errands.finish(session, due, str(last))
        session.commit()
        while again := errands.claim(session, list(job.HANDLERS)):
            session.commit()
            errands.finish(session, again, job.seed(again))
            session.commit()
        assert len(enrollments(store, BACK)) == 3


def look_back(store: StoreVoice) -> None:
    """Run the errand of a flow that was switched on."""
    switches.look_back(store.session, store.shop.id, [BACK])
    store.session.commit()
    due = errands.claim(store.session, list(job.HANDLERS))
    assert due is not None
    store.session.commit()
    assert job.seed(due) is None
    errands.finish(store.session, due, None)
    store.session.commit()
