"""What a draft changes, in sentences: beside what is published."""

from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from app.admin.flows.editor import asking, wording
from app.flows.plan import tree
from app.flows.plan.definition import END, Choice, Draw, Flow, Step, Wait
from app.flows.plan.spans import Span
from app.flows.plan.tree import Node, NoTree


class Change(NamedTuple):
    """One difference."""

    about: str
    says: str


def of(before: Flow | None, after: Flow, currency: str) -> list[Change]:
    """Return every difference, the flow's own first, then its steps from top to bottom.

    `before` None: what an older release published, and this one cannot read.
    """
    if before is None:
        return [Change("All of it", "takes the place of what this version of Doorstep no longer reads.")]
    return [*_of_frame(before, after, currency), *_of_steps(before, after, currency)]


def _of_frame(before: Flow, after: Flow, currency: str) -> Iterator[Change]:
    if (before.starts, before.about, before.category) != (after.starts, after.about, after.category):
        yield Change("What starts it", f"is now: {wording.start(after).title}.")
    if before.again_after != after.again_after:
        yield Change("Coming again", f"is now {_again(after.again_after)}, was {_again(before.again_after)}.")
    if before.hold_out != after.hold_out:
        yield Change("Left out", f"are now {after.hold_out} in 100, were {before.hold_out}.")
    if before.only != after.only:
        said = asking.all_said(after.only, currency)
        yield Change("Who gets it", f"is now only who meets this: {said}." if said else "is now everybody.")
    was, now = ([asking.all_said(it.conditions, currency) for it in flow.exits] for flow in (before, after))
    for gone in (it for it in was if it not in now):
        yield Change("Leaving early", f"no longer when {gone}.")
    for new in (it for it in now if it not in was):
        yield Change("Leaving early", f"now also when {new}.")
    if len(before.trials) != len(after.trials):
        yield Change("Sample histories", f"are now {len(after.trials)}, were {len(before.trials)}.")
    elif before.trials != after.trials:
        yield Change("Sample histories", "expect something else.")


def _of_steps(before: Flow, after: Flow, currency: str) -> Iterator[Change]:
    old, new = ({step.id: step for step in flow.steps} for flow in (before, after))

    def title(flow: Flow, step: Step) -> str:
        said = wording.step(step, flow, currency)
        return f"{said.title} ({said.more})" if said.more else said.title

    moved = _moved([it for it in old if it in new], [it for it in new if it in old])
    was, now = _ways(before), _ways(after)
    led = _led_otherwise(before, after, moved)
    for ident, step in new.items():
        if ident not in old:
            yield Change(title(after, step), "is new.")
        elif _is_other(old[ident], step):
            yield Change(title(after, step), f"was: {title(before, old[ident])}.")
        elif was.get(ident) != now.get(ident):
            yield Change(title(after, step), _where(after, now.get(ident), currency))
        elif ident in moved:
            yield Change(title(after, step), "has moved.")
        elif ident in led:
            yield Change(title(after, step), "leads its people another way.")
    for ident, step in old.items():
        if ident not in new:
            yield Change(title(before, step), "is gone.")


def _ways(flow: Flow) -> dict[str, tuple[str, int]]:
    """Return on which way of which step each step is; those that everybody comes to are missing."""
    try:
        drawn = tree.of(flow)
    except NoTree:
        return {}
    return {
        part.step.id: (node.step.id, number)
        for node in drawn.nodes()
        for number, way in enumerate(node.ways)
        for part in way
        if isinstance(part, Node)
    }


def _where(flow: Flow, way: tuple[str, int] | None, currency: str) -> str:
    """Say to whom a step comes now that came to others before."""
    if way is None:
        return "now comes to everybody who gets this far."
    step = flow.step(way[0])
    name = wording.way(step, way[1])
    return f"now comes only to “{name}” of “{wording.step(step, flow, currency).title}”."


def _again(span: Span | None) -> str:
    return "never" if span is None else f"{span} after it ended"


def _is_other(old: Step, new: Step) -> bool:
    """Tell whether a step says something else, wherever it leads and whichever of its kind it is."""
    return type(old) is not type(new) or _itself(old) != _itself(new)


def _itself(step: Step) -> Sequence[object]:
    leads = ("id", "then", "line", "yes", "no", "otherwise", "number", "arms")
    own = [getattr(step, name) for name in step.__dataclass_fields__ if name not in leads]
    match step:
        case Draw():
            return [*own, [percent for _, percent in step.arms]]
        case Wait():
            return [*own, step.otherwise if step.otherwise in (None, END) else "a way"]
        case _:
            return own


def _moved(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return which stand elsewhere among the others: as few as explain it."""
    stayed = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {*new} - {new[at] for block in stayed for at in range(block.b, block.b + block.size)}


def _led_otherwise(before: Flow, after: Flow, moved: Collection[str]) -> set[str]:
    """Return which splits part people otherwise, though nothing that they led to is new, gone or moved."""
    there = ({step.id for step in before.steps} & {step.id for step in after.steps}) - {*moved} | {END}
    found = set()
    for step in after.steps:
        if step.id in there and isinstance(step, Choice | Draw):
            was, now = before.ways(before.step(step.id)), after.ways(step)
            if was != now and {*was, *now} <= there:
                found.add(step.id)
    return found
