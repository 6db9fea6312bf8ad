"""Sample histories in a flow's file: gone through by the engine, and told where they go otherwise."""

import pytest

from app.flows.plan import reading, trying, written
from app.flows.plan.faults import Unsound

CART = """\
flow: abandoned_checkout
starts: checkout_started
about: checkout
category: marketing
only: consent.email
exits:
  - if: checkout.is_bought
    because: bought
steps:
  - id: left
    wait: {unchanged: checkout.contents, for: 15 minutes, at most: 7 days}
  - id: morning
    wait: {for: 1 day, at: "09:00"}
  - id: first
    message: email
  - id: two days
    wait: 2 business days
  - id: call
    action: alert
    says: Call them
tests:
"""
LEFT = """\
  - name: left
    begins: 2026-11-20 12:00
    zone: Europe/Berlin
    facts: consent.email
    expect: {first: 1260 minutes, call: 2 days}
"""


def failures(tests: str) -> list[str]:
    return [str(fault) for fault in trying.failures(reading.read(CART + tests))]


def test_a_flow_that_does_what_its_tests_say_has_no_failures() -> None:
    good = """\
  - name: a cart that is left on Monday
    facts: consent.email
    expect: {first: 45 hours, call: 93 hours}
    over: finished
  - name: who puts more into it is waited for
    facts: [consent.email, checkout.contents]
    then:
      - {after: 10 minutes, facts: checkout.contents}
      - {after: 20 minutes, facts: checkout.contents}
    expect: {first: 45 hours, call: 93 hours}
  - name: who buys hears no more
    facts: consent.email
    then:
      - {after: 50 hours, facts: checkout.is_bought}
    expect: {first: 45 hours}
    over: bought
  - name: who never agreed hears nothing
    facts: not consent.email
    over: not for them
"""
    assert failures(good) == []


@pytest.mark.parametrize(
    ("tests", "sentences"),
    [
        (
            "  - name: early\n    facts: consent.email\n    expect: {first: 1 hour, call: 93 hours}\n",
            ["line 22: early: 'first' was to come after 1 hour; it came after 45 hours."],
        ),
        (
            "  - name: bought\n    facts: [consent.email, checkout.is_bought]\n    expect: {first: 1 day}\n",
            ["line 22: bought: 'first' was to come after 1 day; it never did."],
        ),
        (
            "  - name: more\n    facts: consent.email\n    expect: {first: 45 hours}\n    over: bought\n",
            [
                "line 22: more: 'call' came after 93 hours, and nobody wrote of it.",
                "line 22: more: It was to be over because 'bought'; it is over because 'finished'.",
            ],
        ),
        (
            "  - name: odd\n    facts: [order.total is 5, checkout.total at least 5]\n    over: finished\n",
            [
                "line 23: odd: Nothing is known as 'order.total' here.",
                "line 23: odd: Say what checkout.total is: “checkout.total is …”.",
            ],
        ),
        (
            "  - name: odd\n    moments: {checkout.total: 1 day}\n    over: finished\n",
            ["line 22: odd: 'checkout.total' is no moment that is known here."],
        ),
    ],
)
def test_what_goes_otherwise_is_said_in_words(tests: str, sentences: list[str]) -> None:
    assert failures(tests) == sentences


def test_a_moment_is_waited_for() -> None:
    text = (
        CART.replace(
            "unchanged: checkout.contents, for: 15 minutes, at most: 7 days",
            "until moment: profile.lapses_at",
        )
        + "  - name: lapsed\n    facts: consent.email\n    moments: {profile.lapses_at: 30 days}\n"
        + "    expect: {first: 765 hours, call: 861 hours}\n"
    )
    assert trying.failures(reading.read(text)) == []


def test_what_is_no_test_is_told_at_its_line() -> None:
    for tests, sentence in (
        ("  - name: nothing\n", "line 22: A test says under “expect” what comes when"),
        ("  - expect: {first: 1 day}\n", "line 22: 'name' is missing."),
        ("  - name: x\n    over: y\n    zone: Mars/Base\n", "line 24: 'Mars/Base' is no zone"),
        ("  - name: x\n    over: y\n    begins: soon\n", "line 24: 'soon' is no moment"),
        (
            "  - name: x\n    over: y\n    begins: 0001-01-01 00:00\n    zone: Asia/Tokyo\n",
            "line 24: '0001-01",
        ),
        (
            "  - name: x\n    over: y\n    begins: 9999-12-31 00:00\n",
            "line 24: '9999-12-31 00:00' is in no year",
        ),
        (
            "  - name: x\n    expect: {mail: 999999 business days}\n",
            "line 23: '999999 business days' is longer",
        ),
        ("  - name: x\n    over: y\n    colour: red\n", "line 24: A test has no 'colour'"),
    ):
        with pytest.raises(Unsound) as unsound:
            reading.read(CART + tests)
        assert str(unsound.value).startswith(sentence)


def test_tests_stay_with_their_flow() -> None:
    flow = reading.read(CART + LEFT)
    assert reading.read(written.write(flow)).trials == flow.trials
    assert written.write(flow).count("name: left") == 1


def test_a_test_can_expect_what_the_flow_does_now() -> None:
    later = CART.replace("for: 1 day", "for: 3 days") + LEFT
    renewed = trying.renewed(reading.read(later))
    assert trying.failures(renewed) == []
    assert trying.failures(reading.read(written.write(renewed))) == []
    assert renewed.trials[0].over == "finished"
    nonsense = reading.read(CART + "  - {name: odd, facts: [cart.is_red], over: finished}\n")
    assert trying.renewed(nonsense) == nonsense


def test_what_comes_after_years_to_the_minute_is_read_as_it_is_written() -> None:
    years = CART.replace('{for: 1 day, at: "09:00"}', "1000 days") + LEFT
    renewed = trying.renewed(reading.read(years))
    assert trying.failures(reading.read(written.write(renewed))) == []
