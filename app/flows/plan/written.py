"""A flow as a file that people read and keep in git; reading it gives the same flow."""

from collections import Counter
from typing import Any

import yaml

from app.flows.plan import trial_files
from app.flows.plan.conditions import written as conditions
from app.flows.plan.definition import (
    Action,
    Choice,
    Clock,
    Draw,
    Flow,
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


class _Plain(yaml.SafeDumper):  # type: ignore[misc]  # untyped
    """Writes every text as it is: whoever reads it takes nothing for a date, a number or a "yes"."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - yaml's own name and kind


def write(flow: Flow) -> str:
    """Return the file of a flow."""
    return str(yaml.dump(data(flow), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100))


def data(flow: Flow) -> dict[str, Any]:
    """Return a flow as plain texts, lists and tables; what is as usual is left out."""
    told: dict[str, Any] = {
        "flow": flow.key,
        "starts": flow.starts,
        "about": flow.about,
        "category": str(flow.category),
    }
    if flow.again_after is not None:
        told["again after"] = str(flow.again_after)
    if flow.hold_out:
        told["hold out"] = f"{flow.hold_out} %"
    if flow.only:
        told["only"] = conditions(flow.only)
    if flow.exits:
        told["exits"] = [{"if": conditions(it.conditions), "because": it.because} for it in flow.exits]
    counts: Counter[str] = Counter()
    told["steps"] = [_step(step, counts) for step in flow.steps]
    return told | ({"tests": [trial_files.write(it) for it in flow.trials]} if flow.trials else {})


def _step(step: Step, counts: Counter[str]) -> dict[str, Any]:
    kind, says = _kind(step)
    counts[kind] += 1
    usual = kind if counts[kind] == 1 else f"{kind}-{counts[kind]}"
    named = {} if step.id == usual else {"id": step.id}
    then = {"then": step.then} if step.then is not None else {}
    extra = {"says": step.says} if isinstance(step, Action) and step.says else {}
    extra |= {"number": str(step.number)} if isinstance(step, Message) and step.is_given else {}
    return {**named, kind: says, **extra, **then}


def _kind(step: Step) -> tuple[str, Any]:
    match step:
        case Wait():
            how = _how(step.how)
            if step.otherwise is not None:
                how = (how if isinstance(how, dict) else {"for": how}) | {"else": step.otherwise}
            return "wait", how
        case Message():
            return "message", str(step.medium)
        case Choice() | Draw() | HoldOut():
            return "split", _split(step)
        case Action():
            return "action", step.kind
        case Leave():
            return "exit", step.because
        case _:
            raise TypeError(type(step).__name__)


def _split(step: Choice | Draw | HoldOut) -> dict[str, Any]:
    match step:
        case Choice():
            return {"if": conditions(step.conditions), "yes": step.yes, "no": step.no}
        case Draw():
            return {"by chance": {target: f"{percent} %" for target, percent in step.arms}}
        case HoldOut():
            return {"hold out": f"{step.percent} %"}


def _how(how: How) -> str | dict[str, Any]:
    match how:
        case Pause(at=None, from_start=False, clock=Clock.SHOPPER):
            return str(how.span)
        case Pause():
            told = {"from start" if how.from_start else "for": str(how.span)}
            told |= {"at": how.at.isoformat("minutes")} if how.at else {}
            return told | ({"clock": str(how.clock)} if how.clock is not Clock.SHOPPER else {})
        case Until():
            held = {"for": str(how.held_for)} if how.held_for else {}
            return {"until": conditions(how.conditions), **held, "at most": str(how.at_most)}
        case Unchanged():
            return {"unchanged": how.field, "for": str(how.span), "at most": str(how.at_most)}
        case Moment():
            return {"until moment": how.field}
