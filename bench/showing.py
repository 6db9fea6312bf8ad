"""The demo, run on a port of its own to be looked at, and the browser that looks."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from urllib.request import urlopen

from bench.house import free_port
from demo.child import dies_with_parent

ROOT = Path(__file__).parent.parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def demo(*, runs: bool = False) -> Iterator[dict[str, Any]]:
    """Run the demo; give what it noted once it says that it is ready. `runs`: one does already."""
    if runs:
        yield _noted()
        return
    print("starting the demo", flush=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "demo"],
        cwd=ROOT,
        env={**os.environ, "PORT": str(free_port())},
        preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - this process has one thread
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stdout or ():
            if line.strip() == "ready":
                break
        else:
            sys.exit("the demo did not start")
        yield _noted()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def admin_of(notes: dict[str, Any], shop: str = "Ridge & Pine") -> str:
    """Return the address of a shop's admin, found by its name; by default of the one with most in it."""
    admin: str = notes["admin"]
    with urlopen(admin) as answer:
        found = re.search(rf'href="([^"]+)/home">{re.escape(escape(shop))}</a>', answer.read().decode())
    if found is None:
        raise LookupError(f"{admin} lists no {shop}")
    return urljoin(admin, str(found[1]))


def _noted() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "var" / "demo.json").read_text())
    return found
