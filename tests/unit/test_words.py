from datetime import UTC, datetime, timedelta

import pytest

from app.lib import words
from app.lib.days import Calendar
from app.lib.words import Words

NOW = datetime(2026, 11, 15, 20, tzinfo=UTC)
"""A Sunday."""


@pytest.mark.parametrize(
    ("wishes", "locale"),
    [
        (("en-GB", "en"), "en_GB"),
        ((None, "", "klingon", "en-US"), "en_US"),
        (("zu", None), "en"),
        ((), "en"),
        (("C", "en_US_POSIX"), "en_US"),
    ],
)
def test_the_first_language_that_we_speak_is_taken(wishes: tuple[str | None, ...], locale: str) -> None:
    assert words.of(*wishes).locale == locale


def test_blanks_are_filled_by_name() -> None:
    assert Words("en").say("%(a)s of %(b)s", b=2, a=1) == "1 of 2"
    assert Words("en").say_many("%(count)s piece", "%(count)s pieces", 1200) == "1,200 pieces"


def test_a_name_in_another_script_does_not_turn_the_words_around_it() -> None:
    assert Words("ar").direction == "rtl"
    assert Words("ar")._fill("… %(name)s …", {"name": "UPS"}) == "… \u2066UPS\u2069 …"


@pytest.mark.parametrize(
    ("days", "name", "on"),
    [
        (0, "today", "today"),
        (1, "tomorrow", "tomorrow"),
        (-1, "yesterday", "yesterday"),
        (3, "Wednesday", "Wednesday, November\xa018"),
        (30, "December\xa015", "Tuesday, December\xa015"),
        (400, "December 20, 2027", "Monday, December 20, 2027"),
    ],
)
def test_a_day_is_called_as_one_would_say_it(days: int, name: str, on: str) -> None:
    calendar = Calendar(NOW, UTC, "en")
    day = calendar.today + timedelta(days=days)
    assert (calendar.name(day), calendar.on(day), calendar.spoken(day)) == (name, on, on)
