"""Whether a flow can be published: every reason why not, each with a sentence at its step."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import timedelta

from app.flows.plan import ways
from app.flows.plan.conditions import Condition, nothing_known
from app.flows.plan.definition import (
    END,
    Action,
    Choice,
    Draw,
    Flow,
    HoldOut,
    Message,
    Moment,
    Pause,
    Step,
    Unchanged,
    Until,
    Wait,
)
from app.flows.plan.faults import Fault
from app.flows.plan.fields import FIELDS, STARTS, Kind
from app.lib.told import Told, one_of, tell
from app.vocabulary import Category, Medium

Judge = Callable[[str, str], str | None]
"""What a flow is about, and what a step says → why that cannot be done, in a sentence; None: it can."""

MOST_STEPS = 100
NOTHING = timedelta(0)
NOBODY: Mapping[str, Judge] = {}


def faults(flow: Flow, actions: Mapping[str, Judge] = NOBODY) -> list[Fault]:
    """Return all that keeps a flow from being published, in the order of its lines; empty: it can be.

    `actions`: what can be done here besides sending.
    """
    found = [*_frame(flow), *_names(flow), *_targets(flow), *_fields(flow), *_shares(flow), *_waits(flow)]
    found += [*_actions(flow, actions), *_media(flow)]
    leads_on = not [*_names(flow), *_targets(flow)]
    return sorted([*found, *(ways.faults(flow) if leads_on else ())])


def _actions(flow: Flow, actions: Mapping[str, Judge]) -> Iterator[Fault]:
    for step in flow.steps:
        if not isinstance(step, Action):
            continue
        judge = actions.get(step.kind)
        wrong = judge(flow.about, step.says) if judge else _undoable(step.kind, actions)
        if wrong is not None:
            yield Fault(step.line, step.id, wrong)


def _undoable(kind: str, actions: Collection[str]) -> Told:
    if not actions:
        return tell("Nobody here can do %(what)s.", what=repr(kind))
    known = ", ".join(sorted(actions))
    return tell("Nobody here can do %(what)s; what can be done is %(known)s.", what=repr(kind), known=known)


def _media(flow: Flow) -> Iterator[Fault]:
    for step in flow.steps:
        if isinstance(step, Message) and step.medium is Medium.PUSH and flow.about != "parcel":
            yield Fault(step.line, step.id, tell("Browsers are only told of parcels."))


def _frame(flow: Flow) -> Iterator[Fault]:
    def at(name: str) -> int:
        return flow.lines.get(name, 0)

    if flow.starts not in STARTS:
        sentence = tell(
            "Nothing that we know of is called %(name)s; a flow needs a start.", name=repr(flow.starts)
        )
        yield Fault(at("starts"), "", sentence)
    elif flow.about not in STARTS[flow.starts]:
        sentence = tell(
            "What starts with %(start)s is about %(subjects)s, not about %(subject)s.",
            start=flow.starts,
            subjects=one_of(STARTS[flow.starts]),
            subject=repr(flow.about),
        )
        yield Fault(at("about"), "", sentence)
    if not any(isinstance(step, Message | Action) for step in flow.steps):
        yield Fault(at("steps"), "", tell("It does nothing: it has neither a message nor an action."))
    if len(flow.steps) > MOST_STEPS:
        yield Fault(at("steps"), "", tell("A flow has at most %(most)s steps.", most=MOST_STEPS))
    if flow.again_after is not None and flow.again_after.least < NOTHING:
        yield Fault(at("again after"), "", tell("Nobody can come again before they have left."))


def _names(flow: Flow) -> Iterator[Fault]:
    counts = Counter(step.id for step in flow.steps)
    for step in flow.steps:
        if step.id == END:
            sentence = tell("No step may be called %(end)s: that is where a flow is over.", end=repr(END))
            yield Fault(step.line, step.id, sentence)
        elif counts[step.id] > 1:
            yield Fault(step.line, step.id, tell("Two steps have this name."))


def _targets(flow: Flow) -> Iterator[Fault]:
    places = {step.id: place for place, step in enumerate(flow.steps)}
    for place, step in enumerate(flow.steps):
        for target in flow.ways(step):
            if target != END and target not in places:
                sentence = tell("It leads to %(step)s, and there is no such step.", step=repr(target))
                yield Fault(step.line, step.id, sentence)
            elif target != END and places[target] <= place:
                sentence = tell(
                    "It leads back to %(step)s: people would go round for ever.", step=repr(target)
                )
                yield Fault(step.line, step.id, sentence)


def _fields(flow: Flow) -> Iterator[Fault]:
    known = FIELDS.get(flow.about, {})
    for step, conditions in _asked(flow):
        for condition in conditions:
            sentence = condition.fault(known)
            if sentence:
                yield Fault(condition.line or (step.line if step else 0), step.id if step else "", sentence)
    for step in flow.steps:
        match step:
            case Wait(how=Moment(field=field)):
                yield from _waited_for(step, known, field, (Kind.MOMENT,))
            case Wait(how=Unchanged(field=field)):
                lasting = (Kind.CHANGING, Kind.FLAG, Kind.TEXT, Kind.NUMBER)
                yield from _waited_for(step, known, field, lasting)
            case _:
                pass


def _asked(flow: Flow) -> Iterator[tuple[Step | None, tuple[Condition, ...]]]:
    yield None, flow.only
    for let_go in flow.exits:
        yield None, let_go.conditions
    for step in flow.steps:
        match step:
            case Choice():
                yield step, step.conditions
            case Wait(how=Until(conditions=conditions)):
                yield step, conditions
            case _:
                pass


def _waited_for(
    step: Step, known: Mapping[str, Kind], field: str, kinds: tuple[Kind, ...]
) -> Iterator[Fault]:
    if field not in known:
        yield Fault(step.line, step.id, nothing_known(field))
    elif known[field] not in kinds:
        yield Fault(step.line, step.id, _not_waited_for(field, known[field]))


def _not_waited_for(field: str, kind: Kind) -> Told:
    match kind:
        case Kind.FLAG:
            return tell("%(field)s is yes or no, which cannot be waited for like this.", field=field)
        case Kind.NUMBER:
            return tell("%(field)s is a number, which cannot be waited for like this.", field=field)
        case Kind.TEXT:
            return tell("%(field)s is a word, which cannot be waited for like this.", field=field)
        case Kind.MOMENT:
            return tell("%(field)s is a moment, which cannot be waited for like this.", field=field)
        case Kind.CHANGING:
            return tell(
                "%(field)s is something that changes, which cannot be waited for like this.", field=field
            )


def _shares(flow: Flow) -> Iterator[Fault]:
    if not 0 <= flow.hold_out < 100:  # noqa: PLR2004 - percent
        yield Fault(flow.lines.get("hold out", 0), "", tell("Held out are between 0 and 99 in a hundred."))
    for step in flow.steps:
        match step:
            case Draw():
                percents = [percent for _, percent in step.arms]
                if sum(percents) != 100 or min(percents) < 0:  # noqa: PLR2004 - percent
                    yield Fault(step.line, step.id, tell("The arms must make 100 %% together."))
            case HoldOut():
                if not 0 < step.percent < 100:  # noqa: PLR2004 - percent
                    yield Fault(step.line, step.id, tell("Held out are between 1 and 99 in a hundred."))
            case _:
                continue
    holds_out = flow.hold_out or any(isinstance(step, HoldOut) for step in flow.steps)
    if holds_out and flow.category is Category.TRANSACTIONAL:
        yield Fault(
            flow.lines.get("hold out", 0), "", tell("Nobody is held out of what they bought or asked for.")
        )


def _waits(flow: Flow) -> Iterator[Fault]:
    for step in flow.steps:
        if not isinstance(step, Wait):
            continue
        how = step.how
        spans = {
            "for": how.span if isinstance(how, Pause | Unchanged) else None,
            "held": how.held_for if isinstance(how, Until) else None,
            "at most": how.at_most if isinstance(how, Until | Unchanged) else None,
        }
        if any(span is not None and span.least < NOTHING for span in spans.values()):
            yield Fault(step.line, step.id, tell("It waits backwards: time only goes on."))
        elif isinstance(how, Until | Unchanged) and how.at_most.least == NOTHING:
            yield Fault(step.line, step.id, tell("It gives up at once; say how long it waits at most."))
