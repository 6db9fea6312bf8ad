"""A message's templates in a shop's look and a reader's language, ready to be filled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import yaml
from liquid import BoundTemplate

from app.lib.words import Words
from app.messages.documents.document import Document
from app.messages.documents.weaving import FOLDER, Source, woven
from app.messages.liquid.program import Program, flatten
from app.messages.liquid.slots import GIVES_WAY
from app.shops import brand
from app.shops.brand import Brand
from app.vocabulary import Trigger

COLOR = re.compile(r"var\(--(dark-)?([\w-]+)\)")
LOOKS = 512
"""How many templates are kept; one takes about 100 kB."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a message, ready to be filled."""

    origin: Source
    color: str
    program: Program

    @property
    def name(self) -> str:
        """Which part it is: "subject", "text", "html" or "sms"."""
        return self.origin.name

    @property
    def source(self) -> str:
        """Its Liquid."""
        return painted(self.origin.text, self.color)

    def fill(self, data: Mapping[str, Any]) -> str:
        """Return what it says; raises what python-liquid raises."""
        try:
            return self.program.run(data)
        except GIVES_WAY:
            return self.parsed().render(data)

    def parsed(self) -> BoundTemplate:
        """Return it as python-liquid has it: slower, and never wrong."""
        return self.origin.parsed(self.source)


@dataclass(frozen=True, slots=True)
class Template:
    """A message, ready to be filled with what it tells."""

    subject: Piece
    text: Piece
    html: Piece
    sms: Piece


@cache
def default(trigger: Trigger) -> Document:
    """Return what a trigger's messages say where the merchant has not written another."""
    return Document.of(yaml.safe_load((FOLDER / f"{trigger}.yaml").read_text()))


@lru_cache(maxsize=LOOKS)
def template(document: Document, look: Brand, locale: str) -> Template:
    """Return the templates of a message in a shop's look and a reader's language."""
    parts = woven(document, locale)
    known = {"shop": shop(look), "language": Words(locale).tag}

    def piece(source: Source) -> Piece:
        program = flatten(source.tree, known, lambda text: painted(text, look.color))
        return Piece(source, look.color, program)

    return Template(
        subject=piece(parts.subject), text=piece(parts.text), html=piece(parts.html), sms=piece(parts.sms)
    )


def shop(look: Brand) -> dict[str, Any]:
    """Return what a template may name of the shop: the same in all its messages."""
    return {
        "name": look.name,
        "url": look.url,
        "logo_url": look.logo_url,
        "legal_line": look.legal_line,
    }


def painted(text: str, color: str) -> str:
    """Return a text with the shop's colors, for light and for dark."""
    shades = {"": brand.tokens(color), "dark-": brand.tokens(color, dark=True)}
    return COLOR.sub(lambda found: shades[found[1] or ""].get(found[2], found[0]), text)
