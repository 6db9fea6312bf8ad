"""What the designer of the tracking page calls its parts, moments and fields."""

from collections.abc import Mapping
from typing import NamedTuple

from app.lib.words import sentence
from app.tracking.page.designs import Moment
from app.tracking.page.sections import Section, When


class Label(NamedTuple):
    """What a field is called, and what it is for."""

    name: str
    hint: str = ""


SECTIONS: Mapping[Section, Label] = {
    Section.FEEDBACK: Label(
        sentence("How did the delivery go?"), sentence("Five faces, once it has arrived, beside the answer.")
    ),
    Section.EVERY_STEP: Label(
        sentence("Tell me every step"), sentence("For shoppers who want to hear of each one.")
    ),
    Section.ITEMS: Label(
        sentence("What is in it"), sentence("The things with pictures, where it goes, and a page to share.")
    ),
    Section.UPDATES: Label(
        sentence("Updates"), sentence("Every scan in plain words, newest first, and the carrier’s own.")
    ),
    Section.OWN: Label(sentence("Your own part"), sentence("Words, links and products of yours.")),
    Section.HELP: Label(
        sentence("Answers, and report a problem"), sentence("The questions of the moment, answered.")
    ),
}
WHEN: Mapping[When, str] = {
    When.ALWAYS: sentence("Always"),
    When.CALM: sentence("While nothing is wrong"),
    When.BEFORE: sentence("Until it has arrived"),
    When.AFTER: sentence("Once it has arrived"),
    When.NEVER: sentence("Never"),
}
WHEN_NOW: Mapping[When, str] = {
    When.ALWAYS: sentence("“%(part)s”: always"),
    When.CALM: sentence("“%(part)s”: while nothing is wrong"),
    When.BEFORE: sentence("“%(part)s”: until it has arrived"),
    When.AFTER: sentence("“%(part)s”: once it has arrived"),
    When.NEVER: sentence("“%(part)s”: never"),
}
"""When a part is shown now that was shown at other times."""
MOMENTS: Mapping[Moment, str] = {
    Moment.ORDERED: sentence("Ordered"),
    Moment.PACKED: sentence("Packed"),
    Moment.MOVING: sentence("On its way"),
    Moment.LATE: sentence("Late"),
    Moment.STUCK: sentence("Stuck"),
    Moment.HELD: sentence("Held"),
    Moment.OUT: sentence("Today"),
    Moment.MISSED: sentence("Missed"),
    Moment.COLLECT: sentence("To collect"),
    Moment.RETURNING: sentence("Coming back"),
    Moment.DELIVERED: sentence("Delivered"),
    Moment.CANCELLED: sentence("Cancelled"),
}
BRAND: Mapping[str, Label] = {
    "logo_url": Label(sentence("Logo"), sentence("An address that begins with https://. Empty: your name.")),
    "name": Label(sentence("Name"), sentence("Empty: the name of your store.")),
}
CONTACT: Mapping[str, Label] = {
    "support_email": Label(
        sentence("Where shoppers write to"), sentence("Also what they answer to when they answer a mail.")
    ),
    "help_url": Label(sentence("Your help pages"), sentence("Begins with https://.")),
    "privacy_url": Label(sentence("Your privacy policy"), sentence("Begins with https://.")),
    "legal_name": Label(
        sentence("Who is responsible"), sentence("At the foot of every page and mail. Empty: your name.")
    ),
    "postal_address": Label(sentence("Postal address"), sentence("The law wants it in every offer.")),
}
LONGEST = 300
"""Characters of one of these."""
