"""How Alembic reaches the database.

A change of a table waits for whoever uses it, and whoever comes after waits behind the change: it lets go
again soon, and tries later, as it does where somebody who waits for it has what it waits for. Every migration
is a transaction of its own: what was done is not done again.
"""

import time
from random import uniform
from typing import Any, Literal

from alembic import context
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from app.lib.db import Word, engine
from app.schema import Base

WAITS_AT_MOST = "2s"
"""For a lock; longer than PostgreSQL's `deadlock_timeout`, after which its own cleaning makes way."""
TRIES = 150
"""With their pauses some ten minutes."""
PAUSE = 1.0, 3.0
"""Seconds between two."""


def render(kind: str, item: Any, _: Any) -> str | Literal[False]:  # noqa: ANN401 - Alembic's
    """Write our enum columns as the plain strings that they are."""
    return "sa.String()" if kind == "type" and isinstance(item, Word) else False


def wait_shortly(connection: Connection) -> None:
    """Wait for no lock longer than that in this transaction; what is made concurrently holds up nobody."""
    cursor = connection.connection.cursor()
    cursor.execute(f"SET LOCAL lock_timeout = '{WAITS_AT_MOST}'")
    cursor.close()


def run() -> None:
    """Run the migrations that are left, each in a transaction of its own."""
    with engine().connect() as connection:
        event.listen(connection, "begin", wait_shortly)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render,
            transaction_per_migration=True,  # a table that one of them locks is free while the next ones work
        )
        with context.begin_transaction():
            context.run_migrations()


for left in reversed(range(TRIES)):
    try:
        run()
        break
    except OperationalError as error:
        if not left or not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
            raise
        time.sleep(uniform(*PAUSE))
