"""English text that was kept: the sentence that it was, in another language."""

import re

from hypothesis import given
from hypothesis import strategies as st

from app.lib import retelling
from app.lib.retelling import retold
from app.lib.words import MARKED, MERCHANTS, Words, merchant_sentence

IN_BRACKETS = Words("en", MARKED)
A_FEW = st.text("ab ", max_size=2)


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


def test_a_share_in_a_sentence_is_no_blank() -> None:
    kept = "The arms must make 100 % together."
    assert retold(kept, IN_BRACKETS) == f"⟦{kept}⟧"


def test_whoever_writes_sentences_into_sentences_is_followed_so_far_and_no_farther() -> None:
    said = retold("order " * 300 + "x", IN_BRACKETS)
    assert 1 < said.count("⟦") <= retelling.DEEPEST + 1
    endless = "order " * 100_000 + "x"
    assert retold(endless, IN_BRACKETS) == endless


@given(st.text(min_size=1).filter(lambda it: retelling.retold(it, IN_BRACKETS) == it))
def test_whatever_was_filled_in_comes_out_again(value: str) -> None:
    text = f"the store refuses a token: {value}"
    assert retold(text, IN_BRACKETS) == f"⟦the store refuses a token: {value}⟧"


@given(A_FEW, st.lists(A_FEW, min_size=1, max_size=3), st.text("ab ", max_size=12))
def test_one_walk_finds_what_a_pattern_would(begins: str, words: list[str], text: str) -> None:
    blanks = list(zip("xyz", words, strict=False))
    form = retelling.taken_apart(begins + "".join(f"%({name})s{behind}" for name, behind in blanks))
    pattern = "".join(f"(?P<{name}>.+?){behind}" for name, behind in blanks)
    found = re.fullmatch(begins + pattern, text)
    assert retelling.filled_in(form, text) == (found.groupdict() if found else None)


def test_a_blank_that_comes_twice_holds_the_same_twice() -> None:
    form = retelling.taken_apart("%(flow)s is %(kind)s: write “%(kind)s”")
    assert retelling.filled_in(form, "It is news: write “news”") == {"flow": "It", "kind": "news"}
    assert retelling.filled_in(form, "It is news: write “offers”") is None
