"""A flow as a tree and back; edits of it, which lose nothing and never lead back."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.flows import published
from app.flows.plan import edits, reading, soundness, tree, written
from app.flows.plan.definition import END, Choice, Flow, Leave, Message, Wait
from app.flows.plan.edits import Refused, Slot, Where
from app.flows.plan.tree import Jump, NoTree, Row
from app.vocabulary import Medium, Trigger
from tests.unit.flows.strange import flows

HEAD = "flow: review_request\nstarts: parcel_delivered\nabout: order\ncategory: transactional\nsteps:\n"


def flow_of(steps: str) -> Flow:
    return reading.read(HEAD + steps)


def names(row: Row) -> list[object]:
    """Say a row by the names of its steps, ways in lists."""
    told: list[object] = []
    for part in row:
        told.append(f"→{part.target}" if isinstance(part, Jump) else part.step.id)
        told += [names(way) for way in part.ways] if not isinstance(part, Jump) else []
    return told


@pytest.mark.parametrize("trigger", published.PRESETS)
def test_every_flow_that_we_ship_is_a_tree_and_the_same_flow_again(trigger: Trigger) -> None:
    flow = reading.read(published.preset(trigger))
    drawn = tree.of(flow)
    assert len(drawn.rows) == 1
    assert sorted(node.step.id for node in drawn.nodes()) == sorted(step.id for step in flow.steps)
    again = tree.flow_of(flow, drawn)
    assert {step.id: again.ways(step) for step in again.steps} == {
        step.id: flow.ways(step) for step in flow.steps
    }
    assert names(tree.of(again).rows[0]) == names(drawn.rows[0])


def test_ways_lie_where_people_part_and_meet_again() -> None:
    flow = reading.read(published.preset(Trigger.REVIEW_REQUEST))
    told = names(tree.of(flow).rows[0])
    at = told.index("from where")
    assert told[at : at + 4] == ["from where", ["at home"], ["abroad"], "no trouble"]


def test_a_way_into_the_middle_of_another_is_a_jump() -> None:
    flow = flow_of(
        "- {id: a, split: {if: order.is_domestic, yes: b, no: c}}\n"
        "- {id: c, split: {if: order.is_returned, yes: b, no: d}}\n"
        "- {id: d, message: sms, then: end}\n"
        "- {id: b, message: email}\n"
    )
    drawn = tree.of(flow)
    assert names(drawn.rows[0]) == ["a", ["b"], ["c", ["→b"], ["d"]]]
    assert names(tree.of(tree.flow_of(flow, drawn)).rows[0]) == names(drawn.rows[0])
    with pytest.raises(Refused, match="lead back"):
        edits.move(flow, "c", Slot(Where.AFTER, "b"))
    gone = edits.remove(flow, "b")
    assert names(tree.of(gone).rows[0]) == ["a", [], ["c", [], ["d"]]]


def test_what_nobody_comes_to_is_kept_beside_the_rest() -> None:
    flow = flow_of("- {id: a, message: email, then: end}\n- {id: b, wait: 1 day}\n- {id: c, message: sms}\n")
    assert [names(row) for row in tree.of(flow).rows] == [["a"], ["b", "c"]]
    moved = edits.move(flow, "b", Slot(Where.AFTER, "a"))
    assert [names(row) for row in tree.of(moved).rows] == [["a", "b"], ["c"]]


@pytest.mark.parametrize(
    "steps",
    [
        "- {id: a, message: email, then: nowhere}\n",
        "- {id: a, message: email}\n- {id: b, wait: 1 day, then: a}\n",
        "- {id: a, message: email}\n- {id: a, message: email}\n",
    ],
)
def test_a_flow_that_leads_nowhere_is_no_tree(steps: str) -> None:
    with pytest.raises(NoTree):
        tree.of(flow_of(steps))


FORK = (
    "- {id: a, split: {if: order.is_domestic, yes: b, no: c}}\n"
    "- {id: b, message: email, then: d}\n"
    "- {id: c, wait: 1 day}\n"
    "- {id: d, message: sms}\n"
)


@pytest.mark.parametrize(
    ("edit", "left"),
    [
        (lambda it: edits.move(it, "d", Slot(Where.WAY, "a", 1)), ["a", ["b"], ["d", "c"]]),
        (lambda it: edits.move(it, "d", Slot(Where.AFTER, "b")), ["a", ["b", "d"], ["c"]]),
        (lambda it: edits.move(it, "b", Slot(Where.START)), ["b", "a", [], ["c"], "d"]),
        (lambda it: edits.move(it, "a", Slot(Where.AFTER, "d")), ["d", "a", ["b"], ["c"]]),
        (lambda it: edits.remove(it, "a"), ["d"]),
        (lambda it: edits.remove(it, "b"), ["a", [], ["c"], "d"]),
        (lambda it: edits.swap(it, "a"), ["a", ["c"], ["b"], "d"]),
        (lambda it: edits.copy(it, "a"), ["a", ["b"], ["c"], "a 2", ["b 2"], ["c 2"], "d"]),
        (lambda it: edits.shift(it, "d", -1), ["a", ["b"], ["c", "d"]]),
        (lambda it: edits.shift(it, "b", 1), ["a", [], ["b", "c"], "d"]),
        (
            lambda it: edits.insert(it, Slot(Where.AFTER, "c"), Leave(id="x", because="y")),
            ["a", [], ["c", "x"], "b", "d"],
        ),
    ],
)
def test_an_edit_leaves_the_rest_as_it_was(edit: Callable[[Flow], Flow], left: list[object]) -> None:
    edited = edit(flow_of(FORK))
    assert names(tree.of(edited).rows[0]) == left
    assert reading.read(written.write(edited)) == edited or [
        step.id for step in reading.read(written.write(edited)).steps
    ] == [step.id for step in edited.steps]


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (lambda it: edits.move(it, "a", Slot(Where.AFTER, "b")), "own ways"),
        (lambda it: edits.move(it, "gone", Slot(Where.START)), "no step"),
        (lambda it: edits.move(it, "b", Slot(Where.WAY, "a", 2)), "no such way"),
        (lambda it: edits.insert(it, Slot(Where.START), Leave(id="x", because="y")), "Nothing can follow"),
        (lambda it: edits.shift(it, "d", 1), "cannot go further"),
        (lambda it: edits.swap(it, "d"), "yes and a no"),
        (lambda it: edits.change(it, "b", Message(id="c", medium=Medium.EMAIL, number=1)), "Another step"),
        (lambda it: edits.remove(edits.remove(it, "a"), "d"), "at least one"),
    ],
)
def test_what_cannot_be_done_says_why(edit: Callable[[Flow], Flow], why: str) -> None:
    with pytest.raises(Refused, match=why):
        edit(flow_of(FORK))


def test_ways_lie_four_deep_at_most() -> None:
    flow = flow_of("- {id: last, message: email}\n")
    slot = Slot(Where.START)
    for number in range(edits.DEEPEST):
        flow = edits.insert(flow, slot, _question(f"q{number}"))
        slot = Slot(Where.WAY, f"q{number}", 0)
    with pytest.raises(Refused, match="deep"):
        edits.insert(flow, slot, _question("one more"))


def test_a_wait_in_vain_gets_a_way_of_its_own_and_loses_it_empty() -> None:
    flow = flow_of(
        "- {id: w, wait: {until: order.is_delivered, at most: 3 days}}\n- {id: m, message: email}\n"
    )
    wait = flow.step("w")
    assert isinstance(wait, Wait)
    parted = edits.change(flow, "w", Wait(id="w", how=wait.how, otherwise="way"))
    assert names(tree.of(parted).rows[0]) == ["w", [], ["w: waited in vain"], "m"]
    again = edits.change(parted, "w", Wait(id="w", how=wait.how, otherwise=END))
    assert names(tree.of(again).rows[0]) == ["w", "m"]
    full = edits.insert(parted, Slot(Where.WAY, "w", 1), Message(id="sorry", medium=Medium.SMS, number=1))
    with pytest.raises(Refused, match="Move or remove"):
        edits.change(full, "w", Wait(id="w", how=wait.how))


def test_a_step_that_is_renamed_keeps_its_sample_histories() -> None:
    flow = reading.read(
        HEAD + FORK + "tests:\n- {name: far, facts: [not order.is_domestic], expect: {d: 24 hours}}\n"
    )
    renamed = edits.change(flow, "d", Message(id="a text", medium=Medium.SMS, number=1))
    assert renamed.trials[0].done[0][0] == "a text"
    assert "far" in written.write(renamed)


@given(flows())
@settings(max_examples=150, deadline=None)
def test_a_flow_comes_out_of_its_tree_as_it_was(flow: Flow) -> None:
    try:
        drawn = tree.of(flow)
    except NoTree:
        return
    again = tree.flow_of(flow, drawn)
    assert {it.id: set(again.ways(it)) for it in again.steps} == {
        it.id: set(flow.ways(it)) for it in flow.steps
    }
    assert again.first == flow.first


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_edits_lose_no_step_and_never_lead_back(data: st.DataObject) -> None:
    flow = data.draw(flows())
    try:
        drawn = tree.of(flow)
    except NoTree:
        return
    for _ in range(4):
        ids = [node.step.id for node in drawn.nodes()]
        ident = data.draw(st.sampled_from(ids))
        slot = data.draw(st.sampled_from(list(edits.slots(drawn))))
        try:
            moved = edits.move(flow, ident, slot)
        except Refused:
            continue
        assert sorted(step.id for step in moved.steps) == sorted(ids)
        assert not list(soundness._targets(moved))
        flow, drawn = moved, tree.of(moved)


def _question(ident: str) -> Choice:
    conditions = reading.read(HEAD + FORK).step("a")
    assert isinstance(conditions, Choice)
    return Choice(id=ident, conditions=conditions.conditions, yes="", no="")
