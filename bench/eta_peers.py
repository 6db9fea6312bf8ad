"""What the delivery dates are measured beside: plain quantiles, and a gradient-boosted model as the limit."""

import math
import os
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from app.tracking.forecast.conformal import TARGETS
from app.tracking.forecast.delivery_date import WINDOW
from app.tracking.forecast.survival import Curve
from app.tracking.forecast.typical import ENOUGH, Key
from bench.eta_orders import Sent, as_it_happened
from bench.olist import BRAZIL

REFIT = timedelta(days=14)
A_DAY = timedelta(days=1)
Forecasts = dict[str, dict[float, datetime]]
"""By order: the moment by which this share of the parcels like it will have arrived."""


def plain(sent: list[Sent]) -> Forecasts:
    """Return quantiles of the last days' deliveries of the finest lane that has enough, uncorrected."""
    arrivals: dict[Key, list[tuple[datetime, float]]] = defaultdict(list)
    found: Forecasts = {}
    for is_arrival, it in as_it_happened(sent):
        keys = [key for _, key in it.order.lane.keys()]  # noqa: SIM118 - no mapping
        if is_arrival:
            assert it.order.arrived_at is not None
            for key in keys:
                insort(arrivals[key], (it.order.arrived_at, _days(it.at, it.order.arrived_at)))
            continue
        for key in reversed(keys):
            known = arrivals[key]
            recent = [days for _, days in known[bisect_left(known, (it.at - WINDOW, 0.0)) :]]
            if len(recent) >= ENOUGH:
                curve = Curve.of(recent)
                found[it.order.id] = {q: it.at + A_DAY * curve.quantile(q) for q in TARGETS}
                break
    return found


class Growth(NamedTuple):
    """How a gradient-boosted model grows."""

    rounds: int = 80
    rate: float = 0.06
    leaf: int = 15
    leaves: int = 12


GROWTHS = (Growth(), Growth(rounds=40), Growth(rounds=160), Growth(rate=0.03), Growth(leaf=30, leaves=8))


def boosted(sent: list[Sent], since: datetime, say: Callable[[str], None], growth: Growth) -> Forecasts:
    """Return what a model of the logarithm of days says that is fitted anew every two weeks, as of then.

    Its intervals are the scatter of its own earlier mistakes: it tries to be right as often as ours.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # its threads wait for each other by spinning
    import numpy as np  # noqa: PLC0415 - this bench's own requirement
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415 - the same

    codes: dict[str, dict[str, int]] = defaultdict(dict)
    mistakes: list[tuple[datetime, datetime, float]] = []
    found: Forecasts = {}
    at = since - WINDOW
    while at < sent[-1].at:
        say(f"  boosted with {growth}, as of {at:%Y-%m-%d}")
        past = [it for it in sent if it.order.arrived_at and it.order.arrived_at < at]
        if len(past) < ENOUGH:
            at += REFIT
            continue
        handling = _handling(past)
        model: Any = HistGradientBoostingRegressor(
            max_iter=growth.rounds,
            learning_rate=growth.rate,
            min_samples_leaf=growth.leaf,
            max_leaf_nodes=growth.leaves,
            categorical_features=[0, 1],
        )
        model.fit(
            np.array([_features(it, codes, handling) for it in past]),
            np.array([math.log(_days(it.at, it.order.arrived_at)) for it in past]),
        )
        coming = [it for it in sent if at <= it.at < at + REFIT]
        said = model.predict(np.array([_features(it, codes, handling) for it in coming])) if coming else ()
        for it, log_days in zip(coming, map(float, said), strict=True):
            known = [m for start, arrival, m in mistakes if start >= it.at - WINDOW and arrival < it.at]
            if len(known) >= ENOUGH:
                curve = Curve.of(known)
                moments = {q: it.at + A_DAY * math.exp(log_days + curve.quantile(q)) for q in TARGETS}
                found[it.order.id] = moments
            if it.order.arrived_at:
                mistake = math.log(_days(it.at, it.order.arrived_at)) - log_days
                mistakes.append((it.at, it.order.arrived_at, mistake))
        at += REFIT
    return found


def _features(it: Sent, codes: dict[str, dict[str, int]], handling: dict[str, float]) -> list[float]:
    lane, local = it.order.lane, it.at.astimezone(BRAZIL)
    region, origin = (
        codes[name].setdefault(value, len(codes[name]))
        for name, value in (("region", lane.region), ("origin", lane.origin))
    )
    days = local.toordinal() + local.hour / 24
    same = float(lane.region == lane.origin)
    typical = handling.get(lane.sender, math.nan)
    return [region, origin, float(lane.zone), same, local.weekday(), local.hour, days, typical]


def _handling(past: list[Sent]) -> dict[str, float]:
    """Return the days that each sender takes, pulled towards two and a half where little is known."""
    times: dict[str, list[float]] = defaultdict(list)
    for it in past:
        if it.order.handed_over_at:
            times[it.order.lane.sender].append(_days(it.order.placed_at, it.order.handed_over_at))
    return {sender: (sum(days) + 3 * 2.5) / (len(days) + 3) for sender, days in times.items()}


def _days(start: datetime, end: datetime | None) -> float:
    assert end is not None
    return max((end - start) / A_DAY, 0.02)
