"""Sentences for merchants that are put together far below the admin: English, and said again there.

`tell("It leads to %(step)s.", step=…)` is a text like any other, for logs, for the command line and for the
programming interface; the admin says it in its reader's language with `again`.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Speaker(Protocol):
    """Whoever knows a language."""

    def say(self, sentence: str, /, **values: object) -> str:
        """Return a sentence with its blanks filled."""
        ...

    def say_as(self, context: str, sentence: str, /, **values: object) -> str:
        """Return words that need a context."""
        ...

    def say_many(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return the sentence for so many."""
        ...


class Told(str):
    """A sentence in English that knows its words, and what fills them."""

    __slots__ = ("context", "many", "number", "one", "values")

    context: str
    """Empty: it needs none to be understood by a translator."""
    one: str
    many: str
    """Empty: it counts nothing."""
    number: int
    values: Mapping[str, object]


def tell(sentence: str, /, **values: object) -> Told:
    """Return a sentence with its blanks filled; a value may be one itself."""
    told = Told(sentence % values)
    told.context, told.one, told.many, told.number, told.values = "", sentence, "", 1, values
    return told


def tell_as(context: str, sentence: str, /, **values: object) -> Told:
    """Return words that need a context to be understood by a translator."""
    told = tell(sentence, **values)
    told.context = context
    return told


def tell_many(one: str, many: str, number: int, /, **values: object) -> Told:
    """Return the sentence for so many; its blank is `count`."""
    told = tell(one if number == 1 else many, count=f"{number:,}", **values)
    told.one, told.many, told.number, told.values = one, many, number, values
    return told


def one_of(names: Sequence[str]) -> str:
    """Return "order, item or profile", of up to three."""
    match names:
        case [one]:
            return one
        case [one, other]:
            return tell("%(one)s or %(other)s", one=one, other=other)
        case _:
            return tell("%(some)s or %(other)s", some=", ".join(names[:-1]), other=names[-1])


def again(text: str, speaker: Speaker) -> str:
    """Return what was told in another language; any other text as it is."""
    if not isinstance(text, Told):
        return text
    values = {name: again(it, speaker) if isinstance(it, str) else it for name, it in text.values.items()}
    if text.context:
        return speaker.say_as(text.context, text.one, **values)
    if text.many:
        return speaker.say_many(text.one, text.many, text.number, **values)
    return speaker.say(text.one, **values)


def of(error: Exception) -> str:
    """Return what an error was raised with, which `str` would make a plain text of."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, str) else str(error)
