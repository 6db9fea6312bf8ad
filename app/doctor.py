"""`doorstep doctor`: the questions an operator asks first, answered, of the installation or of one shop."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import ValidationError
from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.channels.base import Channel, SendError
from app.lib import clock, config, plugins, queue
from app.lib.config import settings
from app.lib.db import engine
from app.platforms.findings import Grade
from app.shops.models import Shop
from jobs import doctor as connections

CLOCK_TOLERANCE = 5.0
"""Seconds that our clock and the database's may differ."""
MARKS = {Grade.BAD: "FAIL", Grade.ODD: "odd ", Grade.UNSEEN: "?   ", Grade.GOOD: "ok  "}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    said: str


def examine() -> list[Finding]:
    """Look at everything that this installation depends on; never raises."""
    environment = _look("environment", _environment)
    return [environment, *(_look(what, check) for what, check in CHECKS.items() if environment.ok)]


def say_installation(say: Callable[[str], object]) -> bool:
    """Say what was found of this installation, line by line; returns whether it is well."""
    found = examine()
    for finding in found:
        say(f"{'ok  ' if finding.ok else 'FAIL'} {finding.what}: {finding.said}")
    return all(finding.ok for finding in found)


def say_connections(shops: Iterable[Shop], say: Callable[[str], object]) -> bool:
    """Say what was found of the connections of shops, line by line; returns whether nothing of it is bad."""
    is_well = True
    for shop in shops:
        say(f"{shop.name} ({shop.domain})")
        for it in connections.examine(shop.id):
            say(f"{MARKS[it.grade]} {it.what}: {it.said}{f' → {it.mend}' if it.mend else ''}")
            is_well = is_well and it.grade is not Grade.BAD
    return is_well


def _look(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what, ok=True, said=check())
    except (SQLAlchemyError, RedisError, OSError, SendError, ValueError) as error:
        return Finding(what, ok=False, said=f"{type(error).__name__}: {str(error).splitlines()[0][:200]}")


def _environment() -> str:
    try:
        settings()
    except ValidationError as error:
        wrong = [f"{config.variable(str(it['loc'][0]))}: {it['msg'].lower()}" for it in error.errors()]
        raise ValueError("; ".join(wrong)) from None
    return "complete"


def _database() -> str:
    with engine().connect() as connection:
        version = connection.execute(text("SHOW server_version")).scalar()
        theirs = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar()
    if abs(float(theirs or 0) - time.time()) > CLOCK_TOLERANCE:
        raise ValueError(f"its clock differs from ours ({clock.now():%H:%M:%S} UTC) by more than 5 seconds")
    return f"PostgreSQL {version}"


def _tables() -> str:
    with engine().connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    newest = ScriptDirectory("migrations").get_current_head()
    if current != newest:
        raise ValueError(f"tables are at {current}, the code wants {newest}: run the release command")
    return f"at {current}"


def _redis() -> str:
    return f"Redis {queue.connection().info('server')['redis_version']}"


def _mail() -> str:
    channel: Channel = plugins.discover("app.channels")["smtp"]
    with channel.connect():
        return f"{urlsplit(settings().smtp_url).hostname} lets us in"


def _address() -> str:
    if not settings().url.startswith("https://") and not settings().demo:
        raise ValueError(f"{settings().url} is not https: stores will refuse to call it")
    return settings().url


def _journal() -> str:
    folder = settings().journal_dir
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / "probe"
    probe.write_text("x")
    probe.unlink()
    return f"{folder} is writable"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "tables": _tables,
    "redis": _redis,
    "mail server": _mail,
    "public address": _address,
    "send journal": _journal,
}
