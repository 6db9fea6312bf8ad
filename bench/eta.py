"""`make bench-eta DATA=folder`: delivery dates for real orders, strictly as of each, beside others.

The product's own model learns and predicts in the order in which things happened; nothing delivered later is
known. Beside it: plain quantiles with the same back-off, a gradient-boosted model that is fitted anew every two
weeks (the limit), and the promise that the platform itself made. All are counted over the same orders.

Orders sent and never delivered are all in the data, delivered ones only as a sample: as many of the former are
left out, so that they weigh what they weighed in the world.
"""

import json
import sys
import time
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import mean, median

from app.tracking.conformal import TARGETS, Levels
from app.tracking.delivery_date import Fit, fit
from bench import eta_peers
from bench.eta_peers import Forecast, Order, Runs, during
from bench.olist import BRAZIL, rows, time_of

SCORED_FROM = datetime(2018, 3, 1, tzinfo=UTC)
DELIVERED_SHARE = 0.0536
"""Of all delivered orders, how many the data holds (its SOURCES.md)."""
PROMISES = tuple(round(0.85 + step / 200, 3) for step in range(26))
ASKED = tuple(sorted({*TARGETS, *PROMISES}))
TARGET_COVERAGE = {"80": (0.78, 0.82), "90": (0.88, 0.92)}


def main() -> None:
    """Score every model over the same orders, print the table and one line of JSON."""
    if len(sys.argv) != 2:
        sys.exit("Say where the Olist data lies: make bench-eta DATA=folder")
    orders = _orders(Path(sys.argv[1]))
    say(f"{len(orders):,} orders")
    line: dict[str, object] = {"bench": "eta"}
    ok = True
    for clock in ("placed", "handed_over"):
        runs = Runs([order for order in orders if order.run(clock)], clock)
        ours = predict(runs)
        scored = [order for order in runs.orders if order.id in ours and order.placed_at >= SCORED_FROM]
        scored = [order for order in scored if order.arrived_at]
        peers = {
            "plain": eta_peers.plain(runs, progress("plain quantiles", len(runs.events))),
            "boosted": eta_peers.boosted(runs, scored, progress("gradient boosting", 20)),
        }
        figures = {"orders": len(scored), "ours": _figures(scored, ours)}
        figures |= {name: _figures(scored, found) for name, found in peers.items()}
        line[clock] = figures
        _print(clock, figures)
        ok &= all(low <= figures["ours"][f"coverage_{name}"] <= high for name, (low, high) in TARGET_COVERAGE.items())
        if clock == "placed":
            line["promise"] = promise = _promise(scored, ours)
            say(f"promises: {promise}")
            ok &= promise["days_earlier_median"] > 0
    line |= {"targets": {"coverage": TARGET_COVERAGE, "days_earlier_median": "> 0"}, "met": ok}
    print(json.dumps(line))
    sys.exit(not ok)
