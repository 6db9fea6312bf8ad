"""What a message says: gathered inside a transaction as plain data, rendered outside it."""

import re
from collections.abc import Mapping
from typing import Any

from liquid.exceptions import LiquidError

from app.channels.base import Mail
from app.channels.mime import one_line
from app.lib.config import settings
from app.messages import merge_fields, templates
from app.messages.letter import Letter, gather
from app.messages.templates import Piece, Template

__all__ = ["Letter", "Unrenderable", "gather", "render", "text_message"]

GAPS = re.compile(r"\n\s*\n")


class Unrenderable(Exception):
    """The template cannot be filled; the sentence says where, and holds no personal data."""


def render(letter: Letter) -> Mail:
    """Return the mail of a letter; raises Unrenderable."""
    template, data = _template(letter), merge_fields.of(letter)
    subject = one_line(_fill(template.subject, data))
    if not subject:
        raise Unrenderable(f"{letter.trigger}: the subject is empty")
    return Mail(
        to=letter.to,
        sender=f"{letter.brand.name} <{settings().mail_from}>",
        reply_to=letter.brand.support_email,
        subject=subject,
        text=_tidy(_fill(template.text, data)),
        html=_fill(template.html, data),
        message_id=letter.message_id,
        headers={
            "List-Unsubscribe": f"<{letter.preferences_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def text_message(letter: Letter) -> str:
    """Return a letter as a text message: its sentence, its day and its link; raises Unrenderable."""
    text = one_line(_fill(_template(letter).sms, merge_fields.of(letter)))
    if not text:
        raise Unrenderable(f"{letter.trigger}: the text message is empty")
    return text


def _template(letter: Letter) -> Template:
    return templates.template(letter.document, letter.brand, letter.calendar.locale)


def _fill(piece: Piece, data: Mapping[str, Any]) -> str:
    """Return what a part of a message says; raises Unrenderable."""
    try:
        return piece.fill(data)
    except (LiquidError, ValueError, TypeError, LookupError) as error:
        where = error.context() if isinstance(error, LiquidError) else None
        line = f", line {where[0]}" if where else ""
        raise Unrenderable(f"{type(error).__name__} in {piece.name}{line}") from error


def _tidy(text: str) -> str:
    """Return a text without the gaps that empty blocks leave."""
    return GAPS.sub("\n\n", text).strip() + "\n"
