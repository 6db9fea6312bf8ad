"""What a shopper can do now and is likely to ask: one action and a few answers for each moment."""

from typing import NamedTuple
from urllib.parse import quote

from app.lib.words import Words, sentence
from app.shops.brand import Brand
from app.tracking.story.journey import State, Story


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


WAIT = (
    sentence("Come back any time"),
    sentence("This page always shows what is true now. Keep it, or open it from your mail."),
)
AT_CARRIER = {
    State.MOVING: (
        sentence("Will you be away?"),
        sentence("Many carriers hold a parcel or bring it another day. You arrange that with them directly."),
        sentence("See it at %(carrier)s"),
    ),
    State.OUT: (
        sentence("Not home today?"),
        sentence("Carriers can often leave it with a neighbor, hold it nearby or come another day."),
        sentence("Tell %(carrier)s where to leave it"),
    ),
    State.MISSED: (
        sentence("When does it come again?"),
        sentence("The carrier’s site shows the next try, and often lets you pick a day or a place."),
        sentence("Arrange it with %(carrier)s"),
    ),
    State.COLLECT: (
        sentence("Where does it wait?"),
        sentence(
            "The carrier’s site shows the place, its hours and the code. "
            "Bring something with your name on it."
        ),
        sentence("Show me the place"),
    ),
}
WRITE = sentence("Write to us")
ABOUT_IT = sentence("Write to us about it")
WE_ASK = sentence("Write to us, and we ask the carrier.")
WHAT_YOU_LIKE = sentence("What would you like?")
TELL_US = sentence("Tell us what you would like")
WITH_SHOP = {
    State.LATE: (
        sentence("Still in time for you?"),
        sentence("If not, tell us today, and we look for a way."),
        sentence("It is too late for me"),
    ),
    State.STUCK: (
        sentence("What happens next"),
        sentence("We ask the carrier where it is. If you cannot wait, write to us."),
        sentence("I cannot wait"),
    ),
    State.WAITING: (sentence("What happens next"), WE_ASK, ABOUT_IT),
    State.LOST: (
        WHAT_YOU_LIKE,
        sentence("A new one, or your money back: one line is enough."),
        TELL_US,
    ),
    State.HELD: (
        sentence("Do you know more?"),
        sentence("A missing house number or a new address is worth a line to us."),
        ABOUT_IT,
    ),
    State.MISSED: (sentence("Did it not come again?"), WE_ASK, ABOUT_IT),
    State.COLLECT: (sentence("You cannot find the place?"), WE_ASK, ABOUT_IT),
    State.RETURNING: (
        WHAT_YOU_LIKE,
        sentence("To the same address again, to another, or not at all: one line is enough."),
        TELL_US,
    ),
    State.DELIVERED: (
        sentence("Is everything as it should be?"),
        sentence("If something is broken or missing, a photo and your order number are all we need."),
        ABOUT_IT,
    ),
    State.CANCELLED: (
        sentence("Was that a mistake?"),
        sentence("Write to us, and we look into it."),
        ABOUT_IT,
    ),
}
CALM = (State.DELIVERED, State.CANCELLED, State.LATE, State.STUCK, State.WAITING)

ADDRESS = Question(
    sentence("I need to change the address"),
    sentence(
        "Write to us with your order number and the new address, the sooner the better. "
        "Once a parcel has left, only its carrier can send it elsewhere."
    ),
)
CANCEL = Question(
    sentence("I want to cancel or change something"),
    sentence("Write to us with your order number at once. Until it has left we can mostly still stop it."),
)
GONE = Question(
    sentence("It says delivered, but I do not have it"),
    sentence(
        "Look beside the door, with neighbors and in the mail room first; most parcels turn up there. "
        "If it has not by tomorrow evening, write to us."
    ),
)
AWAY = Question(
    sentence("I will not be home"),
    sentence(
        "Carriers leave a parcel where it is safe, with a neighbor or at a pickup point nearby, "
        "and say which."
    ),
)
SILENT = Question(
    sentence("It has not moved for days"),
    sentence("Not every stop is scanned: two or three quiet days are normal. After five, write to us."),
)
NEVER = Question(
    sentence("What if it never comes?"),
    sentence("Then the shop answers for it, not you. Write to us, and we find a way."),
)
RETURN = Question(
    sentence("I want to send something back"),
    sentence(
        "Write to us with your order number and what you want to return. We answer with the way to do it."
    ),
)
BROKEN = Question(
    sentence("Something is broken or missing"),
    sentence("Send us a photo and your order number, and we put it right."),
)
REFUND = Question(
    sentence("When do I get my money back?"),
    sentence("Refunds go back the way you paid. Once they have left us, banks take 2 to 5 days more."),
)
QUESTIONS = {
    State.ORDERED: (CANCEL, ADDRESS),
    State.PACKED: (CANCEL, ADDRESS, SILENT),
    State.MOVING: (ADDRESS, AWAY, SILENT),
    State.LATE: (NEVER, AWAY, RETURN),
    State.STUCK: (NEVER, ADDRESS),
    State.LOST: (REFUND, ADDRESS),
    State.WAITING: (NEVER, RETURN),
    State.HELD: (ADDRESS, SILENT, RETURN),
    State.OUT: (AWAY, GONE, BROKEN),
    State.MISSED: (AWAY, ADDRESS),
    State.COLLECT: (AWAY, RETURN),
    State.RETURNING: (REFUND, ADDRESS),
    State.DELIVERED: (GONE, BROKEN, RETURN),
    State.CANCELLED: (REFUND,),
}


def action(  # noqa: PLR0913 - what a parcel's row and its shop say
    state: State, brand: Brand, order: str, words: Words, *, carrier: str | None, page: str | None
) -> Action:
    """Return what to do: at the carrier's own page where there is one, else with the shop, else to wait."""
    say = words.say
    if state in AT_CARRIER and page:
        heading, text, label = AT_CARRIER[state]
        link = Link(say(label, carrier=carrier) if carrier else say("See it at the carrier"), page)
        return Action(say(heading), say(text), link, is_urgent=True)
    if state in WITH_SHOP:
        heading, text, label = map(say, WITH_SHOP[state])
        link = contact(brand, label, f"{order}: {heading}", words)
        return Action(heading, text, link, is_urgent=state not in CALM)
    heading, text = WAIT
    return Action(say(heading), say(text))


def questions(story: Story, words: Words) -> list[Question]:
    """Return what shoppers ask at this moment, and the answers; of what has not left they ask as ever."""
    state = State.ORDERED if story.state is State.LATE and story.step == 1 else story.state
    return [Question(words.say(it.asked), words.say(it.answer)) for it in QUESTIONS[state]]


def contact(brand: Brand, label: str, subject: str, words: Words) -> Link:
    """Return the way to the people in the shop."""
    if brand.support_email:
        return Link(label, f"mailto:{quote(brand.support_email, safe='@+')}?subject={quote(subject)}")
    if brand.help_url:
        return Link(words.say("Go to our help page"), brand.help_url)
    return Link(words.say("Visit %(shop)s", shop=brand.name), brand.url)
