"""A flow as people see it: steps below each other, and ways side by side that come together again.

A flow's file is a list whose steps lead forward. Here every step that parts people holds what is on each of
its ways, until the step where all of them meet. The same flow comes out again, in the order in which it is
seen.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from app.flows.plan.definition import END, Choice, Draw, Flow, Leave, Step, Wait


class NoTree(Exception):
    """Its steps lead to nowhere, back, or to two at once: it can only be mended in its file."""


@dataclass(frozen=True, slots=True)
class Jump:
    """Here it goes on at a step that is seen elsewhere."""

    target: str


@dataclass(frozen=True, slots=True)
class Node:
    """A step, and what is on each of its ways; none where it does not part people."""

    step: Step
    ways: tuple["Row", ...] = ()


Part = Node | Jump
Row = tuple[Part, ...]
"""What follows one another."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole flow's steps."""

    rows: tuple[Row, ...]
    """Where everybody begins; behind it whatever nobody ever comes to."""

    def nodes(self) -> Iterator[Node]:
        """Return every step as it is seen, from top to bottom."""
        for row in self.rows:
            yield from nodes(row)

    def node(self, ident: str) -> Node:
        """Return a step with its ways; raises LookupError."""
        for node in self.nodes():
            if node.step.id == ident:
                return node
        raise LookupError(ident)


def nodes(row: Row) -> Iterator[Node]:
    """Return every step of a row, those on ways within it as well."""
    for part in row:
        if isinstance(part, Node):
            yield part
            for way in part.ways:
                yield from nodes(way)


def depth(row: Row) -> int:
    """Return how many ways lie within each other at most."""
    return max((1 + depth(way) for node in row if isinstance(node, Node) for way in node.ways), default=0)


def of(flow: Flow) -> Tree:
    """Return a flow's steps as they are seen; raises NoTree."""
    places = {step.id: place for place, step in enumerate(flow.steps)} | {END: len(flow.steps)}
    if len(places) != len(flow.steps) + 1:
        raise NoTree
    for place, step in enumerate(flow.steps):
        if any(places.get(target, -1) <= place for target in flow.ways(step)):
            raise NoTree
    return _Grower(flow, places).tree()


class _Grower:
    """Follows a flow from step to step; each is seen once."""

    def __init__(self, flow: Flow, places: Mapping[str, int]) -> None:
        self._flow = flow
        self._steps = {step.id: step for step in flow.steps}
        self._meet = _meetings(flow, places)
        self._seen: set[str] = set()

    def tree(self) -> Tree:
        rows = [self._row(self._flow.first, END)]
        others = (step.id for step in self._flow.steps if step.id not in self._seen)
        rows.extend(self._row(ident, END) for ident in others)  # each may see some of those that follow
        return Tree(tuple(rows))

    def _row(self, at: str, until: str) -> Row:
        found: list[Part] = []
        while at not in (END, until):
            if at in self._seen:
                found.append(Jump(at))
                break
            self._seen.add(at)
            step = self._steps[at]
            targets = parts(self._flow, step)
            meet = self._meet[at]
            found.append(Node(step, tuple(self._row(target, meet) for target in targets)))
            at = meet if targets else _leads(self._flow, step)[0]
        return tuple(found)


def parts(flow: Flow, step: Step) -> tuple[str, ...]:
    """Return where each way of a step leads; nothing where it does not part people.

    A wait that lets go of who waited in vain parts nobody: they are gone.
    """
    match step:
        case Choice():
            return step.yes, step.no
        case Draw():
            return tuple(target for target, _ in step.arms)
        case Wait(otherwise=str(otherwise)) if otherwise != END:
            return flow.after(step), otherwise
        case _:
            return ()


def _leads(flow: Flow, step: Step) -> tuple[str, ...]:
    return parts(flow, step) or ((END,) if isinstance(step, Leave) else (flow.after(step),))


def _meetings(flow: Flow, places: Mapping[str, int]) -> dict[str, str]:
    """Return by step where all who come to it meet again, whichever way they take; who leaves is not met."""
    passed: dict[str, frozenset[str] | None] = {END: frozenset({END})}
    meet = {}
    for step in reversed(flow.steps):
        staying = [it for target in _leads(flow, step) if (it := passed[target]) is not None]
        common = frozenset.intersection(*staying) if staying else frozenset({END})
        meet[step.id] = min(common, key=lambda ident: places[ident])
        passed[step.id] = common | {step.id} if staying and not isinstance(step, Leave) else None
    return meet


def flow_of(frame: Flow, tree: Tree) -> Flow:
    """Return a flow with these steps in place of its own; raises NoTree where one would lead back."""
    found: list[Step] = []
    for row in tree.rows:
        _lay(row, END, found)
    laid = _forward(replace(frame, steps=tuple(found)))
    following = [*(step.id for step in laid[1:]), END]
    steps = (
        replace(step, then=None) if step.then == after else step
        for step, after in zip(laid, following, strict=True)
    )
    return replace(frame, steps=tuple(steps))


def _forward(flow: Flow) -> list[Step]:
    """Return steps so that each leads only to later ones, and as they are seen wherever they may be."""
    places = {step.id: place for place, step in enumerate(flow.steps)}
    leads = {step.id: {it for it in _leads(flow, step) if it in places} for step in flow.steps}
    awaited = Counter(target for targets in leads.values() for target in targets)
    ready = [place for ident, place in places.items() if not awaited[ident]]
    found = []
    while ready:
        step = flow.steps[heappop(ready)]
        found.append(step)
        for target in leads[step.id]:
            awaited[target] -= 1
            if not awaited[target]:
                heappush(ready, places[target])
    if len(found) < len(flow.steps):
        raise NoTree
    return found


def _lay(row: Row, onward: str, found: list[Step]) -> None:
    """Add a row's steps to a list; `onward`: where its end leads."""
    for place, part in enumerate(row):
        if isinstance(part, Jump):
            return
        after = head(row[place + 1 :], onward)
        found.append(_led(part, after))
        for way in part.ways:
            _lay(way, after, found)


def head(row: Row, onward: str) -> str:
    """Return where one comes to who goes into a row."""
    if not row:
        return onward
    return row[0].target if isinstance(row[0], Jump) else row[0].step.id


def _led(node: Node, after: str) -> Step:
    """Return a step that leads where its ways begin, or on to what is after it."""
    targets = [head(way, after) for way in node.ways]
    match node.step:
        case Choice() as step:
            return replace(step, then=None, yes=targets[0], no=targets[1])
        case Draw() as step:
            shares: dict[str, int] = {}
            for target, (_, percent) in zip(targets, step.arms, strict=True):
                shares[target] = shares.get(target, 0) + percent
            return replace(step, then=None, arms=tuple(shares.items()))
        case Leave() as step:
            return replace(step, then=None)
        case Wait() as step if targets:
            return replace(step, then=targets[0], otherwise=targets[1])
        case step:
            return replace(step, then=after)
