"""A flow as it is drawn: cards below each other, ways beside each other, and the time in the gutter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from app.admin.flows.editor import wording
from app.admin.saying import figure, retold, say
from app.flows.plan import edits
from app.flows.plan.definition import (
    Choice,
    Draw,
    Flow,
    Leave,
    Message,
    Moment,
    Pause,
    Step,
    Unchanged,
    Until,
    Wait,
)
from app.flows.plan.edits import Slot, Where
from app.flows.plan.faults import Fault
from app.flows.plan.tree import Jump, Node, Row, Tree, nodes
from app.flows.tally import Steps

NOTHING, HOUR, DAY = timedelta(0), timedelta(hours=1), timedelta(days=1)
SHOWN_FROM = 10
"""So many people must have come to a split before shares are shown."""


@dataclass(frozen=True, slots=True)
class Card:
    """One step."""

    id: str
    anchor: str
    said: wording.Said
    when: str
    """How long after the beginning; empty: as the card above."""
    faults: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    ways: tuple["Way", ...]
    after: Slot | None
    """The place behind it; None: people leave here."""
    can_end: bool
    """Nothing follows it, so that people may leave behind it."""
    held: int
    """How many steps go with it."""


@dataclass(frozen=True, slots=True)
class Way:
    """What is on one of a step's ways."""

    name: str
    share: str
    first: Slot
    cards: tuple[Card, ...]
    jump: str
    """The title of the card where it goes on; empty: below."""


