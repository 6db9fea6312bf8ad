"""A flow as data: what starts it, its steps, whom it lets go of, and who may come again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from app.flows.plan.conditions import Condition
from app.flows.plan.spans import Span
from app.flows.plan.trial import Trial
from app.vocabulary import Category, Medium

END = "end"
"""Where the last step leads; no step may be called so."""


class Clock(StrEnum):
    """By whose clock an hour of the day is meant."""

    SHOPPER = "shopper"
    SHOP = "shop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """So long, then on to an hour of the day where one is named."""

    span: Span
    from_start: bool = False
    """Counted from when they came into the flow, and not from the step before."""
    at: time | None = None
    clock: Clock = Clock.SHOPPER


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """Until conditions hold, or have held for so long."""

    conditions: tuple[Condition, ...]
    held_for: Span | None = None
    at_most: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """Until a field has been as it is for so long."""

    field: str
    span: Span
    at_most: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Until a moment that facts name, which may move while it is waited for."""

    field: str


How = Pause | Until | Unchanged | Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens; its `id` is unique in its flow."""

    id: str
    then: str | None = None
    """Which step follows; None: the next in the list."""
    line: int = field(default=0, compare=False)
    """Where it stands in its file, from 1; 0: nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Step):
    """Nothing happens for a while."""

    how: How
    otherwise: str | None = None
    """Where it leads when it has waited for as long as it may in vain; None: on as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Step):
    """Something is sent, if the gate lets it."""

    medium: Medium
    number: int
    """Which of the flow's messages on this medium it is, from 1."""
    is_given: bool = False
    """Its file says the number, for it is the same message as one on another way; else it is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Step):
    """Two ways, by conditions."""

    conditions: tuple[Condition, ...]
    yes: str
    no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw(Step):
    """Several ways, by chance: the same person always draws the same."""

    arms: tuple[tuple[str, int], ...]
    """Where each leads, and for how many in a hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOut(Step):
    """From here on some walk along unseen: nothing is sent to them, so that the others can be compared."""

    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Step):
    """Something is done that is no message."""

    kind: str
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Step):
    """Here it is over."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetGo:
    """Whoever meets these conditions leaves the flow, wherever in it they are."""

    conditions: tuple[Condition, ...]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A whole flow."""

    key: str
    """A trigger's word; its messages are those of the trigger."""
    starts: str
    """What has to happen, in fields.STARTS."""
    about: str
    """What it is about, in fields.FIELDS; nobody is in it twice at once about the same thing."""
    category: Category
    again_after: Span | None = None
    """How long after its end the same thing may start it again; None: once only."""
    hold_out: int = 0
    """How many in a hundred walk along unseen from the start."""
    only: tuple[Condition, ...] = ()
    """Who does not meet these when something would be done leaves instead."""
    exits: tuple[LetGo, ...] = ()
    steps: tuple[Step, ...]
    trials: tuple[Trial, ...] = ()
    """Sample histories that it goes through as they say."""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    """Where in its file each part of it begins."""

    @property
    def asked(self) -> frozenset[str]:
        """Return every field that it asks about."""
        return frozenset(self._asked())

    def _asked(self) -> Iterator[str]:
        yield from (it.field for it in self.only)
        yield from (it.field for let_go in self.exits for it in let_go.conditions)
        for step in self.steps:
            match step:
                case Choice(conditions=asked) | Wait(how=Until(conditions=asked)):
                    yield from (it.field for it in asked)
                case Wait(how=Unchanged(field=field) | Moment(field=field)):
                    yield field
                case _:
                    continue

    @property
    def leads_on(self) -> bool:
        """Whether each way leads to a step behind it, or to the end: whoever comes in comes out."""
        places = {step.id: place for place, step in enumerate(self.steps)}
        ways = ((place, target) for place, step in enumerate(self.steps) for target in self.ways(step))
        is_named_once = len(places) == len(self.steps)
        return is_named_once and all(to == END or places.get(to, -1) > place for place, to in ways)

    def step(self, ident: str) -> Step:
        """Return a step by its id; raises LookupError."""
        for step in self.steps:
            if step.id == ident:
                return step
        raise LookupError(f"no step {ident!r} in {self.key}")

    def senders(self, medium: Medium, number: int) -> list[Message]:
        """Return the steps that send a message: several where ways that part send the same.

        Messages about parcels are numbered by what their order was told before, and not by the step.
        """
        messages = [it for it in self.steps if isinstance(it, Message) and it.medium is medium]
        return messages if self.about == "parcel" else [it for it in messages if it.number == number]

    @property
    def first(self) -> str:
        """Where everybody begins."""
        return self.steps[0].id if self.steps else END

    def after(self, step: Step) -> str:
        """Return which step follows where none branches off."""
        if step.then is not None:
            return step.then
        place = self.steps.index(step) + 1
        return self.steps[place].id if place < len(self.steps) else END

    def ways(self, step: Step) -> tuple[str, ...]:
        """Return every step that may follow."""
        return tuple(dict.fromkeys(self._ways(step)))

    def _ways(self, step: Step) -> Iterator[str]:
        match step:
            case Leave():
                yield END
            case Choice():
                yield from (step.yes, step.no)
            case Draw():
                yield from (target for target, _ in step.arms)
            case Wait(otherwise=str(otherwise)):
                yield from (self.after(step), otherwise)
            case _:
                yield self.after(step)
