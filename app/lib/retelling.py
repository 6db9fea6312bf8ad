"""English text that was kept, or came up from below: the sentence of ours that it was, in another language.

What `merchant_sentence` marks is written in English where it happens, blanks filled, and may stay in a row
for years. A reader of another language gets the sentence that it was made from, filled with the same.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from app.lib import catalogs
from app.lib.words import ENGLISH, MARKED, MERCHANTS, Words

BLANK = re.compile(r"%\((\w+)\)s")
LEAST = 4
"""Letters that a sentence has beside its blanks; one with fewer would be found everywhere."""
LONGEST = 2000
"""Characters; whatever is longer came from outside, and stays as it is."""
DEEPEST = 5
"""So many sentences within each other are found; no text of ours has more."""


class Form(NamedTuple):
    """A sentence with blanks, taken apart."""

    sentence: str
    begins: str
    blanks: tuple[tuple[str, str], ...]
    """Each one's name, and the words behind it."""


def retold(text: str, words: Words) -> str:
    """Return a kept text in a merchant's language; as it is where it is none of ours."""
    is_english = words.told_to != MARKED and words.language == ENGLISH
    return text if is_english or len(text) > LONGEST else _retold(text, words, DEEPEST)


@lru_cache(maxsize=4096)
def _retold(text: str, words: Words, depth: int) -> str:
    plain, forms = _known(words.language, words.told_to)
    if text in plain:
        return words.ours(plain[text]).replace("%%", "%")
    for form in forms if depth else ():
        if filled := filled_in(form, text):
            return words.say(
                form.sentence, **{name: _retold(it, words, depth - 1) for name, it in filled.items()}
            )
    return text


@cache
def _known(language: str, told_to: str) -> tuple[Mapping[str, str], tuple[Form, ...]]:
    """Return the sentences without blanks as they read, and those with some, the most telling first."""
    catalog = catalogs.extract(MERCHANTS) if told_to == MARKED else catalogs.read(language, MERCHANTS)
    marked = [it for it in catalog if catalogs.KEPT in it.auto_comments and not it.context]
    kept = [it.id for it in marked if isinstance(it.id, str)]
    blank = sorted((it for it in kept if BLANK.search(it)), key=_telling, reverse=True)
    forms = tuple(taken_apart(it) for it in blank if _telling(it) >= LEAST)
    return {it.replace("%%", "%"): it for it in kept if not BLANK.search(it)}, forms


def _telling(sentence: str) -> int:
    return sum(map(str.isalpha, BLANK.sub("", sentence)))


def taken_apart(sentence: str) -> Form:
    """Return the words around a sentence's blanks."""
    begins, *rest = BLANK.split(sentence)
    words = [it.replace("%%", "%") for it in rest[1::2]]
    return Form(sentence, begins.replace("%%", "%"), tuple(zip(rest[::2], words, strict=True)))


def filled_in(form: Form, text: str) -> dict[str, str] | None:
    """Return what stands in each blank, the first as short as can be, in one walk through the text."""
    if not (text.startswith(form.begins) and text.endswith(form.blanks[-1][1])):
        return None
    at, found = len(form.begins), dict[str, str]()
    for number, (name, words) in enumerate(form.blanks, 1):
        is_last = number == len(form.blanks)
        end = len(text) - len(words) if is_last else text.find(words, at + 1)
        if end <= at or found.setdefault(name, text[at:end]) != text[at:end]:
            return None
        at = end + len(words)
    return found
