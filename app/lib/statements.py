"""The few statements that must be cheapest: prepared, each by itself, in one round trip.

They go past the session, its transaction, and psycopg's cursor. With many threads in one process those cost
several times what the database takes to read one row by its key.
"""

import weakref
from datetime import datetime
from queue import SimpleQueue

import psycopg
from psycopg.pq import ConnStatus, ExecStatus, Format

from app.lib.db import engine

CONNECTIONS = 8
"""Of one process; with more, statements would only queue in the database in place of here."""

Value = int | str | bytes | datetime
Row = tuple[bytes | None, ...]


class Statement:
    """One statement with $1, $2 …, whose columns are text or bytea.

    It does not wait for the disk: not for anything that must survive a power cut.
    """

    def __init__(self, name: str, sql: str) -> None:
        self.name = name.encode()
        self.sql = sql.encode()

    def first(self, *values: Value) -> Row | None:
        """Run it and return the first row; a connection that was cut is replaced. Raises psycopg.Error."""
        connection = _free.get()
        try:
            if connection is not None:
                try:
                    return connection.first(self, values)
                except psycopg.OperationalError:
                    connection.close()
                    connection = None
            connection = _Connection()
            return connection.first(self, values)
        finally:
            _free.put(connection)


class _Connection:
    """A connection without transactions, and the statements that it knows."""

    def __init__(self) -> None:
        url = engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
        options = "-c timezone=UTC -c synchronous_commit=off"
        self._connection = psycopg.connect(url, autocommit=True, options=options, connect_timeout=5)
        weakref.finalize(self, self._connection.close)
        self._known: set[bytes] = set()

    def first(self, statement: Statement, values: tuple[Value, ...]) -> Row | None:
        libpq = self._connection.pgconn
        if statement.name not in self._known:
            self._check(libpq.prepare(statement.name, statement.sql))
            self._known.add(statement.name)
        written = [value if isinstance(value, bytes) else str(value).encode() for value in values]
        formats = [Format.BINARY if isinstance(value, bytes) else Format.TEXT for value in values]
        found = libpq.exec_prepared(statement.name, written, formats, Format.BINARY)
        self._check(found)
        return tuple(found.get_value(0, i) for i in range(found.nfields)) if found.ntuples else None

    def close(self) -> None:
        self._connection.close()

    def _check(self, result: psycopg.pq.abc.PGresult) -> None:
        if self._connection.pgconn.status != ConnStatus.OK:
            raise psycopg.OperationalError("the database has closed the connection")
        if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise psycopg.errors.error_from_result(result)


_free: SimpleQueue[_Connection | None] = SimpleQueue()
for _ in range(CONNECTIONS):
    _free.put(None)
