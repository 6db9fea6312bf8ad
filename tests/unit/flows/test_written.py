"""A flow is written as people read it, read as it was written, and told where it is wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.flows import published
from app.flows.plan import reading, soundness, written
from app.flows.plan.definition import Flow
from app.flows.plan.faults import Unsound
from app.vocabulary import Trigger
from tests.unit.flows.strange import flows

PRESETS = sorted((Path(__file__).parents[3] / "app" / "flows" / "presets").glob("*.yaml"))

HEAD = """\
flow: abandoned_checkout
starts: checkout_started
about: checkout
category: marketing
only: consent.email
"""


def told(text: str) -> list[str]:
    """Return all that is wrong with a file."""
    try:
        flow = reading.read(text)
    except Unsound as unsound:
        return [str(fault) for fault in unsound.faults]
    return [str(fault) for fault in soundness.faults(flow)]


@given(flows())
def test_what_is_written_is_read_as_the_same(flow: Flow) -> None:
    assert reading.read(written.write(flow)) == flow


@given(flows())
def test_what_was_read_is_written_the_same(flow: Flow) -> None:
    text = written.write(flow)
    assert written.write(reading.read(text)) == text


@given(st.text() | st.text(alphabet="abc:-[]{}&*!|>'\"#%@`,\n ", max_size=200))
def test_no_file_breaks_the_reader(text: str) -> None:
    told(text)


@given(flows())
def test_soundness_has_a_sentence_for_whatever_is_wrong(flow: Flow) -> None:
    for fault in soundness.faults(reading.read(written.write(flow))):
        assert fault.sentence
        assert fault.sentence.endswith(".")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda file: file.stem)
def test_a_preset_is_sound_and_named_as_its_file(preset: Path) -> None:
    assert published.faults(Trigger(preset.stem), preset.read_text()) == []
    assert reading.read(preset.read_text()).trials, "it says what it does in sample histories"


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        (
            "  - id: a\n    wait: 1 hour\n  - message: email\n    then: a",
            "line 9: message: It leads back to 'a': people would go round for ever.",
        ),
        (
            "  - message: email\n    then: message",
            "line 7: message: It leads back to 'message': people would go round for ever.",
        ),
        (
            "  - split: {if: consent.sms, yes: text, no: end}\n  - message: email",
            "line 7: split: It leads to 'text', and there is no such step.",
        ),
        (
            "  - wait: -1 hour\n  - message: email",
            "line 7: wait: It waits backwards: time only goes on.",
        ),
        (
            "  - wait: 3 days\n  - wait: {from start: 1 day}\n  - message: email",
            "line 8: wait-2: It waits backwards: 1 day after the start are over when anybody comes here.",
        ),
        (
            "  - split: {if: checkout.color is red, yes: message, no: end}\n  - message: email",
            "line 7: split: Nothing is known as 'checkout.color' here.",
        ),
        (
            "  - wait: {unchanged: order.status, for: 1 day, at most: 2 days}\n  - message: email",
            "line 7: wait: Nothing is known as 'order.status' here.",
        ),
        (
            "  - id: one\n    message: sms\n  - wait: 1 day\n  - id: two\n    message: sms",
            "line 10: two: One cart is sent one text message, and never a second.",
        ),
        (
            "  - message: sms",
            "line 7: message: An offer needs consent: put “consent.sms” under “only”",
        ),
        (
            "  - message: email\n    then: end\n  - message: email",
            "line 9: message-2: Nobody ever comes here.",
        ),
        ("  - wait: 1 hour", "line 7: It does nothing: it has neither a message nor an action."),
        (
            "  - split: {if: checkout.total is much, yes: message, no: end}\n  - message: email",
            "line 7: split: checkout.total is a number, and 'much' is none.",
        ),
        (
            "  - split: {if: checkout.total is --5, yes: message, no: end}\n  - message: email",
            "line 7: split: checkout.total is a number, and '--5' is none.",
        ),
        (
            "  - split: {if: checkout.is_bought is true, yes: message, no: end}\n  - message: email",
            "line 7: split: checkout.is_bought is yes or no: ask its name alone.",
        ),
        (
            "  - split: {by chance: {message: 50 %, end: 40 %}}\n  - message: email",
            "line 7: split: The arms must make 100 % together.",
        ),
        ("  - action: dance\n  - message: email", "line 7: action: Nobody here can do 'dance'."),
        (
            "  - id: end\n    message: email",
            "line 7: end: No step may be called 'end': that is where a flow is over.",
        ),
        (
            "  - id: a\n    wait: 1 hour\n  - id: a\n    message: email",
            "line 7: a: Two steps have this name.",
        ),
        (
            "  - wait: soon\n  - message: email",
            "line 7: wait: 'soon' is no span of time; write it like “1 hour” or “3 business days”.",
        ),
        (
            "  - wait: {until: checkout.is_bought}\n  - message: email",
            "line 7: wait: 'at most' is missing.",
        ),
        ("  - send: email", "line 7: step: A step is one of wait, message, split, action, exit."),
        (
            "  - message: pigeon",
            "line 7: message: 'pigeon' is none of email, sms, whatsapp, push.",
        ),
        (
            "  - wait: {for: 1 day, at: noon}\n  - message: email",
            "line 7: wait: 'noon' is no hour of the day; write it like “09:00”.",
        ),
        (
            "  - message: email\n    colour: red",
            "line 8: message: This step has no 'colour'; it may have id, message, number, then.",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_line_and_step(steps: str, sentence: str) -> None:
    assert any(line.startswith(sentence) for line in told(f"{HEAD}steps:\n{steps}\n"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("checkout_started", "full_moon"), "line 2: Nothing that we know of is called 'full_moon'"),
        (
            ("about: checkout", "about: order"),
            "line 3: What starts with checkout_started is about checkout, not about 'order'.",
        ),
        (("marketing", "spam"), "line 4: 'spam' is none of transactional, marketing."),
        (("only:", "onyl:"), "line 5: A flow has no 'onyl'; it may have flow, starts"),
        (("consent.email", "consent.pigeon"), "line 5: Nothing is known as 'consent.pigeon' here."),
        (("consent.email", "&a [*a]"), "line 5: Anchors and aliases are not understood here."),
        (("consent.email", "!!bool [x]"), "line 5: Tags are not understood here."),
        (("consent.email", "[" * 40_000), "line 5: It is nested too deeply."),
        (("flow: abandoned_checkout\n", ""), "line 1: 'flow' is missing."),
        (("about: checkout\n", "about: checkout\nabout: order\n"), "line 4: 'about' stands here twice."),
        (("about: checkout", "about: ]"), "line 3: This is no YAML: expected the node"),
    ],
)  # fmt: skip
def test_so_is_what_is_wrong_with_the_whole(change: tuple[str, str], sentence: str) -> None:
    text = f"{HEAD}steps:\n  - message: email\n"
    assert any(line.startswith(sentence) for line in told(text.replace(*change, 1)))


def test_nobody_is_held_out_of_what_they_bought() -> None:
    text = HEAD.replace("marketing", "transactional").replace("only: consent.email", "hold out: 10 %")
    wrong = told(f"{text}steps:\n  - message: email\n")
    assert wrong == ["line 5: Nobody is held out of what they bought or asked for."]


def test_consent_that_only_one_of_two_ways_asks_for_is_not_asked_for() -> None:
    steps = (
        "  - split: {if: checkout.total at least 5000, yes: big, no: small}\n"
        "  - id: big\n    split: {if: consent.sms, yes: text, no: end}\n"
        "  - id: small\n    wait: 1 hour\n"
        "  - id: text\n    message: sms\n"
    )
    assert [line for line in told(f"{HEAD}steps:\n{steps}") if "consent.sms" in line] != []
