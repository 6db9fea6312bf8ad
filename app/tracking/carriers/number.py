"""What a tracking number says by itself: who may carry the parcel, best guess first, and whether it is wrong.

The merchant's word comes first, then what they did with such numbers before, then where the parcel begins,
then the check digit. All of it is pure; `app.tracking.carriers.carriage` knows a shop's history.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from app.carriers import directory, formats
from app.carriers.directory import Carrier
from app.carriers.formats import S10, Format

SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TELLING = re.compile(r"(?=[0-9]{0,2}[A-Z])[0-9A-Z]{13,}")
"""So long and beginning so, a number means its carrier even where no check digit proves it."""

ROUTED = re.compile(r"420(?:[0-9]{5}|[0-9]{9})(?P<number>9[1-5](?:[0-9]{18}|[0-9]{20}))")
"""What a scanner reads off a label of USPS: the ZIP code, and the number, which alone is known elsewhere."""

TOO_FAR = 2.0
"""Of two formats one that would hold a hundred times as many numbers explains this one no longer."""


class Ground(IntEnum):
    """Why a carrier is thought of; the lower, the better."""

    DECLARED = 0
    HISTORY = 1
    CHECKED = 2
    """The check digit is right."""
    SHAPED = 3
    """It looks like a number of theirs, and they have no check digit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Someone who may carry the parcel."""

    carrier: Carrier
    ground: Ground
    format: str | None = None
    """What the number looks like: "FedEx Ground"."""
    is_sure: bool = False
    """Nobody else is as likely: good enough to act upon without asking the merchant."""


@dataclass(frozen=True, slots=True)
class _Match:
    carrier: Carrier
    it: Format
    begins_there: bool
    """A parcel of the shop's country may begin its way with them."""
    room: float
    """How many numbers like this one the format has room for, as a power of ten: fewer explain it better."""


def normalize(number: str) -> str:
    """Return a tracking number as carriers print it: upper case, without blanks, dashes and a ZIP code."""
    plain = re.sub(r"[\s\-]+", "", number).upper()
    routed = ROUTED.fullmatch(plain)
    return routed["number"] if routed else plain


def candidates(
    number: str, *, declared: str | None = None, habit: str | None = None, country: str | None = None
) -> list[Candidate]:
    """Return who may carry a parcel, most likely first.

    `habit` is the slug of whom this shop gave such numbers to, `country` where the parcel begins. A declared
    carrier is never outranked, not even by a check digit; one that we do not know leaves nobody to guess.
    """
    named = directory.find(declared, country)
    if declared and named is None:
        return []
    number = normalize(number)
    matches = _matches(number, country)
    found = [_candidate(number, match, matches, country) for match in matches]
    for slug, ground in ((habit, Ground.HISTORY), (named and named.slug, Ground.DECLARED)):
        carrier = directory.everyone().get(slug or "")
        if carrier and (ground is Ground.DECLARED or not is_suspect(number, carrier.slug)):
            form = next((one.format for one in found if one.carrier is carrier), None)
            first = Candidate(carrier=carrier, ground=ground, format=form, is_sure=True)
            found = [first, *(one for one in found if one.carrier is not carrier)]
    return found


def detect(number: str, *, habit: str | None = None, country: str | None = None) -> Candidate | None:
    """Return who carries a parcel for which nobody was declared; None where more than one may."""
    first = next(iter(candidates(number, habit=habit, country=country)), None)
    return first if first and first.is_sure else None


def is_suspect(number: str, declared: str | None) -> bool:
    """Tell whether a number is mistyped: its carrier's own check digit, and every other of theirs, is wrong.

    A number of a shape that the carrier is not known to use proves nothing, for no table is complete.
    Where nobody is declared, only numbers that cannot be anybody else's are held against it.
    """
    number = normalize(number)
    those = directory.called(declared)
    if those:
        return all(_is_refused(number, formats.of_carrier(carrier.slug)) for carrier in those)
    return not declared and _is_refused(number, [it for it in formats.everything() if it.is_lettered])


def shape(number: str) -> str:
    """Return what a shop's numbers of one carrier have in common: the length, and the letters around it."""
    number = normalize(number)
    if re.fullmatch(r"[A-Z]{2}[0-9]{9}[A-Z]{2}", number):
        return f"post {number[-2:]}"
    simple = re.fullmatch(r"([A-Z]{0,4})([0-9]+)([A-Z]{0,2})", number)
    if simple:
        return f"{simple[1]}{len(simple[2])}{simple[3]}"
    return f"{number[:2]}*{len(number)}"


def _is_refused(number: str, those: Iterable[Format]) -> bool:
    fitting = [it for it in those if it.fits(number)]
    return bool(fitting) and not any(it.holds(number) for it in fitting)


def _matches(number: str, country: str | None) -> list[_Match]:
    """Return whose number it may be, one match for each carrier, most likely first."""
    if len(set(number)) <= 1:  # 000000000000 passes every check, and is what people type to fill a field
        return []
    found = [
        (carrier, it)
        for it in formats.everything()
        if it.holds(number)
        for carrier in formats.issuers(number, it, country)
    ]
    those = {it.key: it for _, it in found}
    is_contested = len(those) > 1 and len({carrier.slug for carrier, _ in found}) > 1
    rooms = {key: _room(number, it) if is_contested else 0 for key, it in those.items()}
    matches = sorted(
        (
            _Match(
                carrier,
                it,
                begins_there=not country or it.key == S10 or carrier.serves(country),
                room=rooms[it.key],
            )
            for carrier, it in found
        ),
        key=lambda match: (not match.begins_there, match.it.is_loose, match.room),
    )
    first = {match.carrier.slug: match for match in reversed(matches)}
    return [match for match in matches if first[match.carrier.slug] is match]


def _candidate(number: str, match: _Match, matches: list[_Match], country: str | None) -> Candidate:
    is_rivaled = any(
        other.it is not match.it
        and other.it.check
        and other.begins_there == match.begins_there
        and other.room - match.room < TOO_FAR
        for other in matches
    )
    speaks = bool(match.it.check or TELLING.fullmatch(number) or match.carrier.country == country)
    return Candidate(
        carrier=match.carrier,
        ground=Ground.CHECKED if match.it.check else Ground.SHAPED,
        format=match.it.name,
        is_sure=match is matches[0] and speaks and not is_rivaled,
    )


def _room(number: str, it: Format) -> float:
    """Return a format's room around a number, place by place: which other symbols it would take there."""
    taken = (
        sum(it.fits(number[:place] + symbol + number[place + 1 :]) for symbol in SYMBOLS)
        for place in range(len(number))
    )
    return sum(math.log10(count) for count in taken) - (1 if it.check else 0)
