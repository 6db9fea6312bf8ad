"""Every message of ours can be shown as every specimen, and a frame shows it by day or by night."""

from dataclasses import replace
from typing import Any

import pytest

from app.messages.documents import templates
from app.messages.wording import showing, specimens
from app.messages.wording.specimens import Specimen, Thing
from app.vocabulary import Trigger
from tests.unit.letters import RIDGE


@pytest.mark.parametrize("trigger", Trigger)
@pytest.mark.parametrize("specimen", Specimen)
def test_every_message_can_be_shown_as_every_specimen(trigger: Trigger, specimen: Specimen) -> None:
    shown = showing.of(specimens.letter(trigger, templates.default(trigger), RIDGE, specimen))
    assert shown.failure == ""
    assert shown.subject
    assert "<html" in shown.html
    assert shown.text
    assert shown.sms
    assert shown.size is not None


def test_specimens_are_awkward_each_in_its_way() -> None:
    def html(specimen: Specimen) -> str:
        return showing.of(
            specimens.letter(Trigger.SHIPPED, templates.default(Trigger.SHIPPED), RIDGE, specimen)
        ).html

    assert html(Specimen.MANY).count("data:image/svg+xml") == 12
    assert "data:image" not in html(Specimen.BARE)
    assert "Hello," in html(Specimen.BARE)
    assert 'dir="rtl"' in html(Specimen.RTL)
    assert "Donaudampfschifffahrt" in html(Specimen.LONG)


def test_the_shops_own_things_are_shown_where_there_are_any() -> None:
    things = (Thing("Wool Wash", "https://ridge.example/wash.png"),)
    document = templates.default(Trigger.SHIPPED)
    told = specimens.letter(Trigger.SHIPPED, document, RIDGE, Specimen.USUAL, "de", things)
    html = showing.of(told).html
    assert 'src="https://ridge.example/wash.png"' in html
    assert "Wool Wash" in html
    assert '<html lang="de"' in html


def test_a_letter_that_cannot_be_told_any_more_is_shown_as_such() -> None:
    untold: dict[str, Any] = {"items": None}
    told = specimens.letter(Trigger.SHIPPED, templates.default(Trigger.SHIPPED), RIDGE, Specimen.USUAL)
    unfit = replace(told, **untold)
    assert showing.of(unfit).failure
    filler = showing.Filler(unfit)
    assert (filler.said("Hello"), filler.said("{{ profile.first_name }}")) == ("Hello", None)


def test_a_frame_is_by_day_or_by_night_and_leads_nowhere() -> None:
    html = showing.of(
        specimens.letter(Trigger.SHIPPED, templates.default(Trigger.SHIPPED), RIDGE, Specimen.USUAL)
    ).html
    day, night = showing.framed(html, dark=False), showing.framed(html, dark=True)
    assert "prefers-color-scheme:dark" in html
    assert "prefers-color-scheme" not in day + night
    assert "@media not all" in day
    assert "@media all" in night
    assert '<base target="_blank">' in day
