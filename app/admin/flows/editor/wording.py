"""A flow's steps in the merchant's words: what stands on their cards."""

from collections import Counter
from typing import NamedTuple

from app.admin.flows.editor import asking
from app.admin.words import plural
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
from app.flows.plan.spans import Unit
from app.vocabulary import Category, Medium


class Said(NamedTuple):
    """What a card says."""

    icon: str
    title: str
    more: str = ""


STARTS = {
    "agreed_to_offers": "Somebody says yes to offers by mail",
    "back_in_stock": "A thing that somebody waits for is back",
    "checkout_started": "Somebody leaves a cart",
    "order_placed": "Somebody orders",
    "parcel_attempt_failed": "A carrier could not hand a parcel over",
    "parcel_delivered": "A parcel of an order is delivered",
    "parcel_in_transit": "A parcel is on its way",
    "parcel_late": "A parcel is late, stuck or delayed",
    "parcel_out_for_delivery": "A parcel goes out for delivery",
    "parcel_packed": "A parcel is packed",
    "parcel_ready_to_collect": "A parcel waits to be collected",
    "parcel_shipped": "A parcel is handed over",
}
ONCE = {
    "checkout": "cart",
    "item": "thing that was bought",
    "order": "order",
    "parcel": "parcel",
    "profile": "shopper",
    "waiting": "request",
}
MEDIA = {Medium.EMAIL: "Mail", Medium.SMS: "Text", Medium.WHATSAPP: "WhatsApp", Medium.PUSH: "Push"}
ICONS = {Medium.SMS: "text", Medium.WHATSAPP: "text", Medium.PUSH: "bell"}
ACTIONS = {
    "alert": ("Tell my team", "note"),
    "discount": ("Make a discount code", "star"),
    "note": ("Write a note on the order", "note"),
    "tag customer": ("Tag the shopper", "people"),
    "tag order": ("Tag the order", "parcel"),
    "ticket": ("Open a help desk ticket", "people"),
    "webhook": ("Tell my own server", "link"),
}
SAYS = {
    "alert": "What your team is told",
    "discount": "How much, and for how long, like “10 %, 14 days”",
    "note": "The note",
    "tag customer": "The tag",
    "tag order": "The tag",
    "ticket": "What the ticket says",
    "webhook": "A word for your server, or nothing",
}
COUNTED = {
    Medium.EMAIL: "mail",
    Medium.SMS: "text",
    Medium.WHATSAPP: "WhatsApp message",
    Medium.PUSH: "push message",
}
UNITS = {Unit.MINUTE: "minutes", Unit.HOUR: "hours", Unit.DAY: "days", Unit.BUSINESS_DAY: "business days"}


def start(flow: Flow) -> Said:
    """Return what the first card says: when somebody comes in, and how often."""
    started = STARTS.get(flow.starts, flow.starts.replace("_", " ").capitalize())
    once = ONCE.get(flow.about, flow.about)
    more = f"Once for each {once}."
    if flow.again_after is not None:
        gap = f" {flow.again_after} after it ended" if flow.again_after.amount else " as soon as it has ended"
        more = f"The same {once} may come again{gap}."
    return Said("flow", started, more)


def leaving(flow: Flow, currency: str) -> list[str]:
    """Return who leaves early, in sentences."""
    lines = []
    if flow.only:
        lines.append(f"Only while {asking.all_said(flow.only, currency)}.")
    lines += [f"Leaves early when {asking.all_said(it.conditions, currency)}." for it in flow.exits]
    if flow.hold_out:
        lines.append(f"{flow.hold_out} in 100 walk along and get nothing, so that you see what it brings.")
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
            more = f"And {asking.all_said(it.conditions[1:], currency)}" if it.conditions[1:] else ""
            return Said("split", asks, more)
        case Draw():
            shares = " to ".join(str(percent) for _, percent in it.arms)
            return Said(
                "split", "Split by chance", f"{shares} in 100. The same shopper always goes the same way."
            )
        case HoldOut():
            more = "They walk on, and get nothing from here."
            return Said("ban", f"Leave {it.percent} in 100 out", more)
        case Action():
            title, icon = ACTIONS.get(it.kind, (it.kind.capitalize(), "note"))
            return Said(icon, title, it.says)
        case Leave():
            return Said("exit", "Leaves the flow", it.because[:1].upper() + it.because[1:])
        case _:
            raise TypeError(type(it).__name__)


def _message(it: Message, flow: Flow) -> Said:
    of_medium = [each for each in flow.steps if isinstance(each, Message) and each.medium is it.medium]
    name, many = MEDIA[it.medium], len({each.number for each in of_medium})
    title = name if many == 1 else f"{name} {it.number} of {many}"
    return Said(ICONS.get(it.medium, "mail"), title, _whom(it, flow))


def _whom(it: Message, flow: Flow) -> str:
    """Say to whom news goes that not everybody has."""
    if flow.category is not Category.TRANSACTIONAL or it.medium is Medium.EMAIL:
        return ""
    if it.medium is Medium.PUSH:
        return "To whoever asked for it on their order’s page"
    return "To whom you chose under Settings, if they may have it"


def _wait(it: Wait, currency: str) -> Said:
    match it.how:
        case Pause() as how:
            whose = "your shop’s clock" if how.clock is Clock.SHOP else "their clock"
            title = f"Wait until {how.span} after the start" if how.from_start else f"Wait {how.span}"
            return Said("clock", title, f"Then until {how.at:%H:%M} on {whose}" if how.at else "")
        case Until() as how:
            held = f" for {how.held_for}" if how.held_for else ""
            title = f"Wait until {asking.all_said(how.conditions, currency)}{held}"
            return Said("clock", title, _at_most(it, str(how.at_most)))
        case Unchanged() as how:
            title = f"Wait until {asking.name(how.field)} has not changed for {how.span}"
            return Said("clock", title, _at_most(it, str(how.at_most)))
        case Moment() as how:
            return Said("clock", f"Wait until {asking.name(how.field)}")


def _at_most(it: Wait, span: str) -> str:
    onward = {None: "then it goes on", END: "then they leave"}.get(it.otherwise, "then they go another way")
    return f"{span} at most, {onward}"


def way(it: Step, number: int) -> str:
    """Return what one of a step's ways is called."""
    match it:
        case Draw():
            return f"{it.arms[number][1]} in 100" if number < len(it.arms) else ""
        case Wait():
            return ("In time", "In vain")[number]
        case _:
            return ("Yes", "No")[number]


def counted(flow: Flow) -> str:
    """Return what a flow does, in a few words: "3 mails, 1 text"."""
    sent = {(it.medium, it.number) for it in flow.steps if isinstance(it, Message)}
    many = Counter(COUNTED[medium] for medium, _ in sent)
    return ", ".join(plural(many[what], what) for what in COUNTED.values() if many[what]) or "no message"
