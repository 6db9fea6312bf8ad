"""WhatsApp's templates: which places they have, and what may stand there."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.whatsapp.templates import Misfit, Template, fill, read
from tests.contracts.whatsapp.wire import recorded

SHIPPED, GERMAN, DELIVERED, SALE = (read(one) for one in recorded("templates")["data"])


def test_places_are_found_in_heading_body_and_buttons() -> None:
    assert [slot.key for slot in SHIPPED.slots] == [
        "body.first_name",
        "body.order",
        "body.headline",
        "button.0",
    ]
    assert SHIPPED.slots[-1].before == "https://doorstep.test/s/"
    assert (SHIPPED.is_named, DELIVERED.is_named) == (True, False)
    assert [slot.key for slot in DELIVERED.slots] == ["body.1", "body.2"]


@pytest.mark.parametrize(
    ("part", "lacks"),
    [
        ({"type": "HEADER", "format": "IMAGE"}, "a image at its head"),
        ({"type": "LIMITED_TIME_OFFER"}, "a limited time offer"),
        (
            {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copy"}]},
            "a button of the kind copy code",
        ),
        ({"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "STOP"}]}, ""),
        ({"type": "FOOTER", "text": "Ridge & Pine"}, ""),
    ],
)
def test_what_it_wants_and_we_do_not_give_is_named(part: dict[str, object], lacks: str) -> None:
    body = {"type": "BODY", "text": "Hello"}
    told = {"name": "x", "language": "en", "category": "UTILITY", "status": "APPROVED"}
    assert read(told | {"components": [body, part]}).lacks == lacks


def test_counted_places_are_filled_without_names_and_the_words_are_kept() -> None:
    filled = fill(DELIVERED, {"body.1": "#1042", "body.2": "It is at\nyour    door"})
    assert filled.words == "Order #1042 has arrived. It is at your door"
    assert filled.components == (
        {
            "type": "body",
            "parameters": [
                {"type": "text", "text": "#1042"},
                {"type": "text", "text": "It is at your door"},
            ],
        },
    )


@pytest.mark.parametrize("values", [{}, {"body.1": "#1042"}, {"body.1": "#1042", "body.2": " \n "}])
def test_an_empty_place_is_said_before_whatsapp_refuses_it(values: dict[str, str]) -> None:
    with pytest.raises(Misfit, match=r"nothing for body\."):
        fill(DELIVERED, values)


def test_what_becomes_too_long_is_said() -> None:
    with pytest.raises(Misfit, match="1024"):
        fill(DELIVERED, {"body.1": "x" * 600, "body.2": "y" * 600})


@given(st.lists(st.text(min_size=1, max_size=60), min_size=2, max_size=2))
def test_whatever_stands_there_is_what_whatsapp_takes(values: list[str]) -> None:
    """No line's end, no tab, no four spaces in a row; and words are never read as places."""
    try:
        filled = fill(DELIVERED, {"body.1": values[0], "body.2": values[1]})
    except Misfit:
        return
    (body,) = filled.components
    for parameter in body["parameters"]:
        assert parameter["text"].strip()
        assert not re.search(r"[\n\r\t]| {4}", parameter["text"])


def test_a_value_that_looks_like_a_place_stays_as_it_is() -> None:
    assert isinstance(DELIVERED, Template)
    assert fill(DELIVERED, {"body.1": "{{2}}", "body.2": "x"}).words == "Order {{2}} has arrived. x"
