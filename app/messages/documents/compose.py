"""What a message says: gathered inside a transaction as plain data, rendered outside it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from liquid.exceptions import LiquidError

from app.channels.base import Mail, Push, Text
from app.channels.mime import one_line
from app.channels.receipts.base import ref_of
from app.channels.sms import segments
from app.lib.config import settings
from app.lib.told import tell
from app.lib.words import sentence
from app.messages.documents import merge_fields, templates
from app.messages.documents.templates import Template
from app.messages.letters.letter import Letter, gather
from app.messages.liquid import blame
from app.vocabulary import Category

__all__ = ["Letter", "Unrenderable", "gather", "push", "render", "text", "text_message"]

UNFIT = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What is raised by data that does not fit."""
GAPS = re.compile(r"\n\s*\n")
REPLY_STOP = sentence("Reply STOP to end them.")
STOP_THERE = sentence("No more of them: %(url)s")


class Unrenderable(Exception):
    """The template cannot be filled; `sentence` says where, and holds no personal data."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def render(letter: Letter) -> Mail:
    """Return the mail of a letter; raises Unrenderable."""
    data = fields_of(letter)
    with _faults_told(letter, data):
        template = _template(letter)
        subject = one_line(template.subject.fill(data))
        text, html = _tidy(template.text.fill(data)), template.html.fill(data)
    if not subject:
        raise Unrenderable(tell("%(message)s: the subject is empty", message=letter.trigger.value))
    return Mail(
        to=letter.to,
        sender=f"{letter.brand.name} <{settings().mail_from}>",
        reply_to=letter.brand.support_email,
        subject=subject,
        text=text,
        html=html,
        message_id=letter.message_id,
        headers={
            "List-Unsubscribe": f"<{letter.preferences_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def text(letter: Letter, *, hears_replies: bool) -> Text:
    """Return the text message of a letter with the way out of them; raises Unrenderable.

    `hears_replies`: its sender is a number, which can be answered.
    """
    words = segments.plain(text_message(letter))
    return Text(
        to=letter.to,
        words=_with_way_out(words, letter, hears_replies=hears_replies),
        ref=ref_of(letter.message_id),
    )


def push(letter: Letter) -> Push:
    """Return the notification of a letter: the shop, and the subject of its mail; raises Unrenderable."""
    if letter.browser is None:
        raise Unrenderable(tell("the browser is forgotten"))
    data = fields_of(letter)
    with _faults_told(letter, data):
        words = one_line(_template(letter).subject.fill(data))
    return Push(
        to=letter.browser,
        title=letter.brand.name,
        words=words,
        url=letter.track_url,
        ref=ref_of(letter.message_id),
    )


def _with_way_out(words: str, letter: Letter, *, hears_replies: bool) -> str:
    """Say how to end them on every offer, where a reply is not heard, and wherever that costs no segment."""
    say = letter.calendar.words.say
    way = say(REPLY_STOP) if hears_replies else say(STOP_THERE, url=letter.preferences_url)
    both = segments.plain(f"{words} {way}")
    must = letter.category is Category.MARKETING or not hears_replies
    return both if must or segments.measure(both).segments == segments.measure(words).segments else words


def text_message(letter: Letter) -> str:
    """Return a letter as a text message: its sentence, its day and its link; raises Unrenderable."""
    data = fields_of(letter)
    with _faults_told(letter, data):
        text = one_line(_template(letter).sms.fill(data))
    if not text:
        raise Unrenderable(tell("%(message)s: the text message is empty", message=letter.trigger.value))
    return text


def _template(letter: Letter) -> Template:
    return templates.template(letter.document, letter.brand, letter.calendar.locale)


def fields_of(letter: Letter) -> Mapping[str, Any]:
    """Return what a letter's templates may name; raises Unrenderable."""
    try:
        return merge_fields.of(letter)
    except UNFIT as error:  # one that cannot be told holds up none that can
        raise Unrenderable(f"{letter.trigger}: {type(error).__name__}") from error


@contextmanager
def _faults_told(letter: Letter, data: Mapping[str, Any]) -> Iterator[None]:
    """Raise Unrenderable where a template cannot be made or filled: which field, and on which line."""
    try:
        yield
    except (LiquidError, *UNFIT) as error:
        fault = blame.find(letter.document, data)
        raise Unrenderable(fault.told if fault else type(error).__name__) from error


def _tidy(text: str) -> str:
    """Return a text without the gaps that empty blocks leave."""
    return GAPS.sub("\n\n", text).strip() + "\n"
