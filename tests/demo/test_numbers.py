"""Check digits against numbers that carriers have published."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import numbers


class Fixed(Random):
    """Deals the digits of a known number."""

    def __init__(self, digits: str) -> None:
        super().__init__(0)
        self.digits = list(digits)

    def randrange(self, *_: int) -> int:  # type: ignore[override]
        return int(self.digits.pop(0))


@pytest.mark.parametrize(
    ("make", "digits", "number"),
    [
        (numbers.usps, "120620640626078", "9400111206206406260787"),
        (numbers.fedex, "98657878885", "986578788855"),
        (numbers.dhl, "331881002", "3318810025"),
        (numbers.an_post, "12345678", "CE123456785IE"),
        (numbers.dpd, "0000020033", "09980000020033F"),
    ],
)
def test_the_check_digit_is_the_carriers(make: Callable[[Random], str], digits: str, number: str) -> None:
    assert make(Fixed(digits)) == number


@given(st.integers())
def test_a_ups_number_passes_the_check_that_others_make(seed: int) -> None:
    number = numbers.ups(Random(seed))
    total = sum(int(c) * (2 if i % 2 else 1) for i, c in enumerate(number[2:17]))
    assert len(number) == 18
    assert (total + int(number[17])) % 10 == 0
