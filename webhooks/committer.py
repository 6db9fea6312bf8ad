"""Group commit: deliveries that arrive together share one durable commit, and each waits for its own.

The 200 is answered only after COMMIT. One bad row never fails its neighbors: when a group fails, its
rows are stored one by one.
"""

import time
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread

import psycopg
import structlog

from app.commerce.inbox import Incoming
from app.lib import queue
from app.lib.db import engine

GROUP = 64
ANSWER_WITHIN = 4.0
"""Seconds; Shopify hangs up after 5."""
WAKE_EVERY = 0.25

INSERT = """
    INSERT INTO inbox (shop_id, topic, delivery_key, body_key, body, received_at, due_at, state, attempts)
    SELECT shop_id, topic, delivery_key, body_key, body, received_at, received_at, 'waiting', 0
    FROM unnest(%b::bigint[], %s::text[], %b::uuid[], %b::uuid[], %b::bytea[], %b::timestamptz[])
        AS row (shop_id, topic, delivery_key, body_key, body, received_at)
    ON CONFLICT DO NOTHING
"""

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class _Waiting:
    row: Incoming
    done: Event = field(default_factory=Event)
    stored: bool = False


class Committer:
    """One thread with one connection for each web process; started by the first delivery."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[_Waiting] = SimpleQueue()
        self._connection: psycopg.Connection | None = None
        self._news = Event()
        self._starting = Lock()
        self._started = False

    def store(self, row: Incoming) -> bool:
        """Return True once the row, or one that says the same, is durably stored; False after 4 s without."""
        if not self._started:
            self._start()
        waiting = _Waiting(row)
        self._queue.put(waiting)
        return waiting.done.wait(ANSWER_WITHIN) and waiting.stored

    def _start(self) -> None:
        with self._starting:
            if not self._started:
                Thread(target=self._commit_forever, name="committer", daemon=True).start()
                Thread(target=self._wake_forever, name="waker", daemon=True).start()
                self._started = True

    def _commit_forever(self) -> None:
        while True:
            group = [self._queue.get()]
            try:
                while len(group) < GROUP:
                    group.append(self._queue.get_nowait())
            except Empty:
                pass
            self._commit(group)

    def _commit(self, group: list[_Waiting]) -> None:
        try:
            self._insert([waiting.row for waiting in group])
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            log.error("inbox.database_away", error=type(error).__name__)
            self._disconnect()
        except psycopg.Error as error:
            if len(group) > 1:
                for waiting in group:
                    self._commit([waiting])
                return
            log.error("inbox.row_refused", error=type(error).__name__, topic=group[0].row.topic)
        else:
            for waiting in group:
                waiting.stored = True
            self._news.set()
        for waiting in group:
            waiting.done.set()

    def _insert(self, rows: list[Incoming]) -> None:
        if self._connection is None:
            self._connection = _connect()
        with self._connection.transaction():
            self._connection.execute(
                INSERT,
                (
                    [row.shop_id for row in rows],
                    [row.topic for row in rows],
                    [row.delivery_key for row in rows],
                    [row.body_key for row in rows],
                    [row.body for row in rows],
                    [row.received_at for row in rows],
                ),
                prepare=True,
            )

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _wake_forever(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            queue.wake_now("jobs.inbox.drain")
            time.sleep(WAKE_EVERY)  # what arrives meanwhile sets the event again


def _connect() -> psycopg.Connection:
    url = engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(
        url,
        autocommit=True,
        connect_timeout=3,
        # a server that vanished must not hold the whole group for minutes
        options="-c statement_timeout=3500 -c timezone=UTC",
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=2,
    )
