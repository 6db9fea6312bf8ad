"""`make bench-eta DATA=folder`: delivery dates for real orders, strictly as of each, beside others.

The product's own model learns and predicts in the order in which things happened; what is delivered later
is not known. What can be chosen about a model is chosen on the orders placed until the middle of January
2018, by what was known before March; those placed since March are scored, and nothing is chosen on them.
Beside ours: plain quantiles with the same back-off, a gradient-boosted model chosen as fairly (the limit),
and the promise that the platform made.

A promise is a day, and late if the parcel came on a later day. Ours is compared twice: at the share that was
late as seldom as the platform's promise lately, as a shop could choose it then; and at the one share that, as
seen afterwards, is late as seldom as the platform over the orders that are scored.
"""

import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from typing import Any

from app.tracking.forecast.conformal import GAMMA, TARGETS, Levels
from app.tracking.forecast.delivery_date import WINDOW, Fit, Run, fit
from app.tracking.forecast.typical import PULLS, Pulls
from bench.eta_orders import Order, Sent, as_it_happened, clocks, load
from bench.eta_peers import GROWTHS, Forecasts, boosted, plain
from bench.eta_promise import LEVELS, promise
from bench.olist import BRAZIL

CHOSEN_ON = datetime(2017, 6, 1, tzinfo=UTC), datetime(2018, 1, 15, tzinfo=UTC)
SCORED_FROM = datetime(2018, 3, 1, tzinfo=UTC)
ASKED = tuple(sorted({*TARGETS, *LEVELS}))
GAMMAS = (0.0025, 0.005, 0.01, 0.02)
TRIED = tuple(Pulls(lane, sender) for lane in (5, 10, 20) for sender in (5, 10))
ALIKE = 1.01
"""Losses so near to the least tell nothing apart."""
COVERAGE = {"80": (0.78, 0.82), "90": (0.88, 0.92)}


def main() -> None:
    """Choose, score every model over the same orders; print the figures and one line of JSON."""
    if len(sys.argv) != 2:
        sys.exit("Say where the Olist data lies: make bench-eta DATA=folder")
    orders = load(Path(sys.argv[1]))
    earlier = [it for it in clocks(orders, "placed") if it.at < SCORED_FROM]
    pulls, gamma = _choose_ours(earlier)
    growth = min(GROWTHS, key=lambda it: _loss(earlier, boosted(earlier, CHOSEN_ON[0], say, it)))
    say(f"chosen: ours {pulls}, {gamma}; boosted {growth}")
    chosen = {"lane": pulls.lane, "sender": pulls.sender, "gamma": gamma, "boosted": growth._asdict()}
    line: dict[str, Any] = {"bench": "eta", "chosen": chosen, "is_product": (pulls, gamma) == (PULLS, GAMMA)}
    met = bool(line["is_product"])
    for clock in ("placed", "handed_over"):
        sent = clocks(orders, clock)
        forecasts = {
            "ours": ours(sent, ASKED, pulls, (gamma,))[gamma],
            "plain": plain(sent),
            "boosted": boosted(sent, SCORED_FROM, say, growth),
        }
        scored = _scored(sent, forecasts)
        say(f"{clock}: {len(scored):,} orders scored")
        line[clock] = {"orders": len(scored)}
        for name, found in forecasts.items():
            line[clock][name] = figures = _figures(scored, found)
            say(f"  {name:<8} {figures}")
        covered = line[clock]["ours"]
        met &= all(low <= covered[f"coverage_{name}"] <= high for name, (low, high) in COVERAGE.items())
        if clock == "placed":
            line["promise"] = told = promise([it.order for it in sent], scored, forecasts["ours"])
            say(f"  promise  {told}")
            met &= told["at_its_late_rate"]["days_earlier_median"] > 0
    line |= {"targets": {"coverage": COVERAGE, "days_earlier_at_its_late_rate": "more than 0"}, "met": met}
    print(json.dumps(line))
    sys.exit(not met)


def say(words: str) -> None:
    """Show progress."""
    print(words, flush=True)


def ours(
    sent: list[Sent], asked: tuple[float, ...], pulls: Pulls, gammas: Sequence[float]
) -> dict[float, Forecasts]:
    """Return what the product would have said with each gamma, learning as it would have learnt."""
    levels = {gamma: Levels(asked, asked, gamma) for gamma in gammas}
    since, model = 0, None
    known: list[Sent] = []
    made: dict[str, float] = {}
    found: dict[float, Forecasts] = {gamma: {} for gamma in gammas}
    told = time.monotonic()
    for is_arrival, it in as_it_happened(sent):
        arrived_at = it.order.arrived_at
        if not is_arrival:
            known.append(it)
            if model is not None:
                guess = model.typical.guess(it.order.lane)
                made[it.order.id] = guess.log_days
                for gamma, level in levels.items():
                    moments = {q: model.moment(guess, it.at, level.for_target(q)) for q in asked}
                    found[gamma][it.order.id] = moments
            continue
        assert arrived_at is not None
        if arrived_at >= SCORED_FROM and sent[-1].at < SCORED_FROM:
            break  # what is chosen is chosen by what was known then
        since += 1
        if it.order.id in made:
            assert model is not None
            score = model.score(it.at, arrived_at, made.pop(it.order.id), 0.0)
            levels = {gamma: level.learn(score) for gamma, level in levels.items()}
        if model is None or model.is_due(since, arrived_at):
            known = [one for one in known if one.at >= arrived_at - WINDOW]
            model, since = _fit(known, arrived_at, pulls), 0
        if time.monotonic() - told > 5:
            told = time.monotonic()
            say(f"  ours with {pulls}, as of {arrived_at:%Y-%m-%d}")
    return found


def _fit(known: list[Sent], now: datetime, pulls: Pulls) -> Fit | None:
    """Learn from parcels as they were known then: what arrived later has not arrived."""
    runs = (
        Run(it.order.lane, it.at, at if (at := it.order.arrived_at) and at <= now else None) for it in known
    )
    return fit(runs, now, BRAZIL, pulls)


def _choose_ours(earlier: list[Sent]) -> tuple[Pulls, float]:
    losses = {
        (pulls, gamma): _loss(earlier, found)
        for pulls in TRIED
        for gamma, found in ours(earlier, TARGETS, pulls, GAMMAS).items()
    }
    for (pulls, gamma), loss in losses.items():
        say(f"  ours with {pulls}, {gamma}: {loss:.4f}")
    (pulls, _), least = min(losses.items(), key=lambda it: it[1])
    alike = [gamma for gamma in GAMMAS if losses[pulls, gamma] <= least * ALIKE]
    return pulls, max(alike)  # the sooner to notice that times have changed


def _loss(earlier: list[Sent], found: Forecasts) -> float:
    """Return the mean pinball loss in days over all quantiles, of the orders that are chosen on."""
    first, last = CHOSEN_ON
    mistakes = [
        (share, _days(moment, order.arrived_at))
        for order in (it.order for it in earlier if first <= it.order.placed_at < last)
        if order.arrived_at and order.arrived_at < SCORED_FROM
        for share, moment in found.get(order.id, {}).items()
        if share in TARGETS
    ]
    return mean(max(share * days, (share - 1.0) * days) for share, days in mistakes)


def _scored(sent: list[Sent], forecasts: dict[str, Forecasts]) -> list[Order]:
    """Return the orders that are scored: those of which all of them say something."""
    return [
        it.order
        for it in sent
        if it.order.placed_at >= SCORED_FROM
        and it.order.arrived_at
        and all(it.order.id in found for found in forecasts.values())
    ]


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


def _days(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 86_400


if __name__ == "__main__":
    main()
