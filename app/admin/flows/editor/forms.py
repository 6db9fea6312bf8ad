"""What the editor's forms say of a step, and the step that is typed into one."""

from collections.abc import Iterable
from datetime import time
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

from app.admin.flows.editor import asking
from app.admin.flows.editor.asking import Asked
from app.admin.saying import retold, say
from app.flows.plan.conditions import Condition
from app.flows.plan.definition import (
    END,
    Action,
    Choice,
    Clock,
    Draw,
    HoldOut,
    How,
    Leave,
    Message,
    Moment,
    Pause,
    Step,
    Unchanged,
    Until,
    Wait,
)
from app.flows.plan.spans import Span, Unit
from app.lib import told
from app.vocabulary import Medium

Form = MultiDict[str, str]
T = TypeVar("T")

LONGEST_NAME = 40
WHOLE = 100
"""All shares together, in percent."""
ANOTHER_WAY = "way"
HOWS = {Pause: "span", Until: "until", Unchanged: "unchanged", Moment: "moment"}


class Wrong(Exception):
    """Something typed cannot be understood: which field, and why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


def filled(step: Step, currency: str) -> Form:
    """Return a form that says what a step is."""
    form = Form([("id", step.id)])
    match step:
        case Message():
            form["medium"] = step.medium
        case Wait():
            _fill_wait(form, step, currency)
        case Choice():
            fill_conditions(form, "if", step.conditions, currency)
        case Draw():
            form.setlist("share", [str(percent) for _, percent in step.arms])
        case HoldOut():
            form["percent"] = str(step.percent)
        case Action():
            form["action"], form["says"] = step.kind, step.says
        case Leave():
            form["because"] = step.because
        case _:
            pass
    return form


def typed(step: Step, form: Form, currency: str) -> Step:  # noqa: PLR0911 - a line for each kind of step
    """Return the step that a form makes of one; raises Wrong."""
    ident = " ".join(form.get("id", "").split()) or step.id
    if len(ident) > LONGEST_NAME:
        raise Wrong("id", say("Keep the name under %(most)s letters.", most=LONGEST_NAME))
    known: dict[str, Any] = {"id": ident, "then": step.then, "line": step.line}
    match step:
        case Message():
            medium = _one_of("medium", form, tuple(Medium))
            is_given = step.is_given and medium is step.medium
            return Message(**known, medium=medium, number=step.number, is_given=is_given)
        case Wait():
            return Wait(**known, how=_how(form, currency), otherwise=_otherwise(form, step))
        case Choice():
            conditions = needed_conditions(form, "if", currency)
            return Choice(**known, conditions=conditions, yes=step.yes, no=step.no)
        case Draw():
            return Draw(**known, arms=_arms(form, step))
        case HoldOut():
            return HoldOut(**known, percent=number(form, "percent", 99))
        case Action():
            says = " ".join(form.get("says", "").split())
            return Action(**known, kind=form.get("action", step.kind), says=says)
        case Leave():
            because = " ".join(form.get("because", "").split())
            if not because:
                raise Wrong("because", say("Write why they leave: it is shown beside whoever did."))
            return Leave(**known, because=because)
        case _:
            raise TypeError(type(step).__name__)


def fill_conditions(form: Form, name: str, conditions: Iterable[Condition], currency: str) -> None:
    """Put conditions into a form, a line each."""
    lines = [asking.asked(it, currency) for it in conditions]
    form.setlist(f"q-{name}", [line.question for line in lines])
    form.setlist(f"v-{name}", [line.value for line in lines])


def conditions(form: Form, name: str, currency: str) -> tuple[Condition, ...]:
    """Return the conditions that a form's lines say; an empty line says nothing. Raises Wrong."""
    lines = zip(form.getlist(f"q-{name}"), form.getlist(f"v-{name}"), strict=False)
    found = []
    for question, value in lines:
        if question:
            try:
                found.append(asking.condition(Asked(question, value), currency))
            except ValueError as error:
                raise Wrong(f"q-{name}", retold(told.of(error))) from error
    return tuple(found)


