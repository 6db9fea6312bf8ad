"""How many messages a text is paid as: GSM 03.38 where every letter is in it, else UCS-2; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
"""Each is written as an escape and a letter, which stay together."""
PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u0060\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\t", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069\ufeff", ""),
        "\u2026": "...",
        "\u2022": "*",
        "\u00d7": "x",
    }
)
"""What typography writes where a typewriter would not."""


class Encoding(StrEnum):
    """How a text is written on the air."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"

    @property
    def alone(self) -> int:
        """How many units fit into a text of one segment."""
        return 160 if self is Encoding.GSM7 else 70

    @property
    def joined(self) -> int:
        """How many fit into each of several: a header takes the rest."""
        return 153 if self is Encoding.GSM7 else 67


@dataclass(frozen=True, slots=True)
class Size:
    """What a text takes."""

    encoding: Encoding
    units: int
    segments: int


def encoding_of(text: str) -> Encoding:
    """Return how a text has to be written: one letter that GSM-7 lacks makes all of it UCS-2."""
    return Encoding.GSM7 if all(it in BASIC or it in EXTENDED for it in text) else Encoding.UCS2


def measure(text: str) -> Size:
    """Return what a text takes; an empty one is paid as one segment."""
    encoding = encoding_of(text)
    return Size(encoding, sum(_units(it, encoding) for it in text), len(split(text)))


def split(text: str) -> tuple[str, ...]:
    """Return the segments that a text is sent as; no letter is cut in two."""
    encoding = encoding_of(text)
    if sum(_units(it, encoding) for it in text) <= encoding.alone:
        return (text,)
    return tuple(_packed(text, encoding))


def plain(text: str) -> str:
    """Return a text with typewriter quotes and dashes where that costs less; else as it is.

    One curly apostrophe more than doubles the length of what is paid.
    """
    simple = text.translate(PLAIN)
    is_worth_it = encoding_of(simple) is Encoding.GSM7 and len(split(simple)) < len(split(text))
    return simple if is_worth_it else text


def _packed(text: str, encoding: Encoding) -> Iterator[str]:
    begun, used = 0, 0
    for place, letter in enumerate(text):
        units = _units(letter, encoding)
        if used + units > encoding.joined:
            yield text[begun:place]
            begun, used = place, 0
        used += units
    yield text[begun:]


def _units(letter: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return 2 if letter in EXTENDED else 1
    return 2 if ord(letter) > 0xFFFF else 1  # noqa: PLR2004 - where UTF-16 needs a pair
