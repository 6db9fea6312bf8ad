"""What is wrong with a parcel, and from when on: a Tuesday's noon in a shop that works Monday to Friday."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.business_days import BusinessCalendar
from app.tracking.exceptions.rules import Due, OrderFacts, ParcelFacts, next_look, of_order, of_parcel
from app.tracking.exceptions.thresholds import Thresholds
from app.vocabulary import ExceptionKind as K
from app.vocabulary import ShipmentStatus as S

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
WEEK = BusinessCalendar()
USUAL = Thresholds()
MOVING = ParcelFacts(
    status=S.IN_TRANSIT,
    status_at=NOON,
    scanned_at=NOON,
    shipped_at=NOON - timedelta(days=1),
    placed_at=NOON - timedelta(days=2),
    is_domestic=True,
)
LABEL = replace(MOVING, status=S.LABEL_CREATED, label_at=NOON, shipped_at=NOON)


def due(facts: ParcelFacts, kind: K, limits: Thresholds = USUAL) -> Due | None:
    return next((it for it in of_parcel(facts, limits, WEEK) if it.kind is kind), None)


def days(facts: ParcelFacts, kind: K, limits: Thresholds = USUAL) -> float | None:
    """How many days after noon it begins; None: never."""
    it = due(facts, kind, limits)
    return None if it is None else (it.at - NOON) / timedelta(days=1)


@pytest.mark.parametrize(
    ("facts", "kind", "begins"),
    [
        (LABEL, K.LABEL_NOT_MOVING, 3),
        (replace(LABEL, status=S.PENDING, label_at=None), K.LABEL_NOT_MOVING, 3),
        (MOVING, K.LABEL_NOT_MOVING, None),
        (MOVING, K.STALLED, 3),
        (replace(MOVING, is_domestic=False), K.STALLED, 7),
        (replace(MOVING, status=S.OUT_FOR_DELIVERY), K.STALLED, 3),
        (replace(MOVING, status=S.AVAILABLE_FOR_PICKUP), K.STALLED, None),
        (LABEL, K.STALLED, None),
        (MOVING, K.PRESUMED_LOST, 7),
        (replace(MOVING, is_domestic=False), K.PRESUMED_LOST, 20),
        (LABEL, K.PRESUMED_LOST, None),
        (MOVING, K.NO_UPDATE, 30),
        (LABEL, K.NO_UPDATE, 30),
        (replace(MOVING, status=S.RETURN_TO_SENDER), K.NO_UPDATE, 30),
        (replace(MOVING, status=S.RETURN_TO_SENDER, detail="returned"), K.NO_UPDATE, None),
        (replace(MOVING, status=S.RETURN_TO_SENDER), K.RETURNING, 0),
        (replace(MOVING, status=S.RETURN_TO_SENDER, detail="returned"), K.RETURNED, 0),
        (replace(MOVING, status=S.EXCEPTION), K.HELD_UP, 0),
        (replace(MOVING, status=S.ATTEMPT_FAILED), K.FAILED_ATTEMPT, 0),
        (replace(MOVING, status=S.AVAILABLE_FOR_PICKUP), K.PICKUP_WAITING, 0),
        (replace(MOVING, status=S.DELAYED), K.LATE, 0),
        (replace(LABEL, scanned_at=None, number_is_suspect=True), K.INVALID_NUMBER, 0),
        (replace(LABEL, scanned_at=None, is_not_found=True), K.INVALID_NUMBER, 2),
        (replace(MOVING, number_is_suspect=True, is_not_found=True), K.INVALID_NUMBER, None),
    ],
)
def test_each_exception_begins_by_default_when_the_product_says(
    facts: ParcelFacts, kind: K, begins: float | None
) -> None:
    assert days(facts, kind) == begins


@pytest.mark.parametrize(
    ("facts", "limits", "begins", "said_by"),
    [
        (MOVING, USUAL, None, None),
        (replace(MOVING, expected_at=datetime(2026, 11, 26, tzinfo=UTC)), USUAL, 2.5, "carrier"),
        (replace(MOVING, expected_at=datetime(2026, 11, 26, 18, tzinfo=UTC)), USUAL, 2.5, "carrier"),
        (MOVING, Thresholds(promise_domestic=4), 3.5, "merchant"),
        (MOVING, Thresholds(promise_abroad=4), None, None),
        (replace(MOVING, is_domestic=False), Thresholds(promise_abroad=4), 3.5, "merchant"),
        (replace(MOVING, predicted_at=NOON + timedelta(days=1)), USUAL, 1.5, "us"),
        (
            replace(
                MOVING,
                expected_at=NOON + timedelta(days=2),
                predicted_at=NOON + timedelta(days=1),
            ),
            USUAL,
            2.5,
            "carrier",
        ),
        (
            replace(MOVING, expected_at=NOON + timedelta(days=9)),
            Thresholds(promise_domestic=4),
            3.5,
            "merchant",
        ),
        (replace(MOVING, expected_at=datetime(9999, 12, 31, tzinfo=UTC)), USUAL, None, None),
    ],
)
def test_late_is_the_day_after_the_first_day_that_somebody_named(
    facts: ParcelFacts, limits: Thresholds, begins: float | None, said_by: str | None
) -> None:
    late = due(facts, K.LATE, limits)
    assert days(facts, K.LATE, limits) == begins
    assert (late.evidence["promised_by"] if late else None) == said_by


def test_a_parcel_that_was_tried_or_waits_to_be_collected_is_not_late() -> None:
    for status in (S.ATTEMPT_FAILED, S.AVAILABLE_FOR_PICKUP, S.RETURN_TO_SENDER, S.DELIVERED):
        late = replace(MOVING, status=status, expected_at=NOON - timedelta(days=9))
        assert days(late, K.LATE) is None


@pytest.mark.parametrize(
    ("limits", "facts", "kind", "begins"),
    [
        (Thresholds(label=1), LABEL, K.LABEL_NOT_MOVING, 1),
        (Thresholds(stalled_domestic=2), MOVING, K.STALLED, 2),
        (Thresholds(stalled_abroad=1), replace(MOVING, is_domestic=False), K.STALLED, 1),
        (Thresholds(lost_domestic=9), MOVING, K.PRESUMED_LOST, 9),
        (Thresholds(lost_abroad=30), replace(MOVING, is_domestic=False), K.PRESUMED_LOST, 30),
    ],
)
def test_each_threshold_moves_its_own_exception(
    limits: Thresholds, facts: ParcelFacts, kind: K, begins: float
) -> None:
    assert days(facts, kind, limits) == begins
    assert days(facts, kind) != begins


def test_a_lane_that_is_known_to_be_slow_makes_us_wait_and_a_fast_one_does_not_hurry_us() -> None:
    slow = replace(MOVING, lane_p95=timedelta(days=5), lane_p99=timedelta(days=12), lane_parcels=600)
    assert days(slow, K.STALLED) == 5
    assert days(slow, K.PRESUMED_LOST) == 12
    known = due(slow, K.STALLED)
    assert known is not None
    assert known.evidence == {"lane_hours": 120, "parcels": 600}
    fast = replace(MOVING, lane_p95=timedelta(hours=9), lane_p99=timedelta(days=1), lane_parcels=600)
    assert (days(fast, K.STALLED), days(fast, K.PRESUMED_LOST)) == (3, 7)


def test_a_label_becomes_the_merchants_task_and_a_pickup_is_reminded_of_three_times() -> None:
    label = due(LABEL, K.LABEL_NOT_MOVING)
    pickup = due(replace(MOVING, status=S.AVAILABLE_FOR_PICKUP), K.PICKUP_WAITING)
    assert label is not None
    assert pickup is not None
    assert [step - NOON for step in label.steps] == [timedelta(days=7)]
    assert [step - NOON for step in pickup.steps] == [timedelta(days=n) for n in (1, 3, 6)]
    assert [pickup.step(NOON + timedelta(days=n)) for n in (0, 1, 2, 3, 6, 90)] == [0, 1, 1, 2, 3, 3]


def test_a_parcel_that_nobody_tells_of_is_not_called_stuck_late_or_lost() -> None:
    silent = replace(
        LABEL, status=S.PENDING, scanned_at=None, is_followed=False, expected_at=NOON - timedelta(days=3)
    )
    assert of_parcel(silent, Thresholds(promise_domestic=1), WEEK) == ()
    assert days(replace(silent, number_is_suspect=True), K.INVALID_NUMBER) == 0


@pytest.mark.parametrize(
    ("facts", "begins"),
    [
        (OrderFacts(placed_at=NOON, is_sent=False, needs_sending=True), NOON + timedelta(days=3)),
        (OrderFacts(placed_at=NOON, is_sent=True, needs_sending=True), None),
        (OrderFacts(placed_at=NOON, is_sent=False, needs_sending=False), None),
        (OrderFacts(placed_at=None, is_sent=False, needs_sending=True), None),
    ],
)
def test_an_order_of_which_nothing_has_left_waits_three_business_days(
    facts: OrderFacts, begins: datetime | None
) -> None:
    assert [it.at for it in of_order(facts, USUAL, WEEK)] == ([begins] if begins else [])
    if begins:
        (longer,) = of_order(facts, Thresholds(unfulfilled=5), WEEK)
        assert longer.at == NOON + timedelta(days=7)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
parcels = st.builds(
    ParcelFacts,
    status=st.sampled_from(S),
    detail=st.sampled_from(["", "returned", "customs_hold"]),
    status_at=st.none() | moments,
    label_at=st.none() | moments,
    scanned_at=st.none() | moments,
    shipped_at=moments,
    placed_at=st.none() | moments,
    expected_at=st.none() | moments,
    predicted_at=st.none() | moments,
    is_domestic=st.booleans(),
    is_followed=st.booleans(),
    number_is_suspect=st.booleans(),
    is_not_found=st.booleans(),
    lane_p95=st.none() | st.timedeltas(timedelta(0), timedelta(days=40)),
    lane_p99=st.none() | st.timedeltas(timedelta(0), timedelta(days=60)),
)


@given(parcels, moments)
def test_between_two_looks_nothing_opens_or_ages_by_itself(facts: ParcelFacts, now: datetime) -> None:
    dues = of_parcel(facts, USUAL, WEEK)
    then = next_look(dues, now)
    before = then - timedelta(microseconds=1) if then else now + timedelta(days=400)
    assert [(it.at <= now, it.step(now)) for it in dues] == [
        (it.at <= before, it.step(before)) for it in dues
    ]
    if then:
        assert [(it.at <= then, it.step(then)) for it in dues] != [
            (it.at <= now, it.step(now)) for it in dues
        ]


@given(parcels)
def test_a_kind_is_due_once_at_most_and_never_for_a_parcel_that_arrived(facts: ParcelFacts) -> None:
    kinds = [it.kind for it in of_parcel(facts, USUAL, WEEK)]
    assert len(kinds) == len(set(kinds))
    assert of_parcel(replace(facts, status=S.DELIVERED), USUAL, WEEK) == ()


@given(parcels, st.timedeltas(timedelta(hours=1), timedelta(days=9)))
def test_a_later_scan_never_makes_a_parcel_stuck_or_lost_sooner(facts: ParcelFacts, by: timedelta) -> None:
    scanned = replace(facts, scanned_at=max(facts.scanned_at or facts.shipped_at, facts.shipped_at) + by)
    for kind in (K.STALLED, K.PRESUMED_LOST, K.NO_UPDATE):
        one, other = due(facts, kind), due(scanned, kind)
        assert (one is None) == (other is None)
        if one and other:
            assert one.at <= other.at
