"""The formats of tracking numbers: who issues numbers of which shape, and how they check themselves.

They are the MIT-licensed `data/tracking_number_data`, and what it lacks in `data/more_numbers`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.carriers import check_digits, directory
from app.carriers.directory import Carrier

DATA = Path(__file__).parent / "data"
ISSUERS = {
    "amazon": ("amazon_us", "amazon_uk"),
    "dhl_express": ("dhl_express",),
    "dhl_express_piece_id": ("dhl_express",),
    "dhl_ecommerce": ("dhl_ecommerce",),
    "dhl_ecommerce_14": ("dhl_ecommerce",),
    "dpd": ("dpd", "dpd_uk", "dpd_pl", "dpd_ie"),
    "speedee": ("spee_dee",),
}
"""Whose numbers a format's or a courier's are, where our slug is not the courier's own code."""
LOOSE = frozenset({"dhl_express_piece_id"})
"""Any J and two letters; those in use begin JD, JJD and JVGL."""
S10 = "s10"
"""The format of every post: the last two letters say whose."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Format:
    """One shape of number."""

    key: str
    name: str
    """"FedEx Ground"."""
    issuers: tuple[str, ...]
    """Slugs of those who print such numbers; empty for S10."""
    shape: re.Pattern[str]
    check: Mapping[str, Any] | None
    """How its last digit follows from the others; None where nothing does."""
    opening: Mapping[str, str] | None
    """What is put in front of the serial number before it is checked, and where."""
    posts: frozenset[str]
    """The countries that an S10 number may name."""
    is_loose: bool
    """It takes far more than the numbers in use: others explain a number better."""
    is_lettered: bool
    """Its letters are not digits by chance: a number with them is hardly another carrier's."""

    def fits(self, number: str) -> bool:
        """Tell whether a normalized number has this shape, whatever its check digit."""
        return self.shape.fullmatch(number) is not None

    def holds(self, number: str) -> bool:
        """Tell whether a normalized number has this shape and its check digit is right."""
        found = self.shape.fullmatch(number)
        if found is None or (self.posts and found["CountryCode"] not in self.posts):
            return False
        return self.check is None or check_digits.holds(
            self.check, self._opened(found["SerialNumber"]), found["CheckDigit"]
        )

    def _opened(self, serial: str) -> str:
        if self.opening and re.match(self.opening["matches_regex"], serial):
            return self.opening["content"] + serial
        return serial


@cache
def everything() -> tuple[Format, ...]:
    """Return every format."""
    files = sorted((DATA / "tracking_number_data" / "couriers").glob("*.json"))
    files += sorted((DATA / "more_numbers").glob("*.json"))
    couriers = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return tuple(_format(courier, line) for courier in couriers for line in courier["tracking_numbers"])


@cache
def of_carrier(slug: str) -> tuple[Format, ...]:
    """Return the formats of one carrier's numbers, S10 among them for a post."""
    is_post = bool(directory.everyone()[slug].posts)
    return tuple(it for it in everything() if slug in it.issuers or (it.key == S10 and is_post))


def issuers(number: str, it: Format, country: str | None) -> tuple[Carrier, ...]:
    """Return who prints numbers of this format, the country's own first."""
    if it.key == S10:
        post = directory.post_of(number[-2:])
        return (post,) if post else ()
    carriers = [directory.everyone()[slug] for slug in it.issuers]
    return tuple(sorted(carriers, key=lambda carrier: carrier.distance(country) if country else 0))


def _format(courier: Mapping[str, Any], line: Mapping[str, Any]) -> Format:
    key = line.get("id") or re.sub(r"\W+", "_", line["name"].lower()).strip("_")
    code = courier["courier_code"]
    checks = line["validation"]
    shape = _shape(line["regex"])
    example = re.sub(r"[\s-]", "", line["test_numbers"]["valid"][0])
    return Format(
        key=key,
        name=line["name"],
        issuers=() if code == S10 else ISSUERS.get(key) or ISSUERS.get(code) or (code,),
        shape=shape,
        check=checks.get("checksum"),
        opening=checks.get("serial_number_format", {}).get("prepend_if"),
        posts=frozenset(_posts(line)) if code == S10 else frozenset(),
        is_loose=key in LOOSE,
        is_lettered=shape.fullmatch(re.sub(r"[A-Z]", "0", example)) is None,
    )


def _posts(line: Mapping[str, Any]) -> list[str]:
    countries = next(more for more in line["additional"] if more["regex_group_name"] == "CountryCode")
    return [entry["matches"] for entry in countries["lookup"]]


def _shape(written: str | list[str]) -> re.Pattern[str]:
    """Return the pattern for numbers without blanks and dashes, which is how we keep them."""
    pattern = written if isinstance(written, str) else "".join(written)
    pattern = pattern.replace(r"\s*", "").replace(r"\s", "").replace("(?<", "(?P<")
    pattern = pattern.replace("(?P<=", "(?<=").replace("(?P<!", "(?<!")
    return re.compile(re.sub(r"(?<=\))-", "", pattern), re.ASCII)
