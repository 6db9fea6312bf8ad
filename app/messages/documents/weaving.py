"""A message's document put together: MJML and text in a reader's language, parsed once for all shops."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from html import escape
from pathlib import Path
from typing import Any, cast

import jinja2
import mjml
from liquid import BoundTemplate

from app.lib.catalogs import IN_MESSAGES
from app.lib.words import Words
from app.messages.documents.blocks import KINDS, Holds
from app.messages.documents.document import TAG, Block, Document
from app.messages.liquid.dialect import Sandbox, sandbox

FOLDER = Path(__file__).parents[3] / "templates" / "messages"
KEPT = re.compile(r"@kept(\d+)@")
"""Stands for what MJML must not read: Liquid, and what merchants write."""
IN_SECTION = '<mj-section css-class="part" padding="32px 32px 0"><mj-column>{}</mj-column></mj-section>'
TRACK_URL = KINDS["button"].fields["url"].default
"""Where a button leads that leads nowhere else: our own page, where nobody is counted."""
DOCUMENTS = 256
"""How many documents and languages are kept."""


@dataclass(frozen=True, slots=True)
class Source:
    """One part of a message as Liquid, in no shop's colors yet: "var(--ink)"."""

    name: str
    text: str
    escapes: bool
    tree: BoundTemplate

    def parsed(self, text: str) -> BoundTemplate:
        """Return another text, as of a shop, as python-liquid has it."""
        return _environments()[self.escapes].from_string(text, self.name)


@dataclass(frozen=True, slots=True)
class Woven:
    """The parts of a message."""

    subject: Source
    text: Source
    html: Source
    sms: Source


@lru_cache(maxsize=DOCUMENTS)
def woven(document: Document, locale: str) -> Woven:
    """Return a message in a reader's language; raises what python-liquid raises."""
    words = Words(locale)
    said = document.said_in(words)
    return Woven(
        subject=_source("subject", said.subject),
        text=_source("text", _text(said, words)),
        html=_source("html", _html(said, words), escapes=True),
        sms=_source("sms", said.sms or _sms(said, words)),
    )


def _source(name: str, text: str, *, escapes: bool = False) -> Source:
    return Source(name, text, escapes, _environments()[escapes].from_string(text, name))


def _html(document: Document, words: Words) -> str:
    """Return the mail as HTML, its Liquid still in it."""
    kept = _Kept()
    blocks = [(block, _drawn(block, place, kept, words)) for place, block in enumerate(document.blocks)]
    opening = _opening(document)
    source = _part(
        "mail.mjml",
        words,
        kept.words,
        subject=kept.words(document.subject),
        preview=kept.words(document.preview),
        opening="\n".join(drawn for _, drawn in blocks[:opening]),
        rest="\n".join(
            drawn if block.rules.is_section else IN_SECTION.format(drawn) for block, drawn in blocks[opening:]
        ),
    )
    html = str(mjml.mjml2html(TAG.sub(lambda found: kept.keep(found[0]), source), fonts={}))
    return KEPT.sub(lambda found: kept.texts[int(found[1])], html)


def _opening(document: Document) -> int:
    """Return how many blocks stand in the wrap: all that may, and nothing after the first button."""
    for place, block in enumerate(document.blocks):
        if not block.rules.opens:
            return place
        if block.kind == "button":
            return place + 1
    return len(document.blocks)


def _drawn(block: Block, place: int, kept: "_Kept", words: Words) -> str:
    fields = {name: kept.field(block.fields[name], rule.holds) for name, rule in block.rules.fields.items()}
    return _part(
        f"blocks/{block.kind}.mjml",
        words,
        kept.words,
        **fields,
        above="0" if place == 0 else "24px",
        leads_away=any(block.fields.get(name) not in (None, "", TRACK_URL) for name in ("url", "link")),
    )


def _text(document: Document, words: Words) -> str:
    """Return the mail as text, its Liquid still in it."""
    blocks = [_part(f"blocks/{block.kind}.txt", words, **block.fields) for block in document.blocks]
    return _part("mail.txt", words, blocks="\n\n".join(blocks))


def _sms(document: Document, words: Words) -> str:
    """Return the text message that a mail amounts to: its heading, its day, its button's address."""
    first = {block.kind: block.fields for block in reversed(document.blocks)}
    heading = first.get("heading", {"text": document.subject, "then": ""})
    url = first.get("button", {}).get("url", "{{ track_url }}")
    return _part("sms.txt", words, **heading, url=url)


def _part(path: str, words: Words, write: Callable[[str], str] = str, **fields: object) -> str:
    """Return a part with its fields and its own sentences filled in; its Liquid stays."""
    is_ltr = words.direction == "ltr"
    return (
        _parts()
        .get_template(path)
        .render(
            fields,
            say=lambda sentence: write(words.say(sentence)),
            say_many=lambda one, many, count: write(words.say_many(one, many, count)),
            lang=words.tag,
            dir=words.direction,
            start="left" if is_ltr else "right",
            end="right" if is_ltr else "left",
        )
    )


@dataclass(slots=True)
class _Kept:
    """What is put back into the HTML as it is."""

    texts: list[str] = field(default_factory=list)

    def keep(self, text: str) -> str:
        """Return what stands for a text."""
        self.texts.append(text)
        return f"@kept{len(self.texts) - 1}@"

    def words(self, text: str, *, breaks: bool = False) -> str:
        """Return what stands for words: their letters escaped, their Liquid as it is."""
        if not text:
            return ""
        text = text.strip("\n") if breaks else text
        letters, tags = TAG.split(text), [*TAG.findall(text), ""]
        escaped = partial(_escaped, breaks=breaks)
        return self.keep("".join(escaped(part) + tag for part, tag in zip(letters, tags, strict=True)))

    def field(self, value: Any, holds: Holds) -> Any:  # noqa: ANN401 - what a block holds
        """Return a block's field as its MJML may have it."""
        match holds:
            case Holds.WORDS | Holds.URL:
                return self.words(value)
            case Holds.LINES:
                return self.words(value, breaks=True)
            case Holds.CODE:
                return self.keep(value)
            case Holds.LINKS:
                return [{name: self.words(str(text)) for name, text in link.items()} for link in value]
            case _:
                return value


def _escaped(text: str, *, breaks: bool) -> str:
    safe = escape(text)
    return safe.replace("\n", "<br>\n") if breaks else safe


@cache
def _parts() -> jinja2.Environment:
    """Return the partials, whose own tags are written [[ ]] and [% %]."""
    return jinja2.Environment(  # noqa: S701 - fields are escaped where they are kept, and text is no HTML
        loader=jinja2.FileSystemLoader(FOLDER),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **cast("dict[str, Any]", IN_MESSAGES),
    )


@cache
def _environments() -> tuple[Sandbox, Sandbox]:
    """Return Liquid for text and for HTML."""
    return sandbox(autoescape=False), sandbox(autoescape=True)
