"""Words and places that a merchant keeps from shoppers: a supplier's town, a country of origin."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from babel import Locale

from app.shops.models import Shop
from app.tracking.models import TrackingEvent

SETTING = "hidden_words"


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a shop hides."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, shop: Shop) -> Self:
        """Return what the merchant of a shop chose; nothing, unless they did."""
        return cls(tuple(shop.settings.get(SETTING) or ()))

    def hides(self, text: str) -> bool:
        """Tell whether a hidden word stands in a text, in whatever case, accents and spacing."""
        found = _pattern(self.words)
        return found is not None and found.search(fold(text)) is not None

    def hides_place(self, scan: TrackingEvent, *locales: str) -> bool:
        """Tell whether a scan was at a hidden place; a country is known by its code and in each language."""
        country = (scan.country or "").upper()
        names = [Locale.parse(locale).territories.get(country) for locale in ("en", *locales)]
        return any(self.hides(part) for part in (scan.city, scan.region, country, *names) if part)

    def hides_words(self, scan: TrackingEvent, *locales: str) -> bool:
        """Tell whether a carrier's words name what is hidden, or were said at such a place."""
        return self.hides(scan.text or "") or self.hides_place(scan, *locales)


NOTHING = Hidden(())


def fold(text: str) -> str:
    """Return a text as it is compared: without case, accents and needless spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


@lru_cache(maxsize=1024)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    folded = [fold(word) for word in words if fold(word)]
    return re.compile("|".join(map(_alone, folded))) if folded else None


def _alone(word: str) -> str:
    """Return what finds a word; one in Latin letters only whole, as "US" is not in "Austin"."""
    found = re.escape(word)
    return rf"(?<![a-z0-9]){found}(?![a-z0-9])" if word.isascii() else found
