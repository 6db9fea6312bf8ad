"""What a draft changes, in sentences: beside what is published."""

from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher

from markupsafe import Markup, escape

from app.admin.flows.editor import asking, wording
from app.admin.saying import say
from app.flows.plan import tree
from app.flows.plan.definition import END, Choice, Draw, Flow, Step, Wait
from app.flows.plan.spans import Span
from app.flows.plan.tree import Node, NoTree

PLACE = "\ue000"
"""Stands where what a sentence is about is to be set off."""


def of(before: Flow | None, after: Flow, currency: str) -> list[Markup]:
    """Return every difference in a sentence, the flow's own first, then its steps from top to bottom.

    `before` None: what an older release published, and this one cannot read.
    """
    if before is None:
        return [
            _about(
                say("All of it"),
                say("%(it)s takes the place of what this version of Doorstep no longer reads.", it=PLACE),
            )
        ]
    return [*_of_frame(before, after, currency), *_of_steps(before, after, currency)]


def _about(what: str, sentence: str) -> Markup:
    """Return a sentence with what it is about set off in its place."""
    return Markup(str(escape(sentence)).replace(PLACE, f"<b>{escape(what)}</b>"))  # noqa: S704 - both escaped


def _of_frame(before: Flow, after: Flow, currency: str) -> Iterator[Markup]:
    if (before.starts, before.about, before.category) != (after.starts, after.about, after.category):
        start = wording.start(after).title
        yield _about(say("What starts it"), say("%(it)s is now: %(start)s.", it=PLACE, start=start))
    if before.again_after != after.again_after:
        now, was = _again(after.again_after), _again(before.again_after)
        said = say("%(it)s is now %(now)s, was %(was)s.", it=PLACE, now=now, was=was)
        yield _about(say("Coming again"), said)
    if before.hold_out != after.hold_out:
        shares = {"now": after.hold_out, "was": before.hold_out}
        said = say("%(it)s are now %(now)s in 100, were %(was)s.", it=PLACE, **shares)
        yield _about(say("Left out"), said)
    if before.only != after.only:
        clause = asking.all_said(after.only, currency)
        said = (
            say("%(it)s is now only who meets this: %(clause)s.", it=PLACE, clause=clause)
            if clause
            else say("%(it)s is now everybody.", it=PLACE)
        )
        yield _about(say("Who gets it"), said)
    yield from _of_exits(before, after, currency)
    yield from _of_trials(before, after)


def _of_exits(before: Flow, after: Flow, currency: str) -> Iterator[Markup]:
    was, now = ([asking.all_said(it.conditions, currency) for it in flow.exits] for flow in (before, after))
    for gone in (it for it in was if it not in now):
        said = say("%(it)s no longer when %(clause)s.", it=PLACE, clause=gone)
        yield _about(say("Leaving early"), said)
    for new in (it for it in now if it not in was):
        yield _about(say("Leaving early"), say("%(it)s now also when %(clause)s.", it=PLACE, clause=new))


def _of_trials(before: Flow, after: Flow) -> Iterator[Markup]:
    was, now = len(before.trials), len(after.trials)
    if was != now:
        said = say("%(it)s are now %(now)s, were %(was)s.", it=PLACE, now=now, was=was)
        yield _about(say("Sample histories"), said)
    elif before.trials != after.trials:
        yield _about(say("Sample histories"), say("%(it)s expect something else.", it=PLACE))


def _of_steps(before: Flow, after: Flow, currency: str) -> Iterator[Markup]:
    old, new = ({step.id: step for step in flow.steps} for flow in (before, after))

    def title(flow: Flow, step: Step) -> str:
        said = wording.step(step, flow, currency)
        return say("%(title)s (%(more)s)", title=said.title, more=said.more) if said.more else said.title

    moved = _moved([it for it in old if it in new], [it for it in new if it in old])
    was, now = _ways(before), _ways(after)
    led = _led_otherwise(before, after, moved)
    for ident, step in new.items():
        if ident not in old:
            yield _about(title(after, step), say("%(it)s is new.", it=PLACE))
        elif _is_other(old[ident], step):
            former = title(before, old[ident])
            yield _about(title(after, step), say("%(it)s was: %(former)s.", it=PLACE, former=former))
        elif was.get(ident) != now.get(ident):
            yield _about(title(after, step), _where(after, now.get(ident), currency))
        elif ident in moved:
            yield _about(title(after, step), say("%(it)s has moved.", it=PLACE))
        elif ident in led:
            yield _about(title(after, step), say("%(it)s leads its people another way.", it=PLACE))
    for ident, step in old.items():
        if ident not in new:
            yield _about(title(before, step), say("%(it)s is gone.", it=PLACE))


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
        return say("%(it)s now comes to everybody who gets this far.", it=PLACE)
    step = flow.step(way[0])
    return say(
        "%(it)s now comes only to “%(way)s” of “%(step)s”.",
        it=PLACE,
        way=wording.way(step, way[1]),
        step=wording.step(step, flow, currency).title,
    )


def _again(span: Span | None) -> str:
    return say("never") if span is None else say("%(span)s after it ended", span=wording.span(span))


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
