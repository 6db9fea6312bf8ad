"""`make demo`: the whole product at work on this machine, with nothing to install and nothing sent out."""

import json
import os
import secrets
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psycopg

from demo import seed
from demo.processes import Processes, procfile
from demo.servers import Servers, embedded

ROOT = Path(__file__).parent.parent
VAR = ROOT / "var" / "demo"
READY_WITHIN = 60.0


class Stopped(Exception):
    """Somebody asked the demo to stop."""


def main() -> None:
    """Run the demo until Ctrl-C."""
    port = int(os.environ.get("PORT") or 8000)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    if _is_taken(port):
        sys.exit(f"Port {port} is taken. Stop what uses it, or choose another: make demo PORT={port + 1}")
    servers, processes = None, None
    try:
        VAR.mkdir(parents=True, exist_ok=True)
        say("starting PostgreSQL and Redis")
        servers = embedded(VAR)
        processes = _start(servers, port)
        _wait_until_ready(port, processes)
        say("filling the two sample shops: their orders come in as signed store notices")
        notes = seed.run(f"http://127.0.0.1:{port}")
        processes.add("life", "python -m demo.life")
        _announce(notes, port)
        while True:
            processes.watch()
            time.sleep(0.5)
    except Stopped:
        print("\nstopping", flush=True)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        if processes is not None:
            processes.stop()
        if servers is not None:
            servers.stop()


def say(step: str) -> None:
    """Show what the demo is doing."""
    print(f"· {step}", flush=True)


def _start(servers: Servers, port: int) -> Processes:
    for old in VAR.glob("*.sqlite*"):
        old.unlink()
    say("making a fresh database")
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS demo WITH (FORCE)")
        connection.execute("CREATE DATABASE demo")
    environment = _environment(servers, port)
    os.environ.update(environment)
    logs = ROOT / "var" / "log"
    logs.mkdir(parents=True, exist_ok=True)
    for log in logs.glob("*.log"):
        log.unlink()
    processes = Processes(ROOT, dict(os.environ), logs)
    commands = procfile(ROOT)
    release = processes.add("release", commands.pop("release"))
    if release.wait() != 0:
        sys.exit(f"The tables could not be made; see {logs / 'release.log'}")
    processes.running.clear()
    say("starting " + ", ".join(commands))
    processes.add("mail", "python -m demo.mail")
    for name, command in commands.items():
        processes.add(name, command)
    return processes


def _environment(servers: Servers, port: int) -> dict[str, str]:
    key_file = VAR / "master.key"
    if not key_file.exists():
        key_file.write_text(secrets.token_urlsafe(48))
        key_file.chmod(0o600)
    smtp = _free_port()
    return {
        "DATABASE_URL": servers.database_url.replace("/postgres?", "/demo?"),
        "REDIS_URL": servers.redis_url,
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
        "DEMO_MAIL": str(VAR / "mail.sqlite"),
        "DEMO_SMTP_PORT": str(smtp),
        "DEMO_STORES": str(VAR / "stores.sqlite"),
        "DOORSTEP_DEMO": "true",
        "DOORSTEP_URL": f"http://127.0.0.1:{port}",
        "DOORSTEP_WSGI": "demo.web:web",
        "DOORSTEP_SECRET_KEYS": key_file.read_text(),
        "DOORSTEP_SMTP_URL": f"smtp://127.0.0.1:{smtp}",
        "DOORSTEP_MAIL_FROM": "orders@doorstep.example",
        "DOORSTEP_JOURNAL_DIR": str(VAR / "journal"),
        "DOORSTEP_SHOPIFY_CLIENT_ID": "demo-client-id",
        "DOORSTEP_SHOPIFY_CLIENT_SECRET": "demo-client-secret",
        "DOORSTEP_STAND_INS": json.dumps(dict.fromkeys(seed.HOSTS, f"127.0.0.1:{port}")),
    }


def _wait_until_ready(port: int, processes: Processes) -> None:
    ends = time.monotonic() + READY_WITHIN
    while time.monotonic() < ends:
        processes.watch()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                if answer.status == 200:  # noqa: PLR2004
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    sys.exit(f"The web process did not become ready; see {ROOT / 'var' / 'log' / 'web.log'}")


def _announce(notes: dict[str, Any], port: int) -> None:
    base = f"http://127.0.0.1:{port}"
    notes = {"admin": f"{base}/admin", "tracking": notes["tracking"], "mail": f"{base}/mail", **notes}
    file = ROOT / "var" / "demo.json"
    temporary = file.with_suffix(".tmp")
    temporary.write_text(json.dumps(notes, indent=1))
    temporary.replace(file)
    print(f"\n  The merchant's admin   {notes['admin']}")
    print(f"  A tracking page        {notes['tracking']}")
    print(f"  Every mail sent        {notes['mail']}")
    print("\n  Parcels move while you watch. Ctrl-C stops everything.\n")
    print("ready", flush=True)


def _is_taken(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


def _stop(*_: object) -> None:
    raise Stopped


if __name__ == "__main__":
    main()
