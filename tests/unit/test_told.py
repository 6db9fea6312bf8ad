import copy

import pytest
from flask import Flask

from app.admin import saying
from app.flows.plan import reading
from app.flows.plan.faults import Unsound
from app.lib import told
from app.lib.told import tell, tell_as, tell_many
from app.lib.words import Words


def test_what_is_told_is_english_and_knows_how_to_be_said_again() -> None:
    span = tell_many("%(count)s day", "%(count)s days", 1200)
    sentence = tell("Wait %(span)s, 10 %% of “%(step)s”.", span=span, step="100 %")
    assert sentence == "Wait 1,200 days, 10 % of “100 %”."
    assert copy.deepcopy(sentence) == sentence
    with Flask(__name__).test_request_context(headers={"Accept-Language": "en-XA"}):
        assert saying.say(sentence) == "⟦Wait ⟦1,200 days⟧, 10 % of “100 %”.⟧"
        assert saying.say(copy.deepcopy(sentence)) == saying.say(sentence)


def test_words_that_need_a_context_are_said_in_it() -> None:
    past = tell_as("when, in the past", "%(weekday)s", weekday="Dienstag")
    assert past == "Dienstag"
    assert told.again(past, Words("de")) == "am Dienstag"


def test_one_of_several_names() -> None:
    assert told.one_of(["order"]) == "order"
    assert told.one_of(["order", "item"]) == "order or item"
    assert told.one_of(["order", "item", "profile"]) == "order, item or profile"


def test_whatever_is_wrong_with_a_flow_can_be_said() -> None:
    with pytest.raises(Unsound) as unsound:
        reading.read("flow: x\nsteps:\n  - wait: long\n  - message: letter\n")
    with Flask(__name__).test_request_context(headers={"Accept-Language": "en-XA"}):
        for fault in unsound.value.faults:
            assert saying.say(fault.sentence) != fault.sentence
            assert saying.say(fault.told).startswith("⟦line ")
