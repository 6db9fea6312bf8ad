"""What of a message its editor shows: all of it stands in the page's address."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from flask import request
from sqlalchemy.orm import Session

from app.lib.words import CATALOGS, ENGLISH
from app.messages.documents.document import Document
from app.messages.letters.letter import Letter
from app.messages.wording import specimens
from app.messages.wording.specimens import Specimen
from app.shops import brand
from app.shops.models import Shop
from app.vocabulary import Trigger

LONGEST = 200
NUMBER = re.compile(r"[1-9][0-9]{0,17}")


class View(StrEnum):
    """In which form a message is looked at."""

    DESKTOP = "desktop"
    PHONE = "phone"
    DARK = "dark"
    TEXT = "text"
    SMS = "sms"


class Panel(StrEnum):
    """What stands beside the preview, where it is no block."""

    ENVELOPE = "envelope"
    """Subject, the line beside it, and the text message."""
    ADD = "add"
    """A block that must be filled in before it can stand."""
    TEST = "test"
    VERSIONS = "versions"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is being looked at."""

    panel: Panel = Panel.ENVELOPE
    block: str = ""
    """The block that is being written; empty: `panel` is shown."""
    view: View = View.DESKTOP
    filled: str = Specimen.USUAL
    """With which letter: a specimen, or the number of a message."""
    language: str = ""
    """In which the words are written and shown; empty: the message's own."""

    @classmethod
    def asked(cls) -> Self:
        """Return what the request asks for; what makes no sense is as usual."""
        value = request.values.get
        filled, language = value("with", ""), value("lang", "")
        panel, view = value("panel", ""), value("view", "")
        return cls(
            panel=next((it for it in Panel if it == panel), Panel.ENVELOPE),
            block=value("block", "")[:LONGEST],
            view=next((it for it in View if it == view), View.DESKTOP),
            filled=filled if filled in set(Specimen) or NUMBER.fullmatch(filled) else Specimen.USUAL,
            language=language if language == ENGLISH or language in CATALOGS else "",
        )

    def beside(self, panel: Panel) -> Self:
        """Return the same with a panel in view; a block that is being written stays."""
        return replace(self, panel=panel)

    def args(self, **changed: object) -> Mapping[str, str | None]:
        """Return the parameters of an address that shows this, but for what is changed."""
        it = replace(self, **changed)  # type: ignore[arg-type] # fields of a state, named by our own templates
        return {
            "panel": it.panel if not it.block and it.panel != Panel.ENVELOPE else None,
            "block": it.block or None,
            "view": it.view if it.view != View.DESKTOP else None,
            "with": it.filled if it.filled != Specimen.USUAL else None,
            "lang": it.language or None,
        }


def letter(  # noqa: PLR0913, PLR0917 - what one letter is made of
    session: Session, shop: Shop, trigger: Trigger, document: Document, filled: str, language: str
) -> Letter:
    """Return the letter that a message is shown as.

    A usual one where a real one is gone, or its reader does not read the language that is asked for.
    """
    if filled.isdecimal():
        with suppress(LookupError):
            told = specimens.real(session, shop, trigger, document, int(filled))
            if language in ("", told.calendar.words.language):
                return told
        filled = Specimen.USUAL
    things = specimens.shelf(session, shop.id)
    return specimens.letter(trigger, document, brand.of(shop), Specimen(filled), language, things)
