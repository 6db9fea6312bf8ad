"""Numbers to try detection on: of every format as many as wanted, and what shops number their orders with."""

import json
import random
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.carriers import formats
from app.carriers.formats import Format
from app.tracking.carriers.number import SYMBOLS, normalize

KINDS = (string.digits, string.ascii_uppercase)


@dataclass(frozen=True, slots=True)
class Sampled:
    """A format with the numbers that its publisher gives as examples."""

    it: Format
    courier: str
    """What the published data call who issues it."""
    examples: tuple[str, ...]


def sampled() -> list[Sampled]:
    """Return every format that detection knows."""
    folders = ("tracking_number_data/couriers", "more_numbers")
    files = sorted(file for folder in folders for file in (formats.DATA / folder).glob("*.json"))
    by_example: dict[str, tuple[str, tuple[str, ...]]] = {}
    for file in files:
        courier = json.loads(file.read_text(encoding="utf-8"))
        for line in courier["tracking_numbers"]:
            numbers = tuple(normalize(number) for number in line["test_numbers"]["valid"])
            by_example[line["name"]] = (courier["courier_code"], numbers)
    return [Sampled(it, *by_example[it.name]) for it in formats.everything()]


def numbers(of: Sampled, count: int, chance: random.Random) -> list[str]:
    """Return random numbers of a format with right check digits, drawn anew place by place."""
    return [_number(of, chance) for _ in range(count)]


def _number(of: Sampled, chance: random.Random) -> str:
    number = chance.choice(of.examples)
    for place, symbol in enumerate(number):
        kind = next(kind for kind in KINDS if symbol in kind)
        changed = number[:place] + chance.choice(kind) + number[place + 1 :]
        number = changed if of.it.fits(changed) else number
    if of.it.posts:
        number = number[:-2] + chance.choice(sorted(of.it.posts))
    if of.it.check is None:
        return number
    found = of.it.shape.fullmatch(number)
    assert found is not None
    place = found.start("CheckDigit")
    return next(
        right for symbol in SYMBOLS if of.it.holds(right := number[:place] + symbol + number[place + 1 :])
    )


def order_numbers(count: int, chance: random.Random) -> Iterator[str]:
    """Return what looks like the number of an order, an equal share of each way that shops write them."""
    ways = list(WAYS.values())
    for i in range(count):
        yield ways[i % len(ways)](chance)


def _digits(chance: random.Random, fewest: int, most: int | None = None) -> str:
    length = chance.randint(fewest, most or fewest)
    return str(chance.randint(10 ** (length - 1), 10**length - 1))


def _code(chance: random.Random, length: int) -> str:
    return "".join(chance.choice(string.ascii_uppercase + string.digits) for _ in range(length))


WAYS: Mapping[str, Callable[[random.Random], str]] = {
    "1042": lambda chance: _digits(chance, 4, 6),
    "#20451": lambda chance: "#" + _digits(chance, 4, 6),
    "81534207": lambda chance: _digits(chance, 7, 9),
    "5034218876": lambda chance: _digits(chance, 10),
    "202611250042": lambda chance: (
        f"2026{chance.randint(1, 12):02}{chance.randint(1, 28):02}" + _digits(chance, 4)
    ),
    "5630912331995 (Shopify's id)": lambda chance: _digits(chance, 13),
    "114-3941689-8772232 (Amazon)": lambda chance: "-".join(_digits(chance, n) for n in (3, 7, 7)),
    "04-11893-27661 (eBay)": lambda chance: (
        f"{chance.randint(1, 27):02}-" + "-".join(_digits(chance, 5) for _ in "ab")
    ),
    "R512784093": lambda chance: "R" + _digits(chance, 9),
    "SO-10293": lambda chance: (
        chance.choice(("SO", "WC", "PO", "ORD", "EU", "WEB", "B2B")) + "-" + _digits(chance, 5, 8)
    ),
    "INV2026000123": lambda chance: (
        chance.choice(("INV", "IN", "RE", "RX", "CN", "F")) + "2026" + f"{chance.randint(1, 999999):06}"
    ),
    "2026-00123": lambda chance: f"2026-{chance.randint(1, 99999):05}",
    "XKRBTQWZP (a code)": lambda chance: _code(chance, 9),
    "K7Q2-M4XD": lambda chance: f"{_code(chance, 4)}-{_code(chance, 4)}",
}
"""As examples, the ways that shops number orders."""
