"""`make bench-lighthouse`: what Lighthouse's mobile profile says of the demo's tracking page, median of five.

It starts `make demo` on a port of its own. Needs npm and Chromium.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from demo.child import dies_with_parent

ROOT = Path(__file__).parent.parent
HERE = Path(__file__).parent / "lighthouse"
RUNS = int(os.environ.get("ROUNDS", "5"))
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
)
TARGETS = {"performance": 95, "accessibility": 100}


def main() -> None:
    """Look at the page, print the medians, and one line of JSON; exit 0 only where the targets hold."""
    if CHROMIUM is None or shutil.which("npm") is None:
        sys.exit("bench-lighthouse needs npm and Chromium; on Debian: apt-get install npm chromium")
    if not (HERE / "node_modules").exists():
        say("installing Lighthouse (npm ci)")
        subprocess.run(["npm", "ci", "--silent"], cwd=HERE, check=True)
    with _demo() as notes:
        say(f"looking at {notes['tracking']}")
        seen = [_look(notes["tracking"], number) for number in range(1, RUNS + 1)]
    scores = {name: round(median(run[name] for run in seen)) for name in TARGETS}
    timings = {name: round(median(run[name] for run in seen)) for name in seen[0] if name not in TARGETS}
    met = all(scores[name] >= least for name, least in TARGETS.items())
    print(json.dumps({"bench": "lighthouse", **scores, **timings, "targets": TARGETS, "met": met}))
    sys.exit(not met)


def say(line: str) -> None:
    """Show progress."""
    print(line, flush=True)


def _look(address: str, number: int) -> dict[str, float]:
    node = HERE / "node_modules" / ".bin" / "node"
    command = [str(node), str(HERE / "node_modules" / "lighthouse" / "cli" / "index.js"), address]
    command += ["--quiet", "--output=json", "--output-path=stdout", f"--chrome-flags={FLAGS}"]
    command += [f"--only-categories={','.join(TARGETS)}"]
    out = subprocess.run(
        command,
        env={**os.environ, "CHROME_PATH": str(CHROMIUM)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    report: dict[str, Any] = json.loads(out)
    audits = report["audits"]
    found = {
        **{name: 100 * report["categories"][name]["score"] for name in TARGETS},
        "largest_paint_ms": audits["largest-contentful-paint"]["numericValue"],
        "blocked_ms": audits["total-blocking-time"]["numericValue"],
        "bytes": audits["total-byte-weight"]["numericValue"],
        "requests": len(audits["network-requests"]["details"]["items"]),
    }
    say(f"run {number} of {RUNS}: " + ", ".join(f"{name} {value:.0f}" for name, value in found.items()))
    for name in TARGETS:
        for wanting in report["categories"][name]["auditRefs"]:
            audit = audits[wanting["id"]]
            if number == 1 and wanting["weight"] and (audit["score"] or 0) < 0.9:
                say(f"  {name}: {audit['title']} {audit.get('displayValue', '')}")
    return found


@contextmanager
def _demo() -> Iterator[dict[str, Any]]:
    """Run the demo; give what it noted once it says that it is ready."""
    say("starting the demo")
    process = subprocess.Popen(
        [sys.executable, "-m", "demo"],
        cwd=ROOT,
        env={**os.environ, "PORT": str(_free_port())},
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
        yield json.loads((ROOT / "var" / "demo.json").read_text())
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


if __name__ == "__main__":
    main()
