"""A database full of people in a flow, filled by SQL, and what is measured of it."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from app.flows import engine
from app.flows.models import Flow, FlowVersion
from app.flows.plan import reading
from app.lib import clock
from app.lib.db import transaction
from app.shops.install import Store, install
from app.vocabulary import PlatformKey, Trigger

FILL = (Path(__file__).parent / "flows.sql").read_text()
FILE = """\
flow: abandoned_checkout
starts: checkout_started
about: checkout
category: marketing
only: consent.email
exits:
  - if: checkout.is_bought
    because: bought
steps:
  - id: an hour
    wait: 1 hour
  - id: first
    message: email
  - id: a day
    wait: 1 day
  - id: which
    split: {by chance: {second: 50 %, last: 50 %}}
  - id: second
    message: email
  - id: last
    wait: 2 days
  - id: third
    message: email
"""
FIRST = reading.read(FILE).first


def shop(number: int, since: datetime) -> tuple[int, int]:
    """Install a shop whose flow is on; returns its id, and that of the flow's version."""
    cart = Trigger.ABANDONED_CHECKOUT
    with transaction() as session:
        domain = f"bench{number}.example"
        url, name = f"https://{domain}", f"Bench {number}"
        made = install(session, Store(platform=PlatformKey.WOOCOMMERCE, domain=domain, url=url, name=name))
        made.timezone = where_it_is_one_in_the_afternoon()
        version = FlowVersion(shop_id=made.id, trigger=cart, number=1, file=FILE, published_at=since)
        session.add_all([version, Flow(shop_id=made.id, trigger=cart, on_since=since)])
        session.flush()  # its id is told
        return made.id, version.id


def where_it_is_one_in_the_afternoon() -> str:
    """Return a zone in which offers may go now, whenever this runs."""
    return f"Etc/GMT{clock.now().hour - 13:+d}"


def fill(house: tuple[int, int], carts: int, *, first: int = 0, due: datetime, now: datetime) -> None:
    """Let so many more carts of a shop wait in the flow's first step."""
    shop_id, version = house
    told: dict[str, Any] = {"shop": shop_id, "version": version, "carts": carts, "first": first}
    told |= {"step": FIRST, "due": due, "now": now}
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(FILL, told)


def run(sql: str, *values: object) -> None:
    """Change rows."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql, values)


def one(sql: str, *values: object) -> Any:  # noqa: ANN401 - any column
    """Return the first column of the first row."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute(sql, values).fetchone()
        return row[0] if row else None


def take_on(most: int) -> int:
    """Take on a batch of whoever is due, as the job does; returns how many were looked at."""
    with transaction() as session:
        return engine.run(session, most)


def steps() -> int:
    """Return how many steps were gone through in all."""
    return int(one("SELECT coalesce(sum(jsonb_array_length(path)), 0) FROM enrollment"))


def at(moment: datetime) -> Any:  # noqa: ANN401 - a context
    """Let it be another moment."""
    return clock.pretending(moment)
