"""English text that was kept, or came up from below: the sentence of ours that it was, in another language.

What `merchant_sentence` marks is written in English where it happens, blanks filled, and may stay in a row
for years. A reader of another language gets the sentence that it was made from, filled with the same.
"""

import re
from functools import cache, lru_cache
from re import Pattern

from app.lib import catalogs
from app.lib.words import ENGLISH, MARKED, MERCHANTS, Words

BLANK = re.compile(r"%\((\w+)\)s")
LEAST = 4
"""Letters that a sentence has beside its blanks; one with fewer would be found everywhere."""


def retold(text: str, words: Words) -> str:
    """Return a kept text in a merchant's language; as it is where it is none of ours."""
    return text if words.told_to != MARKED and words.language == ENGLISH else _retold(text, words)


@lru_cache(maxsize=4096)
def _retold(text: str, words: Words) -> str:
    plain, with_blanks = _known(words.language, words.told_to)
    if text in plain:
        return words.say(text.replace("%", "%%"))
    for sentence, pattern in with_blanks:
        if found := pattern.fullmatch(text):
            return words.say(sentence, **{name: _retold(it, words) for name, it in found.groupdict().items()})
    return text


@cache
def _known(language: str, told_to: str) -> tuple[frozenset[str], tuple[tuple[str, Pattern[str]], ...]]:
    """Return the sentences without blanks, and those with some, the most telling first."""
    catalog = catalogs.extract(MERCHANTS) if told_to == MARKED else catalogs.read(language, MERCHANTS)
    kept = [it.id for it in catalog if isinstance(it.id, str) and catalogs.KEPT in it.auto_comments]
    blank = sorted((it for it in kept if BLANK.search(it)), key=_telling, reverse=True)
    patterns = tuple((it, _pattern(it)) for it in blank if _telling(it) >= LEAST)
    return frozenset(kept).difference(blank), patterns


def _telling(sentence: str) -> int:
    return sum(map(str.isalpha, BLANK.sub("", sentence)))


def _pattern(sentence: str) -> Pattern[str]:
    parts = BLANK.split(sentence.replace("%%", "%"))
    seen: set[str] = set()
    written = []
    for number, part in enumerate(parts):
        if number % 2 == 0:
            written.append(re.escape(part))
        else:
            written.append(f"(?P={part})" if part in seen else f"(?P<{part}>.+?)")
            seen.add(part)
    return re.compile("".join(written), re.DOTALL)
