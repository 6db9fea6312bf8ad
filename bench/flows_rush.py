"""Many due at once in a running house: carts of which half were bought, and one large shop beside others."""

import os
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from typing import Any

from app.lib import clock
from bench import house
from bench.house import ROOT, House

CARTS = int(os.environ.get("CARTS", "10000"))
SHOPS, EACH = 99, 10
SOON = timedelta(seconds=3)
WITHIN = 600.0
"""Seconds after which nobody waits any longer."""
ASKED = "SELECT count(*) FROM message WHERE shop_id <> %s AND trigger = 'abandoned_checkout'"


def run(size: int) -> dict[str, Any]:
    """Run both in a house of their own."""
    with house.running(wanted={"sender": 2}) as running:
        figures = _carts(running)
    with house.running(wanted={"sender": 2}) as running:
        return figures | _fairness(running, size)


def main() -> None:
    """Fill a house, as RUSH says: how many shops, how many carts in each, and when they are due."""
    from bench import flows_world  # noqa: PLC0415 - it reads settings that are those of the house

    shops, carts, due = os.environ["RUSH"].split()
    known = flows_world.one("SELECT max(id) FROM shop")
    for number in range(int(shops)):
        made = flows_world.shop(known + number + 1, clock.now() - timedelta(hours=1))
        flows_world.fill(
            made, int(carts), due=datetime.fromisoformat(due), now=clock.now() - timedelta(hours=2)
        )
        print(made[0])


def _carts(running: House) -> dict[str, Any]:
    """Let carts be due in one second, while half of them are bought."""
    (shop_id,) = _fill(running, 1, CARTS, clock.now() + timedelta(days=1))
    due = clock.now() + SOON
    running.run("UPDATE enrollment SET due_at = %s + random() * interval '1 second'", due)
    bought = (
        "UPDATE checkout SET completed_at = now() WHERE shop_id = %s AND mod(id, 2) = 0 AND mod(id, 16) = %s"
    )
    buyers = [
        threading.Timer(
            (due - clock.now()).total_seconds() - 0.5 + part / 16, running.run, (bought, shop_id, part)
        )
        for part in range(0, 16, 2)
    ]
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join()
    end = due + timedelta(seconds=WITHIN)
    left = "SELECT count(*) FROM message WHERE state IN ('queued', 'sending')"
    waiting = "SELECT count(*) FROM enrollment WHERE due_at < %s"
    while (running.one(waiting, end) or running.one(left)) and clock.now() < end:
        time.sleep(0.1)
    seconds = (running.one("SELECT max(sent_at) FROM message") - due).total_seconds()
    wrong = running.one(
        "SELECT count(*) FROM message m JOIN checkout c ON c.id = m.checkout_id"
        " WHERE m.state = 'sent' AND c.completed_at < m.sending_at"
    )
    sent = running.states().get("sent", 0)
    print(
        f"  {CARTS:,} carts: {sent:,} reminded of within {seconds:.1f} s, {wrong} of them bought before",
        flush=True,
    )
    return {
        "carts": CARTS,
        "carts_sent": sent,
        "carts_seconds": round(seconds, 1),
        "mails_to_who_bought": wrong,
    }


def _fairness(running: House, size: int) -> dict[str, Any]:
    """Let one shop have very many due, and others a few."""
    due = clock.now() + timedelta(days=1)
    (large,) = _fill(running, 1, size, due)
    _fill(running, SHOPS, EACH, due)
    began = clock.now()
    running.run("UPDATE enrollment SET due_at = now() - interval '1 second' WHERE due_at IS NOT NULL")
    wanted = SHOPS * EACH
    asked = _until(running, f"{ASKED}", large, wanted)
    sent = _until(running, f"{ASKED} AND state = 'sent'", large, wanted)
    return {
        "large_shop": size,
        "small_shops_seconds": round((asked - began).total_seconds(), 1),
        "small_shops_mails_seconds": round((sent - began).total_seconds(), 1),
        "large_shop_left": running.one(
            "SELECT count(*) FROM enrollment WHERE shop_id = %s AND path = '[]'", large
        ),
    }


def _until(running: House, sql: str, shop_id: int, wanted: int) -> datetime:
    ends = time.monotonic() + WITHIN
    while running.one(sql, shop_id) < wanted and time.monotonic() < ends:
        time.sleep(0.1)
    return clock.now()


def _fill(running: House, shops: int, carts: int, due: datetime) -> list[int]:
    env = {**os.environ, **running.environment, "RUSH": f"{shops} {carts} {due.isoformat()}"}
    made = subprocess.run(
        [sys.executable, "-m", "bench.flows_rush"],
        check=True,
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    return [int(line) for line in made.stdout.split()]


if __name__ == "__main__":
    main()