class Clock(NamedTuple):
    """How long somebody has been in the flow at least, or since something that they waited for."""

    passed: timedelta = NOTHING
    is_counted: bool = True
    """From the beginning."""

    def __str__(self) -> str:
        days, rest = divmod(self.passed, DAY)
        if self.is_counted and days:
            return say("Day %(number)s", number=days)
        if not self.passed:
            return say("At once") if self.is_counted else say("Then")
        hours, minutes = divmod(rest, HOUR)
        parts = [say("%(number)s d", number=days)] if days else []
        parts += [say("%(number)s h", number=hours)] if hours else []
        if minutes and not days:
            parts.append(say("%(number)s min", number=minutes // timedelta(minutes=1)))
        span = " ".join(parts)
        return say("After %(span)s", span=span) if self.is_counted else say("+%(span)s", span=span)


@dataclass
class Drawing:
    """Draws a flow's tree into cards."""

    flow: Flow
    tree: Tree
    faults: Sequence[Fault]
    currency: str
    did: Steps | None = None
    """What its steps did; None: figures are not shown."""
    _titles: dict[str, str] = field(default_factory=dict)
    _anchors: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, node in enumerate(self.tree.nodes()):
            self._titles[node.step.id] = wording.step(node.step, self.flow, self.currency).title
            self._anchors[node.step.id] = f"step-{number}"

    def rows(self) -> list[tuple[Card, ...]]:
        """Return the cards where everybody begins, and whatever nobody comes to."""
        return [tuple(self._cards(row, Clock())) for row in self.tree.rows]

    def anchor(self, ident: str) -> str:
        """Return a step's name in the page."""
        return self._anchors.get(ident, "")

    def slots(self) -> Iterator[tuple[Slot, str]]:
        """Return every place for a step, in words."""
        for slot in edits.slots(self.tree):
            yield slot, self.named(slot)

    def named(self, slot: Slot) -> str:
        """Return where a place is, in words."""
        match slot.where:
            case Where.START:
                return say("At the beginning")
            case Where.AFTER:
                return say("After “%(step)s”", step=self._titles[slot.step])
            case Where.WAY:
                step = self.tree.node(slot.step).step
                way = wording.way(step, slot.way)
                return say("First on “%(way)s” of “%(step)s”", way=way, step=self._titles[slot.step])

    def _cards(self, row: Row, clock: Clock, shown: str = "") -> Iterator[Card]:
        for place, part in enumerate(row):
            if isinstance(part, Jump):
                return
            now = str(clock)
            yield self._card(part, clock, now if now != shown else "", is_last=place == len(row) - 1)
            shown, clock = now, _later(part, clock)

    def _card(self, node: Node, clock: Clock, when: str, *, is_last: bool) -> Card:
        step = node.step
        return Card(
            id=step.id,
            anchor=self._anchors[step.id],
            said=wording.step(step, self.flow, self.currency),
            when=when,
            faults=tuple(retold(fault.sentence) for fault in self.faults if fault.step == step.id),
            figures=tuple(_figures(step, self.did)),
            ways=tuple(self._way(node, number, clock) for number in range(len(node.ways))),
            after=None if isinstance(step, Leave) else Slot(Where.AFTER, step.id),
            can_end=is_last,
            held=sum(1 for _ in nodes((node,))),
        )

    def _way(self, node: Node, number: int, clock: Clock) -> Way:
        row = node.ways[number]
        last = row[-1] if row else None
        return Way(
            name=wording.way(node.step, number),
            share=self._share(node, number),
            first=Slot(Where.WAY, node.step.id, number),
            cards=tuple(self._cards(row, _within(node, number, clock), str(clock))),
            jump=self._titles.get(last.target, last.target) if isinstance(last, Jump) else "",
        )

    def _share(self, node: Node, number: int) -> str:
        """Return how many of those who came to a split went a way; empty: too few, or nobody can tell."""
        came = self.did.of(node.step.id).passed if self.did else 0
        firsts = [
            part.step.id if isinstance(part, Node) else ""
            for part in (row[0] if row else None for row in node.ways)
        ]
        if came < SHOWN_FROM or self.did is None:
            return ""
        counts = [
            self.did.of(first).passed + self.did.of(first).waiting if first else None for first in firsts
        ]
        mine = counts[number]
        if mine is None and counts.count(None) == 1:
            mine = came - sum(filter(None, counts))
        if mine is None:
            return ""
        return say("%(share)s of 100", share=round(100 * max(0, min(mine, came)) / came))


def _figures(step: Step, did: Steps | None) -> Iterator[tuple[str, str]]:
    if did is None:
        return
    seen = did.of(step.id)
    match step:
        case Message():
            yield say("sent"), figure(seen.sent)
            if seen.unsent:
                yield say("not sent"), figure(seen.unsent)
        case Wait():
            yield say("waiting now"), figure(seen.waiting)
        case Leave():
            yield say("left here"), figure(seen.passed)
        case Choice() | Draw():
            pass
        case _:
            yield say("came here"), figure(seen.passed)


def _within(node: Node, number: int, clock: Clock) -> Clock:
    if isinstance(node.step, Wait):
        return _waited(node.step, clock) if number == 0 else Clock(NOTHING, is_counted=False)
    return clock


def _later(node: Node, clock: Clock) -> Clock:
    """Return what the clock shows behind a step, on the longest of its ways."""
    if not node.ways:
        return _waited(node.step, clock) if isinstance(node.step, Wait) else clock
    ends = []
    for number, row in enumerate(node.ways):
        at = _within(node, number, clock)
        for part in row:
            at = _later(part, at) if isinstance(part, Node) else at
        if not (row and isinstance(row[-1], Node) and isinstance(row[-1].step, Leave)):
            ends.append(at)
    return max(ends, key=lambda at: (not at.is_counted, at.passed), default=clock)


def _waited(step: Wait, clock: Clock) -> Clock:
    match step.how:
        case Pause() as how if how.from_start:
            return Clock(how.span.least)
        case Pause() as how:
            return clock._replace(passed=clock.passed + how.span.least)
        case Unchanged() as how:
            return clock._replace(passed=clock.passed + how.span.least)
        case Until() as how:
            return Clock(how.held_for.least if how.held_for else NOTHING, is_counted=False)
        case Moment():
            return Clock(NOTHING, is_counted=False)


def of_flow(faults: Sequence[Fault], flow: Flow) -> tuple[list[Fault], list[Fault]]:
    """Return the faults that are the flow's own, and those of its sample histories."""
    steps = {step.id for step in flow.steps}
    trials = {trial.name for trial in flow.trials}
    own = [fault for fault in faults if fault.step not in steps | trials]
    return own, [fault for fault in faults if fault.step in trials - steps]
