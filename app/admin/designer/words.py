"""What the designer of the tracking page calls its parts, moments and fields."""

from collections.abc import Mapping
from typing import NamedTuple

from app.tracking.page.designs import Moment
from app.tracking.page.sections import Section, When


class Label(NamedTuple):
    """What a field is called, and what it is for."""

    name: str
    hint: str = ""


SECTIONS: Mapping[Section, Label] = {
    Section.FEEDBACK: Label(
        "How did the delivery go?", "Five faces, once it has arrived, beside the answer."
    ),
    Section.EVERY_STEP: Label("Tell me every step", "For shoppers who want to hear of each one."),
    Section.ITEMS: Label("What is in it", "The things with pictures, where it goes, and a page to share."),
    Section.UPDATES: Label("Updates", "Every scan in plain words, newest first, and the carrier’s own."),
    Section.OWN: Label("Your own part", "Words, links and products of yours."),
    Section.HELP: Label("Answers, and report a problem", "The questions of the moment, answered."),
}
WHEN: Mapping[When, str] = {
    When.ALWAYS: "Always",
    When.CALM: "While nothing is wrong",
    When.BEFORE: "Until it has arrived",
    When.AFTER: "Once it has arrived",
    When.NEVER: "Never",
}
MOMENTS: Mapping[Moment, str] = {
    Moment.ORDERED: "Ordered",
    Moment.PACKED: "Packed",
    Moment.MOVING: "On its way",
    Moment.LATE: "Late",
    Moment.STUCK: "Stuck",
    Moment.HELD: "Held",
    Moment.OUT: "Today",
    Moment.MISSED: "Missed",
    Moment.COLLECT: "To collect",
    Moment.RETURNING: "Coming back",
    Moment.DELIVERED: "Delivered",
    Moment.CANCELLED: "Cancelled",
}
BRAND: Mapping[str, Label] = {
    "logo_url": Label("Logo", "An address that begins with https://. Empty: your name."),
    "name": Label("Name", "Empty: the name of your store."),
}
CONTACT: Mapping[str, Label] = {
    "support_email": Label("Where shoppers write to", "Also what they answer to when they answer a mail."),
    "help_url": Label("Your help pages", "Begins with https://."),
    "privacy_url": Label("Your privacy policy", "Begins with https://."),
    "legal_name": Label("Who is responsible", "At the foot of every page and mail. Empty: your name."),
    "postal_address": Label("Postal address", "The law wants it in every offer."),
}
LONGEST = 300
"""Characters of one of these."""
