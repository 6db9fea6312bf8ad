"""The same page in words for whoever receives what somebody else ordered: pure."""

from dataclasses import replace

from app.lib.words import sentence
from app.storefront import advice
from app.storefront.advice import AWAY, GONE, SILENT, Action, Question
from app.storefront.page import Page
from app.tracking.story.journey import State, Story

SETTLED = sentence("We are sorry, and settle it with whoever ordered it.")
KEEP_IT = (
    sentence("Come back any time"),
    sentence("This page always shows what is true now. Keep its link."),
)
NEXT = (sentence("What happens next"), SETTLED)
BROKEN = (
    sentence("Is everything as it should be?"),
    sentence("If something is broken or missing, write to us or tell whoever ordered it."),
)
EXCHANGE = Question(
    sentence("Can I exchange it or send it back?"),
    sentence("Please ask the shop, or whoever ordered it for you."),
)
BUYERS = (State.LOST, State.RETURNING)
"""What becomes of it then is for the one who paid to say."""
RECEIVERS = (State.MISSED, State.COLLECT, State.HELD, State.DELIVERED)
"""The shop is told of these by the one who stands at the door."""
ANYBODYS = (AWAY, SILENT, GONE)


def for_receiver(page: Page) -> Page:
    """Return a page that speaks to its receiver: no order is theirs, and nothing was paid by them."""
    say, story = page.words.say, page.story
    name = say("Parcel from %(shop)s", shop=page.brand.name)
    number = page.carriage.number if page.carriage else None
    subject = f"{name}, {number}" if number else name
    asked = [Question(say(it.asked), say(it.answer)) for it in ANYBODYS]
    kept = [it for it in page.questions if it in asked]
    thanks, ordered = say("Thank you for your order"), say("It was ordered")
    return replace(
        page,
        order=name,
        story=_told(page),
        items_heading=say("What is coming") if page.carriage is None else page.items_heading,
        updates=[replace(it, what=ordered) if it.what == thanks else it for it in page.updates],
        action=_action(page, subject),
        questions=[*kept, Question(say(EXCHANGE.asked), say(EXCHANGE.answer))]
        if story.state is not State.CANCELLED
        else kept,
        contact=advice.contact(page.brand, say(advice.WRITE), subject, page.words),
    )


def _told(page: Page) -> Story:
    say, story = page.words.say, page.story
    if story.state in BUYERS:
        return replace(story, tag=say("Not moving"), lead=say(SETTLED))
    if story.state is State.ORDERED:
        return replace(story, headline=say("We’re getting it ready"))
    if story.lead == say("Thank you for buying from us."):
        return replace(story, lead=say("We hope you like it."))
    return story


def _action(page: Page, subject: str) -> Action:
    say, state = page.words.say, page.story.state
    if state in BUYERS:
        return Action(say(NEXT[0]), say(NEXT[1]))
    if page.action.link is not None and page.action.link.href == (page.carriage and page.carriage.page):
        return page.action  # the carrier's own page is anybody's
    if state is State.DELIVERED:
        link = advice.contact(page.brand, say(advice.WRITE), subject, page.words)
        return Action(say(BROKEN[0]), say(BROKEN[1]), link)
    if state in RECEIVERS and page.action.link is not None:
        link = advice.contact(page.brand, page.action.link.label, subject, page.words)
        return page.action._replace(link=link)  # under a subject that names no order
    return Action(say(KEEP_IT[0]), say(KEEP_IT[1]))
