"""How WhatsApp writes numbers whose countries have changed theirs since."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.whatsapp.numbers import number_of, spellings


@pytest.mark.parametrize(
    ("told", "today"),
    [
        ("5215512345678", "+525512345678"),
        ("551187654321", "+5511987654321"),
        ("5491123456789", "+541123456789"),
        ("13035550142", "+13035550142"),
        ("551132165498", "+551132165498"),
    ],
)
def test_todays_spelling_comes_first_and_the_told_one_is_among_them(told: str, today: str) -> None:
    found = spellings(number_of(told))
    assert found[0] == today
    assert f"+{told}" in found


@given(st.from_regex(r"\A\+(52|54|55)[1-9]\d{9,10}\Z"))
def test_every_spelling_knows_the_others(number: str) -> None:
    for other in spellings(number):
        assert number in spellings(other)
