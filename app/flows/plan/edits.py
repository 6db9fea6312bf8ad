"""Edits of a flow's steps, one at a time: pure, and each tells why it cannot be done."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from app.flows.plan import tree as trees
from app.flows.plan.definition import END, Choice, Draw, Flow, Leave, Message, Step, Wait
from app.flows.plan.tree import Jump, Node, Part, Row, Tree
from app.lib.told import tell

DEEPEST = 4
"""So many ways may lie within each other."""
IN_VAIN = "waited in vain"


class Refused(Exception):
    """It cannot be done; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Where(StrEnum):
    """Where a place for a step is."""

    START = "start"
    AFTER = "after"
    WAY = "way"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a step: before all, behind one, or first on a way of one."""

    where: Where
    step: str = ""
    way: int = 0

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the slot that a text names: "start", "after:ID", "way:1:ID"; raises ValueError."""
        where, _, rest = text.partition(":")
        if where != Where.WAY:
            return cls(Where(where), rest)
        way, _, ident = rest.partition(":")
        return cls(Where.WAY, ident, int(way))

    def __str__(self) -> str:
        match self.where:
            case Where.START:
                return "start"
            case Where.AFTER:
                return f"after:{self.step}"
            case Where.WAY:
                return f"way:{self.way}:{self.step}"


def insert(flow: Flow, slot: Slot, step: Step, first: Step | None = None) -> Flow:
    """Put a new step into a slot; `first` is on the first way of a split by chance, which needs one."""
    tree = trees.of(flow)
    _known(tree, slot)
    match step:
        case Choice():
            node = Node(step, ((), ()))
        case Draw():
            node = Node(step, ((Node(first),) if first else (), *((),) * (len(step.arms) - 1)))
        case _:
            node = Node(step)
    return _checked(flow, _put(tree, slot, node))


def move(flow: Flow, ident: str, slot: Slot) -> Flow:
    """Move a step with all that is on its ways into a slot."""
    tree = trees.of(flow)
    node = _node(tree, ident)
    _known(tree, slot)
    if slot.where is Where.AFTER and slot.step == ident:
        return flow
    if slot.step in {it.step.id for it in trees.nodes((node,))}:
        raise Refused(tell("A step cannot be moved to one of its own ways."))
    return _checked(flow, _put(_without(tree, ident), slot, node))


def remove(flow: Flow, ident: str) -> Flow:
    """Take a step away, with all that is on its ways."""
    tree = trees.of(flow)
    gone = {it.step.id for it in trees.nodes((_node(tree, ident),))}
    left = _without(tree, ident)
    if not any(left.nodes()):
        raise Refused(tell("A flow needs at least one step."))
    return _checked(flow, _each(left, lambda part: () if _leads_to(part, gone) else (part,)))


def copy(flow: Flow, ident: str) -> Flow:
    """Put another step like this one, with all that is on its ways, behind it."""
    tree = trees.of(flow)
    taken = {node.step.id for node in tree.nodes()}
    return _checked(flow, _put(tree, Slot(Where.AFTER, ident), _copied(_node(tree, ident), taken)))


def change(flow: Flow, ident: str, step: Step) -> Flow:
    """Put a step of the same kind in place of one, on whose ways all stays; its name may be another."""
    tree = trees.of(flow)
    node = _node(tree, ident)
    if step.id != ident:
        if step.id == END or step.id in {it.step.id for it in tree.nodes()}:
            raise Refused(tell("Another step is called “%(step)s”.", step=step.id))
        flow = _renamed(flow, ident, step.id)
    ways = _ways_of(step, node.ways)
    tree = _each(
        tree, lambda part: (Node(step, ways),) if _is(part, ident) else (_led_to(part, ident, step),)
    )
    return _checked(flow, tree)


def swap(flow: Flow, ident: str) -> Flow:
    """Let those go the one way who went the other."""
    tree = trees.of(flow)
    node = _node(tree, ident)
    if not isinstance(node.step, Choice):
        raise Refused(tell("Only a question has a yes and a no."))
    swapped = Node(node.step, (node.ways[1], node.ways[0]))
    return _checked(flow, _each(tree, lambda part: (swapped,) if _is(part, ident) else (part,)))


def new_arm(flow: Flow, ident: str, step: Step, percent: int) -> Flow:
    """Give a split by chance one more way, with a step on it."""
    tree = trees.of(flow)
    node = _node(tree, ident)
    if not isinstance(node.step, Draw):
        raise Refused(tell("Only a split by chance can have more ways."))
    draw = replace(node.step, arms=(*node.step.arms, (step.id, percent)))
    wider = Node(draw, (*node.ways, (Node(step),)))
    return _checked(flow, _each(tree, lambda part: (wider,) if _is(part, ident) else (part,)))


def shift(flow: Flow, ident: str, by: int) -> Flow:
    """Move a step to the next place where it may be: up (-1), or down (1)."""
    tree = trees.of(flow)
    node, rest = _node(tree, ident), _without(tree, ident)
    places = list(slots(rest))
    here = next(n for n, slot in enumerate(places) if _put(rest, slot, node) == tree)
    for slot in places[here - 1 :: -1] if by < 0 and here else places[here + 1 :] if by > 0 else ():
        try:
            return move(flow, ident, slot)
        except Refused:
            continue
    raise Refused(tell("It cannot go further."))


