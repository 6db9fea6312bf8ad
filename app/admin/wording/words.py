"""What the message editor calls blocks, their fields, and what is looked at before a message goes out."""

from collections.abc import Mapping
from typing import NamedTuple

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
    "heading": Kind("heading", "Heading"),
    "text": Kind("text", "Text"),
    "button": Kind("button", "Button"),
    "status_bar": Kind("truck", "Five steps", "From ordered to delivered, and where it is now."),
    "delivery_date": Kind("clock", "Expected day", "Left out where no day is known."),
    "items": Kind("list", "What was bought", "The things that the message is about, with pictures."),
    "pickup": Kind("store", "Where it waits", "Place, hours and code, where the carrier tells them."),
    "address": Kind("pin", "Address and carrier", "Where it goes, and who carries it."),
    "image": Kind("image", "Picture"),
    "recommendations": Kind(
        "gift", "You may also like", "Three things they have not bought. Only to who may get offers."
    ),
    "review_stars": Kind("star", "Review stars"),
    "scale": Kind("star", "From 0 to 10", "How likely they would recommend you; each number is a link."),
    "discount": Kind("tag", "Discount", "Left out where no code was made, and for who may not get offers."),
    "social": Kind("share", "Social links"),
    "spacer": Kind("space", "Space"),
    "raw": Kind("code", "Own code"),
}
OTHER = Kind("text", "Block")
"""A kind that has no name here yet."""

FIELDS: Mapping[str, Label] = {
    "text": Label("Words"),
    "then": Label("Second line", "Under the heading, smaller."),
    "title": Label("Heading"),
    "url": Label("Leads to"),
    "color": Label("Color", "Six digits, like #1e6048. Empty: your brand’s."),
    "text_color": Label("Color of its words", "Empty: whatever is easiest to read."),
    "total": Label("Show the total of the order"),
    "alt": Label("What it shows", "Said to whoever does not see the picture."),
    "link": Label("Leads to", "Empty: nowhere."),
    "width": Label("Width", "In pixels, up to 600."),
    "height": Label("Height", "In pixels, up to 600."),
    "code": Label("Code"),
    "until": Label("Until when"),
    "links": Label("Links", "One a line: the name, then its address."),
    "low": Label("What 0 means"),
    "high": Label("What 10 means"),
    "html": Label("HTML", "With Liquid. Styles must stand on the elements, as mailboxes want them."),
}
OF_KIND: Mapping[tuple[str, str], Label] = {
    ("image", "url"): Label("Address of the picture", "Begins with https://."),
    ("raw", "text"): Label("As plain text", "For the text version of the mail; empty: nothing."),
    ("discount", "code"): Label("Code", "One of your own, or {{ discount.code }}: one made for each reader."),
    ("review_stars", "url"): Label("Leads to", "The number of stars is added to it."),
    ("scale", "url"): Label("Leads to", "The number that was tapped is added to it."),
    ("button", "url"): Label("Leads to", "Empty: the order’s own page."),
}
NAMES: Mapping[str, Label] = {
    "subject": Label("Subject", "Up to about 50 characters are seen on a phone."),
    "preview": Label("Beside the subject", "What mailboxes show next to it. Empty: how the mail begins."),
    "sms": Label("As a text message", "Empty: the heading, the day and the link."),
}
RULES: Mapping[Rule, str] = {
    Rule.SYNTAX: "Something in braces cannot be read",
    Rule.UNKNOWN_NAME: "A name that means nothing",
    Rule.UNKNOWN_FILTER: "A filter that does not exist",
    Rule.CANNOT_BE_FILLED: "It cannot be filled",
    Rule.MISSING_ALT: "A picture without a description",
    Rule.CONTRAST: "Hard to read",
    Rule.TOO_LARGE: "Too large",
    Rule.PROMOTION_FIRST: "It sells before it tells",
    Rule.PROMOTION_IN_SUBJECT: "The subject advertises",
    Rule.NO_UNSUBSCRIBE: "No way out",
    Rule.NO_POSTAL_ADDRESS: "No postal address",
    Rule.SHORTENED_LINK: "A shortened link",
    Rule.LONG_TEXT: "A long text message",
}
SPECIMENS: Mapping[Specimen, str] = {
    Specimen.USUAL: "A usual order",
    Specimen.LONG: "Long names",
    Specimen.BARE: "No name, no pictures",
    Specimen.MANY: "A dozen things",
    Specimen.RTL: "Right to left",
}
INSERTS: Mapping[str, str] = {
    "First name": '{{ profile.first_name | default: "there" }}',
    "Order number": '{{ order.name | default: "your order" }}',
    "Expected day": "{{ story.arrival }}",
    "Carrier": '{{ carrier | default: "the carrier" }}',
    "Your shop": "{{ shop.name }}",
    "Tracking page": "{{ track_url }}",
    "Our headline": "{{ message.headline }}",
    "Our sentence": "{{ message.lead }}",
}
OF_CARTS: Mapping[str, str] = {"Their cart": "{{ cart_url }}", "Discount code": "{{ discount.code }}"}
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
