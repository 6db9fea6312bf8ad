"""A flow's steps in the merchant's words: what stands on their cards."""

from collections import Counter
from functools import reduce
from typing import NamedTuple

from app.admin.flows.editor import asking
from app.admin.flows.editor.names import ACTIONS, AGAIN, AT_ONCE_AGAIN, BECAUSE, ICONS, MEDIA, ONCE, STARTS
from app.admin.saying import retold, say, say_many, say_row
from app.flows.plan.definition import (
    END,
    Action,
    Choice,
    Clock,
    Draw,
    Flow,
    HoldOut,
    Leave,
    Message,
    Moment,
    Pause,
    Step,
    Unchanged,
    Until,
    Wait,
)
from app.flows.plan.spans import Span
from app.vocabulary import Category, Medium


class Said(NamedTuple):
    """What a card says."""

    icon: str
    title: str
    more: str = ""


def span(it: Span) -> str:
    """Return how long something lasts."""
    return retold(it.told)


def because(why: str) -> str:
    """Return why somebody leaves: in the reader's language where it is a reason of ours."""
    return say(BECAUSE[why]) if why in BECAUSE else why


def start(flow: Flow) -> Said:
    """Return what the first card says: when somebody comes in, and how often."""
    started = (
        say(STARTS[flow.starts]) if flow.starts in STARTS else flow.starts.replace("_", " ").capitalize()
    )
    return Said("flow", started, _how_often(flow))


def _how_often(flow: Flow) -> str:
    if flow.about not in ONCE:  # a draft need not be sound
        return ""
    if flow.again_after is None:
        return say(ONCE[flow.about])
    if not flow.again_after.amount:
        return say(AT_ONCE_AGAIN[flow.about])
    return say(AGAIN[flow.about], span=span(flow.again_after))


def leaving(flow: Flow, currency: str) -> list[str]:
    """Return who leaves early, in sentences."""
    lines = []
    if flow.only:
        lines.append(say("Only while %(clause)s.", clause=asking.all_said(flow.only, currency)))
    lines += [
        say("Leaves early when %(clause)s.", clause=asking.all_said(it.conditions, currency))
        for it in flow.exits
    ]
    if flow.hold_out:
        lines.append(
            say(
                "%(share)s in 100 walk along and get nothing, so that you see what it brings.",
                share=flow.hold_out,
            )
        )
    return lines


def step(it: Step, flow: Flow, currency: str) -> Said:  # noqa: PLR0911 - a line for each kind of step
    """Return what a step's card says."""
    match it:
        case Message():
            return _message(it, flow)
        case Wait():
            return _wait(it, currency)
        case Choice():
            asks = asking.question(it.conditions[0], currency)
            others = asking.all_said(it.conditions[1:], currency)
            return Said("split", asks, say("And %(clause)s", clause=others) if others else "")
        case Draw():
            return Said("split", say("Split by chance"), _shares(it))
        case HoldOut():
            more = say("They walk on, and get nothing from here.")
            return Said("ban", say("Leave %(share)s in 100 out", share=it.percent), more)
        case Action():
            title, icon = ACTIONS.get(it.kind, ("", "note"))
            return Said(icon, say(title) if title else it.kind.capitalize(), it.says)
        case Leave():
            return Said("exit", say("Leaves the flow"), asking.capital(because(it.because)))
        case _:
            raise TypeError(type(it).__name__)


def _shares(it: Draw) -> str:
    shares = reduce(
        lambda one, other: say("%(one)s to %(other)s", one=one, other=other),
        [str(percent) for _, percent in it.arms],
    )
    return say("%(shares)s in 100. The same shopper always goes the same way.", shares=shares)


def _message(it: Message, flow: Flow) -> Said:
    of_medium = [each for each in flow.steps if isinstance(each, Message) and each.medium is it.medium]
    many = len({each.number for each in of_medium})
    one, several = MEDIA[it.medium]
    title = say(one) if many == 1 else say(several, number=it.number, many=many)
    return Said(ICONS.get(it.medium, "mail"), title, _whom(it, flow))


def _whom(it: Message, flow: Flow) -> str:
    """Say to whom news goes that not everybody has."""
    if flow.category is not Category.TRANSACTIONAL or it.medium is Medium.EMAIL:
        return ""
    if it.medium is Medium.PUSH:
        return say("To whoever asked for it on their order’s page")
    return say("To whom you chose under Settings, if they may have it")


def _wait(it: Wait, currency: str) -> Said:
    match it.how:
        case Pause() as how:
            return Said("clock", _pause(how), _hour(how))
        case Until() as how:
            clause = asking.all_said(how.conditions, currency)
            title = (
                say("Wait until %(clause)s for %(span)s", clause=clause, span=span(how.held_for))
                if how.held_for
                else say("Wait until %(clause)s", clause=clause)
            )
            return Said("clock", title, _at_most(it, how.at_most))
        case Unchanged() as how:
            title = say(
                "Wait until %(what)s has not changed for %(span)s",
                what=asking.name(how.field),
                span=span(how.span),
            )
            return Said("clock", title, _at_most(it, how.at_most))
        case Moment() as how:
            return Said("clock", say("Wait until %(clause)s", clause=asking.name(how.field)))


def _pause(how: Pause) -> str:
    if how.from_start:
        return say("Wait until %(span)s after the start", span=span(how.span))
    return say("Wait %(span)s", span=span(how.span))


def _hour(how: Pause) -> str:
    if how.at is None:
        return ""
    hour = f"{how.at:%H:%M}"
    if how.clock is Clock.SHOP:
        return say("Then until %(hour)s on your shop’s clock", hour=hour)
    return say("Then until %(hour)s on their clock", hour=hour)


def _at_most(it: Wait, most: Span) -> str:
    match it.otherwise:
        case None:
            return say("%(span)s at most, then it goes on", span=span(most))
        case str(there) if there == END:
            return say("%(span)s at most, then they leave", span=span(most))
        case _:
            return say("%(span)s at most, then they go another way", span=span(most))


def way(it: Step, number: int) -> str:
    """Return what one of a step's ways is called."""
    match it:
        case Draw():
            return say("%(share)s in 100", share=it.arms[number][1]) if number < len(it.arms) else ""
        case Wait():
            return (say("In time"), say("In vain"))[number]
        case _:
            return (say("Yes"), say("No"))[number]


def counted(flow: Flow) -> str:
    """Return what a flow sends, in a few words: "3 mails, 1 text"."""
    sent = Counter(
        medium for medium, _ in {(it.medium, it.number) for it in flow.steps if isinstance(it, Message)}
    )
    said = {
        Medium.EMAIL: say_many("%(count)s mail", "%(count)s mails", sent[Medium.EMAIL]),
        Medium.SMS: say_many("%(count)s text", "%(count)s texts", sent[Medium.SMS]),
        Medium.WHATSAPP: say_many(
            "%(count)s WhatsApp message", "%(count)s WhatsApp messages", sent[Medium.WHATSAPP]
        ),
        Medium.PUSH: say_many("%(count)s push message", "%(count)s push messages", sent[Medium.PUSH]),
    }
    return say_row([said[medium] for medium in said if sent[medium]]) or say("no message")
