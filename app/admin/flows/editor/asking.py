"""Conditions in the merchant's words: as they stand on a card, and as the questions of a form."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from app.admin.flows.editor.clauses import ASKED, FLAGS, GROUPS, NAMES
from app.admin.saying import say, spoken
from app.flows.plan.conditions import FITS, Condition, Op
from app.flows.plan.fields import FIELDS, Kind
from app.lib import money


class Question(NamedTuple):
    """One choice of a form: a field, and how it is looked at."""

    value: str
    words: str
    takes: bool
    """Whether it needs a word or a number beside it."""


MONEY = ("checkout.total", "order.total")
"""In minor units of the shop's currency."""


def name(field: str) -> str:
    """Return what a field is called: "what the order came to"."""
    return say(NAMES[field]) if field in NAMES else field.partition(".")[2].replace("_", " ")


def capital(clause: str) -> str:
    """Return a clause as it stands by itself."""
    return clause[:1].upper() + clause[1:]


def said(condition: Condition, currency: str) -> str:
    """Return a condition as a clause: "they live abroad", "what the order came to is at least $50.00"."""
    if condition.op is Op.HOLDS:
        return _flag(condition.field, negated=condition.negated)
    clause = _compared(condition.op, name(condition.field), _values(condition, currency))
    return say("it is not so that %(clause)s", clause=clause) if condition.negated else clause


def question(condition: Condition, currency: str) -> str:
    """Return a condition as a question: "Do they live in your own country?"."""
    is_flag = condition.op is Op.HOLDS
    if condition.negated or (is_flag and condition.field not in ASKED):
        return say("Is it so that %(clause)s?", clause=said(condition, currency))
    if is_flag:
        return say(ASKED[condition.field])
    return _asks(condition.op, name(condition.field), _values(condition, currency))


def all_said(conditions: Iterable[Condition], currency: str) -> str:
    """Return conditions that must all hold, as one clause; empty where there are none."""
    clauses = [said(condition, currency) for condition in conditions]
    return reduce(_and, clauses) if clauses else ""


def questions(about: str) -> Mapping[str, Sequence[Question]]:
    """Return every question that a flow about something may ask, by whom it is about."""
    groups: dict[str, list[Question]] = {}
    for field, kind in FIELDS.get(about, {}).items():
        group = GROUPS[field.partition(".")[0]]
        groups.setdefault(say(group), []).extend(_questions(field, kind))
    return groups


def _questions(field: str, kind: Kind) -> Iterable[Question]:
    if kind is Kind.FLAG:
        yield Question(field, capital(_flag(field, negated=False)), takes=False)
        yield Question(f"not {field}", capital(_flag(field, negated=True)), takes=False)
        return
    for op in FITS[kind]:
        yield Question(f"{field} {op}", capital(_compared(op, name(field), "…")), takes=True)


def _flag(field: str, *, negated: bool) -> str:
    if field in FLAGS:
        return say(FLAGS[field][negated])
    return say("not %(field)s", field=name(field)) if negated else name(field)


def _compared(op: Op, what: str, value: str) -> str:
    match op:
        case Op.IS:
            return say("%(what)s is %(value)s", what=what, value=value)
        case Op.IS_NOT:
            return say("%(what)s is not %(value)s", what=what, value=value)
        case Op.IS_ONE_OF:
            return say("%(what)s is one of %(value)s", what=what, value=value)
        case Op.AT_LEAST:
            return say("%(what)s is at least %(value)s", what=what, value=value)
        case _:
            return say("%(what)s is at most %(value)s", what=what, value=value)


def _asks(op: Op, what: str, value: str) -> str:
    match op:
        case Op.IS:
            return say("Is %(what)s %(value)s?", what=what, value=value)
        case Op.IS_NOT:
            return say("Is %(what)s not %(value)s?", what=what, value=value)
        case Op.IS_ONE_OF:
            return say("Is %(what)s one of %(value)s?", what=what, value=value)
        case Op.AT_LEAST:
            return say("Is %(what)s at least %(value)s?", what=what, value=value)
        case _:
            return say("Is %(what)s at most %(value)s?", what=what, value=value)


CENTS = re.compile(r",(?=\d{1,2}$)")
"""A comma before cents, as most of Europe writes it; one before three digits groups thousands."""


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
        raise ValueError(say("Write what %(field)s is compared with.", field=name(field)))
    if field in MONEY and takes:
        typed = _amount(typed, currency)
    return Condition.of(f"{line.question} {typed}" if takes else line.question)


def _amount(typed: str, currency: str) -> str:
    try:
        return str(money.minor(CENTS.sub(".", typed).replace(",", ""), currency))
    except ValueError as error:
        raise ValueError(say("Write an amount of money, like 49.90.")) from error


def _plain(field: str, value: str, currency: str) -> str:
    return str(money.major(int(value), currency)) if field in MONEY and value.isdecimal() else value


def _values(condition: Condition, currency: str) -> str:
    return reduce(_or, (_value(condition.field, value, currency) for value in condition.values))


def _value(field: str, value: str, currency: str) -> str:
    if field in MONEY and value.isdecimal():
        return money.display(int(value), currency, spoken().locale)
    return value.replace("_", " ")


def _and(one: str, other: str) -> str:
    return say("%(one)s and %(other)s", one=one, other=other)


def _or(one: str, other: str) -> str:
    return say("%(one)s or %(other)s", one=one, other=other)
