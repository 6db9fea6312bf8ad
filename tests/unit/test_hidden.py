"""What a merchant hides is hidden however a carrier writes it, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tracking.models import TrackingEvent
from app.tracking.story.hidden import Hidden


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("Shenzhen", "SHENZHEN-CN, Departed"),
        ("hong kong", "Arrived at Hong  Kong hub"),
        ("Köln", "KOLN sorting center"),
        ("Koln", "Umschlag Köln"),
        ("深圳", "离开深圳市处理中心"),
        ("Yiwu", "从Yiwu发出"),
        ("US", "Left (US)"),
    ],
)
def test_it_is_found_however_it_is_written(word: str, text: str) -> None:
    assert Hidden((word,)).hides(text)


@pytest.mark.parametrize(
    ("word", "text"), [("US", "Austin, Columbus"), ("China", "Chinatown"), (".*", "Denver")]
)
def test_other_words_are_left_alone(word: str, text: str) -> None:
    assert not Hidden((word,)).hides(text)


@given(st.text())
def test_who_hides_nothing_hides_nothing(text: str) -> None:
    assert not Hidden(()).hides(text)


@given(st.text(alphabet="abcäöü深圳 ", min_size=2).filter(str.strip), st.text(), st.text())
def test_a_word_between_spaces_is_always_found(word: str, before: str, after: str) -> None:
    assert Hidden((word,)).hides(f"{before} {word} {after}")


@pytest.mark.parametrize("word", ["China", "CN", "Chine", "guangdong", "Shenzhen"])
def test_a_place_is_known_by_any_of_its_names(word: str) -> None:
    scan = TrackingEvent(city="Shenzhen", region="Guangdong", country="cn", text="Departed")
    assert Hidden((word,)).hides_place(scan, "fr")
    assert Hidden((word,)).hides_words(scan, "fr")
