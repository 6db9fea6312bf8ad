from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.lib.statements import CONNECTIONS, Statement

ECHO = Statement(
    "echo", "SELECT ($1::bigint + 1)::text, $2 || '!', $3::bytea, ($4::timestamptz)::text, NULL::text"
)
NONE = Statement("none", "SELECT 'x' WHERE $1 = 'y'")
BREAKS = Statement("breaks", "SELECT (1 / $1::int)::text")
NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)


def test_values_go_and_come_as_they_are() -> None:
    row = ECHO.first(41, "größer", b"\x00\xff", NOON)
    assert row == (b"42", "größer!".encode(), b"\x00\xff", b"2026-11-15 12:00:00+00", None)
    assert NONE.first("x") is None


def test_an_error_is_raised_and_costs_no_connection() -> None:
    for _ in range(CONNECTIONS + 1):
        with pytest.raises(psycopg.errors.DivisionByZero):
            BREAKS.first(0)
    assert BREAKS.first(1) == (b"1",)


def test_connections_that_were_cut_are_replaced(session: Session) -> None:
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(BREAKS.first, [1] * 50))
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%1 / $1%'"
    session.execute(text(cut + " AND pid <> pg_backend_pid()"))
    for _ in range(2 * CONNECTIONS):
        assert BREAKS.first(1) == (b"1",)


def test_more_threads_than_connections_wait_for_one() -> None:
    with ThreadPoolExecutor(4 * CONNECTIONS) as pool:
        rows = list(pool.map(lambda n: ECHO.first(n, "", b"", NOON), range(200)))
    assert [row[0] for row in rows if row] == [str(n + 1).encode() for n in range(200)]
