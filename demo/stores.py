"""What the fakes remember, in one SQLite file that every process of the demo may open."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

TABLE = """
CREATE TABLE IF NOT EXISTS kept (
    store TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (store, kind, id)
) WITHOUT ROWID
"""


class Shelf:
    """One store's rows."""

    def __init__(self, store: str, path: Path | None = None) -> None:
        self.store = store
        self._path = path

    def get(self, kind: str, ident: object) -> Json | None:
        """Return one row."""
        with self._open() as database:
            query = "SELECT body FROM kept WHERE store = ? AND kind = ? AND id = ?"
            row = database.execute(query, (self.store, kind, str(ident))).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, kind: str, ident: object, body: Json) -> None:
        """Keep one row in place of the one with its id."""
        with self._open() as database:
            row = (self.store, kind, str(ident), json.dumps(body))
            database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", row)

    def drop(self, kind: str, ident: object) -> None:
        """Forget one row."""
        with self._open() as database:
            query = "DELETE FROM kept WHERE store = ? AND kind = ? AND id = ?"
            database.execute(query, (self.store, kind, str(ident)))

    def every(self, kind: str) -> list[Json]:
        """Return all rows of a kind."""
        with self._open() as database:
            query = "SELECT body FROM kept WHERE store = ? AND kind = ? ORDER BY length(id), id"
            return [json.loads(body) for (body,) in database.execute(query, (self.store, kind))]

    def named(self, kind: str) -> list[tuple[str, Json]]:
        """Return all rows of a kind with their ids."""
        with self._open() as database:
            query = "SELECT id, body FROM kept WHERE store = ? AND kind = ? ORDER BY length(id), id"
            return [(ident, json.loads(body)) for ident, body in database.execute(query, (self.store, kind))]

    def take_number(self, kind: str) -> int:
        """Return the next number of a kind, never twice."""
        with self._open() as database:
            row = (self.store, "number", kind)
            query = """INSERT INTO kept VALUES (?, ?, ?, '1')
                       ON CONFLICT DO UPDATE SET body = body + 1 RETURNING body"""
            return int(database.execute(query, row).fetchone()[0])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        path = self._path or Path(os.environ["DEMO_STORES"])
        with closing(sqlite3.connect(path, timeout=10, isolation_level="IMMEDIATE")) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = OFF")  # the demo begins anew at every start
            database.execute(TABLE)
            with database:
                yield database
