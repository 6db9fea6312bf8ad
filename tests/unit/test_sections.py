"""A page is right whatever stands in the settings of its shop."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.days import Calendar
from app.shops.models import Shop
from app.tracking.page.sections import MOVABLE, SETTING, USUAL, Own, Section, Sections, When
from app.tracking.story import story
from app.tracking.story.journey import State
from tests.unit.letters import NOW

ORDERED = story.tell([], Calendar.of(NOW, "UTC", "en"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from([*Section, *When]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["order", "when", "own", "text", "products", *Section]), inner, max_size=5
        )
    ),
)


def arranged(kept: Any) -> Sections:
    return Sections.of(Shop(settings={SETTING: kept}, name="Ridge"))


@given(JSON)
def test_whatever_is_kept_every_part_has_its_place_and_time(kept: Any) -> None:
    found = arranged(kept)
    assert sorted(found.order) == sorted(MOVABLE)
    assert set(found.when) == set(Section)


def test_a_page_that_nobody_arranged_is_as_usual() -> None:
    assert Sections.of(Shop(settings={}, name="Ridge")) == Sections(when=USUAL, own=Own())


@given(
    st.permutations(MOVABLE).map(tuple),
    st.fixed_dictionaries({it: st.sampled_from(When) for it in MOVABLE}),
    st.builds(Own, heading=st.text(), text=st.text(), products=st.lists(st.text()).map(tuple)),
)
def test_what_is_kept_is_read_again(order: tuple[Section, ...], when: dict[Section, When], own: Own) -> None:
    made = Sections(order=order, when={**USUAL, **when}, own=own)
    assert arranged(made.data()) == made


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        (When.ALWAYS, [True, True, True]),
        (When.CALM, [True, False, True]),
        (When.BEFORE, [True, True, False]),
        (When.AFTER, [False, False, True]),
        (When.NEVER, [False, False, False]),
    ],
)
def test_a_part_is_shown_in_the_states_that_were_chosen(when: When, shown: list[bool]) -> None:
    """While all is well, once it is lost, and once it has arrived."""
    found = arranged({"when": {"own": when}})
    states = (
        ORDERED,
        replace(ORDERED, state=State.LOST, is_bad_news=True),
        replace(ORDERED, state=State.DELIVERED),
    )
    assert [found.shows(Section.OWN, it) for it in states] == shown
