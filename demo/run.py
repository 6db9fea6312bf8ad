"""`make demo`: the whole product at work on this machine, with nothing to install and nothing sent out.

Every run begins with an empty database: what you see was made by this run, and nothing can be stale.
"""

import json
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import psycopg

from demo.cluster import NotStarted
from demo.environment import DATABASE, ROOT, VAR, environment
from demo.processes import Processes, procfile
from demo.servers import Servers, beside, embedded

READY_WITHIN = 60.0
LOGS = ROOT / "var" / "log"
NOTES = ROOT / "var" / "demo.json"

asked: list[int] = []
"""The signals that asked us to stop: an exception alone can be lost, in a destructor say."""


class Stopped(BaseException):
    """Somebody asked the demo to stop; no `except Exception` on the way may swallow it."""


def main() -> None:
    """Run the demo until Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    port = _port()
    ends: list[Callable[[], None]] = []
    try:
        _run(port, ends)
    except Stopped:
        pass
    except (NotStarted, psycopg.OperationalError, PermissionError) as error:
        sys.exit(str(error))
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        say("stopping")
        for end in reversed(ends):
            end()
    say("stopped")


def say(step: str) -> None:
    """Show what the demo is doing."""
    print(f"· {step}", flush=True)


def _run(port: int, ends: list[Callable[[], None]]) -> None:
    """Start everything, adding to `ends` what stops it, and keep it running."""
    VAR.mkdir(parents=True, exist_ok=True)
    database_url, redis_url = _servers(ends)
    NOTES.unlink(missing_ok=True)
    smtp = _free_port()
    given = environment(port, smtp, database_url=_fresh_database(database_url), redis_url=redis_url)
    os.environ.update(given)
    from demo import seed  # noqa: PLC0415 - its samples are made for the address just set

    os.environ["DOORSTEP_STAND_INS"] = json.dumps(dict.fromkeys(seed.HOSTS, f"127.0.0.1:{port}"))
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir()
    processes = Processes(dict(os.environ), LOGS)
    ends.append(processes.stop)
    commands = procfile(ROOT)
    say("making the tables")
    if processes.run("release", commands.pop("release")) != 0:
        sys.exit(f"The tables could not be made; see {LOGS / 'release.log'}")
    say(f"starting {', '.join(commands)}, and a mail server that keeps every mail")
    processes.start("mail", "python -m demo.mail")
    for name, command in commands.items():
        processes.start(name, command)
    _wait_until("the mail server listens", processes, lambda: _is_taken(smtp))
    _wait_until("the web process is ready", processes, lambda: _is_ready(port))
    say("filling the two sample shops: their orders come in as signed store notices")
    notes = seed.run()
    _announce(notes, port)
    processes.start("life", "python -m demo.life")
    while not asked:
        processes.watch()
        time.sleep(0.5)


def _servers(ends: list[Callable[[], None]]) -> tuple[str, str]:
    """Return the addresses of PostgreSQL and Redis: those given, or our own, freshly started."""
    if {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
        say(f"using DATABASE_URL and REDIS_URL as given; the demo's database there is {DATABASE}")
        return os.environ["DATABASE_URL"], os.environ["REDIS_URL"]
    say("starting PostgreSQL and Redis")
    servers: Servers = embedded(VAR, kept=True)
    ends.append(servers.stop)
    return servers.database_url, servers.redis_url


def _fresh_database(server_url: str) -> str:
    say("making an empty database")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    return beside(server_url, DATABASE)


def _wait_until(what: str, processes: Processes, holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + READY_WITHIN
    while not holds() and not asked:
        if time.monotonic() > ends:
            sys.exit(f"It did not come to this within {READY_WITHIN:.0f} s: {what}; see {LOGS}")
        processes.watch()
        time.sleep(0.1)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False


def _announce(notes: dict[str, Any], port: int) -> None:
    """Write var/demo.json, whole or not at all, and print where to look."""
    base = f"http://127.0.0.1:{port}"
    notes = {"admin": f"{base}/admin", "tracking": notes["tracking"], "mail": f"{base}/mail", **notes}
    notes["office"] = f"{base}/office"
    temporary = NOTES.with_suffix(".tmp")
    temporary.write_text(json.dumps(notes, indent=1) + "\n")
    temporary.replace(NOTES)
    print(f"\n  The merchant's admin   {notes['admin']}")
    print(f"  Inside Shopify         {notes['office']}")
    print(f"  A tracking page        {notes['tracking']}")
    print(f"  Every mail sent        {notes['mail']}")
    print("\n  Parcels move while you watch. Ctrl-C stops everything.\n")
    print("ready", flush=True)


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 2**16):
        sys.exit(f"PORT={given} is no port. Choose one: make demo PORT=8000")
    port = int(given)
    if _is_taken(port):
        other = port + 1 if port < 2**16 - 1 else 8000
        sys.exit(f"Port {port} is taken. Stop what uses it, or choose another: make demo PORT={other}")
    return port


def _is_taken(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


def _stop(number: int, _: object) -> None:
    asked.append(number)
    raise Stopped
