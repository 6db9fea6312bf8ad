"""What happens next to somebody in a flow: one pure function.

Everything that is due at a moment happens at once, in the order of the steps, up to the next wait. A wait is
counted from when it was really come to: who was left lying for two days is not sent two days' messages in one
breath.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from app.flows.plan import chance, waits
from app.flows.plan.conditions import all_hold
from app.flows.plan.definition import END, Action, Choice, Draw, Flow, HoldOut, Leave, Message, Step, Wait
from app.flows.plan.facts import Facts

FINISHED, NOT_FOR_THEM, GONE = "finished", "not for them", "gone"
"""Why it is over where no flow says why: gone through, its filter did not hold, there is no subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a flow somebody is."""

    who: str
    """Whom chance knows them as."""
    step: str
    """The step that is next; END when it is over."""
    arrived_at: datetime
    """When they came to it."""
    entered_at: datetime
    held_out: bool = False
    """They walk along unseen."""
    over: str | None = None
    """Why it is over; None: it is not."""


class Deed(NamedTuple):
    """Something that is to be done now."""

    step: Message | Action
    unseen: bool
    """Only noted: whoever it would be done to is held out."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What happens to somebody now."""

    place: Place
    done: tuple[Deed, ...] = ()
    """In the order in which they are to be done."""
    passed: tuple[str, ...] = ()
    """Every step that was gone through, those that do something among them."""
    look_at: datetime | None = None
    """When to look again; None: it is over, or only what is heard of its subject can end the wait."""


def enter(flow: Flow, who: str, now: datetime) -> Place:
    """Return where somebody is who comes into a flow: at its first step, held out or not."""
    held_out = chance.is_held_out(who, flow.key, flow.hold_out)
    return Place(who=who, step=flow.first, arrived_at=now, entered_at=now, held_out=held_out)


def advance(flow: Flow, place: Place, facts: Facts | None, now: datetime) -> Turn:
    """Return what happens now to somebody in a flow; `facts` None: what it was about is gone."""
    if place.over is not None:
        return Turn(place)
    let_go = GONE if facts is None else objection(flow, facts)
    if facts is None or let_go is not None:
        return Turn(_over(place, let_go or GONE))
    done: list[Deed] = []
    passed: list[str] = []
    while place.step != END:
        step = flow.step(place.step)
        if isinstance(step, Message | Action) and not all_hold(flow.only, facts.known):
            return Turn(_over(place, NOT_FOR_THEM), tuple(done), tuple(passed))
        if isinstance(step, Wait):
            seen = waits.look(step.how, place.arrived_at, place.entered_at, facts, now)
            if not seen.is_over:
                return Turn(place, tuple(done), tuple(passed), seen.again_at)
            target = step.otherwise if seen.in_vain and step.otherwise else flow.after(step)
        else:
            target = _way(flow, step, place, facts)
        if isinstance(step, Message | Action):
            done.append(Deed(step, place.held_out))
        passed.append(step.id)
        place = _arrived(flow, place, step, target, now)
    return Turn(place if place.over else _over(place, FINISHED), tuple(done), tuple(passed))


def objection(flow: Flow, facts: Facts) -> str | None:
    """Return why a flow lets go of somebody, wherever they are; None: it does not."""
    return next(_reasons(flow, facts), None)


def _reasons(flow: Flow, facts: Facts) -> Iterator[str]:
    return (it.because for it in flow.exits if all_hold(it.conditions, facts.known))


def _way(flow: Flow, step: Step, place: Place, facts: Facts) -> str:
    match step:
        case Choice():
            return step.yes if all_hold(step.conditions, facts.known) else step.no
        case Draw():
            return chance.drawn(place.who, f"{flow.key}|{step.id}", step.arms)
        case Leave():
            return END
        case _:
            return flow.after(step)


def _arrived(flow: Flow, place: Place, step: Step, target: str, now: datetime) -> Place:
    place = replace(place, step=target, arrived_at=now)
    if isinstance(step, HoldOut):
        unseen = chance.is_held_out(place.who, f"{flow.key}|{step.id}", step.percent)
        return replace(place, held_out=place.held_out or unseen)
    return replace(place, over=step.because) if isinstance(step, Leave) else place


def _over(place: Place, why: str) -> Place:
    return replace(place, step=END, over=why)
