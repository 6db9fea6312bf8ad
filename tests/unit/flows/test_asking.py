import pytest

from app.admin.flows.editor import asking
from app.admin.flows.editor.asking import Asked


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("49.90", "USD", "4990"),
        ("49,90", "EUR", "4990"),
        ("1,200", "USD", "120000"),
        ("1,200.5", "USD", "120050"),
        ("50", "EUR", "5000"),
        ("1,200", "JPY", "1200"),
    ],
)
def test_amounts_are_read_as_they_are_written_on_either_side_of_the_ocean(
    typed: str, currency: str, minor: str
) -> None:
    condition = asking.condition(Asked("order.total at least", typed), currency)
    assert condition.values == (minor,)


def test_an_amount_that_can_be_read_in_two_ways_is_asked_for_again() -> None:
    with pytest.raises(ValueError, match="Write an amount of money"):
        asking.condition(Asked("order.total at least", "1.200,50"), "EUR")
