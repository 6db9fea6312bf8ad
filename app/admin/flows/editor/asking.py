"""Conditions in the merchant's words: as they stand on a card, and as the questions of a form."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from app.flows.plan.conditions import FITS, Condition, Op
from app.flows.plan.fields import FIELDS, Kind
from app.lib import money


class Question(NamedTuple):
    """One choice of a form: a field, and how it is looked at."""

    value: str
    words: str
    takes: bool
    """Whether it needs a word or a number beside it."""


FLAGS = {
    "consent.any": ("may be sent offers", "may not be sent offers"),
    "consent.email": ("may be mailed offers", "may not be mailed offers"),
    "consent.sms": ("may be texted offers", "may not be texted offers"),
    "consent.whatsapp": ("may be sent offers on WhatsApp", "may not be sent offers on WhatsApp"),
    "profile.has_open_case": ("have an open problem", "have no open problem"),
    "profile.ordered_since": ("bought something since", "bought nothing since"),
    "checkout.has_contact": ("left an address or a number", "left no address or number"),
    "checkout.in_stock": ("find all of it still in stock", "find some of it sold out"),
    "checkout.is_bought": ("bought what was in it", "have not bought it"),
    "checkout.is_deleted": ("emptied the cart", "have not emptied the cart"),
    "order.is_called_off": ("were paid back, or it was cancelled", "were not paid back"),
    "order.is_delivered": ("have all of it", "do not have all of it yet"),
    "order.is_domestic": ("live in your own country", "live abroad"),
    "order.is_first": ("bought for the first time", "bought before"),
    "order.is_returned": ("sent it back", "did not send it back"),
    "order.some_arrived": ("have some of it", "have nothing of it yet"),
    "item.is_bought_again": ("bought it again", "have not bought it again"),
    "item.is_called_off": ("were paid back, or it was cancelled", "were not paid back"),
    "item.is_sold": ("can buy it", "cannot buy it any more"),
    "item.is_used_up": ("use it up, as others do", "do not use it up, as far as you can see"),
    "waiting.in_stock": ("find it in stock", "find it out of stock"),
    "waiting.is_over": ("no longer wait for it", "still wait for it"),
}
"""Each after "they": when it is so, and when it is not."""
ASKED = {
    "consent.any": "May they be sent offers?",
    "consent.email": "May they be mailed offers?",
    "consent.sms": "May they be texted offers?",
    "consent.whatsapp": "May they be sent offers on WhatsApp?",
    "profile.has_open_case": "Do they have an open problem?",
    "profile.ordered_since": "Have they bought something since?",
    "checkout.has_contact": "Did they leave an address or a number?",
    "checkout.in_stock": "Is all of it still in stock?",
    "checkout.is_bought": "Have they bought it?",
    "checkout.is_deleted": "Have they emptied the cart?",
    "order.is_called_off": "Were they paid back, or was it cancelled?",
    "order.is_delivered": "Do they have all of it?",
    "order.is_domestic": "Do they live in your own country?",
    "order.is_first": "Is it their first order?",
    "order.is_returned": "Did they send it back?",
    "order.some_arrived": "Do they have some of it?",
    "item.is_bought_again": "Have they bought it again?",
    "item.is_called_off": "Were they paid back, or was it cancelled?",
    "item.is_sold": "Can it be bought?",
    "item.is_used_up": "Do shoppers buy it again and again?",
    "waiting.in_stock": "Is it in stock?",
    "waiting.is_over": "Do they no longer wait for it?",
}
"""The same as a question."""
NAMES = {
    "profile.country": "the country they live in",
    "profile.lapses_at": "they have not bought for longer than usual",
    "profile.orders": "the number of their orders",
    "checkout.contents": "what is in the cart",
    "checkout.items": "the number of things in the cart",
    "checkout.total": "what the cart comes to",
    "item.runs_out_at": "it is used up, as it usually is by then",
    "order.country": "the country it goes to",
    "order.status": "where the parcel is",
    "order.total": "what the order came to",
    "parcel.status": "where the parcel is",
    "waiting.quantity": "how many there are",
}
COMPARED = {
    Op.IS: "is",
    Op.IS_NOT: "is not",
    Op.IS_ONE_OF: "is one of",
    Op.AT_LEAST: "is at least",
    Op.AT_MOST: "is at most",
}
MONEY = ("checkout.total", "order.total")
"""In minor units of the shop's currency."""


