"""What a reader would be shown of a letter, in every form at once: for whoever writes its message."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from liquid.exceptions import LiquidError

from app.channels.sms import segments
from app.channels.sms.segments import Size
from app.messages.documents import compose
from app.messages.letters.letter import Letter
from app.messages.liquid.dialect import Sandbox, sandbox

DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
LIGHT = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*light\s*\)", re.IGNORECASE)
HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
STAYS = '<base target="_blank">'
"""A link opens elsewhere, and so, in a frame that opens nothing, leads nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A letter as it arrives."""

    subject: str = ""
    preview: str = ""
    """What a mailbox shows beside the subject."""
    html: str = ""
    text: str = ""
    sms: str = ""
    size: Size | None = None
    """What the text message takes."""
    failure: str = ""
    """Why it cannot be written; then nothing else is here."""


class Filler:
    """Fills single texts of a message with what its letter tells."""

    def __init__(self, letter: Letter) -> None:
        self._data: Mapping[str, Any] = {}
        with suppress(compose.Unrenderable):  # then nothing that it tells can be filled in
            self._data = compose.fields_of(letter)

    def said(self, source: str) -> str | None:
        """Return what a text says; None where it cannot be filled."""
        try:
            return _environment().from_string(source).render(self._data)
        except (LiquidError, *compose.UNFIT):
            return None


@cache
def _environment() -> Sandbox:
    return sandbox(autoescape=False)


def of(letter: Letter) -> Shown:
    """Return a letter as it arrives; says why where it cannot be written."""
    try:
        mail = compose.render(letter)
        text = compose.text(letter, hears_replies=True).words
    except compose.Unrenderable as error:
        return Shown(failure=error.sentence)
    preview = letter.document.said_in(letter.calendar.words).preview
    return Shown(
        subject=mail.subject,
        preview=Filler(letter).said(preview) or "",
        html=mail.html,
        text=mail.text,
        sms=text,
        size=segments.measure(text),
    )


def framed(html: str, *, dark: bool) -> str:
    """Return a mail as a frame shows it: by day or by night, whatever the window's own colors are."""
    html = DARK.sub("@media all" if dark else "@media not all", html)
    html = LIGHT.sub("@media not all" if dark else "@media all", html)
    return HEAD.sub(lambda found: found[0] + STAYS, html, count=1)
