"""What is wrong with the ways through a flow whose steps lead only forward."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeVar

from app.flows.plan.definition import Choice, Flow, Message, Pause, Step, Wait
from app.flows.plan.faults import Fault
from app.lib.told import tell
from app.vocabulary import Category, Medium

NOTHING = timedelta(0)
T = TypeVar("T")
Asked = frozenset[str]
Sent = frozenset[tuple[Medium, int]]


def faults(flow: Flow) -> Iterator[Fault]:
    """Follow every way through a flow, and tell what is wrong on it."""
    yield from _unreached(flow)
    yield from _again(flow)
    yield from _backward(flow)
    if flow.category is Category.MARKETING:
        yield from _unasked(flow)
    if flow.about == "checkout":
        yield from _texts(flow)


def _on_arrival(
    flow: Flow, at_first: T, go: Callable[[Step, str, T], T], join: Callable[[T, T], T]
) -> dict[str, T]:
    """Return what holds where one comes to a step, by the step; `join` makes one of what two ways bring."""
    found = {flow.first: at_first}
    for step in flow.steps:
        if step.id not in found:
            continue
        for target in flow.ways(step):
            brought = go(step, target, found[step.id])
            found[target] = join(found[target], brought) if target in found else brought
    return found


def _unreached(flow: Flow) -> Iterator[Fault]:
    reached = _on_arrival(flow, True, lambda _step, _target, _: True, lambda one, _: one)
    for step in flow.steps:
        if step.id not in reached:
            yield Fault(step.line, step.id, tell("Nobody ever comes here."))


def _backward(flow: Flow) -> Iterator[Fault]:
    passed = _on_arrival(flow, NOTHING, _longer, min)
    for step in flow.steps:
        if isinstance(step, Wait) and isinstance(step.how, Pause) and step.how.from_start:
            span = step.how.span
            if span.least < passed.get(step.id, NOTHING):
                sentence = tell(
                    "It waits backwards: %(span)s after the start are over when anybody comes here.",
                    span=span.told,
                )
                yield Fault(step.line, step.id, sentence)


def _longer(step: Step, _target: str, passed: timedelta) -> timedelta:
    """Return how long everybody has been in the flow at least, after a step."""
    if not isinstance(step, Wait) or not isinstance(step.how, Pause):
        return passed
    return max(passed, step.how.span.least) if step.how.from_start else passed + step.how.span.least


def _unasked(flow: Flow) -> Iterator[Fault]:
    always = frozenset(map(str, flow.only))
    asked = _on_arrival(flow, always, _asks, lambda one, other: one & other)
    for step in flow.steps:
        if isinstance(step, Message) and f"consent.{step.medium}" not in asked.get(step.id, always):
            sentence = tell(
                "An offer needs consent: put “%(field)s” under “only”, or into a split that leads here.",
                field=f"consent.{step.medium}",
            )
            yield Fault(step.line, step.id, sentence)


def _asks(step: Step, target: str, asked: Asked) -> Asked:
    """Return what was asked on the way to a target; the gate asks again before anything is sent."""
    if isinstance(step, Choice) and target == step.yes != step.no:
        return asked | frozenset(map(str, step.conditions))
    return asked


def _again(flow: Flow) -> Iterator[Fault]:
    """Tell of the same message on one way twice: whoever asks for it again gets the first."""
    nothing: Sent = frozenset()

    def sends(step: Step, _target: str, sent: Sent) -> Sent:
        return sent | {_message(flow, step)} if isinstance(step, Message) else sent

    before = _on_arrival(flow, nothing, sends, lambda one, other: one | other)
    for step in flow.steps:
        if isinstance(step, Message) and _message(flow, step) in before.get(step.id, nothing):
            sentence = (
                tell(
                    "Nobody is sent the same message twice: %(medium)s tells of a parcel once.",
                    medium=step.medium.value,
                )
                if flow.about == "parcel"
                else tell(
                    "Nobody is sent the same message twice: number %(number)s comes before it on one way.",
                    number=step.number,
                )
            )
            yield Fault(step.line, step.id, sentence)


def _message(flow: Flow, step: Message) -> tuple[Medium, int]:
    """Return which message a step sends; of a parcel there is one on each medium, whatever its number."""
    return step.medium, 1 if flow.about == "parcel" else step.number


def _texts(flow: Flow) -> Iterator[Fault]:
    before = _on_arrival(flow, 0, _counts, max)
    for step in flow.steps:
        if _is_text(step) and before.get(step.id, 0) > 0:
            yield Fault(step.line, step.id, tell("One cart is sent one text message, and never a second."))


def _counts(step: Step, _target: str, texts: int) -> int:
    return texts + 1 if _is_text(step) else texts


def _is_text(step: Step) -> bool:
    return isinstance(step, Message) and step.medium is Medium.SMS