def name(field: str) -> str:
    """Return what a field is called: "what the order came to"."""
    return NAMES.get(field) or field.partition(".")[2].replace("_", " ")


def said(condition: Condition, currency: str) -> str:
    """Return a condition as a clause: "they live abroad", "what the order came to is at least $50.00"."""
    if condition.op is Op.HOLDS:
        so, not_so = FLAGS.get(condition.field, (name(condition.field), f"not {name(condition.field)}"))
        return f"they {not_so if condition.negated else so}"
    values = " or ".join(_value(condition.field, value, currency) for value in condition.values)
    clause = f"{name(condition.field)} {COMPARED[condition.op]} {values}"
    return f"it is not so that {clause}" if condition.negated else clause


def question(condition: Condition, currency: str) -> str:
    """Return a condition as a question: "Do they live in your own country?"."""
    if condition.negated:
        return f"Is it so that {said(condition, currency)}?"
    if condition.op is Op.HOLDS:
        return ASKED.get(condition.field) or f"Is it so that {said(condition, currency)}?"
    values = " or ".join(_value(condition.field, value, currency) for value in condition.values)
    return f"Is {name(condition.field)}{COMPARED[condition.op].removeprefix('is')} {values}?"


def all_said(conditions: Iterable[Condition], currency: str) -> str:
    """Return conditions that must all hold, as one clause."""
    return " and ".join(said(condition, currency) for condition in conditions)


def questions(about: str) -> Mapping[str, Sequence[Question]]:
    """Return every question that a flow about something may ask, by whom it is about."""
    groups: dict[str, list[Question]] = {}
    for field, kind in FIELDS.get(about, {}).items():
        group = GROUPS.get(field.partition(".")[0], "Other")
        groups.setdefault(group, []).extend(_questions(field, kind))
    return groups


GROUPS = {
    "consent": "What they agreed to",
    "profile": "The shopper",
    "checkout": "The cart",
    "order": "The order",
    "item": "What they bought",
    "parcel": "The parcel",
    "waiting": "What they wait for",
}


def _questions(field: str, kind: Kind) -> Iterable[Question]:
    if kind is Kind.FLAG:
        so, not_so = FLAGS.get(field, (name(field), f"not {name(field)}"))
        yield Question(field, f"They {so}", takes=False)
        yield Question(f"not {field}", f"They {not_so}", takes=False)
        return
    for op in FITS[kind]:
        words = f"{name(field)} {COMPARED[op]}"
        yield Question(f"{field} {op}", words[:1].upper() + words[1:], takes=True)


class Asked(NamedTuple):
    """One line of a form: which question, and what stands beside it."""

    question: str
    value: str


def asked(condition: Condition, currency: str) -> Asked:
    """Return the line of a form that says a condition."""
    negation = "not " if condition.negated else ""
    if condition.op is Op.HOLDS:
        return Asked(f"{negation}{condition.field}", "")
    values = ", ".join(_plain(condition.field, value, currency) for value in condition.values)
    return Asked(f"{negation}{condition.field} {condition.op}", values)


def condition(line: Asked, currency: str) -> Condition:
    """Return the condition that a line of a form says; raises ValueError with a sentence."""
    typed = line.value.strip()
    field = line.question.removeprefix("not ").partition(" ")[0]
    takes = " " in line.question.removeprefix("not ")
    if takes and not typed:
        raise ValueError(f"Write what {name(field)} is compared with.")
    if field in MONEY and takes:
        typed = str(money.minor(typed.replace(",", ""), currency))
    return Condition.of(f"{line.question} {typed}" if takes else line.question)


def _plain(field: str, value: str, currency: str) -> str:
    return str(money.major(int(value), currency)) if field in MONEY and value.isdecimal() else value


def _value(field: str, value: str, currency: str) -> str:
    if field in MONEY and value.isdecimal():
        return money.display(int(value), currency, "en")
    return value.replace("_", " ")
