"""`make lighthouse`: what Lighthouse says of the demo's pages, the median of five looks (ROUNDS) each.

The tracking page as on a phone; the admin's home, parcels and editors as on a desk. Needs npm and Chromium.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from bench.showing import CHROMIUM, FLAGS, admin_of, demo

HERE = Path(__file__).parent / "lighthouse"
RUNS = int(os.environ.get("ROUNDS", "5"))
TARGETS = {"performance": 95, "accessibility": 100}
ADMIN = {**TARGETS, "best-practices": 100}
PAGES = ("home", "shipments", "flows/abandoned_checkout", "wording/shipped")
"""Of the admin."""


def main() -> None:
    """Look at the pages, print the medians, and one line of JSON; exit 0 only where the targets hold."""
    if CHROMIUM is None or shutil.which("npm") is None:
        sys.exit("lighthouse needs npm and Chromium; on Debian: apt-get install npm chromium")
    if not (HERE / "node_modules").exists():
        say("installing Lighthouse (npm ci)")
        subprocess.run(["npm", "ci", "--silent"], cwd=HERE, check=True)
    with demo() as notes:
        here = admin_of(notes)
        seen = {"tracking": _looks(notes["tracking"], TARGETS, "mobile")}
        seen |= {page: _looks(f"{here}/{page}", ADMIN, "desktop") for page in PAGES}
    met = all(
        figures[name] >= least
        for page, figures in seen.items()
        for name, least in (TARGETS if page == "tracking" else ADMIN).items()
    )
    print(json.dumps({"bench": "lighthouse", **seen, "targets": ADMIN, "met": met}))
    sys.exit(not met)


def say(line: str) -> None:
    """Show progress."""
    print(line, flush=True)


def _looks(address: str, targets: dict[str, int], form: str) -> dict[str, int]:
    """Look several times; returns the median of each figure."""
    say(f"looking at {address}")
    runs = [_look(address, targets, form, number) for number in range(1, RUNS + 1)]
    return {name: round(median(run[name] for run in runs)) for name in runs[0]}


def _look(address: str, targets: dict[str, int], form: str, number: int) -> dict[str, float]:
    node = HERE / "node_modules" / ".bin" / "node"
    command = [str(node), str(HERE / "node_modules" / "lighthouse" / "cli" / "index.js"), address]
    command += ["--quiet", "--output=json", "--output-path=stdout", f"--chrome-flags={' '.join(FLAGS)}"]
    command += [
        f"--only-categories={','.join(targets)}",
        *(["--preset=desktop"] if form == "desktop" else ()),
    ]
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
        **{name: 100 * report["categories"][name]["score"] for name in targets},
        "largest_paint_ms": audits["largest-contentful-paint"]["numericValue"],
        "blocked_ms": audits["total-blocking-time"]["numericValue"],
        "bytes": audits["total-byte-weight"]["numericValue"],
        "requests": len(audits["network-requests"]["details"]["items"]),
    }
    say(f"run {number} of {RUNS}: " + ", ".join(f"{name} {value:.0f}" for name, value in found.items()))
    for name in targets:
        for wanting in report["categories"][name]["auditRefs"]:
            audit = audits[wanting["id"]]
            if number == 1 and wanting["weight"] and (audit["score"] or 0) < 0.9:
                say(f"  {name}: {audit['title']} {audit.get('displayValue', '')}")
    return found


if __name__ == "__main__":
    main()
