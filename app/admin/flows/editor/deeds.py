"""One press of a button in the editor: the flow after it, what was done, and which step is looked at then."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from app.admin.flows.editor import forms, frame, wording
from app.admin.flows.editor.forms import Form
from app.admin.saying import say, say_many
from app.flows.plan import edits, trying
from app.flows.plan.conditions import Condition
from app.flows.plan.definition import (
    Action,
    Choice,
    Draw,
    Flow,
    HoldOut,
    Leave,
    Message,
    Pause,
    Step,
    Wait,
)
from app.flows.plan.edits import Refused, Slot
from app.flows.plan.spans import Span, Unit
from app.flows.plan.trial import Trial
from app.lib.told import tell
from app.lib.words import sentence
from app.vocabulary import Medium


class Done(NamedTuple):
    """What came of it."""

    flow: Flow
    did: str
    step: str = ""
    """The step that is looked at now; empty: the flow itself."""


class New(NamedTuple):
    """A kind of step that can be added."""

    words: str
    icon: str
    name: str
    make: Callable[[str], Step]


KINDS: Mapping[str, New] = {
    "mail": New(
        sentence("Mail"), "mail", "mail", lambda ident: Message(id=ident, medium=Medium.EMAIL, number=1)
    ),
    "text": New(
        sentence("Text message"), "text", "text", lambda ident: Message(id=ident, medium=Medium.SMS, number=1)
    ),
    "whatsapp": New(
        sentence("WhatsApp message"),
        "chat",
        "whatsapp",
        lambda ident: Message(id=ident, medium=Medium.WHATSAPP, number=1),
    ),
    "wait": New(
        sentence("Wait"), "clock", "wait", lambda ident: Wait(id=ident, how=Pause(span=Span(1, Unit.DAY)))
    ),
    "question": New(
        sentence("Split by a question"),
        "split",
        "question",
        lambda ident: Choice(
            id=ident, conditions=(Condition.of("profile.orders at least 2"),), yes="", no=""
        ),
    ),
    "chance": New(
        sentence("Split by chance"),
        "split",
        "chance",
        lambda ident: Draw(id=ident, arms=(("a", 50), ("b", 50))),
    ),
    "left out": New(
        sentence("Leave some out"), "ban", "left out", lambda ident: HoldOut(id=ident, percent=10)
    ),
    "action": New(
        sentence("Tell my team"),
        "note",
        "action",
        lambda ident: Action(id=ident, kind="alert", says=say("Somebody came this far.")),
    ),
    "leave": New(
        sentence("Leave the flow"), "exit", "leave", lambda ident: Leave(id=ident, because="gone far enough")
    ),
}
ENDING = "leave"
"""The kind behind which nothing can follow."""


def do(flow: Flow, what: str, form: Form, currency: str) -> Done:
    """Do what a button says: "move:ID"; raises Refused or Wrong with a sentence, or LookupError."""
    verb, _, subject = what.partition(":")
    return DEEDS[verb](flow, subject, form, currency)


def _add(flow: Flow, subject: str, form: Form, currency: str) -> Done:
    kind, _, place = subject.partition(":")
    new = KINDS[kind]
    taken = {step.id for step in flow.steps}
    step = new.make(edits.fresh(taken, new.name))
    first = KINDS["mail"].make(edits.fresh({*taken, step.id}, "mail")) if isinstance(step, Draw) else None
    del form, currency
    return Done(
        edits.insert(flow, _slot(place), step, first), say("Added “%(step)s”", step=say(new.words)), step.id
    )


def _move(flow: Flow, subject: str, form: Form, currency: str) -> Done:
    moved = edits.move(flow, subject, _slot(form.get("to", "")))
    return Done(moved, say("Moved “%(step)s”", step=_title(flow, subject, currency)), subject)


def _up(flow: Flow, subject: str, form: Form, currency: str) -> Done:
    del form
    did = say("Moved “%(step)s” up", step=_title(flow, subject, currency))
    return Done(edits.shift(flow, subject, -1), did, subject)


def _down(flow: Flow, subject: str, form: Form, currency: str) -> Done:
    del form
    did = say("Moved “%(step)s” down", step=_title(flow, subject, currency))
    return Done(edits.shift(flow, subject, 1), did, subject)


def _copy(flow: Flow, subject: str, form: Form, currency: str) -> Done:
    del form
    copied = edits.copy(flow, subject)
    new = next(step.id for step in copied.steps if step.id not in {it.id for it in flow.steps})
    return Done(copied, say("Copied “%(step)s”", step=_title(flow, subject, currency)), new)


def _remove(flow: Flow, subject: str, form: Form, currency: str) -> Done:
    del form
    left = edits.remove(flow, subject)
    with_it = len(flow.steps) - len(left.steps) - 1
    title = _title(flow, subject, currency)
    if not with_it:
        return Done(left, say("Removed “%(step)s”", step=title))
    did = say_many(
        "Removed “%(step)s” and %(count)s more on its ways",
        "Removed “%(step)s” and %(count)s more on its ways",
        with_it,
        step=title,
    )
    return Done(left, did)


def _swap(flow: Flow, subject: str, form: Form, currency: str) -> Done:
    del form
    did = say("Swapped yes and no of “%(step)s”", step=_title(flow, subject, currency))
    return Done(edits.swap(flow, subject), did, subject)


def _arm(flow: Flow, subject: str, form: Form, currency: str) -> Done:
    del form
    step = KINDS["mail"].make(edits.fresh({it.id for it in flow.steps}, "mail"))
    wider = edits.new_arm(flow, subject, step, 0)
    return Done(wider, say("Added a way to “%(step)s”", step=_title(flow, subject, currency)), subject)


def _save(flow: Flow, subject: str, form: Form, currency: str) -> Done:
    step = _step(flow, subject)
    new = forms.typed(step, form, currency)
    changed = edits.change(flow, subject, new)
    before, after = _title(flow, subject, currency), _title(changed, new.id, currency)
    did = (
        say("Changed “%(step)s” to “%(other)s”", step=before, other=after)
        if before != after
        else say("Changed “%(step)s”", step=before)
    )
    return Done(changed, did, new.id)


def _settings(flow: Flow, subject: str, form: Form, currency: str) -> Done:
    del subject
    return Done(frame.typed(flow, form, currency), say("Changed who comes in and who leaves"))


def _drop_test(flow: Flow, subject: str, form: Form, currency: str) -> Done:
    del form, currency
    kept = tuple(trial for trial in flow.trials if not _is(trial, subject))
    return Done(replace(flow, trials=kept), say("Removed the sample history “%(name)s”", name=subject))


def _renew(flow: Flow, subject: str, form: Form, currency: str) -> Done:
    del subject, form, currency
    if not flow.leads_on:
        raise LookupError("whoever went through it would never come out")
    return Done(trying.renewed(flow), say("Let the sample histories expect what happens now"))


DEEDS: Mapping[str, Callable[[Flow, str, Form, str], Done]] = {
    "add": _add,
    "move": _move,
    "up": _up,
    "down": _down,
    "copy": _copy,
    "remove": _remove,
    "swap": _swap,
    "arm": _arm,
    "save": _save,
    "settings": _settings,
    "drop test": _drop_test,
    "renew": _renew,
}


def _is(trial: Trial, name: str) -> bool:
    return trial.name == name


def _slot(text: str) -> Slot:
    try:
        return Slot.of(text)
    except ValueError as error:
        raise Refused(tell("Choose a place.")) from error


def _step(flow: Flow, ident: str) -> Step:
    try:
        return flow.step(ident)
    except LookupError:
        raise Refused(tell("There is no step “%(step)s” any more.", step=ident)) from None


def _title(flow: Flow, ident: str, currency: str) -> str:
    return wording.step(_step(flow, ident), flow, currency).title
