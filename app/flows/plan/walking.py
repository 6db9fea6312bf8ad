"""Somebody is led through a flow as everything is now: which way they would go, and when."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from app.flows.plan.advance import Place, advance
from app.flows.plan.conditions import Condition
from app.flows.plan.definition import Choice, Flow, Step, Until, Wait
from app.flows.plan.facts import Facts

MOST = 500
"""Looks at somebody; a flow has fewer steps."""


class Look(NamedTuple):
    """One condition, and whether it is so."""

    condition: Condition
    holds: bool


class Passed(NamedTuple):
    """A step that would be come to."""

    step: Step
    at: datetime
    """When it would be come to."""
    until: datetime | None
    """When it would go on from there; None: only once something is heard."""
    looks: tuple[Look, ...]
    onward: str
    """Which step would follow."""


class Walk(NamedTuple):
    """The whole way."""

    passed: tuple[Passed, ...]
    over: str | None
    """Why it would be over; None: it waits for something to be heard."""


def objections(flow: Flow, facts: Facts) -> list[tuple[str, tuple[Look, ...]]]:
    """Return what is asked all along: who is let go of and why, and whom it is only for (under "")."""
    asked = [(it.because, _looks(it.conditions, facts)) for it in flow.exits]
    return [*asked, *([("", _looks(flow.only, facts))] if flow.only else [])]


def walk(flow: Flow, facts: Facts, begins_at: datetime) -> Walk:
    """Lead somebody through who comes in now and is held out of nothing; nothing changes but the hour."""
    place = Place(who="somebody", step=flow.first, arrived_at=begins_at, entered_at=begins_at)
    now, found = begins_at, list[Passed]()
    came = begins_at
    for _ in range(MOST):
        turn = advance(flow, place, facts, now)
        ends = (*turn.passed[1:], turn.place.step)
        for ident, onward in zip(turn.passed, ends, strict=False):
            step = flow.step(ident)
            found.append(Passed(step, came, now, tuple(_asked(step, facts)), onward))
            came = now
        place = turn.place
        if place.over is not None:
            return Walk(tuple(found), place.over)
        if turn.look_at is None:
            waits = flow.step(place.step)
            found.append(Passed(waits, came, None, tuple(_asked(waits, facts)), ""))
            break
        now = max(now, turn.look_at)
    return Walk(tuple(found), None)


def _asked(step: Step, facts: Facts) -> Iterator[Look]:
    match step:
        case Choice():
            yield from _looks(step.conditions, facts)
        case Wait(how=Until(conditions=conditions)):
            yield from _looks(conditions, facts)
        case _:
            return


def _looks(conditions: tuple[Condition, ...], facts: Facts) -> tuple[Look, ...]:
    return tuple(Look(it, it.holds(facts.known)) for it in conditions)
