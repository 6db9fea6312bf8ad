"""The blocks that messages are built of: what each holds, and where it stands.

Their partials lie in templates/messages/blocks: <kind>.mjml for HTML, <kind>.txt for text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.lib.words import sentence


class Holds(StrEnum):
    """What a field is, and so how it is written into HTML."""

    WORDS = "words"
    """A line for the shopper, in each language; Liquid."""
    LINES = "lines"
    """Several lines of it."""
    URL = "url"
    """An address; Liquid."""
    CODE = "code"
    """HTML and Liquid, as the merchant writes it."""
    COLOR = "color"
    """"#rrggbb"."""
    NUMBER = "number"
    """Pixels."""
    SWITCH = "switch"
    LINKS = "links"
    """A list of {name, url}."""


SAID = (Holds.WORDS, Holds.LINES)
LIQUID = (*SAID, Holds.URL, Holds.CODE)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a block holds; without a default it must be given."""

    holds: Holds
    default: object = None
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What all blocks of one kind have in common."""

    fields: Mapping[str, Field] = field(default_factory=dict)
    opens: bool = False
    """It may stand in the tinted wrap on top, which holds the answer and the one thing to do."""
    is_section: bool = False
    """Its partial brings its own columns."""
    promotes: bool = False
    """It sells: in a transactional message it may only come after what the message is about."""
    informs: bool = False
    """It tells what a transactional message is about."""


def _must(holds: Holds) -> Field:
    return Field(holds, is_required=True)


def _may(holds: Holds, default: object = "") -> Field:
    return Field(holds, default)


KINDS: Mapping[str, Kind] = {
    "heading": Kind(fields={"text": _must(Holds.WORDS), "then": _may(Holds.WORDS)}, opens=True),
    "text": Kind(fields={"title": _may(Holds.WORDS), "text": _must(Holds.LINES)}, opens=True),
    "button": Kind(
        fields={
            "text": _must(Holds.WORDS),
            "url": _may(Holds.URL, "{{ track_url }}"),
            "color": _may(Holds.COLOR),
            "text_color": _may(Holds.COLOR),
        },
        opens=True,
    ),
    "status_bar": Kind(opens=True, informs=True),
    "delivery_date": Kind(
        fields={"title": _may(Holds.WORDS, sentence("Expected arrival"))}, opens=True, informs=True
    ),
    "items": Kind(
        fields={
            "title": _may(Holds.WORDS, sentence("In your order")),
            "total": _may(Holds.SWITCH, default=False),
        },
        informs=True,
    ),
    "address": Kind(is_section=True),
    "pickup": Kind(
        fields={"title": _may(Holds.WORDS, sentence("Where it waits"))}, is_section=True, informs=True
    ),
    "image": Kind(
        fields={
            "url": _must(Holds.URL),
            "alt": _may(Holds.WORDS),
            "link": _may(Holds.URL),
            "width": _may(Holds.NUMBER, 536),
        },
        opens=True,
    ),
    "recommendations": Kind(
        fields={"title": _may(Holds.WORDS, sentence("You may also like"))}, is_section=True, promotes=True
    ),
    "review_stars": Kind(
        fields={"title": _may(Holds.WORDS, sentence("How do you like it?")), "url": _must(Holds.URL)},
    ),
    "scale": Kind(
        fields={
            "url": _must(Holds.URL),
            "low": _may(Holds.WORDS, sentence("Not at all")),
            "high": _may(Holds.WORDS, sentence("Surely")),
        },
    ),
    "discount": Kind(
        fields={"text": _must(Holds.LINES), "code": _must(Holds.WORDS), "until": _may(Holds.WORDS)},
        promotes=True,
    ),
    "social": Kind(fields={"title": _may(Holds.WORDS), "links": _must(Holds.LINKS)}),
    "spacer": Kind(fields={"height": _may(Holds.NUMBER, 24)}, opens=True),
    "raw": Kind(fields={"html": _must(Holds.CODE), "text": _may(Holds.LINES)}),
}
