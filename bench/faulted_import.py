"""`make faulted-import`: two stores whose notices and answers go astray; in the end both hold the same.

Notices are lost, late, doubled and reordered; the stores' APIs answer with pages, halves, "not so fast" and
"overloaded", hide rows, and an access token expires midway. Ends in a table of differences.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import faulted_shops, house
from bench.faulted_table import differences, wrong_messages
from bench.faulted_world import Notice, World, world
from bench.house import House
from bench.misbehaving import Fault, Misbehaving, busy, cut, down, expired, hidden, page, served
from demo import fakes
from demo.shopify.wire import HOST as RIDGE
from demo.woocommerce.wire import HOST as HARBOR

SIZE, SEED = 2000, 24
WITHIN = 900.0
"""Seconds that a part of it may take at the very most."""
TARGETS = {"differences": 0, "wrong_messages": 0}
ERRANDS = ("shopify.compare", "woocommerce.compare", "shopify.catch_up", "woocommerce.catch_up")

GRAPHQL, ORDERS = "graphql", "/wc/v3/orders"


def main() -> None:
    """Run it, and exit 0 only where nothing differs and no message was wrong."""
    line = run(int(os.environ.get("SIZE", SIZE)), int(os.environ.get("SEED", SEED)))
    print(json.dumps(line))
    sys.exit(not line["met"])


def run(size: int, seed: int) -> dict[str, Any]:
    """Let everything go astray, reconcile, and return what came of it; prints the table."""
    with beside_its_stores() as (running, outside):
        return _astray(running, outside, size, seed)


@contextmanager
def beside_its_stores() -> Iterator[tuple[House, Misbehaving]]:
    """Run a house and the demo's stores beside it, on shelves of their own."""
    with _memory(), TemporaryDirectory() as scratch:
        os.environ["DEMO_STORES"] = str(Path(scratch) / "stores.sqlite")
        outside, port = Misbehaving(fakes.application), house.free_port()
        stand_ins = json.dumps(dict.fromkeys((RIDGE, HARBOR), f"127.0.0.1:{port}"))
        extra = {"DOORSTEP_DEMO": "true", "DOORSTEP_STAND_INS": stand_ins}
        with served(outside, port), house.running(extra=extra, durable=False) as running:
            os.environ.update(running.environment)  # the fakes are of the same app
            yield running, outside


def _astray(running: House, outside: Misbehaving, size: int, seed: int) -> dict[str, Any]:
    made = world(size, seed)
    faulted_shops.connect(running)
    deliver(running, made.now)
    wait(running)
    before, _ = differences(running, made)
    outside.faults = _faults()
    began = time.monotonic()
    reconcile(running)
    took = time.monotonic() - began
    missed = running.one("SELECT count(*) FROM missed_order WHERE outcome = 'repaired'")
    deliver(running, made.late)
    wait(running)
    differ, rows = differences(running, made)
    wrong = wrong_messages(running, made)
    _print(made, rows, wrong, outside.done)
    return {
        "bench": "faulted-import",
        **made.counts,
        "faults": sum(outside.done.values()),
        "differences_before": before,
        "missed": missed,
        "seconds_to_reconcile": round(took, 1),
        "differences": differ,
        "wrong_messages": sum(wrong.values()),
        "targets": TARGETS,
        "met": differ == 0 and not wrong,
    }


def _faults() -> list[Fault]:
    """Return what goes wrong with the stores' answers while they are compared."""
    return [
        Fault(GRAPHQL, expired, times=1),
        *(Fault(GRAPHQL, change, times=2, share=0.3) for change in (page, cut, busy, down)),
        *(Fault(ORDERS, change, times=2, share=0.3) for change in (page, cut, busy, down)),
        Fault(f"{ORDERS}.*modified_after", hidden, share=0.2, times=4),
    ]


def deliver(running: House, notices: list[Notice]) -> None:
    """Tell the house of everything, one after the other."""
    for notice in notices:
        if notice.store == RIDGE:
            running.shopify.shopify(notice.topic, notice.body)
        else:
            running.woocommerce.woocommerce(notice.topic, notice.body)


def wait(running: House) -> None:
    """Wait until nothing is left to do; what has been put off is due now."""

    def is_done() -> bool:
        running.run("UPDATE errand SET due_at = now() WHERE every IS NULL AND due_at > now()")
        gathers = "state = 'queued' AND due_at > now() + interval '10 seconds'"
        running.run(f"UPDATE message SET due_at = now() WHERE {gathers}")
        once = running.one("SELECT count(*) FROM errand WHERE every IS NULL")
        return bool(once == 0 and running.unfinished() == 0)

    if not running.wait(is_done, WITHIN):
        raise RuntimeError("it does not come to an end")


def reconcile(running: House) -> None:
    """Ask for everything that is asked for regularly, now; what failed is tried again at once."""
    running.run("UPDATE errand SET due_at = now() WHERE kind = ANY (%s)", list(ERRANDS))

    def is_done() -> bool:
        running.run("UPDATE errand SET due_at = now() WHERE attempts > 0 AND due_at > now()")
        left = running.one(
            "SELECT count(*) FROM errand WHERE kind = ANY (%s) AND (due_at <= now() OR attempts > 0)",
            list(ERRANDS),
        )
        ended = running.one("SELECT count(*) FROM comparison WHERE ended_at IS NOT NULL")
        return bool(left == 0 and ended >= 2)

    if not running.wait(is_done, WITHIN):
        raise RuntimeError("the stores are not compared")
    wait(running)


def _print(
    made: World, rows: list[tuple[str, int, int]], wrong: Counter[str], faults: dict[str, int]
) -> None:
    counts = ", ".join(f"{number} {name}" for name, number in made.counts.items())
    print(f"\n{counts}")
    print(f"answers that went wrong: {', '.join(f'{number} {name}' for name, number in faults.items())}")
    print(f"\n{'':<28}{'compared':>10}{'differ':>10}")
    for name, compared, differ in rows:
        print(f"{name:<28}{compared:>10}{differ:>10}")
    print(f"\nwrong messages: {dict(wrong) or 0}")


@contextmanager
def _memory() -> Iterator[None]:
    """Give this process's environment back as it was."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    main()
