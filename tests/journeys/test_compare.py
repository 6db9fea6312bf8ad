"""A store's orders are compared with ours: what was missed is fetched, once, and nobody is told wrongly."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.commerce import gaps
from app.commerce.gaps import Comparison, GapOutcome, MissedOrder
from app.commerce.models import Delivery, Order
from app.flows import facts
from app.lib import clock
from app.messages.gate import permission
from app.shops import errands
from app.shops.models import Errand
from app.tracking.models import TrackingEvent
from app.vocabulary import Reason
from bench.misbehaving import Fault, Misbehaving, answer, busy, cut, expired, hidden, page
from demo import shoppers
from demo.sales import Sale, way
from demo.shopify import notices as ridge_tells
from demo.shopify.wire import HOST as RIDGE
from demo.stores import Shelf
from demo.stories import FIRST_HARBOR, FIRST_RIDGE
from demo.things import HARBOR as HARBOR_THINGS
from demo.things import RIDGE as RIDGE_THINGS
from demo.woocommerce import notices as harbor_tells
from demo.woocommerce.wire import HOST as HARBOR
from jobs import compare, sync, woocommerce
from tests.journeys.conftest import StoreVoice

HOUR = timedelta(hours=1)


def test_what_was_missed_is_fetched_and_a_late_notice_then_changes_nothing(harbor: StoreVoice) -> None:
    told, missed = bought(HARBOR, 1, 3 * HOUR), bought(HARBOR, 2, 2 * HOUR)
    tell(harbor, told)
    run_compare(harbor)
    assert report(harbor) == (2, {GapOutcome.REPAIRED: 1})
    assert harbor.told() == ["thank_you", "thank_you"]
    before = everything(harbor)
    tell(harbor, missed)
    assert everything(harbor) == before


def test_a_notice_that_comes_first_leaves_nothing_to_fetch(harbor: StoreVoice) -> None:
    tell(harbor, bought(HARBOR, 1, 3 * HOUR))
    before = everything(harbor)
    run_compare(harbor)
    assert (report(harbor), everything(harbor)) == ((1, {}), before)


def test_what_changed_a_moment_ago_is_not_called_missed(harbor: StoreVoice) -> None:
    bought(HARBOR, 1, timedelta(minutes=5))
    run_compare(harbor)
    assert (report(harbor), orders(harbor)) == ((1, {}), [])


def test_an_order_that_the_store_has_no_longer_counts_as_cancelled(harbor: StoreVoice) -> None:
    gone = bought(HARBOR, 1, 3 * HOUR)
    tell(harbor, gone)
    Shelf(HARBOR).drop("sale", gone.id)
    run_compare(harbor)
    assert report(harbor) == (0, {GapOutcome.GONE: 1})
    assert harbor.session.scalars(select(Order.deleted_at)).one() is not None
    run_compare(harbor)
    assert report(harbor) == (0, {}), "it is said once"


def test_an_order_that_came_back_counts_again(harbor: StoreVoice) -> None:
    sale = bought(HARBOR, 1, 3 * HOUR)
    tell(harbor, sale)
    harbor.session.execute(update(Order).values(deleted_at=clock.now()))
    run_compare(harbor)
    harbor.session.expire_all()
    assert harbor.session.scalars(select(Order.deleted_at)).one() is None


def test_a_long_walk_makes_room_for_others_and_counts_each_order_once(
    harbor: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "SLICE", -1.0)
    monkeypatch.setattr("app.platforms.woocommerce.changes.PER_PAGE", 3)
    for number in range(10):
        bought(HARBOR, number, timedelta(minutes=60 + number))
    times = run_compare(harbor)
    assert times > 3
    assert report(harbor) == (10, {GapOutcome.REPAIRED: 10})
    assert len(harbor.session.scalars(select(Comparison)).all()) == 1


def test_a_comparison_that_died_at_its_end_leaves_the_next_to_begin_anew(harbor: StoreVoice) -> None:
    bought(HARBOR, 1, 3 * HOUR)
    run_compare(harbor)
    last = harbor.session.scalars(select(Comparison.id)).one()
    walked = json.dumps({"run": last, "compared": 1, "is_walked": True})
    harbor.session.execute(update(Errand).filter_by(kind="woocommerce.compare").values(cursor=walked))
    bought(HARBOR, 2, 2 * HOUR)
    run_compare(harbor)
    assert report(harbor) == (2, {GapOutcome.REPAIRED: 1})


def test_orders_of_a_store_whose_woocommerce_is_switched_off_are_not_called_gone(
    harbor: StoreVoice, sick: Misbehaving
) -> None:
    tell(harbor, bought(HARBOR, 1, 3 * HOUR))
    keep(HARBOR, bought(HARBOR, 1, 3 * HOUR).model_copy(update={"updated_at": then(2 * HOUR)}))
    off = answer(404, {"code": "rest_no_route", "message": "No route was found", "data": {"status": 404}})
    sick.faults = [Fault(f"/orders/{FIRST_HARBOR + 1}", off, times=1)]
    run_compare(harbor)
    assert report(harbor) == (1, {GapOutcome.REPAIRED: 1})
    assert harbor.session.scalars(select(Order.deleted_at)).one() is None


@pytest.mark.parametrize("change", [page, cut, busy], ids=lambda change: change.__name__)
def test_a_store_that_answers_badly_is_asked_again(
    harbor: StoreVoice, sick: Misbehaving, change: Callable[..., Any]
) -> None:
    bought(HARBOR, 1, 3 * HOUR)
    sick.faults = [Fault("/orders", change, times=1)]
    run_compare(harbor)
    assert report(harbor) == (1, {GapOutcome.REPAIRED: 1})


def test_rows_that_a_plug_in_hides_do_not_end_the_walk(
    harbor: StoreVoice, sick: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.platforms.woocommerce.changes.PER_PAGE", 3)
    for number in range(9):
        bought(HARBOR, number, timedelta(minutes=60 + number))
    sick.faults = [Fault("modified_after", hidden, times=1)]
    run_compare(harbor)
    compared, _ = report(harbor)
    assert compared == 8, "the others, and not the first page alone"


def test_a_token_that_expires_midway_is_renewed_and_scans_are_fetched_too(
    ridge_store: StoreVoice, sick: Misbehaving
) -> None:
    sale = bought(RIDGE, 1, 5 * HOUR)
    parcel = sale.send("ups", clock.now().replace(microsecond=0) - 4 * HOUR, way(shoppers.RIDGE[0]))
    for number in range(4):
        parcel.advance(clock.now().replace(microsecond=0) - 3 * HOUR + number * timedelta(minutes=20))
    keep(RIDGE, sale)
    for topic, body in ridge_tells.whole(sale)[:-2]:
        ridge_store.shopify(topic, body)
    ridge_store.settle()
    bought(RIDGE, 2, 2 * HOUR)
    sick.faults = [Fault("graphql", expired, times=1)]
    run_compare(ridge_store, "shopify.compare")
    assert report(ridge_store) == (2, {GapOutcome.REPAIRED: 1})
    assert ridge_store.session.scalar(select(func.count()).select_from(TrackingEvent)) == 4
    assert ridge_store.session.scalars(select(Comparison.scans)).one() == 2


def test_an_order_on_shopify_that_is_gone_counts_as_cancelled(ridge_store: StoreVoice) -> None:
    sale = bought(RIDGE, 1, 5 * HOUR)
    for topic, body in ridge_tells.whole(sale):
        ridge_store.shopify(topic, body)
    ridge_store.settle()
    Shelf(RIDGE).drop("sale", sale.id)
    run_compare(ridge_store, "shopify.compare")
    assert report(ridge_store) == (0, {GapOutcome.GONE: 1})


def test_nobody_is_thanked_days_late(harbor: StoreVoice) -> None:
    heard_open = bought(HARBOR, 1, 50 * HOUR, state="on-hold")
    tell(harbor, heard_open)
    harbor.session.execute(update(Order).values(first_heard_at=clock.now() - 50 * HOUR))
    keep(HARBOR, heard_open.model_copy(update={"state": "paid", "updated_at": then(40 * HOUR)}))
    bought(HARBOR, 2, 60 * HOUR)
    run_compare(harbor)
    assert report(harbor) == (2, {GapOutcome.REPAIRED: 2})
    messages = harbor.messages()
    assert harbor.told() == ["thank_you", "thank_you"]
    known = facts.gather(harbor.session, messages)
    verdicts = [permission.decide(known[message.id]) for message in messages]
    assert [getattr(verdict, "reason", None) for verdict in verdicts] == [Reason.TOO_OLD, Reason.TOO_OLD]


def test_the_regular_catch_up_says_what_it_had_to_fetch(harbor: StoreVoice) -> None:
    bought(HARBOR, 1, 3 * HOUR)
    run(harbor, "woocommerce.catch_up", every=600)
    assert found(harbor) == [], "what was there when it connected was not missed"
    bought(HARBOR, 2, 2 * HOUR)
    bought(HARBOR, 3, timedelta(minutes=1))
    run(harbor, "woocommerce.catch_up", every=600)
    assert found(harbor) == [(str(FIRST_HARBOR + 2), GapOutcome.REPAIRED)]
    assert len(orders(harbor)) == 3


def test_a_quiet_store_is_woken_and_a_busy_one_is_not(harbor: StoreVoice, sick: Misbehaving) -> None:
    sick.faults = [Fault("wp-cron.php", page)]
    run(harbor, "woocommerce.nudge", every=180)
    assert sick.done == {"page": 1}
    tell(harbor, bought(HARBOR, 1, HOUR))
    run(harbor, "woocommerce.nudge", every=180)
    assert sick.done == {"page": 1}
    harbor.session.execute(update(Delivery).values(received_at=clock.now() - woocommerce.QUIET))
    sick.faults = [Fault("wp-cron.php", busy)]
    run(harbor, "woocommerce.nudge", every=180)
    assert harbor.session.scalars(select(Errand.attempts).filter_by(kind="woocommerce.nudge")).one() == 1


def then(ago: timedelta) -> Any:
    return clock.now().replace(microsecond=0) - ago


def bought(store: str, number: int, ago: timedelta, state: str = "paid") -> Sale:
    """Let somebody buy, and tell nobody."""
    first, things = (FIRST_HARBOR, HARBOR_THINGS) if store == HARBOR else (FIRST_RIDGE, RIDGE_THINGS)
    who = (shoppers.HARBOR if store == HARBOR else shoppers.RIDGE)[number % 5]
    sale = Sale(
        id=first + number,
        number=first + number if store == HARBOR else 1000 + number,
        shopper=who.id,
        lines=[(min(things), 1)],
        placed_at=then(ago),
        updated_at=then(ago),
        state=state,
    )
    keep(store, sale)
    return sale


def keep(store: str, sale: Sale) -> None:
    Shelf(store).put("sale", sale.id, sale.model_dump(mode="json"))


def tell(harbor: StoreVoice, sale: Sale) -> None:
    for topic, body in harbor_tells.whole(sale):
        raw = json.dumps(body).encode()
        harbor.woocommerce(raw, {"Content-Type": "application/json", "X-WC-Webhook-Topic": topic})
    harbor.settle()


def run(voice: StoreVoice, kind: str, *, every: int | None = None) -> None:
    """Run an errand now, whatever else was asked for."""
    session = voice.session
    session.commit()
    errands.add(session, voice.shop.id, kind, every=every)
    session.execute(update(Errand).filter_by(kind=kind).values(due_at=clock.now()))
    session.commit()
    due = errands.claim(session, [kind])
    assert due is not None
    session.commit()
    sync._run_one(due)
    session.expire_all()
    voice.settle()


def run_compare(voice: StoreVoice, kind: str = "woocommerce.compare") -> int:
    """Compare to the end; returns how many times it took."""
    run(voice, kind, every=gaps.DAILY)
    times = 1
    while not is_over(voice):
        assert times < 40
        run(voice, kind, every=gaps.DAILY)
        times += 1
    return times


def is_over(voice: StoreVoice) -> bool:
    return voice.session.scalar(select(func.count()).select_from(Comparison).filter_by(ended_at=None)) == 0


def report(voice: StoreVoice) -> tuple[int, dict[GapOutcome, int]]:
    run = gaps.last(voice.session, voice.shop.id)
    assert run is not None
    return run.compared, gaps.count(voice.session, run.id)


def found(voice: StoreVoice) -> list[tuple[str, GapOutcome | None]]:
    rows = voice.session.execute(select(MissedOrder.external_id, MissedOrder.outcome))
    return [(ident, outcome) for ident, outcome in rows]


def orders(voice: StoreVoice) -> list[str]:
    return list(voice.session.scalars(select(Order.external_id)))


def everything(voice: StoreVoice) -> list[Any]:
    voice.session.commit()
    rows = voice.session.execute(select(Order.external_id, Order.state, Order.total, Order.updated_at))
    return [sorted(map(tuple, rows)), voice.told()]
