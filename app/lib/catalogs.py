"""Keeps the catalogs of sentences in step with the code: `python -m app.lib.catalogs`, or `make words`."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import yaml
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.lib.words import CATALOGS, MERCHANTS, SHOPPERS, languages, po_file

ROOT = Path(__file__).parent.parent.parent
IN_MESSAGES = {
    "block_start_string": "[%",
    "block_end_string": "%]",
    "variable_start_string": "[[",
    "variable_end_string": "]]",
    "comment_start_string": "[#",
    "comment_end_string": "#]",
}
"""How the parts of messages are told from the Liquid and the MJML in them."""
SAID = ("subject", "preview", "sms", "text", "then", "title", "alt", "until", "low", "high")
"""The fields of a message's document that hold sentences."""
SAY = {
    "say": None,
    "sentence": None,
    "say_as": ((1, "c"), 2),
    "say_many": (1, 2),
}
"""The functions that sentences are handed to, and which of their arguments are sentences."""
SAY_TO_MERCHANTS = {**SAY, "gettext": None, "ngettext": (1, 2)}
"""`{% trans %}` in a template is a call of `gettext` or `ngettext`."""
WIDTH = 110


def of_document(
    file: IO[bytes], _keywords: object, _tags: object, **_options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield the sentences of a message's document: its fields that are said as they are written."""
    document = yaml.safe_load(file)
    for part in (document, *document["blocks"]):
        for name, text in part.items():
            if name in SAID and isinstance(text, str) and "{{" not in text and "{%" not in text:
                yield (1, "sentence", text, [])


class Source(NamedTuple):
    """A folder with sentences in its files."""

    folder: str
    files: list[tuple[str, Any]]
    """Patterns, the first that fits counts, and how sentences are found: babel takes a function, too."""
    options: dict[str, dict[str, Any]]
    said_by: dict[str, Any]


KEPT = "Kept in English, and found again"
"""A note at sentences that are said of a text that was written before: `app/lib/retelling.py`."""
MARKED_BELOW = {"merchant_sentence": None, "tell": None, "tell_as": ((1, "c"), 2), "tell_many": (1, 2)}
CODE_BELOW: list[tuple[str, Any]] = [("admin/**.py", "ignore"), ("**.py", "python")]
SOURCES = {
    SHOPPERS: (
        Source("app", CODE_BELOW, {}, SAY),
        Source("templates/storefront", [("**.html", "jinja2")], {}, SAY),
        Source(
            "templates/messages",
            [("**.mjml", "jinja2"), ("**.txt", "jinja2"), ("**.yaml", of_document)],
            {"**.mjml": IN_MESSAGES, "**.txt": IN_MESSAGES},
            SAY,
        ),
    ),
    MERCHANTS: (
        Source("app", [("**.py", "python")], {}, MARKED_BELOW),
        Source("jobs", [("**.py", "python")], {}, MARKED_BELOW),
        Source("app/admin", [("**.py", "python")], {}, SAY_TO_MERCHANTS),
        Source(
            "templates/admin", [("**.html", "jinja2")], {"**.html": {"trimmed": "true"}}, SAY_TO_MERCHANTS
        ),
    ),
}


def extract(told_to: str = SHOPPERS) -> Catalog:
    """Return every sentence that the code and the templates say to shoppers, or to merchants."""
    found = Catalog(project="Doorstep", charset="utf-8")
    for folder, methods, options, said_by in SOURCES[told_to]:
        for file, _, message, comments, context in extract_from_dir(
            ROOT / folder,
            methods,
            options,
            keywords=said_by,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        ):
            place = (f"{folder}/{file}", 1)
            notes = [*comments, KEPT] if said_by is MARKED_BELOW else comments
            found.add(message, None, [place], auto_comments=notes, context=context)
    return found


def read(language: str, told_to: str = SHOPPERS) -> Catalog:
    """Return the sentences of a language as they are written."""
    path = po_file(language, told_to)
    if not path.exists():
        return Catalog(locale=CATALOGS[language], project="Doorstep")
    with path.open("rb") as file:
        return read_po(file, locale=CATALOGS[language])


def missing(language: str, told_to: str = SHOPPERS) -> Iterator[str]:
    """Return the sentences that a language does not say yet."""
    catalog = read(language, told_to)
    for message in extract(told_to):
        said = catalog.get(message.id, message.context)
        if message.id and (said is None or said.fuzzy or not said.string or not all(said.string)):
            yield str(message.id)


def update(language: str, told_to: str = SHOPPERS) -> None:
    """Write the sentences that the code says to a language's file, and drop those that it no longer says."""
    catalog = read(language, told_to)
    catalog.update(extract(told_to), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    path = po_file(language, told_to)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=WIDTH, sort_by_file=True, include_lineno=False, omit_header=False)


def main() -> None:
    """Bring every catalog up to date, and print what is left to translate."""
    for language in CATALOGS:
        _bring(language, SHOPPERS)
    for language in languages(MERCHANTS):
        _bring(language, MERCHANTS)


def _bring(language: str, told_to: str) -> None:
    update(language, told_to)
    left = list(missing(language, told_to))
    print(f"{language}, {told_to}: {f'{len(left)} to translate' if left else 'complete'}")  # noqa: T201 - its answer
    for text in left:
        print(f"    {text}")  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
