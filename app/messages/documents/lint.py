"""What is wrong with a message before anybody gets it: one pure function."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from liquid.exceptions import LiquidError

from app.channels.mime import one_line
from app.channels.sms import segments
from app.lib.color import contrast
from app.lib.told import Told, tell, tell_many
from app.messages.documents import compose, markup, merge_fields, templates
from app.messages.documents.blocks import Holds
from app.messages.documents.document import Block, Document
from app.messages.liquid import blame, names
from app.messages.liquid.blame import Text
from app.messages.liquid.dialect import sandbox
from app.messages.wording import sample
from app.shops import brand
from app.shops.brand import Brand
from app.vocabulary import Category, Trigger

MOST_BYTES = 102_000
"""Of HTML; Gmail cuts off what is longer."""
MOST_SEGMENTS = 2
"""Of a text message in the sample; each is paid, and some networks bring the parts in any order."""
ITEMS = 12
"""Bought in the order that the size is measured with."""
READABLE = 4.5
"""Contrast of words, WCAG 2.2."""
PROMOTING = re.compile(r"\d+ ?%|\b(?:sale|discount|coupon|deals?|voucher)\b", re.IGNORECASE)
SHORTENED = re.compile(
    r"https?://(?:bit\.ly|tinyurl\.com|t\.co|goo\.gl|ow\.ly|is\.gd|cutt\.ly)/", re.IGNORECASE
)


class Rule(StrEnum):
    """What is looked at."""

    SYNTAX = "syntax"
    UNKNOWN_NAME = "unknown_name"
    UNKNOWN_FILTER = "unknown_filter"
    CANNOT_BE_FILLED = "cannot_be_filled"
    MISSING_ALT = "missing_alt"
    CONTRAST = "contrast"
    TOO_LARGE = "too_large"
    PROMOTION_FIRST = "promotion_first"
    PROMOTION_IN_SUBJECT = "promotion_in_subject"
    NO_UNSUBSCRIBE = "no_unsubscribe"
    NO_POSTAL_ADDRESS = "no_postal_address"
    SHORTENED_LINK = "shortened_link"
    LONG_TEXT = "long_text"


ONLY_WARNS = (Rule.CONTRAST, Rule.TOO_LARGE, Rule.SHORTENED_LINK, Rule.MISSING_ALT, Rule.LONG_TEXT)
"""A message may be published with these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and where."""

    rule: Rule
    sentence: str
    block: str = ""
    field: str = ""
    language: str = ""
    line: int = 1
    """Of the field."""

    @property
    def is_error(self) -> bool:
        """Whether the message may not be published with it."""
        return self.rule not in ONLY_WARNS


def lint(document: Document, trigger: Trigger, category: Category, look: Brand) -> list[Finding]:
    """Return all that is wrong with a message in a shop's look, in the order of its texts."""
    findings = [*_liquid(document, trigger, look), *_blocks(document, look)]
    if category is Category.TRANSACTIONAL:
        findings += _promotion(document)
    elif not look.postal_address:
        findings.append(
            Finding(
                rule=Rule.NO_POSTAL_ADDRESS,
                sentence=tell(
                    "The law wants the shop’s postal address in every offer; the brand has none yet."
                ),
            )
        )
    if not any(finding.is_error for finding in findings):
        findings += _whole(document, trigger, category, look)
    return findings


def _liquid(document: Document, trigger: Trigger, look: Brand) -> Iterator[Finding]:
    environment = sandbox(autoescape=True)
    parsed = []
    for text in blame.texts(document):
        try:
            parsed.append((text, environment.from_string(text.source)))
        except LiquidError as error:
            yield _found(Rule.SYNTAX, blame.said(error), text, blame.line_of(error))
        if SHORTENED.search(text.source):
            sentence = tell("Mailboxes distrust shortened links; give the whole address.")
            yield _found(Rule.SHORTENED_LINK, sentence, text)
    known = merge_fields.of(sample.letter(trigger, document, look))
    unknown, strange = names.Known.of(known, [template for _, template in parsed]), environment.filters
    for text, template in parsed:
        for name, line in unknown.missing(template):
            yield _found(Rule.UNKNOWN_NAME, name, text, line)
        for name, line in names.filters(template):
            if name not in strange:
                yield _found(
                    Rule.UNKNOWN_FILTER, tell("There is no filter %(name)s.", name=repr(name)), text, line
                )


def _blocks(document: Document, look: Brand) -> Iterator[Finding]:
    for block in document.blocks:
        if block.kind == "image" and not block.fields["alt"]:
            yield Finding(
                rule=Rule.MISSING_ALT,
                sentence=tell("Say what the picture shows, for whoever does not see it."),
                block=block.id,
                field="alt",
            )
        if block.kind == "button":
            yield from _button(block, look)
        for name, rule in block.rules.fields.items():
            if rule.holds is Holds.CODE:
                yield from _code(block, name, look)


