"""`make bench-admin`: how long the admin's pages take for a shop with 100,000 orders, and how many queries.

Each page is asked for in turn, in this very process, as a signed-in merchant's browser would; the figures are
of the whole answer without the network. The target is 100 ms for 95 of 100. Then a browser looks at the pages
as the web process serves them (bench/admin_seen.py).
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from urllib.parse import urlsplit

import psycopg

from bench import admin_seen
from bench.house import free_port
from bench.serving import serving
from demo.cluster import newest_installed
from demo.servers import beside, embedded

HERE = Path(__file__).parent
ROUNDS = int(os.environ.get("ROUNDS", "40"))
WARM = 3
TARGET_MS = 100.0
PAGES = (
    *("home", "home?days=7", "home?days=90", "shipments", "shipments?tab=transit", "shipments?tab=today"),
    *("shipments?tab=delivered", "shipments?tab=delivered&rated=badly", "shipments?before={middle}"),
    *("shipments?q=%2399000", "shipments?q=moreno1", "shipments?q=ana", "shipments?q=jo", "shipments?q=a"),
    *("shipments?q=hélène", "shipments?q=ní+bhriain7", "shipments?q=nobody+at+all", "shipments?q=1Z999AA1"),
    *(
        "shipments?q=0001",
        "shipments?q=1Z999AA1&tab=transit",
        "shipments?q=ana&before={middle}",
        "shipments.csv",
    ),
    *("exceptions", "exceptions?kind=late", "exceptions?page=2", "exceptions/settings", "cases/{case}"),
    *("shipments/{parcel}", "shipments/{parcel}/told", "messages/{message}/again", "messages"),
    *(
        "customers",
        "customers?before={young}",
        "customers?q=ana",
        "customers?q=park1",
        "customers?q=shopper5",
    ),
    *("customers?q=jo", "customers?q=hélène", "customers?q=nobody+at+all", "customers?q=%2399000"),
    *("customers/{person}", "customers/{person}?show=unsent", "customers/{person}/receipts.json"),
    *("customers/{person}/erase", "reviews", "reviews?tab=published", "reviews/where", "answers"),
    *("flows", "flows/abandoned_checkout", "flows/review_request/file", "flows/review_request/try"),
    *("flows/review_request/rehearsal", "lift", "waiting", "wording", "wording/shipped", "page"),
    *("connection", "connection?before={notice}", "connection/notices/{notice}", "connection/undone"),
    *("connection/lists", "connection/check", "store-pages", "store-consent", "services", "sources"),
    *("sources?who=carriers", "hidden", "carriers", "sending", "sending/new", "texts", "whatsapp", "address"),
    *("privacy", "privacy/looks", "team", "settings", "settings/offers", "settings/keys", "settings/keeping"),
    *("settings/keeping?months=12", "settings/everything", "settings/delete"),
    *("messages?tab=skipped", "messages?tab=look", "messages?q=%2399000", "messages?q=moreno1"),
    *("messages?q=shopper5555@shopper.example", "messages?q=nobodyatall"),
)
"""Every page that a merchant can ask for, and what is asked of long ones; of a file, how soon it begins."""

NAMED = """
    SELECT s.id, (SELECT (max(id) + min(id)) / 2 FROM shipment WHERE shop_id = s.id),
        (SELECT max(id) FROM shipment WHERE shop_id = s.id),
        (SELECT max(id) FROM profile WHERE shop_id = s.id),
        (SELECT max(id) / 2 FROM profile WHERE shop_id = s.id),
        (SELECT max(id) FROM message WHERE shop_id = s.id AND state = 'sent'),
        (SELECT max(id) FROM "case" WHERE shop_id = s.id),
        (SELECT max(id) FROM inbox WHERE shop_id = s.id AND state = 'parked')
    FROM shop s WHERE key = 'key0'
