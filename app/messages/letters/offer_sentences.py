"""What offers say, in whole sentences of the reader's language: each needs a yes to offers."""

from dataclasses import replace

from babel.numbers import format_percent

from app.lib.words import Words
from app.messages.documents.said import Sentences
from app.messages.letters.letter import Letter

REMINDERS = 3
"""After so many reminders of a cart none follows."""


def abandoned_checkout(common: Sentences, letter: Letter, words: Words) -> Sentences:
    """Return what a reminder of a cart says."""
    say, left = words.say, next(iter(letter.items), None)
    as_left = say("Everything is in your cart as you left it. Take your time.")
    last = say("This is our last reminder of it.") if letter.step >= REMINDERS else None
    answers = letter.brand.support_email is not None
    return replace(
        common,
        subject=say("Still in your cart: %(item)s", item=left.title)
        if left
        else say("Your cart is still here"),
        preview=as_left,
        headline=say("Still thinking it over?") if letter.step == 1 else say("Your cart is still here"),
        then="",
        lead=words.after_another(as_left, last),
        why=say("You get this mail because you left something in your cart."),
        way_out=say("Stop these mails, or choose what you get"),
        question=say("A question first?") if answers else "",
        answer=say("Just answer this mail.") if answers else "",
    )


def review_request(common: Sentences, letter: Letter, words: Words) -> Sentences:
    """Return what a request for a review says."""
    say, name = words.say, letter.order_name
    last = say("This is our last mail about it.") if letter.step > 1 else None
    lead = words.after_another(say("A few words from you help others choose."), last)
    return replace(
        common,
        subject=say("How do you like order %(name)s?", name=name)
        if name
        else say("How do you like your order?"),
        preview=lead,
        headline=say("How do you like it?"),
        then="",
        lead=lead,
    )


def win_back(common: Sentences, letter: Letter, words: Words) -> Sentences:
    """Return what is said to who has not bought for long."""
    say, name = words.say, letter.first_name
    headline = say("It has been a while, %(name)s", name=name) if name else say("It has been a while")
    lead, shop, offered = say("Come and see what is new."), letter.brand.name, letter.discount
    later = say("New at %(shop)s", shop=shop)
    if offered is not None:
        percent = format_percent(offered.percent / 100, locale=letter.calendar.locale)
        later = say("%(percent)s off at %(shop)s", percent=percent, shop=shop)
    return replace(
        common,
        subject=headline if letter.step == 1 else later,
        preview=lead,
        headline=headline,
        then="",
        lead=lead,
    )


def check_in(common: Sentences, letter: Letter, words: Words) -> Sentences:
    """Return what is asked some days after an order has arrived."""
    say = words.say
    lead = say("One tap on a number from 0 to 10 is enough; it counts once you confirm it on the page.")
    return replace(
        common,
        subject=say("Would you recommend %(shop)s?", shop=letter.brand.name),
        preview=lead,
        headline=say("Would you recommend us?"),
        then="",
        lead=lead,
    )


def lapsed_survey(common: Sentences, letter: Letter, words: Words) -> Sentences:
    """Return what is asked of who has not bought for long, and did not come back."""
    del letter
    lead = words.say("It takes a minute, and a person reads every answer.")
    asked = words.say("What keeps you away?")
    return replace(common, subject=asked, preview=lead, headline=asked, then="", lead=lead)


def welcome(common: Sentences, letter: Letter, words: Words) -> Sentences:
    """Return what is said to who has just agreed to offers."""
    say, shop, offered = words.say, letter.brand.name, letter.discount
    headline, subject = say("Welcome to %(shop)s", shop=shop), say("Welcome to %(shop)s", shop=shop)
    lead = say(
        "Thank you for your yes. You hear from us when there is something new, and can stop it at any time."
    )
    if letter.step > 1:
        headline, subject = say("Have a look around"), say("New at %(shop)s", shop=shop)
        lead = say("Come and see what is new.")
    if offered is not None:
        percent = format_percent(offered.percent / 100, locale=letter.calendar.locale)
        subject = say("%(percent)s off at %(shop)s", percent=percent, shop=shop)
    return replace(
        common,
        subject=subject,
        preview=lead,
        headline=headline,
        then="",
        lead=lead,
        why=say("You get this mail because you said yes to news and offers."),
    )


def replenishment(common: Sentences, letter: Letter, words: Words) -> Sentences:
    """Return what is said when something is likely to be used up."""
    say, thing = words.say, next(iter(letter.items), None)
    lead = say("It is a while since you bought it. About now, others buy it again.")
    headline = say("Running low?")
    subject = say("Running low? %(thing)s", thing=thing.title) if thing else headline
    return replace(common, subject=subject, preview=lead, headline=headline, then="", lead=lead)