def needed_conditions(form: Form, name: str, currency: str) -> tuple[Condition, ...]:
    """Return at least one condition; raises Wrong."""
    found = conditions(form, name, currency)
    if not found:
        raise Wrong(f"q-{name}", say("Choose what is looked at."))
    return found


def span(form: Form, name: str) -> Span:
    """Return the span that is typed as an amount and a unit; raises Wrong."""
    amount = form.get(f"{name}-amount", "").strip()
    try:
        return Span.of(f"{amount} {_one_of(f'{name}-unit', form, tuple(Unit))}")
    except ValueError as error:
        raise Wrong(
            f"{name}-amount", say("Write how long as a whole number, like 7: ten years at most.")
        ) from error


def fill_span(form: Form, name: str, it: Span) -> None:
    """Put a span into a form."""
    form[f"{name}-amount"], form[f"{name}-unit"] = str(it.amount), it.unit


def number(form: Form, name: str, most: int) -> int:
    """Return a whole number that is typed; raises Wrong."""
    text = form.get(name, "").strip().removesuffix("%").strip() or "0"
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(most)) or int(text) > most:
        raise Wrong(name, say("Write a whole number from 0 to %(most)s.", most=most))
    return int(text)


def _fill_wait(form: Form, step: Wait, currency: str) -> None:
    form["how"] = HOWS[type(step.how)]
    form["otherwise"] = {None: "on", END: END}.get(step.otherwise, ANOTHER_WAY)
    match step.how:
        case Pause() as how:
            fill_span(form, "for", how.span)
            form["from"] = "start" if how.from_start else "here"
            form["at"] = how.at.isoformat("minutes") if how.at else ""
            form["clock"] = how.clock
        case Until() as how:
            fill_conditions(form, "until", how.conditions, currency)
            if how.held_for:
                fill_span(form, "held", how.held_for)
            fill_span(form, "most", how.at_most)
        case Unchanged() as how:
            form["field"] = how.field
            fill_span(form, "same", how.span)
            fill_span(form, "most", how.at_most)
        case Moment() as how:
            form["moment"] = how.field


def _how(form: Form, currency: str) -> How:
    match form.get("how"):
        case "until":
            held = span(form, "held") if form.get("held-amount", "").strip() else None
            asked = needed_conditions(form, "until", currency)
            return Until(conditions=asked, held_for=held, at_most=span(form, "most"))
        case "unchanged":
            return Unchanged(field=form.get("field", ""), span=span(form, "same"), at_most=span(form, "most"))
        case "moment":
            return Moment(field=form.get("moment", ""))
        case _:
            return Pause(
                span=span(form, "for"),
                from_start=form.get("from") == "start",
                at=_hour(form),
                clock=_one_of("clock", form, tuple(Clock)) if form.get("clock") else Clock.SHOPPER,
            )


def _hour(form: Form) -> time | None:
    text = form.get("at", "").strip()
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None) if text else None
    except ValueError as error:
        raise Wrong("at", say("Write an hour of the day, like 09:00, or nothing.")) from error


def _otherwise(form: Form, step: Wait) -> str | None:
    """Return where a wait leads that was in vain; which way it is, the tree knows."""
    if form.get("how") not in ("until", "unchanged"):
        return None
    chosen = form.get("otherwise", "on")
    if chosen == ANOTHER_WAY:
        return step.otherwise if step.otherwise not in (None, END) else ANOTHER_WAY
    return END if chosen == END else None


def _arms(form: Form, step: Draw) -> tuple[tuple[str, int], ...]:
    shares = form.getlist("share")
    arms = []
    for (target, _), text in zip(step.arms, shares, strict=False):
        arms.append((target, number(Form([("share", text)]), "share", WHOLE)))
    if len(arms) != len(step.arms):
        raise Wrong("share", say("Write a share for every way."))
    if sum(percent for _, percent in arms) != WHOLE:
        raise Wrong("share", say("The shares must make 100 together."))
    return tuple(arms)


def _one_of(name: str, form: Form, choices: tuple[T, ...]) -> T:
    chosen = form.get(name)
    for choice in choices:
        if choice == chosen:
            return choice
    raise Wrong(name, say("Choose one of these."))
