"""Which field of a message cannot be filled, and on which of its lines; without the shopper's data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liquid import RenderContext
from liquid.exceptions import LiquidError, LiquidSyntaxError, UndefinedError, UnknownFilterError
from liquid.output import LimitedStringIO

from app.lib.told import Told, tell
from app.messages.documents.blocks import LIQUID, Holds
from app.messages.documents.document import NAMES, Document
from app.messages.liquid.dialect import Sandbox, sandbox

OF_THE_TEMPLATE = (LiquidSyntaxError, UndefinedError, UnknownFilterError)
"""Errors whose sentence quotes the template, and nothing that it was filled with."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a message that may hold Liquid."""

    block: str
    """Empty: it is the message's own."""
    field: str
    source: str
    holds: Holds
    language: str = ""
    """Empty: the language that the message is written in."""

    @property
    def place(self) -> str:
        """How to tell a person where it is."""
        known = {"block": self.block, "field": self.field, "language": self.language}
        match bool(self.block), bool(self.language):
            case True, True:
                return tell("block “%(block)s”, %(field)s in “%(language)s”", **known)
            case True, False:
                return tell("block “%(block)s”, %(field)s", **known)
            case False, True:
                return tell("the %(field)s in “%(language)s”", **known)
            case _:
                return tell("the %(field)s", **known)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a text."""

    text: Text
    line: int
    sentence: str

    @property
    def told(self) -> Told:
        """Where it is, and what is wrong."""
        return tell(
            "%(place)s, line %(line)s: %(problem)s",
            place=self.text.place,
            line=self.line,
            problem=self.sentence,
        )

    def __str__(self) -> str:
        return str(self.told)


def texts(document: Document) -> Iterator[Text]:
    """Yield every text of a message, in the order in which they are filled; other languages last."""
    for name in NAMES:
        yield Text("", name, getattr(document, name), Holds.WORDS)
    holds = {
        (block.id, name): rule.holds for block in document.blocks for name, rule in block.rules.fields.items()
    }
    for block in document.blocks:
        for name, value in block.fields.items():
            if holds[block.id, name] in LIQUID and value:
                yield Text(block.id, name, str(value), holds[block.id, name])
    for language, own in document.languages.items():
        for name in NAMES:
            yield Text("", name, str(own.get(name) or ""), Holds.WORDS, language)
        for ident, fields in (own.get("blocks") or {}).items():
            for name, value in fields.items():
                yield Text(ident, name, str(value), holds[ident, name], language)


def find(document: Document, data: Mapping[str, Any]) -> Fault | None:
    """Return the first text of a message that cannot be filled with this; None, where each by itself can."""
    environment = sandbox(autoescape=True)
    context = RenderContext(environment.from_string(""), globals=data)
    for text in texts(document):
        if text.language:
            context = RenderContext(environment.from_string(""), globals=data)
        try:
            parsed = environment.from_string(text.source)
            parsed.render_with_context(context, LimitedStringIO(limit=Sandbox.output_stream_limit))
        except LiquidError as error:
            return Fault(text, line_of(error), said(error))
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
            return Fault(text, 1, type(error).__name__)
    return None


def line_of(error: LiquidError) -> int:
    """Return the line that an error stands on, from 1."""
    context = error.context()
    return context[0] if context else 1


def said(error: LiquidError) -> str:
    """Return what is wrong, without anything that the template was filled with."""
    known = isinstance(error, OF_THE_TEMPLATE) and error.args
    return str(error.args[0]) if known else type(error).__name__
