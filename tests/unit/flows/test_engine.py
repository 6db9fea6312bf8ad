"""Enrollments in a real database: what the pure engine says is written down, whoever dies or is late."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
import time_machine
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.commerce.models import Checkout
from app.flows import drafts, engine, published, standing, starts, tally
from app.flows.models import Enrollment, FlowVersion
from app.flows.plan import advance
from app.flows.plan.faults import Unsound
from app.flows.starts import Subject
from app.lib import clock
from app.lib.db import engine as database
from app.messages.models import Message
from app.vocabulary import Trigger
from jobs import flows as job
from tests.unit.flows import world
from tests.unit.flows.strange import BEGIN
from tests.unit.flows.world import CART, SHORT, World, later

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_who_dies_in_the_middle_has_done_nothing(session: Session) -> None:
    shop = world.new(session)
    with time_machine.travel(BEGIN, tick=False) as traveller:
        shop.enroll(shop.publish(SHORT), [shop.cart() for _ in range(5)])
        shop.advance()
        traveller.shift(HOUR)
        for _ in range(3):
            with Session(database()) as dying:
                assert engine.run(dying) == 5
                dying.rollback()
        assert shop.keys() == []
        shop.advance()
        assert shop.keys() == [f"checkout-{row.about_id}:{CART}:1:email" for row in shop.enrollments()]


def test_who_does_it_again_after_all_asks_for_no_second_message(session: Session) -> None:
    shop = world.new(session)
    with time_machine.travel(BEGIN, tick=False) as traveller:
        shop.enroll(shop.publish(SHORT), [shop.cart()])
        shop.advance()
        traveller.shift(HOUR)
        before = shop.enrollments()[0]
        places = {"step": before.step, "arrived_at": before.arrived_at, "due_at": before.due_at}
        shop.advance()
        session.execute(update(Enrollment).values(places))  # as if a backup had been put back
        session.commit()
        shop.advance()
        assert len(shop.keys()) == 1


def test_several_at_once_never_take_on_the_same(session: Session) -> None:
    shop = world.new(session)
    began = clock.now() - 2 * HOUR
    with time_machine.travel(began):
        shop.enroll(shop.publish(SHORT), [shop.cart() for _ in range(60)])
        shop.advance()
    looked_at = list[int]()

    def work() -> None:
        with Session(database()) as mine:
            while many := engine.run(mine, 7):
                looked_at.append(many)
                mine.commit()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    shop.advance()
    assert len(shop.keys()) == len(set(shop.keys())) == 60
    assert [[step for step, _ in row.path] for row in shop.enrollments()] == [["wait", "message"]] * 60


def test_a_purchase_that_comes_while_somebody_is_taken_on_is_not_forgotten(session: Session) -> None:
    shop = world.new(session)
    with time_machine.travel(BEGIN, tick=False):
        cart = shop.cart()
        shop.enroll(shop.publish(SHORT), [cart])
        with Session(database()) as other:
            assert engine.run(other) == 1
            heard = Thread(target=_buy, args=(shop.shop.id, cart.id))
            heard.start()
            _wait_for_a_lock(session)
            other.commit()
            heard.join()
        assert shop.enrollments()[0].due_at == clock.now(), "it would have been looked at in an hour"
        shop.advance()
        assert shop.enrollments()[0].over == "bought"


def _buy(shop_id: int, cart_id: int) -> None:
    with Session(database()) as session:
        session.execute(update(Checkout).filter_by(id=cart_id).values(completed_at=clock.now()))
        engine.heard(session, shop_id, Enrollment.about_id == cart_id)
        session.commit()


def _wait_for_a_lock(session: Session) -> None:
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    while session.scalar(waits) == 0:
        session.rollback()
    session.rollback()


def test_a_shop_with_a_crowd_delays_no_other(session: Session) -> None:
    crowd, small = world.new(session, "crowd.myshopify.com"), world.new(session, "small.myshopify.com")
    with time_machine.travel(BEGIN, tick=False) as traveller:
        crowd.enroll(crowd.publish(SHORT), [crowd.cart() for _ in range(40)])
        crowd.advance()
        traveller.shift(timedelta(minutes=1))
        small.enroll(small.publish(SHORT), [small.cart() for _ in range(3)])
        small.advance()
        traveller.shift(2 * HOUR)
        assert engine.run(session, 10) <= 10
        session.commit()
        ready = session.scalars(select(Message.id).filter_by(shop_id=small.shop.id)).all()
        assert len(ready) == 3, "an equal share for every shop"


def test_one_that_cannot_be_taken_on_is_put_off_and_the_others_go_on(session: Session) -> None:
    shop = world.new(session)
    with time_machine.travel(BEGIN, tick=False) as traveller:
        shop.enroll(shop.publish(SHORT), [shop.cart() for _ in range(4)])
        shop.advance()
        broken = shop.enrollments()[1]
        broken.step = "a step that never was"
        session.commit()
        traveller.shift(HOUR)
        job.advance()
        assert len(shop.keys()) == 3
        rows = shop.enrollments()
        assert [row.failures for row in rows] == [0, 1, 0, 0]
        assert world.later(rows[1].due_at) > clock.now()
        rows[1].step = "message"
        session.commit()
        traveller.shift(timedelta(minutes=2))
        job.advance()
        assert len(shop.keys()) == 4
        assert shop.enrollments()[1].failures == 0


def test_who_waits_keeps_the_version_they_came_into(session: Session) -> None:
    shop = world.new(session)
    with time_machine.travel(BEGIN, tick=False) as traveller:
        earlier, later_one = shop.cart(), shop.cart()
        shop.enroll(shop.publish(SHORT), [earlier])
        number = published.publish(session, shop.shop.id, CART, SHORT.replace("1 hour", "5 hours"))
        version = published.current(session, shop.shop.id, CART)
        assert number > 1
        shop.enroll(version, [later_one])
        shop.advance()
        traveller.shift(HOUR)
        shop.advance()
        assert shop.keys() == [f"checkout-{earlier.id}:{CART}:1:email"]


def test_a_version_that_a_later_release_cannot_read_holds_up_nobody_else(session: Session) -> None:
    old, other = world.new(session, "old.myshopify.com"), world.new(session, "other.myshopify.com")
    with time_machine.travel(BEGIN, tick=False) as traveller:
        for shop in (old, other):
            shop.enroll(shop.publish(SHORT), [shop.cart()])
        old.advance()
        traveller.shift(HOUR)
        old.advance()
        mine = update(FlowVersion).filter_by(shop_id=old.shop.id)
        session.execute(mine.values(file=SHORT.replace("wait:", "linger:")))
        session.commit()
        messages = session.scalars(select(Message).order_by(Message.shop_id)).all()
        theirs, others = (standing.of(session, messages)[message.id] for message in messages)
        assert (theirs.let_go, others.let_go) == (advance.GONE, None)
        assert tally.of_flow(session, old.shop.id, CART).came == 1
        session.commit()
        traveller.shift(DAY)
        old.advance()
        waits, goes_on = old.enrollments()
        assert (waits.failures, waits.over, goes_on.failures, goes_on.over) == (1, None, 0, "finished")
        assert later(waits.due_at) > clock.now()
        messages = session.scalars(select(Message).order_by(Message.id)).all()
        assert [(it.shop_id, it.step) for it in messages][2:] == [(other.shop.id, 2)]


def test_what_we_ship_later_takes_over_where_a_shop_has_nothing_of_its_own(session: Session) -> None:
    shop = world.new(session)
    first = published.current(session, shop.shop.id, CART)
    assert published.current(session, shop.shop.id, CART) == first
    session.execute(update(FlowVersion).values(file=SHORT))  # as an older release had shipped it
    newer = published.current(session, shop.shop.id, CART)
    assert newer.flow == first.flow
    assert newer.id != first.id
    published.publish(session, shop.shop.id, CART, SHORT)
    session.execute(update(FlowVersion).filter_by(is_preset=True).values(file=SHORT))
    assert len(published.current(session, shop.shop.id, CART).flow.steps) == 4


def test_a_draft_is_kept_and_told_apart_until_it_is_published(session: Session) -> None:
    shop_id = world.new(session).shop.id
    published.publish(session, shop_id, CART, SHORT)
    slower = SHORT.replace("1 hour", "2 hours")
    drafts.change(session, drafts.hold(session, shop_id, CART, 0), slower, "typed", "somebody")
    assert published.draft(session, shop_id, CART) == slower
    assert [line for line in published.changes(session, shop_id, CART, slower) if line[0] in "+-"] == [
        "-- wait: 1 hour",
        "+- wait: 2 hours",
    ]
    with pytest.raises(Unsound):
        published.publish(session, shop_id, CART, slower.replace("message: email", "message: pigeon"))
    with pytest.raises(Unsound, match="This is the flow win_back"):
        published.publish(session, shop_id, Trigger.WIN_BACK, slower)
    assert published.publish(session, shop_id, CART, slower) == 2
    assert published.draft(session, shop_id, CART) is None
    assert published.publish(session, shop_id, CART, slower) == 2, "nothing has changed"


def test_nobody_comes_twice_and_who_may_come_again_comes_when_they_may(session: Session) -> None:
    shop = world.new(session)
    with time_machine.travel(BEGIN, tick=False) as traveller:
        cart = shop.cart()
        once = shop.publish(SHORT)
        shop.enroll(once, [cart, cart])
        assert len(shop.enrollments()) == 1
        again = shop.publish(SHORT.replace("category:", "again after: 3 days\ncategory:"))
        shop.enroll(again, [cart])
        assert len(shop.enrollments()) == 1, "they are still in it"
        cart.completed_at = clock.now()
        shop.enroll(again, [cart])
        assert [row.over for row in shop.enrollments()] == ["bought"], "they were looked at, and have left"
        traveller.shift(2 * DAY)
        shop.enroll(again, [cart])
        assert len(shop.enrollments()) == 1, "three days are not over"
        traveller.shift(DAY)
        cart.completed_at = None
        shop.enroll(again, [cart])
        traveller.shift(HOUR)
        shop.advance()
        traveller.shift(HOUR)
        shop.advance()
        assert [row.entry for row in shop.enrollments()] == [1, 2]
        assert shop.keys() == [f"checkout-{cart.id}.2:{CART}:1:email"]


def test_a_cart_that_is_gone_ends_it(session: Session) -> None:
    shop = world.new(session)
    cart = shop.cart()
    shop.enroll(shop.publish(SHORT), [cart])
    session.delete(cart)
    session.commit()
    shop.advance()
    row = shop.enrollments()[0]
    assert (row.over, row.due_at, row.ended_at is not None) == ("gone", None, True)


def test_two_that_enroll_at_once_are_one(session: Session) -> None:
    shop = world.new(session)
    cart, version = shop.cart(), shop.publish(SHORT)
    subject = Subject("checkout", cart.id, cart.profile_id)
    session.commit()
    with Session(database()) as one, Session(database()) as other:
        assert starts.enroll(one, shop.shop.id, CART, version, subject)
        late = Thread(target=_enroll, args=(other, shop, version, subject))
        late.start()
        _wait_for_a_lock(session)
        one.commit()
        late.join()
    assert len(shop.enrollments()) == 1


def _enroll(session: Session, shop: World, version: published.Version, subject: Subject) -> None:
    assert not starts.enroll(session, shop.shop.id, CART, version, subject)
    session.commit()


def test_when_it_is_told_as_it_happened(session: Session) -> None:
    shop = world.new(session)
    with time_machine.travel(BEGIN, tick=False) as traveller:
        shop.enroll(shop.publish(SHORT), [shop.cart()])
        for _ in range(3):
            shop.advance()
            traveller.shift(DAY)
        shop.advance()
        row = shop.enrollments()[0]
        path = [(step, datetime.fromisoformat(at)) for step, at in row.path]
        assert path == [
            ("wait", BEGIN + DAY),
            ("message", BEGIN + DAY),
            ("wait-2", BEGIN + 2 * DAY),
            ("message-2", BEGIN + 2 * DAY),
        ]
        assert (row.over, row.ended_at) == ("finished", BEGIN + 2 * DAY)
        assert path[0][1].tzinfo == UTC
