"""`make bench-eta DATA=folder`: delivery dates for real orders, strictly as of each, beside others.

The product's own model learns and predicts in the order in which things happened; what is delivered later is
not known. Beside it: plain quantiles with the same back-off, a gradient-boosted model (the limit), and the
promise that the platform made. All are counted over the same orders, those placed since March 2018.

A promise is a day, and late if the parcel came on a later day. Ours is made at the level at which it is late
no more often than the platform's; then the question is whose day is earlier.
"""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from typing import Any

from app.tracking.forecast.conformal import TARGETS, Levels
from app.tracking.forecast.delivery_date import WINDOW, Fit, Run, fit
from bench.eta_orders import Order, Sent, as_it_happened, clocks, load
from bench.eta_peers import Forecasts, boosted, plain
from bench.olist import BRAZIL

SCORED_FROM = datetime(2018, 3, 1, tzinfo=UTC)
LEVELS = tuple(round(0.85 + step / 400, 4) for step in range(49))
"""Shares of parcels that may be promised to be there."""
ASKED = tuple(sorted({*TARGETS, *LEVELS}))
COVERAGE = {"80": (0.78, 0.82), "90": (0.88, 0.92)}


def main() -> None:
    """Score every model over the same orders; print the figures and one line of JSON."""
    if len(sys.argv) != 2:
        sys.exit("Say where the Olist data lies: make bench-eta DATA=folder")
    orders = load(Path(sys.argv[1]))
    line: dict[str, Any] = {"bench": "eta"}
    met = True
    for clock in ("placed", "handed_over"):
        sent = clocks(orders, clock)
        say(f"{clock}: {len(sent):,} orders")
        forecasts = {
            "ours": ours(sent),
            "plain": plain(sent),
            "boosted": boosted(sent, SCORED_FROM, say),
        }
        scored = [
            it.order
            for it in sent
            if it.order.placed_at >= SCORED_FROM
            and it.order.arrived_at
            and all(it.order.id in found for found in forecasts.values())
        ]
        line[clock] = {"orders": len(scored)}
        for name, found in forecasts.items():
            line[clock][name] = figures = _figures(scored, found)
            say(f"  {name:<8} {figures}")
        covered = line[clock]["ours"]
        met &= all(low <= covered[f"coverage_{name}"] <= high for name, (low, high) in COVERAGE.items())
        if clock == "placed":
            line["promise"] = promise = _promise(scored, forecasts["ours"])
            say(f"  promise  {promise}")
            met &= promise["days_earlier_median"] > 0
    line |= {"targets": {"coverage": COVERAGE, "days_earlier_median": "more than 0"}, "met": met}
    print(json.dumps(line))
    sys.exit(not met)


def say(words: str) -> None:
    """Show progress."""
    print(words, flush=True)


def ours(sent: list[Sent]) -> Forecasts:
    """Return what the product would have said, learning as it would have learnt."""
    levels, since = Levels(ASKED, ASKED), 0
    model: Fit | None = None
    known: list[Sent] = []
    made: dict[str, float] = {}
    found: Forecasts = {}
    began = said = time.monotonic()
    for is_arrival, it in as_it_happened(sent):
        arrived_at = it.order.arrived_at
        if not is_arrival:
            known.append(it)
            if model is not None:
                guess = model.typical.guess(it.order.lane)
                made[it.order.id] = guess.log_days
                found[it.order.id] = {q: model.moment(guess, it.at, levels.for_target(q)) for q in ASKED}
            continue
        assert arrived_at is not None
        since += 1
        if it.order.id in made:
            assert model is not None
            levels = levels.learn(model.score(it.at, arrived_at, made.pop(it.order.id), 0.0))
        if model is None or model.is_due(since, arrived_at):
            known = [one for one in known if one.at >= arrived_at - WINDOW]
            model, since = fit((_as_of(one, arrived_at) for one in known), arrived_at, BRAZIL), 0
        if time.monotonic() - said > 2:
            said = time.monotonic()
            say(f"  ours, as of {arrived_at:%Y-%m-%d}, {said - began:.0f} s")
    return found


def _as_of(it: Sent, now: datetime) -> Run:
    """Return a parcel as it was known then: what arrived later has not arrived."""
    arrived_at = it.order.arrived_at
    return Run(it.order.lane, it.at, arrived_at if arrived_at and arrived_at <= now else None)


def _figures(scored: list[Order], found: Forecasts) -> dict[str, float]:
    cases = [(found[order.id], order.arrived_at) for order in scored if order.arrived_at]

    def covered(low: float, high: float) -> float:
        return round(mean(said[low] <= at <= said[high] for said, at in cases), 4)

    def width(low: float, high: float) -> float:
        return round(mean(_days(said[low], said[high]) for said, _ in cases), 2)

    return {
        "coverage_80": covered(0.1, 0.9),
        "coverage_90": covered(0.05, 0.95),
        "by_kept": round(mean(at <= said[0.8] for said, at in cases), 4),
        "width_80_days": width(0.1, 0.9),
        "width_90_days": width(0.05, 0.95),
        "error_days_median": round(median(abs(_days(said[0.5], at)) for said, at in cases), 2),
    }


def _promise(scored: list[Order], found: Forecasts) -> dict[str, float]:
    """Compare with the platform's promise at the lowest level that is late no more often than it."""
    arrived = [order.arrived_at.astimezone(BRAZIL).date() for order in scored if order.arrived_at]
    late = mean(day > order.promised for day, order in zip(arrived, scored, strict=True))
    for level in LEVELS:
        days = [found[order.id][level].astimezone(BRAZIL).date() for order in scored]
        ours_late = mean(day > promised for day, promised in zip(arrived, days, strict=True))
        if ours_late <= late:
            break
    earlier = [(order.promised - day).days for order, day in zip(scored, days, strict=True)]
    return {
        "platform_late": round(late, 4),
        "ours_late": round(ours_late, 4),
        "level": level,
        "days_earlier_median": median(earlier),
        "days_earlier_mean": round(mean(earlier), 2),
    }


def _days(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 86_400


if __name__ == "__main__":
    main()
