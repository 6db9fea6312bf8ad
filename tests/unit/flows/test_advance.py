"""Flows, histories and moments of looking as chance makes them: no step is lost, double or out of order."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from app.flows.plan.advance import GONE, NOT_FOR_THEM, Turn, advance, enter
from app.flows.plan.conditions import all_hold
from app.flows.plan.definition import END, Action, Flow, Leave, Message, Pause, Wait
from app.flows.plan.spans import Unit
from tests.unit.flows.strange import BEGIN, HORIZON, History, flows, histories

Log = list[tuple[datetime, Turn]]
extra_looks = st.lists(st.integers(0, 60 * 24 * 60).map(lambda m: BEGIN + timedelta(minutes=m)), max_size=20)


def run(flow: Flow, history: History, looks: Iterable[datetime] = ()) -> Log:
    """Look when it is due, when something is heard, and whenever else; return every look."""
    place, now, log = enter(flow, "7|3", BEGIN), BEGIN, Log()
    more = sorted(looks)
    while place.over is None and now < BEGIN + HORIZON:
        turn = advance(flow, place, history.at(now), now)
        log.append((now, turn))
        place = turn.place
        at = (turn.look_at, history.next(now), next((it for it in more if it > now), None))
        now = min((moment for moment in at if moment is not None), default=BEGIN + HORIZON)
    return log


@given(flows(), histories(), extra_looks)
@settings(max_examples=300)
def test_whatever_happens_no_step_is_lost_double_or_out_of_order(
    flow: Flow, history: History, looks: list[datetime]
) -> None:
    log = run(flow, history, looks)
    passed = [ident for _, turn in log for ident in turn.passed]
    places = [flow.step(ident) for ident in passed]
    assert all(flow.steps.index(one) < flow.steps.index(next_) for one, next_ in pairwise(places))
    assert all(next_.id in flow.ways(one) for one, next_ in pairwise(places)), "a step was left out"
    last = log[-1][1].place
    assert not passed or passed[0] == flow.first
    done = [deed.step for _, turn in log for deed in turn.done]
    assert done == [step for step in places if isinstance(step, Message | Action)], "lost or double"
    assert last.over is not None, "somebody waits for ever"
    if last.over == "finished":
        assert END in flow.ways(places[-1])


@given(flows(), histories(), extra_looks)
def test_looking_more_often_changes_nothing(flow: Flow, history: History, looks: list[datetime]) -> None:
    def told(log: Log) -> list[tuple[datetime, object]]:
        return [(now, (turn.passed, turn.done)) for now, turn in log if turn.passed]

    seldom, often = run(flow, history), run(flow, history, looks)
    assert told(seldom) == told(often)
    assert seldom[-1][1].place.over == often[-1][1].place.over


@given(flows(), histories(), extra_looks)
def test_doing_it_again_at_once_does_nothing_more(
    flow: Flow, history: History, looks: list[datetime]
) -> None:
    for now, turn in run(flow, history, looks):
        again = advance(flow, turn.place, history.at(now), now)
        assert (again.place, again.done, again.passed, again.look_at) == (turn.place, (), (), turn.look_at)


@given(flows(), histories(), extra_looks)
def test_nobody_is_hurried_and_nobody_is_left_lying(
    flow: Flow, history: History, looks: list[datetime]
) -> None:
    arrived = BEGIN
    for now, turn in run(flow, history, looks):
        for ident in turn.passed:
            step = flow.step(ident)
            if isinstance(step, Wait) and isinstance(step.how, Pause):
                begins = BEGIN if step.how.from_start else arrived
                if step.how.span.unit is not Unit.BUSINESS_DAY:  # one that begins on Monday's first minute
                    assert now >= begins + step.how.span.least
            arrived = now
        if turn.look_at is not None:
            assert turn.look_at > now, "what is over is gone through at once"


@given(flows(), histories(), extra_looks)
def test_whom_a_flow_lets_go_of_is_sent_nothing_more(
    flow: Flow, history: History, looks: list[datetime]
) -> None:
    for now, turn in run(flow, history, looks):
        known = history.at(now).known
        reasons = [it.because for it in flow.exits if all_hold(it.conditions, known)]
        if reasons:
            assert (turn.place.over, turn.done) == (reasons[0], ())
        if turn.done:
            assert all_hold(flow.only, known)
        if turn.place.over == NOT_FOR_THEM:
            assert not all_hold(flow.only, known)


@given(flows(), histories())
def test_who_is_held_out_walks_along_unseen(flow: Flow, history: History) -> None:
    seen = [deed.unseen for _, turn in run(flow, history) for deed in turn.done]
    assert seen == sorted(seen), "once unseen, unseen to the end"
    if enter(flow, "7|3", BEGIN).held_out:
        assert all(seen)


@given(flows())
def test_what_is_gone_is_gone(flow: Flow) -> None:
    turn = advance(flow, enter(flow, "1", BEGIN), None, BEGIN)
    assert (turn.place.over, turn.place.step, turn.done) == (GONE, END, ())
    assert advance(flow, turn.place, None, BEGIN) == Turn(turn.place)


@given(flows(), histories())
def test_where_it_says_why_it_is_over_that_is_why(flow: Flow, history: History) -> None:
    last = run(flow, history)[-1][1]
    step = flow.step(last.passed[-1]) if last.passed else None
    if isinstance(step, Leave):
        assert last.place.over == step.because
