"""A thing has arrived when every parcel that holds any of it has."""

from hypothesis import given
from hypothesis import strategies as st

from app.tracking.parcels import arrived
from app.tracking.parcels.arrived import Sent
from app.vocabulary import ShipmentStatus as S

ORDERED = {"shirt": 1, "mug": 2}
HERE, AWAY = (S.DELIVERED,), (S.IN_TRANSIT,)


def test_what_came_in_one_parcel_has_arrived_while_another_is_on_its_way() -> None:
    sent = [Sent({"shirt": 1}, HERE), Sent({"mug": 2}, AWAY)]
    assert arrived.lines(ORDERED, sent, is_all_sent=True) == {"shirt"}


def test_of_two_pieces_in_two_parcels_both_must_be_there() -> None:
    sent = [Sent({"mug": 1}, HERE), Sent({"mug": 1}, AWAY)]
    assert arrived.lines(ORDERED, sent, is_all_sent=True) == frozenset()
    assert arrived.lines(ORDERED, [Sent({"mug": 1}, HERE)], is_all_sent=False) == frozenset()
    assert arrived.lines(ORDERED, [Sent({"mug": 1}, HERE)] * 2, is_all_sent=False) == {"mug"}


def test_a_parcel_of_which_nothing_is_said_holds_everything() -> None:
    assert arrived.lines(ORDERED, [Sent({}, HERE)], is_all_sent=False) == {"shirt", "mug"}
    assert arrived.lines(ORDERED, [Sent({}, (S.DELIVERED, S.EXCEPTION))], is_all_sent=True) == frozenset()


def test_what_is_in_no_parcel_came_with_the_rest_once_all_is_sent_and_there() -> None:
    assert arrived.lines(ORDERED, [Sent({"mug": 2}, HERE)], is_all_sent=True) == {"shirt", "mug"}
    assert arrived.lines(ORDERED, [], is_all_sent=True) == frozenset()
    assert arrived.lines(ORDERED, [Sent({"mug": 2}, ())], is_all_sent=True) == frozenset()


PIECES = st.dictionaries(st.sampled_from(["shirt", "mug", "gone"]), st.integers(1, 3))
SENT = st.builds(Sent, PIECES, st.lists(st.sampled_from(S), max_size=3))


@given(st.lists(SENT, max_size=5), st.booleans())
def test_nothing_arrives_that_is_still_out_and_a_delivery_takes_nothing_back(
    sent: list[Sent],
    is_all_sent: bool,  # noqa: FBT001 - hypothesis names it
) -> None:
    before = arrived.lines(ORDERED, sent, is_all_sent=is_all_sent)
    assert before <= ORDERED.keys()
    out = {line for it in sent if it.statuses and not it.has_arrived for line in it.pieces or ORDERED}
    assert not before & out
    later = [Sent(it.pieces, [S.DELIVERED] * len(it.statuses)) for it in sent]
    assert before <= arrived.lines(ORDERED, later, is_all_sent=is_all_sent)
