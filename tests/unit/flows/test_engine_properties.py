"""Random flows over real rows: where everybody is and what was asked for is what the pure engine says."""

from datetime import timedelta

import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce.models import Checkout
from app.flows import engine, seeing
from app.flows.models import Enrollment
from app.flows.plan import advance
from app.flows.plan.advance import Place
from app.flows.plan.definition import Flow
from app.flows.plan.definition import Message as MessageStep
from app.lib import clock
from app.messages.models import Message
from tests.unit.flows import world
from tests.unit.flows.strange import BEGIN, flows
from tests.unit.flows.world import CART, World


@given(
    flow=flows(),
    gaps=st.lists(st.integers(0, 60 * 24 * 9), min_size=1, max_size=6),
    changes=st.lists(st.sampled_from(["nothing", "bought", "touched", "heard"]), min_size=6, max_size=6),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_down_is_what_the_pure_engine_says(
    session: Session, flow: Flow, gaps: list[int], changes: list[str]
) -> None:
    with time_machine.travel(BEGIN, tick=False) as traveller:
        shop = world.new(session, f"shop{next(world.numbers)}.myshopify.com")
        carts = [shop.cart(agreed=place != 1) for place in range(3)]
        shop.enroll(shop.publish(flow), carts)
        model = {row.id: engine.place_of(row) for row in _rows(shop)}
        done = {row_id: list[str]() for row_id in model}
        for gap, change in zip(gaps, changes, strict=False):
            shop.advance()
            _step(shop, flow, model, done)
            traveller.shift(timedelta(minutes=gap))
            _change(shop, carts[0], change)
        keys = [key for row_id in model for key in done[row_id]]
        asked = session.scalars(select(Message.key).filter_by(shop_id=shop.shop.id)).all()
        assert sorted(asked) == sorted(keys)


def _rows(shop: World) -> list[Enrollment]:
    mine = select(Enrollment).filter_by(shop_id=shop.shop.id).order_by(Enrollment.id)
    return list(shop.session.scalars(mine.execution_options(populate_existing=True)))


def _step(shop: World, flow: Flow, model: dict[int, Place], done: dict[int, list[str]]) -> None:
    """Let the pure engine look at what the real one has just looked at."""
    for row in _rows(shop):
        seen = seeing.see(shop.session, [engine.asked(row, flow)])[row.id]
        turn = advance.advance(flow, model[row.id], seen.facts, clock.now())
        model[row.id] = turn.place
        done[row.id] += [
            f"checkout-{row.about_id}:{CART}:{deed.step.number}:{deed.step.medium}"
            for deed in turn.done
            if isinstance(deed.step, MessageStep) and not deed.unseen
        ]
        assert engine.place_of(row) == turn.place
        assert row.due_at == turn.look_at


def _change(shop: World, cart: Checkout, change: str) -> None:
    if change == "bought":
        cart.completed_at = clock.now()
    if change == "touched":
        cart.updated_at = clock.now()
    if change != "nothing":
        engine.heard(shop.session, shop.shop.id, Enrollment.about_id == cart.id)
    shop.session.commit()
