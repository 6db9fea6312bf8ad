"""What each message says, in whole sentences of the reader's language: one function for each trigger.

Templates name them `message.subject`, `message.lead` …, beside the story that the tracking page tells.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from app.lib.words import Words
from app.messages.documents.said import Sentences
from app.messages.letters import offer_sentences
from app.messages.letters.letter import Letter
from app.tracking.story.journey import NOTHING_TO_DO, State
from app.vocabulary import Trigger

LAST_REMINDER = 3


def of(letter: Letter) -> Sentences:
    """Return what a message says."""
    words = letter.calendar.words
    return _SAY[letter.trigger](_common(letter, words), letter, words)


def _common(letter: Letter, words: Words) -> Sentences:
    say, count = words.say, max(1, len(letter.parcels))
    why = say("You get this mail because you ordered from us.")
    if letter.is_gift:
        why = say("You get this mail because somebody who ordered from us named you, and you said yes.")
    if letter.brand.support_email is not None:
        why = words.after_another(why, say("Something wrong? Just answer it."))
    return Sentences(
        preview=words.all_of(item.title for item in letter.items) if letter.items else "",
        headline=letter.story.headline,
        then=letter.story.then or "",
        hello=say("Hello %(name)s,", name=letter.first_name) if letter.first_name else say("Hello,"),
        lead=_lead(letter, words),
        follow=words.say_many("Follow my parcel", "Follow my parcels", count),
        inside=words.say_many("In this parcel", "In these parcels", count),
        why=why,
        way_out=say("Choose which updates you get"),
    )


def _thank_you(common: Sentences, letter: Letter, words: Words) -> Sentences:
    say, name = words.say, letter.order_name
    if letter.is_first:
        subject = say("Thank you for order %(name)s", name=name) if name else say("Thank you for your order")
    else:
        subject = (
            say("Thank you for coming back: order %(name)s", name=name)
            if name
            else say("Thank you for coming back")
        )
    has_it = (
        say("We have order %(name)s and are getting it ready.", name=name)
        if name
        else say("We have your order and are getting it ready.")
    )
    again = None if letter.is_first else say("It is good to see you again.")
    first_name = letter.first_name
    return replace(
        common,
        subject=subject,
        headline=say("Thank you, %(name)s", name=first_name) if first_name else say("Thank you"),
        lead=words.after_another(again, has_it, say(NOTHING_TO_DO)),
    )


def _shipped(common: Sentences, letter: Letter, words: Words) -> Sentences:
    what, story = _what(letter, words), letter.story
    is_named = story.state is State.MOVING and len(letter.parcels) == 1
    if story.state is State.PACKED:
        subject = words.say("Packed: %(what)s", what=what)
    elif is_named and story.day:
        subject = words.say("Arriving %(when)s: %(what)s", when=story.day, what=what)
    elif is_named and story.days:
        days = letter.calendar.from_to(*story.days)
        subject = words.say("Arriving %(days)s: %(what)s", days=days, what=what)
    else:
        subject = words.say_many(
            "On its way: %(what)s", "On their way: %(what)s", len(letter.parcels), what=what
        )
    return replace(common, subject=subject)


def _label_created(common: Sentences, letter: Letter, words: Words) -> Sentences:
    return replace(common, subject=words.say("Packed: %(what)s", what=_what(letter, words)))


def _in_transit(common: Sentences, letter: Letter, words: Words) -> Sentences:
    return replace(common, subject=words.say("In transit: %(what)s", what=_what(letter, words)))


def _running_late(common: Sentences, letter: Letter, words: Words) -> Sentences:
    return replace(common, subject=words.say("Running late: %(what)s", what=_what(letter, words)))


def _out_for_delivery(common: Sentences, letter: Letter, words: Words) -> Sentences:
    return replace(common, subject=words.say("Out for delivery: %(what)s", what=_what(letter, words)))


def _delivered(common: Sentences, letter: Letter, words: Words) -> Sentences:
    has_arrived = letter.story.state is State.DELIVERED
    ask = words.say("Is something missing or broken? Just answer this mail.")
    may_ask = has_arrived and letter.brand.support_email is not None
    lead = words.after_another(common.lead, ask) if may_ask else common.lead
    subject = words.say("Delivered: %(what)s", what=_what(letter, words))
    return replace(common, subject=subject, lead=lead, preview=lead)


def _ready_to_collect(common: Sentences, letter: Letter, words: Words) -> Sentences:
    subject = words.say("Ready to collect: %(what)s", what=_what(letter, words))
    return replace(common, subject=subject, preview=_where(letter) or common.preview)


def _pickup_reminder(common: Sentences, letter: Letter, words: Words) -> Sentences:
    """Say where it waits once more; at last, that it does not wait for ever."""
    subject = words.say("Still waiting for you: %(what)s", what=_what(letter, words))
    soon = words.say("Please collect it soon: what nobody collects goes back.")
    lead = words.after_another(common.lead, soon) if letter.step == LAST_REMINDER else common.lead
    return replace(common, subject=subject, lead=lead, preview=_where(letter) or common.preview)


def _where(letter: Letter) -> str:
    """Return the first place, as a mailbox shows it beside the subject."""
    place = next(iter(letter.waits_at), None)
    return ", ".join(filter(None, (place.name, place.address))) if place else ""


def _attempt_failed(common: Sentences, letter: Letter, words: Words) -> Sentences:
    subject = words.say("Not delivered yet: %(what)s", what=_what(letter, words))
    return replace(common, subject=subject, preview=common.lead)


def _case_reply(common: Sentences, letter: Letter, words: Words) -> Sentences:
    name = letter.order_name
    subject = (
        words.say("Re: your message about order %(name)s", name=name)
        if name
        else words.say("Re: your message about your order")
    )
    return replace(common, subject=subject, lead=letter.answer or "")


def _review_reply(common: Sentences, letter: Letter, words: Words) -> Sentences:
    say, shop = words.say, letter.brand.name
    subject = say("%(shop)s answers your review", shop=shop)
    return replace(common, subject=subject, preview="", headline=subject, then="", lead=letter.answer or "")


def _bulletin(common: Sentences, letter: Letter, _: Words) -> Sentences:
    title, told = letter.title or "", letter.answer or ""
    return replace(common, subject=title, preview=" ".join(told.split()), headline=title, then="", lead=told)


def _own_orders(common: Sentences, letter: Letter, words: Words) -> Sentences:
    say, shop = words.say, letter.brand.name
    return _button(
        common,
        subject=say("Your orders at %(shop)s", shop=shop),
        headline=say("All my orders"),
        lead=say("Open the list with the button below. It works once, within an hour."),
        why=say("Somebody asked for this mail with your address. If it was not you, there is nothing to do."),
    )


def _confirm_recipient(common: Sentences, letter: Letter, words: Words) -> Sentences:
    say, shop = words.say, letter.brand.name
    lead = say(
        "Somebody who ordered from %(shop)s would like you to hear when it is sent and when it arrives. "
        "You see no prices.",
        shop=shop,
    )
    return _button(
        common,
        subject=say("A parcel from %(shop)s: updates for you?", shop=shop),
        headline=say("Updates of a parcel for you?"),
        lead=lead,
        why=say("Somebody asked for this mail with your address. If it was not you, there is nothing to do."),
    )


def _confirm_offers(common: Sentences, letter: Letter, words: Words) -> Sentences:
    say, shop = words.say, letter.brand.name
    lead = say(
        "You said yes to news and offers. Please confirm it with the button below; until then none come."
    )
    return _button(
        common,
        subject=say("Please confirm: news and offers from %(shop)s", shop=shop),
        headline=say("One more tap"),
        lead=lead,
        why=say("Somebody said yes with your address. If it was not you, there is nothing to do."),
    )


def _confirm_waiting(common: Sentences, letter: Letter, words: Words) -> Sentences:
    say = words.say
    lead = say(
        "You asked to be told when this is back: %(thing)s. Please confirm it with the button below; "
        "until then nothing comes.",
        thing=letter.thing or "",
    )
    subject = say("Please confirm: back in stock at %(shop)s", shop=letter.brand.name)
    why = say("Somebody asked for this mail with your address. If it was not you, there is nothing to do.")
    return _button(common, subject=subject, headline=say("One more tap"), lead=lead, why=why)


def _back_in_stock(common: Sentences, letter: Letter, words: Words) -> Sentences:
    say = words.say
    lead = say("You asked to hear when it is back. Nothing is set aside, so it may be gone again.")
    return replace(
        common,
        subject=say("Back in stock: %(thing)s", thing=letter.thing or ""),
        preview=lead,
        headline=say("It is back"),
        then="",
        lead=lead,
        why=say("You get this mail, once, because you asked for it with your address."),
        way_out=say("Your request"),
    )


def _button(common: Sentences, *, subject: str, headline: str, lead: str, why: str) -> Sentences:
    """Return what a mail says that is there for its button."""
    return replace(common, subject=subject, preview=lead, headline=headline, then="", lead=lead, why=why)


_SAY: Mapping[Trigger, Callable[[Sentences, Letter, Words], Sentences]] = {
    Trigger.THANK_YOU: _thank_you,
    Trigger.SHIPPED: _shipped,
    Trigger.LABEL_CREATED: _label_created,
    Trigger.IN_TRANSIT: _in_transit,
    Trigger.RUNNING_LATE: _running_late,
    Trigger.OUT_FOR_DELIVERY: _out_for_delivery,
    Trigger.DELIVERED: _delivered,
    Trigger.READY_TO_COLLECT: _ready_to_collect,
    Trigger.PICKUP_REMINDER: _pickup_reminder,
    Trigger.ATTEMPT_FAILED: _attempt_failed,
    Trigger.ABANDONED_CHECKOUT: offer_sentences.abandoned_checkout,
    Trigger.REVIEW_REQUEST: offer_sentences.review_request,
    Trigger.WIN_BACK: offer_sentences.win_back,
    Trigger.CHECK_IN: offer_sentences.check_in,
    Trigger.LAPSED_SURVEY: offer_sentences.lapsed_survey,
    Trigger.WELCOME: offer_sentences.welcome,
    Trigger.REPLENISHMENT: offer_sentences.replenishment,
    Trigger.BACK_IN_STOCK: _back_in_stock,
    Trigger.CASE_REPLY: _case_reply,
    Trigger.REVIEW_REPLY: _review_reply,
    Trigger.BULLETIN: _bulletin,
    Trigger.OWN_ORDERS: _own_orders,
    Trigger.CONFIRM_RECIPIENT: _confirm_recipient,
    Trigger.CONFIRM_WAITING: _confirm_waiting,
    Trigger.CONFIRM_OFFERS: _confirm_offers,
}


def _what(letter: Letter, words: Words) -> str:
    """Return what a subject ends with: the order, or which of its parcels."""
    name, count = letter.order_name, len(letter.parcels)
    if letter.is_whole or not count:
        return words.say("order %(name)s", name=name) if name else words.say("your order")
    if name:
        return words.say_many(
            "parcel %(numbers)s of order %(name)s",
            "parcels %(numbers)s of order %(name)s",
            count,
            numbers=_numbers(letter, words),
            name=name,
        )
    return words.say_many(
        "parcel %(numbers)s of your order",
        "parcels %(numbers)s of your order",
        count,
        numbers=_numbers(letter, words),
    )


def _lead(letter: Letter, words: Words) -> str:
    """Return the story's own words, and which parcels they are about where these are not all.

    Of several that are not all, the story would speak as if they were.
    """
    if letter.is_whole or not letter.parcels:
        return letter.story.lead
    about = words.say_many(
        "This is about parcel %(numbers)s of your order.",
        "This is about parcels %(numbers)s of your order.",
        len(letter.parcels),
        numbers=_numbers(letter, words),
    )
    return words.after_another(about, letter.story.lead) if len(letter.parcels) == 1 else about


def _numbers(letter: Letter, words: Words) -> str:
    return words.all_of(str(parcel.place) for parcel in letter.parcels)
