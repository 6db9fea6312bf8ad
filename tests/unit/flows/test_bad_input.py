"""What cannot be published is refused in words, at the step where it is wrong, and nothing else changes."""

import re
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.flows import published
from app.flows.plan.faults import Unsound
from app.vocabulary import Trigger
from tests.unit.flows import world
from tests.unit.flows.world import CART

ROOT = Path(__file__).parents[3]
HEAD = """\
flow: abandoned_checkout
starts: checkout_started
about: checkout
category: marketing
only: [consent.email, consent.sms]
steps:
"""
LOOPS = "people would go round for ever."
TWICE = "One cart is sent one text message, and never a second."


@pytest.mark.parametrize(
    ("steps", "faults"),
    [
        pytest.param(
            "  - id: mail\n    message: email\n  - split: {if: checkout.is_bought, yes: end, no: mail}\n",
            [(9, "split", f"It leads back to 'mail': {LOOPS}")],
            id="a split that loops",
        ),
        pytest.param(
            "  - id: mail\n    message: email\n"
            "  - wait: {until: checkout.is_bought, at most: 1 day, else: mail}\n  - message: sms\n",
            [(9, "wait", f"It leads back to 'mail': {LOOPS}")],
            id="a wait in vain that loops",
        ),
        pytest.param(
            "  - split: {by chance: {message: 50 %, nowhere: 50 %}}\n  - message: email\n",
            [(7, "split", "It leads to 'nowhere', and there is no such step.")],
            id="a draw to nowhere",
        ),
        pytest.param(
            "  - wait: {until: checkout.is_bought, at most: 1 day, else: nowhere}\n  - message: email\n",
            [(7, "wait", "It leads to 'nowhere', and there is no such step.")],
            id="a wait to nowhere",
        ),
        pytest.param(
            "  - wait: {until: checkout.is_bought, for: -1 days, at most: 1 day}\n  - message: email\n",
            [(7, "wait", "It waits backwards: time only goes on.")],
            id="held for less than nothing",
        ),
        pytest.param(
            "  - split: {if: checkout.total at least 50, yes: big, no: small}\n"
            "  - id: big\n    message: sms\n    then: last\n"
            "  - id: small\n    message: email\n"
            "  - id: last\n    message: sms\n",
            [(13, "last", TWICE)],
            id="a second text on one of two ways",
        ),
        pytest.param(
            "  - wait: {unchanged: checkout.colour, for: 1 day, at most: 2 days}\n  - message: email\n",
            [(7, "wait", "Nothing is known as 'checkout.colour' here.")],
            id="a field that nobody knows, waited for",
        ),
        pytest.param(
            "  - message: email\n  - action: ring the bell\n    says: loud\n",
            [(8, "action", "Nobody here can do 'ring the bell'; what can be done is alert")],
            id="an action that nobody can do",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_step(
    session: Session, steps: str, faults: list[tuple[int, str, str]]
) -> None:
    shop_id = world.new(session).shop.id
    with pytest.raises(Unsound) as unsound:
        published.publish(session, shop_id, CART, HEAD + steps)
    found = unsound.value.faults
    assert [(it.line, it.step) for it in found] == [fault[:2] for fault in faults]
    assert all(it.sentence.startswith(fault[2]) for it, fault in zip(found, faults, strict=True))
    assert published.current(session, shop_id, CART).flow.steps, "what was in force still is"


def test_one_text_on_each_of_two_ways_is_one_each(session: Session) -> None:
    shop_id = world.new(session).shop.id
    steps = (
        "  - split: {if: checkout.total at least 50, yes: big, no: small}\n"
        "  - id: big\n    message: sms\n    then: end\n"
        "  - id: small\n    message: sms\n"
    )
    assert published.publish(session, shop_id, CART, HEAD + steps) == 1


def test_marketing_without_a_consent_filter_is_refused_at_the_message(session: Session) -> None:
    shop_id = world.new(session).shop.id
    text = HEAD.replace("only: [consent.email, consent.sms]\n", "") + "  - id: first\n    message: email\n"
    with pytest.raises(Unsound) as unsound:
        published.publish(session, shop_id, CART, text)
    (fault,) = unsound.value.faults
    assert (fault.line, fault.step) == (6, "first")
    assert "consent.email" in fault.sentence


def test_a_flow_whose_own_tests_fail_is_refused(session: Session) -> None:
    shop_id = world.new(session).shop.id
    text = f"{HEAD}  - message: email\ntests:\n  - name: nobody agreed\n    expect: {{message: 1 hour}}\n"
    with pytest.raises(Unsound, match="nobody agreed: 'message' was to come after 1 hour"):
        published.publish(session, shop_id, CART, text)


def test_the_example_in_our_documentation_is_sound_and_does_what_it_says() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "flows.md").read_text(), re.DOTALL)
    assert published.faults(Trigger.REVIEW_REQUEST, example) == []


@pytest.mark.parametrize("trigger", published.PRESETS)
def test_what_we_ship_does_what_its_tests_say(trigger: Trigger) -> None:
    assert published.faults(trigger, published.preset(trigger)) == []
