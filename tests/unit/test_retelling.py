"""English text that was kept: the sentence that it was, in another language."""

from hypothesis import given
from hypothesis import strategies as st

from app.lib import retelling
from app.lib.retelling import retold
from app.lib.words import MARKED, MERCHANTS, Words, merchant_sentence

IN_BRACKETS = Words("en", MARKED)


def test_english_is_as_it_was_kept() -> None:
    assert retold("the store answers 503", Words(told_to=MERCHANTS)) == "the store answers 503"


def test_a_kept_sentence_is_found_by_its_form() -> None:
    text = merchant_sentence("the store answers %(status)s", status=503)
    assert text == "the store answers 503"
    assert retold(text, IN_BRACKETS) == "⟦the store answers 503⟧"


def test_what_stands_in_a_blank_is_found_too() -> None:
    text = "This could not be looked at: the store answers 503."
    assert retold(text, IN_BRACKETS) == "⟦This could not be looked at: ⟦the store answers 503⟧.⟧"


def test_what_is_none_of_ours_stays_as_it_is() -> None:
    assert retold("Call me. 100 % sure", IN_BRACKETS) == "Call me. 100 % sure"


@given(st.text(min_size=1).filter(lambda it: retelling.retold(it, IN_BRACKETS) == it))
def test_whatever_was_filled_in_comes_out_again(value: str) -> None:
    text = f"the store refuses a token: {value}"
    assert retold(text, IN_BRACKETS) == f"⟦the store refuses a token: {value}⟧"
