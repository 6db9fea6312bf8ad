"""Migrations that were cut off are gone on with."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.lib.db import engine

ALEMBIC = Config(str(Path(__file__).parents[2] / "alembic.ini"))
BEFORE, NAME = "0074", "ix_message_doubted"
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
