"""What a shopper can do now and is likely to ask: one action and a few answers for each moment."""

from typing import NamedTuple
from urllib.parse import quote

from app.shops.brand import Brand
from app.tracking.journey import State


class Link(NamedTuple):
    """Somewhere to go."""

    label: str
    href: str


class Action(NamedTuple):
    """The one thing to do; without a link, a sentence."""

    heading: str
    text: str
    link: Link | None = None
    is_urgent: bool = False
    """Worth the filled button."""


class Question(NamedTuple):
    """What shoppers ask at this moment, and the answer."""

    asked: str
    answer: str


WAIT = Action(
    "Come back any time", "This page always shows what is true now. Keep it, or open it from your mail."
)
AT_CARRIER = {
    State.MOVING: (
        "Will you be away?",
        "Many carriers hold a parcel or bring it another day. You arrange that with {carrier} directly.",
        "See it at {carrier}",
    ),
    State.OUT: (
        "Not home today?",
        "Carriers can often leave it with a neighbor, hold it nearby or come another day. Their site asks.",
        "Tell {carrier} where to leave it",
    ),
    State.MISSED: (
        "When does it come again?",
        "{Carrier} shows the next try on its site, and often lets you pick a day or a place.",
        "Arrange it with {carrier}",
    ),
    State.COLLECT: (
        "Where does it wait?",
        "{Carrier} shows the place, its hours and the code. Bring something with your name on it.",
        "Show me the place",
    ),
}
WITH_SHOP = {
    State.LATE: (
        "Still in time for you?",
        "If not, tell us today, and we look for a way.",
        "It is too late for me",
    ),
    State.HELD: (
        "Do you know more?",
        "A missing house number or a new address is worth a line to us.",
        "Write to us about it",
    ),
    State.MISSED: ("Did it not come again?", "Write to us, and we ask the carrier.", "Write to us about it"),
    State.COLLECT: (
        "You cannot find the place?",
        "Write to us, and we ask the carrier.",
        "Write to us about it",
    ),
    State.RETURNING: (
        "What would you like?",
        "To the same address again, to another, or not at all: one line is enough.",
        "Tell us what you would like",
    ),
    State.DELIVERED: (
        "Is everything as it should be?",
        "If something is broken or missing, a photo and your order number are all we need.",
        "Write to us about it",
    ),
    State.CANCELLED: ("Was that a mistake?", "Write to us, and we look into it.", "Write to us about it"),
}
CALM = (State.DELIVERED, State.CANCELLED, State.LATE)

ADDRESS = Question(
    "I need to change the address",
    "Write to us with your order number and the new address, the sooner the better. "
    "Once a parcel has left, only its carrier can send it elsewhere.",
)
CANCEL = Question(
    "I want to cancel or change something",
    "Write to us with your order number at once. Until it has left we can mostly still stop it.",
)
GONE = Question(
    "It says delivered, but I do not have it",
    "Look beside the door, with neighbors and in the mail room first; most parcels turn up there. "
    "If it has not by tomorrow evening, write to us.",
)
AWAY = Question(
    "I will not be home",
    "Carriers leave a parcel where it is safe, with a neighbor or at a pickup point nearby, and say which.",
)
SILENT = Question(
    "It has not moved for days",
    "Not every stop is scanned: two or three quiet days are normal. After five, write to us.",
)
RETURN = Question(
    "I want to send something back",
    "Write to us with your order number and what you want to return. We answer with the way to do it.",
)
BROKEN = Question(
    "Something is broken or missing", "Send us a photo and your order number, and we put it right."
)
REFUND = Question(
    "When do I get my money back?",
    "Refunds go back the way you paid. Once they have left us, banks take 2 to 5 days more.",
)
QUESTIONS = {
    State.ORDERED: (CANCEL, ADDRESS),
    State.PACKED: (CANCEL, ADDRESS, SILENT),
    State.MOVING: (ADDRESS, AWAY, SILENT),
    State.LATE: (SILENT, AWAY, RETURN),
    State.HELD: (ADDRESS, SILENT, RETURN),
    State.OUT: (AWAY, GONE, BROKEN),
    State.MISSED: (AWAY, ADDRESS),
    State.COLLECT: (AWAY, RETURN),
    State.RETURNING: (REFUND, ADDRESS),
    State.DELIVERED: (GONE, BROKEN, RETURN),
    State.CANCELLED: (REFUND,),
}


def action(state: State, brand: Brand, order: str, *, carrier: str | None, page: str | None) -> Action:
    """Return what to do: at the carrier's own page where there is one, else with the shop, else to wait."""
    if state in AT_CARRIER and page:
        heading, text, label = AT_CARRIER[state]
        words = {"carrier": carrier or "the carrier", "Carrier": carrier or "The carrier"}
        return Action(heading, text.format(**words), Link(label.format(**words), page), is_urgent=True)
    if state in WITH_SHOP:
        heading, text, label = WITH_SHOP[state]
        return Action(
            heading, text, contact(brand, label, f"{order}: {heading}"), is_urgent=state not in CALM
        )
    return WAIT


def contact(brand: Brand, label: str, subject: str) -> Link:
    """Return the way to the people in the shop."""
    if brand.support_email:
        return Link(label, f"mailto:{quote(brand.support_email, safe='@+')}?subject={quote(subject)}")
    if brand.help_url:
        return Link("Go to our help page", brand.help_url)
    return Link(f"Visit {brand.name}", brand.url)
