"""What the admin says, in the language of who reads it.

The browser names it (`Accept-Language`); the admin speaks English and whatever has an admin.po in app/locale.
In Python and in templates `say("Export")`, and in templates `{% trans %}` where a sentence carries markup.
"""

from flask import Flask, g, has_request_context, request

from app.lib import words
from app.lib.words import MARKED, MERCHANTS, Words

ENGLISH = Words(told_to=MERCHANTS)
MADE_UP = {"en-xa": Words("en", MARKED), "ar-xb": Words("ar", MARKED)}
"""For whoever checks pages: each sentence in brackets, from left to right and from right to left."""


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
    """Return a sentence with its blanks filled: `say("%(name)s signed in", name=...)`."""
    return spoken().say(sentence, **values)


def say_as(context: str, sentence: str, /, **values: object) -> str:
    """Return words that need a context to be understood by a translator."""
    return spoken().say_as(context, sentence, **values)


def say_many(one: str, many: str, count: int, /, **values: object) -> str:
    """Return the sentence for so many, in as many forms as the language has; its blank is `count`."""
    return spoken().say_many(one, many, count, **values)


def say_all(parts: list[str]) -> str:
    """Return "shirt, mug and pan"."""
    return spoken().all_of(parts)


def join(app: Flask) -> None:
    """Let templates say sentences."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined] # the extension adds it
        _gettext, _ngettext, newstyle=True
    )
    app.jinja_env.globals.update(say=say, say_as=say_as, say_many=say_many, say_all=say_all, spoken=spoken)


def _gettext(sentence: str) -> str:
    return spoken().catalog.gettext(sentence)


def _ngettext(one: str, many: str, count: int) -> str:
    return spoken().catalog.ngettext(one, many, count)
