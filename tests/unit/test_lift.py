"""What offers bring, beside published figures; and that looking often makes nothing certain."""

from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.insights import lift
from app.insights.lift import Arm

NO_MAIL = Arm(21306, 122, 1390833, 28700503621)
MENS, WOMENS = Arm(21307, 267, 3031169, 67590244973), Arm(21387, 189, 2303811, 49114465763)
"""Hillstrom's public experiment of 2008 with 64,000 shoppers, in cents: who was mailed, and who was not."""


@pytest.mark.parametrize(
    ("arm", "buyers", "cents"),
    [
        (MENS, (0.00681, 0.00500, 0.00861), (77.0, 48.5, 105.5)),
        (WOMENS, (0.00311, 0.00150, 0.00472), (42.4, 16.9, 67.9)),
    ],
    ids=["men's", "women's"],
)
def test_a_published_experiment_is_found_again(
    arm: Arm, buyers: tuple[float, ...], cents: tuple[float, ...]
) -> None:
    for found, (middle, low, high), exact in (
        (lift.of_buyers(arm, NO_MAIL), buyers, 0.00001),
        (lift.of_revenue(arm, NO_MAIL), cents, 0.1),
    ):
        assert found.middle == pytest.approx(middle, abs=exact)
        narrow = found.radius / _widening(arm)
        assert found.middle - narrow == pytest.approx(low, abs=exact)
        assert found.middle + narrow == pytest.approx(high, abs=exact)
    assert lift.of_buyers(MENS, NO_MAIL).is_certain
    incremental = lift.of_revenue(arm, NO_MAIL).middle * arm.shoppers / arm.revenue
    assert 0.35 < incremental < 0.55, "what last click would claim is twice as much"


def _widening(arm: Arm) -> float:
    """How much wider an interval is that holds however often one looks, than one for a single look."""
    one = lift.of_buyers(arm, NO_MAIL).radius
    p, q = arm.bought, NO_MAIL.bought
    return one / (lift.Z_DOUBT * sqrt(p * (1 - p) / arm.shoppers + q * (1 - q) / NO_MAIL.shoppers))


def test_looking_every_day_makes_nothing_certain_that_is_chance() -> None:
    chance, wrong, looks = Random(7), 0, 40
    for _ in range(200):
        offered, left_out, is_wrong = [0, 0], [0, 0], False
        for _ in range(looks):
            for arm, more in ((offered, 180), (left_out, 20)):
                arm[0] += more
                arm[1] += sum(chance.random() < 0.1 for _ in range(more))
            found = lift.of_buyers(Arm(*offered), Arm(*left_out))
            is_wrong = is_wrong or (left_out[0] >= lift.LEAST and found.is_certain)
        wrong += is_wrong
    assert wrong / 200 <= lift.DOUBT


@pytest.mark.parametrize(
    ("bought", "share", "left_out"),
    [(0.01, 50, 42_690), (0.01, 10, 22_011), (0.03, 10, 7_185), (0.05, 10, 4_220), (0.10, 10, 1_996)],
)
def test_how_many_must_be_left_out(bought: float, share: int, left_out: int) -> None:
    assert lift.needed(bought, share) == pytest.approx(left_out, rel=0.001)


def test_where_it_cannot_be_told_how_many_must_be_left_out_nothing_is_said() -> None:
    assert [lift.needed(*it) for it in ((0.0, 10), (0.9, 10), (0.1, 0))] == [None, None, None]


def test_sides_that_chance_would_not_draw_are_called_odd() -> None:
    assert not lift.is_odd(9_500, 500, 5)
    assert not lift.is_odd(9_440, 560, 5)
    assert lift.is_odd(9_400, 600, 5)
    assert lift.is_odd(9_600, 400, 5)
    assert not lift.is_odd(0, 0, 5)
    assert not lift.is_odd(21_307, 21_306, 50)


@given(st.lists(st.integers(0, 10**7), max_size=20), st.lists(st.integers(0, 10**7), max_size=20))
def test_an_interval_holds_its_middle_and_sides_may_be_swapped(one: list[int], other: list[int]) -> None:
    def arm(spent: list[int]) -> Arm:
        return Arm(len(spent), sum(map(bool, spent)), sum(spent), sum(it * it for it in spent))

    for kind in (lift.of_buyers, lift.of_revenue):
        found, back = kind(arm(one), arm(other)), kind(arm(other), arm(one))
        assert found.low <= found.middle <= found.high
        assert found.middle == pytest.approx(-back.middle)
        assert found.radius == pytest.approx(back.radius)
