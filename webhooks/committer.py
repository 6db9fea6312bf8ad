"""Group commit: deliveries that arrive together share one durable commit, and each waits for its own.

The 200 is answered only after COMMIT. One bad row never fails its neighbors: when a group fails, its
rows are stored one by one.
"""

import asyncio

import psycopg
import structlog

from app.commerce.inbox import Incoming
from app.lib import queue
from app.lib.db import engine

GROUP = 64
COMMIT_WITHIN = 2.0
"""Seconds; a row waits for the group before its own, and then for its own: Shopify hangs up after 5."""
WAKE_EVERY = 0.25

INSERT = """
    INSERT INTO inbox (shop_id, topic, delivery_key, body_key, body, received_at, due_at, state, attempts)
    SELECT shop_id, topic, delivery_key, body_key, body, received_at, received_at, 'waiting', 0
    FROM unnest(%b::bigint[], %s::text[], %b::uuid[], %b::uuid[], %b::bytea[], %b::timestamptz[])
        AS row (shop_id, topic, delivery_key, body_key, body, received_at)
    ON CONFLICT DO NOTHING
"""

log = structlog.get_logger()


_Waiting = tuple[Incoming, asyncio.Future[bool]]


class Committer:
    """One task with one connection for each web process, in the server's own loop: no thread, no lock."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._committing: asyncio.Task[None] | None = None
        self._waking: asyncio.Task[None] | None = None
        self._connection: psycopg.AsyncConnection | None = None
        self._is_news = False

    async def store(self, row: Incoming) -> bool:
        """Return True once the row, or one that says the same, is durably stored; False after 4 s at most."""
        loop = asyncio.get_running_loop()
        stored: asyncio.Future[bool] = loop.create_future()
        self._waiting.append((row, stored))
        if self._committing is None:
            self._committing = loop.create_task(self._commit_all())
        return await stored

    async def close(self) -> None:
        """Let go of the connection; whoever still waits is not answered 200."""
        for task in filter(None, (self._committing, self._waking)):
            task.cancel()
        await self._disconnect()

    async def _commit_all(self) -> None:
        """Commit group after group: whatever arrives during one makes the next."""
        group: list[_Waiting] = []
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
                try:
                    async with asyncio.timeout(COMMIT_WITHIN):
                        await self._commit(group)
                except (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError) as error:
                    log.error("inbox.database_away", error=type(error).__name__)
                    await self._disconnect()
                    _tell(group + self._waiting, is_stored=False)  # who came meanwhile has waited as well
                    self._waiting = []
        finally:  # whatever ends this, nobody waits for an answer that never comes
            self._committing = None
            _tell(group + self._waiting, is_stored=False)
            self._waiting = []

    async def _commit(self, group: list[_Waiting]) -> None:
        try:
            await self._insert([row for row, _ in group])
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise
        except psycopg.Error as error:
            if len(group) > 1:
                for waiting in group:
                    await self._commit([waiting])
                return
            log.error("inbox.row_refused", error=type(error).__name__, topic=group[0][0].topic)
            _tell(group, is_stored=False)
        else:
            _tell(group, is_stored=True)
            self._wake()

    async def _insert(self, rows: list[Incoming]) -> None:
        if self._connection is None:
            self._connection = await _connect()
        columns = (
            [row.shop_id for row in rows],
            [row.topic for row in rows],
            [row.delivery_key for row in rows],
            [row.body_key for row in rows],
            [row.body for row in rows],
            [row.received_at for row in rows],
        )
        await self._connection.execute(INSERT, columns, prepare=True)

    async def _disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    def _wake(self) -> None:
        self._is_news = True
        if self._waking is None:
            self._waking = asyncio.get_running_loop().create_task(self._wake_while_news())

    async def _wake_while_news(self) -> None:
        try:
            while self._is_news:
                self._is_news = False
                await asyncio.to_thread(queue.wake_now, "jobs.inbox.drain")
                await asyncio.sleep(WAKE_EVERY)
        finally:
            self._waking = None


def _tell(group: list[_Waiting], *, is_stored: bool) -> None:
    for _, stored in group:
        if not stored.done():  # its store may have hung up
            stored.set_result(is_stored)


async def _connect() -> psycopg.AsyncConnection:
    url = engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    return await psycopg.AsyncConnection.connect(
        url,
        autocommit=True,  # one statement is one commit
        connect_timeout=2,
        options="-c statement_timeout=2000 -c timezone=UTC",
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=2,
    )
