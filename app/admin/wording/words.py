"""What the message editor calls blocks, their fields, and what is looked at before a message goes out."""

from collections.abc import Mapping
from typing import NamedTuple

from app.lib.words import sentence
from app.messages.documents.lint import Rule
from app.messages.wording.specimens import Specimen
from app.vocabulary import Trigger


class Kind(NamedTuple):
    """What a kind of block is called."""

    icon: str
    name: str
    what: str = ""
    """What it shows, where its name does not say so."""


class Label(NamedTuple):
    """What a field of a block is called."""

    name: str
    hint: str = ""


KINDS: Mapping[str, Kind] = {
    "heading": Kind("heading", sentence("Heading")),
    "text": Kind("text", sentence("Text")),
    "button": Kind("button", sentence("Button")),
    "status_bar": Kind(
        "truck", sentence("Five steps"), sentence("From ordered to delivered, and where it is now.")
    ),
    "delivery_date": Kind("clock", sentence("Expected day"), sentence("Left out where no day is known.")),
    "items": Kind(
        "list", sentence("What was bought"), sentence("The things that the message is about, with pictures.")
    ),
    "pickup": Kind(
        "store", sentence("Where it waits"), sentence("Place, hours and code, where the carrier tells them.")
    ),
    "address": Kind("pin", sentence("Address and carrier"), sentence("Where it goes, and who carries it.")),
    "image": Kind("image", sentence("Picture")),
    "recommendations": Kind(
        "gift",
        sentence("You may also like"),
        sentence("Three things they have not bought. Only to who may get offers."),
    ),
    "review_stars": Kind("star", sentence("Review stars")),
    "scale": Kind(
        "star",
        sentence("From 0 to 10"),
        sentence("How likely they would recommend you; each number is a link."),
    ),
    "discount": Kind(
        "tag",
        sentence("Discount"),
        sentence("Left out where no code was made, and for who may not get offers."),
    ),
    "social": Kind("share", sentence("Social links")),
    "spacer": Kind("space", sentence("Space")),
    "raw": Kind("code", sentence("Own code")),
}
OTHER = Kind("text", sentence("Block"))
"""A kind that has no name here yet."""

