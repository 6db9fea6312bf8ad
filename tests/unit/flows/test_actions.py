"""What a flow does besides sending: once with its step, not for who is held out, and judged before that."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.events import EventRow
from app.flows import published
from app.flows.models import Enrollment
from app.flows.plan.faults import Unsound
from app.lib import plugins
from app.shops.models import Call
from app.vocabulary import Trigger
from tests.unit.flows import world
from tests.unit.flows.strange import BEGIN
from tests.unit.flows.world import CART

TOLD = """\
flow: abandoned_checkout
starts: checkout_started
about: checkout
category: marketing
steps:
  - action: tag customer
    says: left a cart
  - wait: 1 hour
  - id: call
    action: alert
    says: Call them
  - id: server
    action: webhook
"""


def test_an_action_happens_once_with_its_step(session: Session) -> None:
    shop = world.new(session)
    with time_machine.travel(BEGIN, tick=False) as traveller:
        shop.enroll(shop.publish(TOLD), [shop.cart() for _ in range(3)])
        shop.advance()
        before = shop.enrollments()[0]
        place = {"step": before.step, "arrived_at": before.arrived_at, "due_at": before.due_at}
        assert calls(session) == [f"mark:checkout-{number}:{CART}:action" for number in (1, 2, 3)]
        assert reached(session) == []
        traveller.shift(timedelta(hours=1))
        shop.advance()
        once = reached(session)
        wanted = [
            f"step:checkout-{number}:{CART}:{step}" for number in (1, 2, 3) for step in ("call", "server")
        ]
        assert sorted(once) == wanted
        session.execute(update(Enrollment).values(**place, over=None))  # as if a backup had been put back
        session.commit()
        shop.advance()
        assert reached(session) == once
        assert [row.over for row in shop.enrollments()] == ["finished"] * 3


def test_nothing_is_done_to_who_is_held_out(session: Session) -> None:
    shop = world.new(session)
    with time_machine.travel(BEGIN, tick=False) as traveller:
        shop.enroll(shop.publish(TOLD), [shop.cart()])
        session.execute(update(Enrollment).values(held_out=True))
        session.commit()
        shop.advance()
        traveller.shift(timedelta(hours=1))
        shop.advance()
    (row,) = shop.enrollments()
    assert row.over == "finished"
    assert [step for step, _ in row.path] == ["action", "wait", "call", "server"]
    assert (calls(session), reached(session)) == ([], [])


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("{action: tag customer}", "Write one tag beside “says”: up to 40 letters and no comma."),
        (
            "{action: tag customer, says: 'a, b'}",
            "Write one tag beside “says”: up to 40 letters and no comma.",
        ),
        (
            "{action: tag order, says: big}",
            "“tag order” needs a flow about order or parcel; this one is about checkout.",
        ),
        (
            "{action: ticket, says: Call}",
            "“ticket” needs a flow about order or parcel; this one is about checkout.",
        ),
        ("{action: alert}", "Write what it should say beside “says”."),
        (f"{{action: alert, says: {'x' * 201}}}", "It says more than 200 letters."),
        ("{action: dance}", "Nobody here can do 'dance'; what can be done is "),
    ],
)
def test_an_action_that_cannot_be_done_is_not_published(session: Session, action: str, sentence: str) -> None:
    shop = world.new(session)
    file = f"{TOLD}  - {action}\n"
    with pytest.raises(Unsound) as unsound:
        published.publish(session, shop.shop.id, Trigger.ABANDONED_CHECKOUT, file)
    (fault,) = unsound.value.faults
    assert (fault.line, fault.step) == (14, "action-4")
    assert fault.sentence.startswith(sentence)


def test_every_action_says_what_it_wants() -> None:
    doers = plugins.discover("app.flows.actions")
    assert {"tag customer", "tag order", "note", "webhook", "alert", "ticket"} <= set(doers)


def calls(session: Session) -> list[str]:
    return list(session.scalars(select(Call.key).order_by(Call.id)))


def reached(session: Session) -> list[str]:
    mine = select(EventRow.once).filter_by(kind="step_reached").order_by(EventRow.id)
    return [once or "" for once in session.scalars(mine)]
