"""Color as the eye sees it: OKLCH, in which a lighter or darker shade keeps its hue.

Conversion: Björn Ottosson, https://bottosson.github.io/posts/oklab/. Contrast: WCAG 2.2, relative luminance.
"""

import math
import re
from collections.abc import Iterable
from typing import NamedTuple, Self

HEX = re.compile(r"#(?:[0-9a-f]{3}){1,2}", re.IGNORECASE)
ROUNDING = 1e-4
"""How far outside of what a screen can show a color may be calculated."""


class Color(NamedTuple):
    """A color by lightness (0 to 1), chroma (0 is gray) and hue (radians)."""

    lightness: float
    chroma: float
    hue: float

    @classmethod
    def of(cls, code: str) -> Self:
        """Return the color of a hex code; raises ValueError for anything else."""
        red, green, blue = _linear(code)
        long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
        medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
        short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
        a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
        b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
        lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
        return cls(lightness, math.hypot(a, b), math.atan2(b, a))

    def code(self) -> str:
        """Return the hex code, with just so much less chroma that a screen can show it."""
        chroma, rgb = self.chroma, self._rgb(self.chroma)
        while chroma > 0 and (min(rgb) < -ROUNDING or max(rgb) > 1 + ROUNDING):
            chroma = max(0.0, chroma - 0.004)
            rgb = self._rgb(chroma)
        return "#" + "".join(f"{round(255 * _curved(part)):02x}" for part in rgb)

    def _rgb(self, chroma: float) -> tuple[float, float, float]:
        a, b = chroma * math.cos(self.hue), chroma * math.sin(self.hue)
        long = (self.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
        medium = (self.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
        short = (self.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
        return (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )


def contrast(one: str, other: str) -> float:
    """Return how well two colors are told apart, from 1 to 21."""
    dim, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


def readable(code: str, on: Iterable[str], ratio: float, *, lighter: bool = False) -> str:
    """Return the nearest darker (or lighter) shade that has this contrast on every background."""
    color, backgrounds = Color.of(code), tuple(on)
    step = 0.01 if lighter else -0.01
    while min(contrast(code, background) for background in backgrounds) < ratio:
        color = color._replace(lightness=color.lightness + step)
        if not 0 <= color.lightness <= 1:
            break
        code = color.code()
    return code


def _linear(code: str) -> tuple[float, float, float]:
    if not HEX.fullmatch(code):
        raise ValueError(f"not a color: {code!r}")
    digits = code[1:] if len(code) > len("#rgb") else "".join(2 * digit for digit in code[1:])
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return _straight(red), _straight(green), _straight(blue)


def _luminance(code: str) -> float:
    red, green, blue = _linear(code)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _straight(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB


def _curved(part: float) -> float:
    part = min(1.0, max(0.0, part))
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055  # noqa: PLR2004 - sRGB
