"""One change to a message as plain data: a block added, moved, rewritten or left out; pure.

What comes out may be no message yet (a field is empty that must not be): Document.of says so.
"""

from collections.abc import Mapping
from typing import Any

from app.lib.words import sentence
from app.messages.documents.blocks import KINDS
from app.messages.documents.document import NAMES, Document

Data = dict[str, Any]

STARTERS: Mapping[str, Mapping[str, Any]] = {
    "heading": {"text": "{{ message.headline }}"},
    "text": {"text": "{{ message.lead }}"},
    "button": {"text": sentence("Follow my order")},
    "review_stars": {"url": "{{ track_url }}"},
    "scale": {"url": "{{ track_url }}"},
    "discount": {
        "text": "{{ discount.words }}",
        "code": "{{ discount.code }}",
        "until": "{{ discount.until }}",
    },
    "raw": {"html": "<p>{{ message.lead }}</p>"},
}
"""What a new block says, where it must say something; who adds it goes on from there."""


def starts_full(kind: str) -> bool:
    """Tell whether a new block of a kind can stand as it is: nothing has to be entered first."""
    given = STARTERS.get(kind, {})
    return all(not field.is_required or name in given for name, field in KINDS[kind].fields.items())


def added(document: Document, kind: str, fields: Mapping[str, Any], after: str | None) -> tuple[Data, str]:
    """Return the message with one more block after another, or at the end; and what the block is called."""
    data = document.data()
    ident = _free_name(document, kind)
    place = _place(document, after) + 1 if after is not None else len(document.blocks)
    data["blocks"].insert(place, {"id": ident, "kind": kind, **STARTERS.get(kind, {}), **fields})
    return data, ident


def moved(document: Document, ident: str, place: int) -> Data:
    """Return the message with a block at a place, from 0; the nearest there is."""
    data = document.data()
    block = data["blocks"].pop(_place(document, ident))
    data["blocks"].insert(max(0, min(place, len(data["blocks"]))), block)
    return data


def without(document: Document, ident: str) -> Data:
    """Return the message without a block, and without what other languages say in it."""
    data = document.data()
    del data["blocks"][_place(document, ident)]
    return data | _languages(_other_words(document, ident, None))


def rewritten(document: Document, ident: str, fields: Mapping[str, Any], language: str = "") -> Data:
    """Return the message with other fields in a block, or with other words in it in one language."""
    data = document.data()
    if language:
        said = {name: value for name, value in fields.items() if value}
        return data | _languages(_other_words(document, ident, said, only=language))
    place = _place(document, ident)
    block = document.blocks[place]
    data["blocks"][place] = {"id": block.id, "kind": block.kind, **fields}
    return data


def renamed(document: Document, names: Mapping[str, str], language: str = "") -> Data:
    """Return the message with another subject, preview and text message, or with others in one language."""
    data = document.data()
    if not language:
        return {**data, **{name: names.get(name, "") for name in NAMES}}
    own = dict(document.languages.get(language, {}))
    for name in NAMES:
        own.pop(name, None)
        if names.get(name):
            own[name] = names[name]
    return data | _languages({**document.languages, language: own})


def _other_words(
    document: Document, ident: str, said: Mapping[str, str] | None, only: str = ""
) -> Mapping[str, Mapping[str, Any]]:
    """Return the languages with other words in a block, or with none."""
    found = {language: dict(own) for language, own in document.languages.items()}
    for language in [only] if only else list(found):
        own = found.setdefault(language, {})
        blocks = {it: words for it, words in (own.get("blocks") or {}).items() if it != ident}
        own["blocks"] = blocks | ({ident: dict(said)} if said else {})
    return found


def _languages(spoken: Mapping[str, Mapping[str, Any]]) -> Data:
    """Return what a message has of other languages: those in which anything is said."""
    kept = {}
    for language, own in spoken.items():
        said = {name: value for name, value in own.items() if value}
        if said:
            kept[language] = said
    return {"languages": kept}


def _place(document: Document, ident: str) -> int:
    """Return where a block stands, from 0; raises LookupError."""
    for place, block in enumerate(document.blocks):
        if block.id == ident:
            return place
    raise LookupError(ident)


def _free_name(document: Document, kind: str) -> str:
    """Return a name that no block has, nor had words in another language."""
    taken = {block.id for block in document.blocks}
    number = 1
    while (name := kind if number == 1 else f"{kind}-{number}") in taken:
        number += 1
    return name
