"""What the admin says, in the language of who reads it.

The browser names it (`Accept-Language`); the admin speaks English and whatever has an admin.po in app/locale.
In Python and in templates `say("Export")`, and in templates `{% trans %}` where a sentence carries markup.
"""

import re
from collections.abc import Iterable, Sequence

from babel.lists import format_list
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request
from markupsafe import Markup, escape

from app.lib import retelling, told, words
from app.lib.told import Told
from app.lib.words import MARKED, MERCHANTS, Words

ENGLISH = Words(told_to=MERCHANTS)
MADE_UP = {"en-xa": Words("en", MARKED), "ar-xb": Words("ar", MARKED)}
"""For whoever checks pages: each sentence in brackets, from left to right and from right to left."""
TAG, BLANK = re.compile(r"<[^>]*>"), re.compile(r"%\((\w+)\)s")
KEEP_CAPITALS = ("de",)
"""Languages whose nouns are capitalized wherever they stand."""


def spoken() -> Words:
    """Return the language of who asks for this page; English where no page is asked for."""
    if not has_request_context():
        return ENGLISH
    if "spoken" not in g:
        wishes = tuple(request.accept_languages.values())
        made_up = MADE_UP.get(wishes[0].lower()) if wishes else None
        g.spoken = made_up or words.of(*wishes, told_to=MERCHANTS)
    found: Words = g.spoken
    return found


def say(sentence: str, /, **values: object) -> str:
    """Return a sentence with its blanks filled: `say("%(name)s signed in", name=...)`.

    What was told below the admin (`app.lib.told`) brings its own.
    """
    return told.again(sentence, spoken()) if isinstance(sentence, Told) else spoken().say(sentence, **values)


def say_as(context: str, sentence: str, /, **values: object) -> str:
    """Return words that need a context to be understood by a translator."""
    return spoken().say_as(context, sentence, **values)


def say_many(one: str, many: str, count: int, /, **values: object) -> str:
    """Return the sentence for so many, in as many forms as the language has; its blank is `count`."""
    return spoken().say_many(one, many, count, **values)


def say_all(parts: Iterable[str]) -> str:
    """Return "shirt, mug and pan"."""
    return spoken().all_of(parts)


def say_row(parts: Sequence[str]) -> str:
    """Return "3 mails, 1 text"."""
    return str(format_list(parts, style="unit", locale=spoken().locale)) if parts else ""


def retold(text: str | None) -> str:
    """Return what was told or kept as an English sentence of ours in the reader's language; else as it is."""
    if isinstance(text, Told):
        return told.again(text, spoken())
    return retelling.retold(text, spoken()) if text else ""


def after_another(*sentences: str | None) -> str:
    """Return several whole sentences as one text."""
    return spoken().after_another(*sentences)


def amid(label: str) -> str:
    """Return a label as it reads amid other words: "on its way"."""
    return label if spoken().language in KEEP_CAPITALS else label.lower()


def locale() -> str:
    """Return how babel names the reader's language and country."""
    return spoken().locale


def figure(number: float, decimals: int | None = None) -> str:
    """Return a number as the reader writes it: "1,200", "12.5"; with so many digits behind its point."""
    pattern = None if decimals is None else f"#,##0.{'0' * decimals}"
    return str(format_decimal(number, format=pattern, locale=locale()))


def join(app: Flask) -> None:
    """Let templates say sentences."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined] # the extension adds it
    app.jinja_env.globals.update(gettext=_gettext, ngettext=_ngettext)
    app.jinja_env.globals.update(say=say, say_as=say_as, say_many=say_many, say_all=say_all, spoken=spoken)
    app.jinja_env.globals.update(retold=retold, say_row=say_row, figure=figure, amid=amid)


def _gettext(sentence: str, /, **values: object) -> Markup:
    return _filled(spoken().catalog.gettext(sentence), values)


def _ngettext(one: str, many: str, count: int, /, **values: object) -> Markup:
    return _filled(spoken().catalog.ngettext(one, many, count), {**values, "count": figure(count)})


def _filled(sentence: str, values: dict[str, object]) -> Markup:
    """Return a sentence with markup, its blanks escaped and kept from turning the words around them."""
    texts = {name: str(escape(value)) for name, value in values.items()}
    in_tags = BLANK.findall("".join(TAG.findall(sentence)))
    shown = {name: it if name in in_tags else spoken().isolated(it) for name, it in texts.items()}
    return Markup(sentence % shown)  # noqa: S704 - a template's own markup, and blanks that were escaped
