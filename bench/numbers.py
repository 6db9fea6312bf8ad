"""`make bench-numbers`: tracking numbers led to their carrier, beside PyPI's and npm's libraries.

Rounds are interleaved in one run: of every format random numbers with right check digits, ours asked with
and without the country that the parcel begins in, then the peers; and strings like order numbers, which are
nobody's tracking number. The peers are installed by this command only: PyPI's into an environment that is
thrown away. They know fewer formats: what they make of those they know is told apart.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from app.carriers import directory, formats
from app.carriers.formats import Format
from app.tracking.carriers import number
from bench.number_samples import numbers, order_numbers, sampled

PEERS = Path(__file__).parent / "peers"
ROUNDS = int(os.environ.get("ROUNDS", "5"))
EACH = int(os.environ.get("EACH", "10000")) // ROUNDS
"""Numbers of each format in a round."""
ORDERS = int(os.environ.get("ORDERS", "100000")) // ROUNDS
TARGETS = {"first": 0.99, "first_with_country": 0.995, "false_positives": 0.05}
"""Shares of all numbers, and of all order numbers."""
WAYS = {"ours": 9, "ours_with_country": 19, "pypi": 9, "npm": 9}
"""Whose answers are told, and how wide."""
Answers = Sequence[str]


def main() -> None:
    """Run the rounds, print a table, and one line of JSON; exit 0 only where the targets hold."""
    if shutil.which("npm") is None:
        sys.exit("bench-numbers needs npm; on Debian: apt-get install npm")
    scratch = Path(tempfile.mkdtemp(prefix="doorstep-bench-"))
    try:
        python = _install_peers(scratch)
        right: dict[str, Counter[str]] = defaultdict(Counter)
        wrong: Counter[str] = Counter()
        speed: dict[str, list[float]] = defaultdict(list)
        for round_number in range(1, ROUNDS + 1):
            _round(round_number, python, right, wrong, speed)
        _report(right, wrong, speed)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _round(
    round_number: int,
    python: Path,
    right: Mapping[str, Counter[str]],
    wrong: Counter[str],
    speed: Mapping[str, list[float]],
) -> None:
    chance = random.Random(round_number)
    drawn = [(of, text) for of in sampled() for text in numbers(of, EACH, chance)]
    texts = [text for _, text in drawn]
    orders = list(order_numbers(ORDERS, chance))
    say(f"round {round_number} of {ROUNDS}: {len(texts):,} numbers, {ORDERS:,} order numbers")
    for way, home in (("ours", False), ("ours_with_country", True)):
        began = time.perf_counter()
        for of, text in drawn:
            country = _home(of.it, text) if home else None
            found = number.candidates(text, country=country)
            right[way][of.it.key] += bool(found) and _is_issuer(of.it, text, found[0].carrier.slug)
        speed[way].append(len(texts) / (time.perf_counter() - began))
    wrong["ours"] += sum(number.detect(text) is not None for text in orders)
    wrong["ours_suggested"] += sum(bool(number.candidates(text)) for text in orders)
    for peer, command in (("pypi", [str(python), "../number_peer.py"]), ("npm", ["node", "numbers.mjs"])):
        codes, seconds = _ask(command, texts)
        speed[peer].append(len(texts) / seconds)
        for (of, _), code in zip(drawn, codes, strict=True):
            right[peer][of.it.key] += code == of.courier
        wrong[peer] += sum(bool(code) for code in _ask(command, orders)[0])
    for way in WAYS:
        share = right[way].total() / (len(texts) * round_number)
        say(f"  {way:18} {share:7.2%} first, {speed[way][-1]:>9,.0f} numbers a second")


def _is_issuer(it: Format, text: str, slug: str) -> bool:
    return text[-2:] in directory.everyone()[slug].posts if it.key == formats.S10 else slug in it.issuers


def _home(it: Format, text: str) -> str:
    """Return where a parcel of this format begins: the home of its carrier, the post of its letters."""
    return text[-2:] if it.key == formats.S10 else directory.everyone()[it.issuers[0]].country


def _ask(command: Sequence[str], texts: Sequence[str]) -> tuple[Answers, float]:
    """Return what a peer makes of numbers, and the seconds that its library took."""
    lines = "".join(f"{text}\n" for text in texts)
    said = subprocess.run(command, cwd=PEERS, input=lines, capture_output=True, text=True, check=True)
    *codes, seconds = said.stdout.split("\n")
    return codes, float(seconds)


def _report(right: Mapping[str, Counter[str]], wrong: Counter[str], speed: Mapping[str, list[float]]) -> None:
    each = EACH * ROUNDS
    say(f"\n{'format':36}" + "".join(f"{way:>{width}}" for way, width in WAYS.items()))
    for of in sampled():
        shares = (f"{right[way][of.it.key] / each:>{width}.2%}" for way, width in WAYS.items())
        say(f"{of.it.name:36}" + "".join(shares))
    first = {way: _share(right[way], each, [of.it.key for of in sampled()]) for way in WAYS}
    known = {
        way: _share(right[way], each, [key for key, count in right[way].items() if count]) for way in WAYS
    }
    false = {way: wrong[way] / (ORDERS * ROUNDS) for way in ("ours", "ours_suggested", "pypi", "npm")}
    met = (
        first["ours"] >= max(TARGETS["first"], first["pypi"], first["npm"])
        and first["ours_with_country"] >= TARGETS["first_with_country"]
        and false["ours"] <= TARGETS["false_positives"]
    )
    line = {
        "bench": "numbers",
        "formats": len(sampled()),
        "numbers_each": each,
        "first": _rounded(first),
        "formats_known": {way: sum(count > 0 for count in right[way].values()) for way in WAYS},
        "first_of_formats_known": _rounded(known),
        "order_numbers": ORDERS * ROUNDS,
        "false_positives": _rounded(false),
        "numbers_a_second": {way: round(median(rates)) for way, rates in speed.items()},
        "targets": TARGETS,
        "met": met,
    }
    print(json.dumps(line), flush=True)
    sys.exit(0 if met else 1)


def _share(right: Counter[str], each: int, keys: Sequence[str]) -> float:
    return sum(right[key] for key in keys) / (each * len(keys))


def _rounded(shares: Mapping[str, float]) -> dict[str, float]:
    return {way: round(share, 4) for way, share in shares.items()}


def _install_peers(scratch: Path) -> Path:
    """Install both peers; returns the Python of the one from PyPI."""
    say("installing the peers (pip into a passing environment, npm ci)")
    venv.create(scratch / "venv", with_pip=True)
    python = scratch / "venv" / "bin" / "python"
    pinned = ["--require-hashes", "-r", str(PEERS / "numbers.txt")]
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *pinned], check=True)
    if not (PEERS / "node_modules" / "ts-tracking-number").exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=PEERS, check=True)
    return python


def say(line: str) -> None:
    """Show progress."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
