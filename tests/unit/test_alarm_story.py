from dataclasses import replace

import pytest

from app.tracking.story.story import State, tell
from app.vocabulary import ExceptionKind as K
from app.vocabulary import ShipmentStatus as S
from tests.unit.parcels import DENVER, parcel


@pytest.mark.parametrize(
    ("alarm", "status", "headline", "state"),
    [
        (K.STALLED, S.IN_TRANSIT, "We’re checking on your parcel", State.STUCK),
        (K.PRESUMED_LOST, S.IN_TRANSIT, "We think it is lost", State.LOST),
        (K.NO_UPDATE, S.PICKED_UP, "No news for a long time", State.STUCK),
        (K.LATE, S.IN_TRANSIT, "Later than planned", State.LATE),
        (K.LABEL_NOT_MOVING, S.LABEL_CREATED, "Packed, but not picked up yet", State.LATE),
        (K.INVALID_NUMBER, S.PENDING, "On its way", State.MOVING),
    ],
)
def test_an_alarm_is_told_where_the_carrier_says_nothing(
    alarm: K, status: S, headline: str, state: State
) -> None:
    story = tell([replace(parcel(status, hours=-100), alarms=frozenset({alarm}))], DENVER)
    assert (story.headline, story.state) == (headline, state)


def test_of_two_alarms_the_graver_is_told() -> None:
    found = replace(parcel(S.IN_TRANSIT), alarms=frozenset({K.LATE, K.STALLED, K.PRESUMED_LOST}))
    assert tell([found], DENVER).state is State.LOST


def test_what_the_carrier_says_outweighs_our_alarm() -> None:
    for status in (S.DELIVERED, S.EXCEPTION, S.RETURN_TO_SENDER, S.AVAILABLE_FOR_PICKUP):
        found = parcel(status)
        assert tell([replace(found, alarms=frozenset(K))], DENVER) == tell([found], DENVER)


def test_a_stuck_parcel_says_for_how_long() -> None:
    found = replace(parcel(S.IN_TRANSIT, hours=-100), alarms=frozenset({K.STALLED}))
    assert tell([found], DENVER).lead.startswith("It has not moved for 4 days")


def test_an_order_that_should_have_left_says_so() -> None:
    assert tell([], DENVER, takes_long=True).headline == "It takes longer than usual"
