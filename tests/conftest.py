"""What every test stands on: a real PostgreSQL and a real Redis, emptied after each test."""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from hypothesis import settings as properties
from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session

os.environ.setdefault("DOORSTEP_SECRET_KEYS", "a-master-key-for-tests-of-32-characters-or-more")
os.environ.setdefault("DOORSTEP_SHOPIFY_CLIENT_ID", "test-client-id")
os.environ.setdefault("DOORSTEP_SHOPIFY_CLIENT_SECRET", "test-client-secret")
os.environ.setdefault("DOORSTEP_URL", "https://doorstep.test")
JOURNALS = tempfile.mkdtemp(prefix="doorstep-journal-")
os.environ["DOORSTEP_JOURNAL_DIR"] = JOURNALS
atexit.register(shutil.rmtree, JOURNALS, ignore_errors=True)

# Speed is the benches' affair; and a red run is about the change at hand, so examples are the same in each.
properties.register_profile("house", deadline=None, derandomize=True)
properties.load_profile("house")
ROOT = Path(__file__).parent.parent


def _serve() -> None:
    """Start the embedded servers where none are given: now, for modules read settings when imported."""
    if not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
        from demo.servers import embedded

        servers = embedded(Path(tempfile.mkdtemp(prefix="doorstep-test-")), durable=False)
        atexit.register(servers.stop)
        os.environ.setdefault("DATABASE_URL", servers.database_url)
        os.environ.setdefault("REDIS_URL", servers.redis_url)


def _take_a_redis_of_ones_own() -> None:
    """Let test processes that run side by side share a server and no key."""
    number = os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")
    mark = "&" if "?" in os.environ["REDIS_URL"] else "?"
    os.environ["REDIS_URL"] += f"{mark}db={number}"


_serve()
if "PYTEST_XDIST_WORKER" in os.environ:
    _take_a_redis_of_ones_own()
REDIS = Redis.from_url(os.environ["REDIS_URL"])


@pytest.fixture(scope="session", autouse=True)
def database() -> Iterator[None]:
    """Give this test process its own migrated database."""
    given = os.environ["DATABASE_URL"]
    name = f"doorstep_test_{os.getpid()}"
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    head, slash, tail = given.partition("://")[2].partition("/")
    os.environ["DATABASE_URL"] = f"postgresql://{head}{slash}{name}" + tail[len(tail.partition("?")[0]) :]
    from app.lib import db
    from app.lib.config import settings
    from app.lib.db import engine

    db.OPTIONS = "-c timezone=UTC"  # a test's own transaction may wait for a browser
    settings.cache_clear()  # a module imported at collection may have read the address of the given one
    engine.cache_clear()
    command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
    yield

    _let_visitors_be_counted()
    engine().dispose()
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _let_visitors_be_counted() -> None:
    """Leave nothing to a thread that would find no database, and no stream to say so."""
    if "app.storefront.visitors" in sys.modules:
        from app.storefront import visitors

        visitors.count()


def _forget_tries() -> None:
    """Let the next test's visitors have tried nothing: its ids, and so its limits' names, are the same."""
    REDIS.delete("limit:none", *REDIS.scan_iter("limit:*", count=1000))


@pytest.fixture
def session() -> Iterator[Session]:
    """Open a session on an empty database; what the code under test commits is gone after the test."""
    from app.lib.db import engine
    from app.schema import Base

    with Session(engine(), expire_on_commit=False) as opened:
        yield opened
        opened.rollback()
        tables = list(reversed(Base.metadata.sorted_tables))
        opened.execute(text("; ".join(f'DELETE FROM "{table.name}"' for table in tables)))
        # not TRUNCATE … RESTART IDENTITY, which writes every table's files anew
        numbered = [table.name for table in tables if "id" in table.c and table.c.id.identity is not None]
        first = (f"setval(pg_get_serial_sequence('\"{name}\"', 'id'), 1, false)" for name in numbered)
        opened.execute(text(f"SELECT {', '.join(first)}"))
        opened.commit()
    _forget_tries()