def _button(block: Block, look: Brand) -> Iterator[Finding]:
    ours = brand.tokens(look.color)
    fill, label = block.fields["color"] or ours["brand"], block.fields["text_color"] or ours["on-brand"]
    sentence = _hard_to_read(label, fill)
    if sentence:
        yield Finding(rule=Rule.CONTRAST, sentence=sentence, block=block.id, field="text_color")


def _code(block: Block, name: str, look: Brand) -> Iterator[Finding]:
    seen = markup.read(block.fields[name])
    for line in seen.pictures_without_alt:
        what = tell('A picture has no alt: say what it shows, or alt="" where it only decorates.')
        yield Finding(rule=Rule.MISSING_ALT, sentence=what, block=block.id, field=name, line=line)
    paper = brand.tokens(look.color)["paper"]
    for line, color, background in seen.colors:
        sentence = _hard_to_read(color, background or paper)
        if sentence:
            yield Finding(rule=Rule.CONTRAST, sentence=sentence, block=block.id, field=name, line=line)


def _hard_to_read(color: str, behind: str) -> Told | None:
    ratio = contrast(color, behind)
    if ratio >= READABLE:
        return None
    return tell(
        "%(color)s on %(behind)s is hard to read: %(ratio)s to 1, and %(wanted)s is wanted.",
        color=color,
        behind=behind,
        ratio=f"{ratio:.1f}",
        wanted=READABLE,
    )


def _promotion(document: Document) -> Iterator[Finding]:
    informed = False
    for block in document.blocks:
        informed = informed or block.rules.informs
        if block.rules.promotes and not informed:
            yield Finding(
                rule=Rule.PROMOTION_FIRST,
                sentence=tell("An order’s message may sell only after its status, its day or its items."),
                block=block.id,
            )
    for language, subject in _subjects(document):
        if PROMOTING.search(subject):
            yield Finding(
                rule=Rule.PROMOTION_IN_SUBJECT,
                sentence=tell("The subject of an order’s message may not advertise: it would need consent."),
                field="subject",
                language=language,
            )


def _subjects(document: Document) -> Iterator[tuple[str, str]]:
    yield "", document.subject
    for language, own in document.languages.items():
        yield language, str(own.get("subject") or "")


def _whole(document: Document, trigger: Trigger, category: Category, look: Brand) -> Iterator[Finding]:
    told = sample.letter(trigger, document, look, items=ITEMS)
    data = merge_fields.of(told)
    template = templates.template(document, look, told.calendar.locale)
    try:
        for piece in (template.subject, template.text):
            piece.fill(data)
        text = template.sms.fill(data)
        html = template.html.fill(data)
    except (LiquidError, ValueError, TypeError, LookupError, ArithmeticError) as error:
        fault = blame.find(document, data)
        if fault is None:
            yield Finding(rule=Rule.CANNOT_BE_FILLED, sentence=type(error).__name__)
        else:
            yield _found(Rule.CANNOT_BE_FILLED, fault.sentence, fault.text, fault.line)
        return
    yield from _texts(document, trigger, look, text)
    size = len(html.encode())
    if size > MOST_BYTES:
        sentence = tell(
            "With %(items)s items it is %(size)s kB; Gmail cuts off what is over %(most)s kB.",
            items=ITEMS,
            size=size // 1000,
            most=MOST_BYTES // 1000,
        )
        yield Finding(rule=Rule.TOO_LARGE, sentence=sentence)
    if category is Category.MARKETING and told.preferences_url not in html:
        sentence = tell("Every offer must say how to get no more of them.")
        yield Finding(rule=Rule.NO_UNSUBSCRIBE, sentence=sentence)


def _texts(document: Document, trigger: Trigger, look: Brand, ours: str) -> Iterator[Finding]:
    """Measure the text message, and that of each language that the shop has written for."""
    said = {"": ours}
    for language in document.languages:
        told = sample.letter(trigger, document, look, locale=language)
        try:
            said[language] = compose.text_message(told)
        except compose.Unrenderable as error:
            sentence = error.sentence
            yield Finding(rule=Rule.CANNOT_BE_FILLED, sentence=sentence, field="sms", language=language)
    for language, text in said.items():
        size = segments.measure(segments.plain(one_line(text)))
        if size.segments > MOST_SEGMENTS:
            sentence = tell_many(
                "As a text it takes %(count)s segment (%(encoding)s), each of which is paid.",
                "As a text it takes %(count)s segments (%(encoding)s), each of which is paid.",
                size.segments,
                encoding=size.encoding,
            )
            yield Finding(rule=Rule.LONG_TEXT, sentence=sentence, field="sms", language=language)


def _found(rule: Rule, sentence: str, text: Text, line: int = 1) -> Finding:
    return Finding(
        rule=rule, sentence=sentence, block=text.block, field=text.field, language=text.language, line=line
    )
