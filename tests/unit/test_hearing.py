"""What a page offers to be told: only what changes something."""

from hypothesis import assume, given
from hypothesis import strategies as st

from app.flows.switches import MILESTONES, ON_REQUEST
from app.lib.words import Words
from app.storefront import hearing
from app.storefront.bought import Bought
from app.vocabulary import Medium
from app.vocabulary import ShipmentStatus as S
from tests.unit.test_page_horizon import orders


@given(found=orders(), address=st.sampled_from([None, "ana@example.com"]), is_fulfilled=st.booleans())
def test_every_step_is_offered_only_where_it_adds_a_step_that_is_still_to_come(
    *, found: Bought, address: str | None, is_fulfilled: bool
) -> None:
    found.order.email, found.order.is_fulfilled = address, is_fulfilled
    on = found.tellings.on
    if hearing.offered(found):
        assert address
        assert on & set(MILESTONES)
        assert set(ON_REQUEST) - on
        assert found.order.cancelled_at is None or found.order.state != "cancelled"
        moving = [shipment.status.rank >= S.IN_TRANSIT.rank for shipment in found.shipments]
        assert not (moving and all(moving) and is_fulfilled)


@given(orders())
def test_what_is_so_is_said_and_can_be_taken_back(found: Bought) -> None:
    found.order.email = "ana@example.com"
    assume(hearing.offered(found))
    said = hearing.of(found, None, Words())
    assert said is not None
    assert [choice.is_on for choice in said.choices] == [Medium.EMAIL in found.tellings.every_step]
    assert said.choices[0].consent == hearing.consent(found.shop, Medium.EMAIL, Words())
    assert said.path.startswith("/t/")