def slots(tree: Tree) -> Iterator[Slot]:
    """Return every place for a step, from top to bottom."""
    yield Slot(Where.START)
    for row in tree.rows:
        yield from _slots(row)


def _slots(row: Row) -> Iterator[Slot]:
    for part in row:
        if isinstance(part, Node):
            for number, way in enumerate(part.ways):
                yield Slot(Where.WAY, part.step.id, number)
                yield from _slots(way)
            if not isinstance(part.step, Leave):
                yield Slot(Where.AFTER, part.step.id)


def fresh(taken: Collection[str], name: str) -> str:
    """Return a name that no step has: "wait", "wait 2"."""
    number, found = 1, name
    while found in taken or found == END:
        number += 1
        found = f"{name} {number}"
    return found


def _node(tree: Tree, ident: str) -> Node:
    try:
        return tree.node(ident)
    except LookupError:
        raise Refused(tell("There is no step “%(step)s” any more.", step=ident)) from None


def _known(tree: Tree, slot: Slot) -> None:
    if slot.where is Where.START:
        return
    node = _node(tree, slot.step)
    if slot.where is Where.WAY and slot.way not in range(len(node.ways)):
        raise Refused(tell("“%(step)s” has no such way any more.", step=slot.step))


def _put(tree: Tree, slot: Slot, node: Node) -> Tree:
    match slot.where:
        case Where.START:
            return Tree(((node, *tree.rows[0]), *tree.rows[1:]))
        case Where.AFTER:
            return _each(tree, lambda part: (part, node) if _is(part, slot.step) else (part,))
        case Where.WAY:
            return _each(
                tree, lambda part: (_on_way(part, slot.way, node) if _is(part, slot.step) else part,)
            )


def _on_way(part: Part, way: int, node: Node) -> Part:
    assert isinstance(part, Node)
    ways = list(part.ways)
    ways[way] = (node, *ways[way])
    return replace(part, ways=tuple(ways))


def _without(tree: Tree, ident: str) -> Tree:
    return _each(tree, lambda part: () if _is(part, ident) else (part,))


def _each(tree: Tree, become: Callable[[Part], tuple[Part, ...]]) -> Tree:
    """Return a tree in which every part has become what a function makes of it, from the inside out."""

    def row(parts: Row) -> Row:
        return tuple(new for part in parts for new in become(within(part)))

    def within(part: Part) -> Part:
        return replace(part, ways=tuple(map(row, part.ways))) if isinstance(part, Node) else part

    first, *others = map(row, tree.rows)
    return Tree((first, *filter(None, others)))


def _is(part: Part, ident: str) -> bool:
    return isinstance(part, Node) and part.step.id == ident


def _leads_to(part: Part, gone: Collection[str]) -> bool:
    return isinstance(part, Jump) and part.target in gone


def _led_to(part: Part, ident: str, step: Step) -> Part:
    return Jump(step.id) if _leads_to(part, (ident,)) else part


def _copied(node: Node, taken: set[str]) -> Node:
    ident = fresh(taken, node.step.id)
    taken.add(ident)
    ways = tuple(
        tuple(_copied(part, taken) if isinstance(part, Node) else part for part in way) for way in node.ways
    )
    step = replace(node.step, is_given=False) if isinstance(node.step, Message) else node.step
    return Node(replace(step, id=ident), ways)


def _ways_of(step: Step, ways: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the ways of a step that may be a wait which now parts people, or no longer does."""
    if not isinstance(step, Wait):
        return ways
    parts_people = step.otherwise not in (None, END)
    if parts_people and not ways:
        return (), (Node(Leave(id=f"{step.id}: {IN_VAIN}", because=IN_VAIN)),)
    if not parts_people and ways:
        if any(not isinstance(node.step, Leave) for way in ways for node in trees.nodes(way)):
            raise Refused(tell("Move or remove what is on its ways first."))
        return ()
    return ways


def _renamed(flow: Flow, ident: str, new: str) -> Flow:
    trials = (
        replace(trial, done=tuple((new if step == ident else step, span) for step, span in trial.done))
        for trial in flow.trials
    )
    return replace(flow, trials=tuple(trials))


def _checked(flow: Flow, tree: Tree) -> Flow:
    """Return the flow with these steps; raises Refused where it could not be seen as a tree again."""
    for row in _rows(tree.rows):
        for part in row[:-1]:
            if isinstance(part, Node) and isinstance(part.step, Leave):
                raise Refused(tell("Nothing can follow where people leave: put it at the end of a way."))
    deepest = max(map(trees.depth, tree.rows))
    if deepest > DEEPEST and deepest > max(map(trees.depth, trees.of(flow).rows)):
        raise Refused(tell("Ways may lie %(deep)s deep within each other.", deep=DEEPEST))
    try:
        return trees.flow_of(flow, tree)
    except trees.NoTree:
        raise Refused(tell("It would lead back to a step that comes before it.")) from None


def _rows(rows: tuple[Row, ...]) -> Iterator[Row]:
    for row in rows:
        yield row
        for part in row:
            if isinstance(part, Node):
                yield from _rows(part.ways)
