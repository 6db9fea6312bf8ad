"""Who is left out is drawn before anybody looks, noted like everybody else, and counted once."""

from datetime import timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.commerce.models import Checkout, Order
from app.flows import hold_outs
from app.flows.models import Eligibility
from app.flows.plan import reading
from app.insights import outcomes
from app.insights.lift import Arm
from app.insights.models import ArmRow
from app.lib import clock
from app.lib.db import engine
from app.messages.models import Message
from tests.unit.flows import world
from tests.unit.flows.strange import BEGIN
from tests.unit.flows.world import CART, SHORT, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HALF = SHORT.replace("category: marketing", "category: marketing\nhold out: 50 %")


@pytest.fixture
def shop(session: Session) -> World:
    made = world.new(session)
    hold_outs.choose(session, made.shop, 20)
    session.commit()
    return made


def noted(shop: World, comparison: str) -> dict[int, bool]:
    """Return who is noted in a comparison, and whether they are left out."""
    rows = select(Eligibility.profile_id, Eligibility.left_out).filter_by(comparison=comparison)
    return dict(shop.session.execute(rows.order_by(Eligibility.id)).all())


def test_both_sides_are_noted_when_they_could_be_offered_something(shop: World) -> None:
    with time_machine.travel(BEGIN, tick=False) as traveller:
        carts = [shop.cart() for _ in range(40)]
        declined = [shop.cart(agreed=False) for _ in range(10)]
        shop.enroll(shop.publish(HALF), [*carts, *declined])
        shop.advance()
        assert noted(shop, hold_outs.OFFERS) == {}, "nobody could be offered anything yet"
        carts[0].completed_at = clock.now()
        traveller.shift(HOUR)
        shop.advance()
        everybody = noted(shop, hold_outs.OFFERS)
        assert everybody.keys() == {cart.profile_id for cart in carts[1:]}, "not who bought, or never agreed"
        rows = {row.profile_id: row for row in shop.enrollments()}
        assert everybody == {key: rows[key].gets_none for key in everybody}
        assert 0 < sum(everybody.values()) < len(everybody)
        of_flow = noted(shop, CART)
        assert of_flow.keys() == {key for key, left_out in everybody.items() if not left_out}
        assert 0 < sum(of_flow.values()) < len(of_flow)
        told = set(shop.session.scalars(select(Message.profile_id)))
        assert told == {key for key, left_out in of_flow.items() if not left_out}
        traveller.shift(DAY)
        shop.advance()
        assert shop.session.scalar(select(func.count()).select_from(Eligibility)) == len(everybody) + len(
            of_flow
        )


def test_who_is_left_out_stays_so_while_more_are_and_is_compared_under_one_share() -> None:
    flow = reading.read(SHORT)
    people = [f"1|{number}" for number in range(2000)]
    left_out = {
        share: {who for who in people if hold_outs.gets_none(who, flow, share)} for share in hold_outs.SHARES
    }
    for fewer, more in zip(hold_outs.SHARES, hold_outs.SHARES[1:], strict=False):
        assert left_out[fewer] < left_out[more]
        assert abs(len(left_out[more]) - 20 * more) < 100
    for who in left_out[10] - left_out[5]:
        assert [*hold_outs.arms(who, flow, gets_none=False, percent=10)] == [], (
            "they came in while it was five"
        )
        assert [*hold_outs.arms(who, flow, gets_none=True, percent=10)] == [("offers", 10, True)]


def test_nobody_is_left_out_of_what_they_bought() -> None:
    flow = reading.read(SHORT.replace("marketing", "transactional"))
    assert not any(hold_outs.gets_none(f"1|{number}", flow, 20) for number in range(200))
    assert [*hold_outs.arms("1|1", flow, gets_none=False, percent=20)] == []


@given(st.integers(-5, 100))
def test_only_the_numbers_that_are_offered_can_be_chosen(percent: int) -> None:
    from app.shops.models import Shop

    shop = Shop(settings={hold_outs.SETTING: percent})
    assert hold_outs.share(shop) == (percent if percent in hold_outs.SHARES else hold_outs.USUAL)
    if percent not in hold_outs.SHARES:
        with pytest.raises(ValueError, match="none of"):
            hold_outs.choose(Session(), shop, percent)


def buys(shop: World, cart: Checkout, total: int, *, currency: str = "USD", refunded: int = 0) -> None:
    now = clock.now()
    order = Order(
        shop_id=shop.shop.id,
        external_id=f"{cart.id}-{total}",
        profile_id=cart.profile_id,
        state="placed",
        currency=currency,
        total=total,
        refunded=refunded,
        placed_at=now,
        first_heard_at=now,
    )
    shop.session.add(order)


def test_what_both_sides_bought_is_counted_once_when_their_thirty_days_are_over(shop: World) -> None:
    with time_machine.travel(BEGIN, tick=False) as traveller:
        carts = [shop.cart() for _ in range(60)]
        shop.enroll(shop.publish(SHORT), carts)
        shop.advance()
        traveller.shift(HOUR)
        shop.advance()
        left_out = noted(shop, hold_outs.OFFERS)
        traveller.shift(DAY)
        for number, cart in enumerate(carts[:30], 1):
            buys(shop, cart, number * 100, refunded=50 if number == 1 else 0)
        buys(shop, carts[0], 7, currency="EUR")
        traveller.shift(40 * DAY)
        buys(shop, carts[59], 5)  # too late to count
        shop.session.commit()
        for _ in range(3):  # and who dies has counted nobody
            with Session(engine()) as dying:
                assert outcomes.settle(dying) == 60
                dying.rollback()
        while outcomes.settle(shop.session):
            shop.session.commit()
        shop.session.commit()
        for side in (False, True):
            spent = {
                cart.profile_id: number * 100 - (50 if number == 1 else 0)
                for number, cart in enumerate(carts[:30], 1)
                if left_out[cart.profile_id or 0] is side
            }
            row = shop.session.scalars(select(ArmRow).filter_by(left_out=side)).one()
            assert Arm(row.shoppers, row.buyers, row.revenue, int(row.squares)) == Arm(
                sum(it is side for it in left_out.values()),
                len(spent),
                sum(spent.values()),
                sum(it * it for it in spent.values()),
            )
        sides = outcomes.of(shop.session, shop.shop.id, 20, hold_outs.OFFERS)
        assert (sides.offered_since, sides.left_out_since) == (0, 0)
        assert sides.offered.shoppers + sides.left_out.shoppers == 60
        assert sum(shop.session.scalars(select(ArmRow.orders))) == 31, "an order in other money is an order"


def test_two_that_count_at_once_count_each_once(shop: World) -> None:
    with time_machine.travel(BEGIN, tick=False) as traveller:
        shop.enroll(shop.publish(SHORT), [shop.cart() for _ in range(10)])
        shop.advance()
        traveller.shift(HOUR)
        shop.advance()
        traveller.shift(31 * DAY)
        with Session(engine()) as one, Session(engine()) as other:
            assert outcomes.settle(one) == 10
            assert outcomes.settle(other) == 0, "the first has them in hand"
            other.commit()
            one.commit()
        assert sum(shop.session.scalars(select(ArmRow.shoppers))) == 10
