"""Sentences in a reader's language: English stands in the code, the others in app/locale (gettext).

Shoppers' sentences are in `doorstep.po`, and every language says all of them; merchants' are in `admin.po`,
and a language says as many as somebody has written. A sentence is whole and its blanks have names, so that
every language may order them as it needs:
`words.say("Arriving %(when)s", when=…)`. A sentence that is said later is marked with `sentence("…")`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from unicodedata import bidirectional

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

FOLDER = Path(__file__).parent.parent / "locale"
ENGLISH = "en"
CATALOGS = {
    "ar": "ar",
    "de": "de",
    "es": "es",
    "fr": "fr",
    "he": "he",
    "it": "it",
    "ja": "ja",
    "nl": "nl",
    "pl": "pl",
    "pt": "pt_BR",
    "sv": "sv",
}
"""The folder of each language besides English."""
SHOPPERS, MERCHANTS, MARKED = "doorstep", "admin", "marked"
"""Whose sentences: the name of the file; what is marked stands in none, and says each in ⟦brackets⟧."""
UNSPACED = ("ja",)
ISOLATE, POP = "\N{LEFT-TO-RIGHT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


@dataclass(frozen=True, slots=True)
class Words:
    """One reader's language."""

    locale: str = ENGLISH
    """As babel writes it: "de_AT". Of a language that we speak."""
    told_to: str = SHOPPERS

    def say(self, sentence: str, /, **values: object) -> str:
        """Return a sentence with its blanks filled."""
        return self._fill(self.catalog.gettext(sentence), values)

    def say_as(self, context: str, sentence: str, /, **values: object) -> str:
        """Return words that need a context to be understood by a translator."""
        return self._fill(self.catalog.pgettext(context, sentence), values)

    def say_many(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return the sentence for so many, in as many forms as the language has; its blank is `count`."""
        sentence = self.catalog.ngettext(one, many, count)
        return self._fill(sentence, {"count": _figure(count, self.locale), **values})

    def ours(self, text: str) -> str:
        """Return a sentence of ours in this language, and any other text as it is."""
        return self.catalog.gettext(text) if text else text

    def all_of(self, parts: Iterable[str]) -> str:
        """Return "shirt, mug and pan"."""
        return _listed(tuple(parts), self.locale)

    def after_another(self, *sentences: str | None) -> str:
        """Return several whole sentences as one text."""
        return ("" if self.language in UNSPACED else " ").join(filter(None, sentences))

    def isolated(self, text: str) -> str:
        """Return a text in a script of its own so that the words around it do not turn it."""
        return _isolated(text) if self.direction == "rtl" else text

    @property
    def language(self) -> str:
        """The language without its region."""
        return _language(self.locale)

    @property
    def tag(self) -> str:
        """What HTML calls the language: "pt-BR"."""
        return self.locale.replace("_", "-")

    @property
    def direction(self) -> str:
        """Which way it is written: "ltr" or "rtl"."""
        return _direction(self.language)

    @property
    def catalog(self) -> NullTranslations:
        """The sentences as gettext keeps them."""
        return _catalog(self.language, self.told_to)

    def _fill(self, sentence: str, values: dict[str, object]) -> str:
        if values and self.direction == "rtl":  # a name in another script must not turn the words around it
            values = {name: _isolated(str(value)) for name, value in values.items()}
        return sentence % values


def sentence(text: str) -> str:
    """Mark words that are said later, so that they are found for translation."""
    return text


def merchant_sentence(text: str, /, **values: object) -> str:
    """Mark words that are said to merchants, later and in the admin, where `retold` finds them by their form.

    Return them in English, blanks filled where values are given.
    """
    return text % values if values else text


@lru_cache(maxsize=1024)
def of(*wishes: str | None, told_to: str = SHOPPERS) -> Words:
    """Return the first of these languages that we speak; English where there is none."""
    return Words(next(filter(None, (_spoken(it, told_to) for it in wishes)), ENGLISH), told_to)


def _spoken(name: str | None, told_to: str) -> str | None:
    """Return a store's or browser's name of a language as babel writes it; None: we do not speak it."""
    try:
        locale = Locale.parse((name or "").replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return None
    if locale.language != ENGLISH and locale.language not in languages(told_to):
        return None
    return "_".join(filter(None, (locale.language, locale.territory)))


def _isolated(value: str) -> str:
    """Keep "UPS" and "#1042" as they are written; a value in the reader's own script needs no help."""
    return (
        value if any(bidirectional(letter) in ("R", "AL") for letter in value) else f"{ISOLATE}{value}{POP}"
    )


@lru_cache(maxsize=4096)
def _listed(parts: tuple[str, ...], locale: str) -> str:
    return str(format_list(parts, locale=locale))


@lru_cache(maxsize=4096)
def _figure(count: int, locale: str) -> str:
    return str(format_decimal(count, locale=locale))


@cache
def _language(locale: str) -> str:
    return locale.partition("_")[0]


@cache
def _direction(language: str) -> str:
    return Locale.parse(language).text_direction


@cache
def languages(told_to: str = SHOPPERS) -> tuple[str, ...]:
    """Return the languages besides English that have a file of sentences."""
    return tuple(it for it in CATALOGS if po_file(it, told_to).exists())


@cache
def _catalog(language: str, told_to: str) -> NullTranslations:
    """Return a language's sentences, compiled when they are first needed."""
    if told_to == MARKED:
        return Marked()
    if language == ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with po_file(language, told_to).open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return GNUTranslations(compiled)


class Marked(NullTranslations):
    """A language that is no language: what stands outside its brackets cannot be said in another."""

    def gettext(self, message: str) -> str:
        """Return the sentence in brackets."""
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the sentence for so many in brackets."""
        return f"⟦{super().ngettext(msgid1, msgid2, n)}⟧"

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002 - gettext says so
        """Return the sentence in brackets; its context is for translators."""
        return self.gettext(message)


def po_file(language: str, told_to: str = SHOPPERS) -> Path:
    """Return where a language's sentences are written."""
    return FOLDER / CATALOGS[language] / "LC_MESSAGES" / f"{told_to}.po"