"""
"""What stands in the addresses."""
SEEN = (
    *("home", "shipments", "shipments/{parcel}", "exceptions", "messages", "customers", "customers/{person}"),
    *("flows", "flows/abandoned_checkout", "wording/shipped", "page", "settings"),
)
"""What a browser looks at."""


def main() -> None:
    """Measure every page, print a table; exit 0 only where all are fast enough."""
    scratch = Path(tempfile.mkdtemp(prefix="doorstep-bench-"))
    servers = embedded(scratch, programs=newest_installed())
    try:
        os.environ.update(
            DATABASE_URL=beside(servers.database_url, "bench"),
            REDIS_URL=servers.redis_url,
            DOORSTEP_SECRET_KEYS="a-master-key-for-benches-of-32-characters",  # noqa: S106 - of this run only
            DOORSTEP_URL="https://doorstep.example",
            DOORSTEP_SHOPIFY_CLIENT_ID="bench",
            DOORSTEP_SHOPIFY_CLIENT_SECRET="bench",  # noqa: S106 - of this run only
        )
        with psycopg.connect(servers.database_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        _fill()
        sys.exit(_measure())
    finally:
        servers.stop()
        shutil.rmtree(scratch, ignore_errors=True)


def _fill() -> None:
    from alembic import command  # noqa: PLC0415 - reads the environment
    from alembic.config import Config  # noqa: PLC0415

    command.upgrade(Config(str(HERE.parent / "alembic.ini")), "head")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for filled in ("admin_orders.sql", "admin_rest.sql"):
            connection.execute((HERE / filled).read_text())
    from jobs import schedule  # noqa: PLC0415 - reads the environment

    schedule.keep_days()  # as it does by the hour
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _measure() -> int:
    from sqlalchemy import event  # noqa: PLC0415

    from app.admin.doors import session as doors  # noqa: PLC0415
    from app.lib.db import engine  # noqa: PLC0415
    from app.main import create_app  # noqa: PLC0415

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        ids = connection.execute(NAMED).fetchone()
    assert ids is not None
    shop, *rest = ids
    named = dict(zip(("middle", "parcel", "person", "young", "message", "case", "notice"), rest, strict=True))
    app = create_app()
    app.config.update(SERVER_NAME="doorstep.example", PREFERRED_URL_SCHEME="https")
    browser = app.test_client()
    link = doors.sign_in_link(shop)
    browser.get(link)
    with browser.session_transaction() as cookie:
        csrf = cookie["csrf"]
    browser.post(link, data={"csrf": csrf})
    asked: list[str] = []
    event.listen(engine(), "before_cursor_execute", lambda *said: asked.append(said[2]))
    slowest = 0.0
    for page in PAGES:
        address = f"/admin/{shop}/{page.format(**named)}"
        took = []
        for _ in range(WARM + ROUNDS):
            asked.clear()
            began = perf_counter()
            answer = browser.get(address)
            took.append((perf_counter() - began) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"{address} answered {answer.status_code}")
        took = took[WARM:]
        p95 = quantiles(took, n=20)[-1]
        slowest = max(slowest, p95)
        print(
            f"{page:32} p50 {median(took):7.1f} ms  p95 {p95:7.1f} ms"
            f"  {len(asked):3} queries  {answer.content_length or 0:8,} bytes"
        )
    seen = _see(doors.sign_in_link(shop), [f"/admin/{shop}/{page.format(**named)}" for page in SEEN])
    told = {"slowest_p95_ms": round(slowest, 1), "target_ms": TARGET_MS, "seen": seen}
    print(json.dumps({"bench": "admin", **told}))
    return int(slowest > TARGET_MS or not admin_seen.is_met(seen))


def _see(link: str, paths: Sequence[str]) -> dict[str, float] | None:
    """Look at the pages in a browser, as the web process serves them."""
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    with serving(port, {"DOORSTEP_URL": here}):
        return admin_seen.measure(here + urlsplit(link).path, [here + path for path in paths])


if __name__ == "__main__":
    main()
