"""How many are told at once: as many as it takes to sell what is there, and half of that at first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.stock import batches

COUNTS = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("quantity", "told", "bought", "is_first", "many"),
    [
        (10, 0, 0, True, 84),
        (10, 0, 0, False, 167),
        (1, 0, 0, True, 9),
        (10, 900, 494, True, 10),
        (1, 900, 894, False, 5),
        (0, 0, 0, True, 0),
        (-3, 0, 0, False, 0),
    ],
)
def test_a_batch_is_as_large_as_what_is_there(
    quantity: int, told: int, bought: int, many: int, *, is_first: bool
) -> None:
    assert batches.size(quantity, told=told, bought=bought, is_first=is_first) == many


@given(COUNTS, COUNTS, COUNTS)
def test_more_pieces_never_call_fewer_and_nothing_calls_nobody(quantity: int, told: int, bought: int) -> None:
    known = {"told": told, "bought": min(bought, told)}
    first = [batches.size(pieces, **known, is_first=True) for pieces in (0, quantity, quantity + 1)]
    later = [batches.size(pieces, **known, is_first=False) for pieces in (0, quantity, quantity + 1)]
    for sizes in (first, later):
        assert sizes[0] == 0
        assert sizes[1] <= sizes[2]
        assert sizes[2] >= max(batches.LEAST, (quantity + 1) // 2)
    assert all(few <= many for few, many in zip(first, later, strict=True))
