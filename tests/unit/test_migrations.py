"""Migrations that were cut off are gone on with, and hold up nobody while they wait."""

import time
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError, OperationalError

from app.lib.db import engine

ALEMBIC = Config(str(Path(__file__).parents[2] / "alembic.ini"))
BEFORE, NAME = "0074", "ix_message_doubted"
WITHOUT_COLUMN, COLUMN = "0077", ("enrollment", "occasion_at")
WITHOUT_DAYS = "0082"
PATIENCE = 60
"""Seconds that a test waits for what must happen."""
IS_THERE = """
    SELECT indrelid::regclass::text FROM pg_index WHERE indexrelid = to_regclass(:name) AND indisvalid
"""


def test_an_index_of_a_migration_that_was_cut_off_is_made_anew() -> None:
    """What was left of it is there by its name, and used by nobody."""
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        command.downgrade(ALEMBIC, BEFORE)
        try:
            connection.execute(text("CREATE TABLE twice AS SELECT 1 AS it FROM generate_series(1, 2)"))
            unfinished = f"CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON twice (it)"
            with pytest.raises(IntegrityError):
                connection.execute(text(unfinished))
            assert connection.scalar(text(IS_THERE), {"name": NAME}) is None
        finally:
            command.upgrade(ALEMBIC, "head")
            connection.execute(text("DROP TABLE twice"))
        assert connection.scalar(text(IS_THERE), {"name": NAME}) == "message"


def test_who_comes_after_a_migration_that_waits_for_somebody_does_not_wait_with_it() -> None:
    """A report reads a table for long, a migration wants it for itself, and then everybody else comes."""
    table, column = COLUMN
    command.downgrade(ALEMBIC, WITHOUT_COLUMN)
    migrating = Thread(target=command.upgrade, args=(ALEMBIC, "head"))
    read = text(f"SELECT count(*) FROM {table}")
    with engine().connect() as looking, engine().connect() as report, engine().connect() as shopper:
        try:
            report.scalar(read)  # and goes on, with its transaction open
            migrating.start()
            until_it_waits(looking, table)
            shopper.execute(text(f"SET LOCAL statement_timeout = '{PATIENCE}s'"))
            assert shopper.scalar(read) == 0
            shopper.rollback()
            assert not has(looking, table, column), "the report is not over, so it cannot have been changed"
        finally:
            report.rollback()
            migrating.join(PATIENCE)
        assert has(looking, table, column)


def test_a_migration_and_somebody_who_wait_for_each_other_both_come_to_their_end() -> None:
    """A migration has the orders and wants the messages, and whoever has those comes to the orders."""
    command.downgrade(ALEMBIC, WITHOUT_DAYS)
    migrating = Thread(target=command.upgrade, args=(ALEMBIC, "head"))
    with engine().connect() as looking, engine().connect() as writer:
        writing = "LOCK TABLE {} IN ROW EXCLUSIVE MODE"
        try:
            writer.execute(text(writing.format("message")))
            migrating.start()
            until_it_waits(looking, "message")
            with suppress(OperationalError):  # the database takes either of the two for the one too many
                writer.execute(text(writing.format('"order"')))
        finally:
            writer.rollback()
            migrating.join(PATIENCE)
        is_there = inspect(looking).has_table("day_sum")
    command.upgrade(ALEMBIC, "head")
    assert is_there


def until_it_waits(connection: Connection, table: str) -> None:
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = CAST(:name AS regclass)")
    ends = time.monotonic() + PATIENCE
    while not connection.scalar(waits, {"name": table}):
        connection.rollback()
        assert time.monotonic() < ends, "it never came to the table"
    connection.rollback()


def has(connection: Connection, table: str, column: str) -> bool:
    found = inspect(connection).get_columns(table)
    connection.rollback()
    return column in {it["name"] for it in found}
