"""Delivery dates as a pure model: what must hold for whatever parcels there were."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tracking.forecast.conformal import TARGETS, Levels
from app.tracking.forecast.delivery_date import WINDOW, Fit, Run, fit
from app.tracking.forecast.pace import EVEN, Pace
from app.tracking.forecast.survival import Curve
from app.tracking.forecast.typical import ENOUGH, Lane, Level

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DENVER = ZoneInfo("America/Denver")
HERE = Lane(carrier="ups", country="US", region="CO", zone="80")
THERE = Lane(carrier="ups", country="US", region="NY", zone="10")


def runs(most: int = 80) -> st.SearchStrategy[list[Run]]:
    lanes = st.sampled_from([HERE, THERE, Lane(carrier="dhl", country="DE")])
    starts = st.integers(0, 100 * 24).map(lambda hours: NOW - timedelta(hours=hours))
    days = st.one_of(st.none(), st.floats(0.1, 40))
    run = st.builds(
        lambda lane, at, took: Run(lane, at, None if took is None else at + timedelta(days=took)),
        lanes,
        starts,
        days,
    )
    return st.lists(run, min_size=ENOUGH, max_size=most)


@given(runs(), st.floats(0, 60))
def test_quantiles_rise_and_nothing_is_promised_for_the_past(found: list[Run], waited: float) -> None:
    learnt = fit(found, NOW, DENVER)
    if learnt is None:
        return
    start = NOW - timedelta(days=waited)
    window = learnt.window(HERE, start, now=NOW)
    moments = [window.low, window.earliest, window.middle, window.by, window.latest, window.high]
    assert moments == sorted(moments)
    assert 0 <= window.waited < 1


@given(runs(), st.randoms())
def test_what_is_learnt_does_not_depend_on_the_order_of_arrival(found: list[Run], chance: Random) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    one, other = fit(found, NOW, DENVER), fit(shuffled, NOW, DENVER)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        ours, theirs = one.window(HERE, NOW), other.window(HERE, NOW)
        assert abs(ours.latest - theirs.latest) < timedelta(seconds=2)
        assert ours.guess.samples == theirs.guess.samples


@given(runs(), st.floats(0.01, 30))
def test_what_is_delivered_later_never_changes_what_was_said_before(found: list[Run], later: float) -> None:
    changed = [
        replace(run, arrived_at=None if run.arrived_at is None else run.arrived_at + timedelta(days=later))
        if run.arrived_at is None or run.arrived_at > NOW
        else run
        for run in found
    ]
    from_the_future = [*changed, *(Run(HERE, NOW + timedelta(days=1), NOW + timedelta(days=2)),) * 50]
    assert fit(found, NOW, DENVER) == fit(from_the_future, NOW, DENVER)


def test_nothing_is_promised_from_fewer_than_25_arrivals() -> None:
    assert fit(parcels(ENOUGH - 1), NOW, DENVER) is None
    assert fit(parcels(ENOUGH), NOW, DENVER) is not None


def test_parcels_that_left_long_ago_teach_nothing() -> None:
    old = [replace(run, started_at=run.started_at - WINDOW) for run in parcels(ENOUGH)]
    assert fit(old, NOW, DENVER) is None


def test_a_window_of_exchangeable_parcels_holds_as_many_as_it_says() -> None:
    chance = Random(7)
    kept = {"80": 0, "90": 0, "by": 0}
    trials = 400
    for _ in range(trials):
        learnt = learn(parcels(120, chance=chance))
        took = chance.lognormvariate(1.2, 0.5)
        window = learnt.window(HERE, NOW)
        came = learnt.pace.after(NOW, took)
        kept["80"] += window.earliest <= came <= window.latest
        kept["90"] += window.low <= came <= window.high
        kept["by"] += came <= window.by
    assert kept["80"] / trials == pytest.approx(0.8, abs=0.06)
    assert kept["90"] / trials == pytest.approx(0.9, abs=0.05)
    assert kept["by"] / trials == pytest.approx(0.8, abs=0.06)


def test_it_backs_off_to_what_is_known() -> None:
    learnt = learn([*parcels(40, HERE, days=2.0), *parcels(5, THERE, days=8.0)])
    here, there = learnt.window(HERE, NOW), learnt.window(THERE, NOW)
    assert (here.guess.level, here.guess.samples) == (Level.ZONE, 40)
    assert (there.guess.level, there.guess.samples) == (Level.COUNTRY, 45)
    assert here.latest < there.latest, "five slow parcels pull, though they are too few to be named"


def test_parcels_still_on_their_way_make_it_more_careful() -> None:
    arrived = parcels(60)
    stuck = [Run(HERE, NOW - timedelta(days=15), None) for _ in range(15)]
    assert learn([*arrived, *stuck]).window(HERE, NOW).latest > learn(arrived).window(HERE, NOW).latest


def test_a_parcel_that_has_not_come_yet_is_not_expected_in_the_past() -> None:
    learnt = learn(parcels(200))
    start = NOW - timedelta(days=4)
    at_first, now = learnt.window(HERE, start), learnt.window(HERE, start, now=NOW)
    assert at_first.earliest < NOW
    assert now.low >= NOW - timedelta(minutes=1)
    assert now.latest > at_first.latest


def test_levels_learn_from_being_wrong() -> None:
    levels = Levels()
    for _ in range(60):
        levels = levels.learn(0.97)  # everything comes later than was said
    assert levels.for_target(0.9) > 0.93
    assert levels.for_target(0.05) > 0.05


@given(st.lists(st.floats(0, 1), max_size=200))
def test_levels_stay_shares_and_keep_their_order(scores: list[float]) -> None:
    levels = Levels()
    for score in scores:
        levels = levels.learn(score)
    asked = [levels.for_target(target) for target in TARGETS]
    assert asked == sorted(asked)
    assert all(0 <= level <= 1 for level in asked)


def test_levels_settle_where_the_scores_are() -> None:
    chance = Random(3)
    levels, late = Levels(), 0
    for turn in range(6000):
        score = chance.betavariate(2, 1)  # biased: things come later than the distribution says
        late += turn >= 1000 and score > levels.for_target(0.8)
        levels = levels.learn(score)
    assert late / 5000 == pytest.approx(0.2, abs=0.02)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)), st.floats(0, 60))  # noqa: DTZ001 - made aware
def test_pace_goes_there_and_back(naive: datetime, days: float) -> None:
    pace = Pace((1.4, 1.4, 1.4, 1.4, 1.3, 0.08, 0.02), DENVER)
    start = naive.replace(tzinfo=UTC)
    assert pace.days(start, pace.after(start, days)) == pytest.approx(days, abs=0.01)


def test_a_shop_whose_parcels_never_come_on_sundays_is_not_promised_sundays() -> None:
    mondays = [NOW - timedelta(days=7 * week + 1) for week in range(40)]
    pace = Pace.of([day + timedelta(days=n) for day in mondays for n in range(6)], DENVER)
    assert pace.weekdays[6] < 0.3 * EVEN[6]
    saturday = datetime(2026, 11, 21, 23, tzinfo=DENVER)
    assert pace.after(saturday, 0.6).astimezone(DENVER).weekday() == 0


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=60), st.lists(st.floats(-3, 3), max_size=20))
def test_a_curve_rises(seen: list[float], outlasted: list[float]) -> None:
    curve = Curve.of(seen, outlasted)
    quantiles = [curve.quantile(step / 20) for step in range(21)]
    shares = [curve.share(step / 10) for step in range(-40, 41)]
    assert quantiles == sorted(quantiles)
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)


def parcels(
    count: int, lane: Lane = HERE, *, days: float | None = None, chance: Random | None = None
) -> list[Run]:
    """Parcels that left between six weeks and ten days ago and took about `days`, else around 3.3."""
    chance = chance or Random(11)
    even = Pace()
    found = []
    for _ in range(count):
        start = NOW - timedelta(days=chance.uniform(30, 80))
        took = days * chance.uniform(0.9, 1.1) if days else chance.lognormvariate(1.2, 0.5)
        found.append(Run(lane, start, even.after(start, took)))
    return found


def learn(found: list[Run]) -> Fit:
    learnt = fit(found, NOW, UTC)
    assert learnt is not None
    return learnt