FIELDS: Mapping[str, Label] = {
    "text": Label(sentence("Words")),
    "then": Label(sentence("Second line"), sentence("Under the heading, smaller.")),
    "title": Label(sentence("Heading")),
    "url": Label(sentence("Leads to")),
    "color": Label(sentence("Color"), sentence("Six digits, like #1e6048. Empty: your brand’s.")),
    "text_color": Label(sentence("Color of its words"), sentence("Empty: whatever is easiest to read.")),
    "total": Label(sentence("Show the total of the order")),
    "alt": Label(sentence("What it shows"), sentence("Said to whoever does not see the picture.")),
    "link": Label(sentence("Leads to"), sentence("Empty: nowhere.")),
    "width": Label(sentence("Width"), sentence("In pixels, up to 600.")),
    "height": Label(sentence("Height"), sentence("In pixels, up to 600.")),
    "code": Label(sentence("Code")),
    "until": Label(sentence("Until when")),
    "links": Label(sentence("Links"), sentence("One a line: the name, then its address.")),
    "low": Label(sentence("What 0 means")),
    "high": Label(sentence("What 10 means")),
    "html": Label(
        sentence("HTML"), sentence("With Liquid. Styles must stand on the elements, as mailboxes want them.")
    ),
}
OF_KIND: Mapping[tuple[str, str], Label] = {
    ("image", "url"): Label(sentence("Address of the picture"), sentence("Begins with https://.")),
    ("raw", "text"): Label(
        sentence("As plain text"), sentence("For the text version of the mail; empty: nothing.")
    ),
    ("discount", "code"): Label(
        sentence("Code"), sentence("One of your own, or {{ discount.code }}: one made for each reader.")
    ),
    ("review_stars", "url"): Label(sentence("Leads to"), sentence("The number of stars is added to it.")),
    ("scale", "url"): Label(sentence("Leads to"), sentence("The number that was tapped is added to it.")),
    ("button", "url"): Label(sentence("Leads to"), sentence("Empty: the order’s own page.")),
}
NAMES: Mapping[str, Label] = {
    "subject": Label(sentence("Subject"), sentence("Up to about 50 characters are seen on a phone.")),
    "preview": Label(
        sentence("Beside the subject"),
        sentence("What mailboxes show next to it. Empty: how the mail begins."),
    ),
    "sms": Label(sentence("As a text message"), sentence("Empty: the heading, the day and the link.")),
}
RULES: Mapping[Rule, str] = {
    Rule.SYNTAX: sentence("Something in braces cannot be read"),
    Rule.UNKNOWN_NAME: sentence("A name that means nothing"),
    Rule.UNKNOWN_FILTER: sentence("A filter that does not exist"),
    Rule.CANNOT_BE_FILLED: sentence("It cannot be filled"),
    Rule.MISSING_ALT: sentence("A picture without a description"),
    Rule.CONTRAST: sentence("Hard to read"),
    Rule.TOO_LARGE: sentence("Too large"),
    Rule.PROMOTION_FIRST: sentence("It sells before it tells"),
    Rule.PROMOTION_IN_SUBJECT: sentence("The subject advertises"),
    Rule.NO_UNSUBSCRIBE: sentence("No way out"),
    Rule.NO_POSTAL_ADDRESS: sentence("No postal address"),
    Rule.SHORTENED_LINK: sentence("A shortened link"),
    Rule.LONG_TEXT: sentence("A long text message"),
}
SPECIMENS: Mapping[Specimen, str] = {
    Specimen.USUAL: sentence("A usual order"),
    Specimen.LONG: sentence("Long names"),
    Specimen.BARE: sentence("No name, no pictures"),
    Specimen.MANY: sentence("A dozen things"),
    Specimen.RTL: sentence("Right to left"),
}
INSERTS: Mapping[str, str] = {
    sentence("First name"): '{{ profile.first_name | default: "there" }}',
    sentence("Order number"): '{{ order.name | default: "your order" }}',
    sentence("Expected day"): "{{ story.arrival }}",
    sentence("Carrier"): '{{ carrier | default: "the carrier" }}',
    sentence("Your shop"): "{{ shop.name }}",
    sentence("Tracking page"): "{{ track_url }}",
    sentence("Our headline"): "{{ message.headline }}",
    sentence("Our sentence"): "{{ message.lead }}",
}
OF_CARTS: Mapping[str, str] = {
    sentence("Their cart"): "{{ cart_url }}",
    sentence("Discount code"): "{{ discount.code }}",
}
WITH_CODES = (Trigger.ABANDONED_CHECKOUT, Trigger.WIN_BACK)
NEWS = (
    Trigger.THANK_YOU,
    Trigger.LABEL_CREATED,
    Trigger.SHIPPED,
    Trigger.IN_TRANSIT,
    Trigger.OUT_FOR_DELIVERY,
    Trigger.DELIVERED,
    Trigger.READY_TO_COLLECT,
    Trigger.PICKUP_REMINDER,
    Trigger.ATTEMPT_FAILED,
    Trigger.RUNNING_LATE,
    Trigger.BACK_IN_STOCK,
)
"""In the order in which an order's messages come."""


def kind(name: str) -> Kind:
    """Return what a kind of block is called."""
    return KINDS.get(name, OTHER)


def label(kind: str, field: str) -> Label:
    """Return what a field of a block is called."""
    return OF_KIND.get((kind, field)) or FIELDS.get(field) or Label(field.replace("_", " ").capitalize())


def inserts(trigger: Trigger) -> Mapping[str, str]:
    """Return what can be put into a message's words by a button."""
    return {**INSERTS, **OF_CARTS} if trigger in WITH_CODES else INSERTS
