import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.admin import words
from app.admin.answer import Group, Tally
from app.admin.dates import Calendar
from app.admin.flows.switches import OFFERS, REQUESTS, WORDS
from app.admin.messages import reasons
from app.admin.services import words as service_words
from app.admin.stores import words as store_words
from app.hooks.happenings import TYPES
from app.hooks.models import OffBecause
from app.listeners.base import ALARMS, EVERYTHING, TICKETS, ListenerKind, about
from app.tracking.exceptions.attention import Counts
from app.vocabulary import (
    CallReason,
    CallState,
    CaseKind,
    CaseWish,
    ExceptionKind,
    MessageState,
    Reason,
    ShipmentStatus,
    Trigger,
)


def test_every_word_of_ours_has_the_merchants_words() -> None:
    assert set(words.STATUSES) == set(ShipmentStatus)
    assert set(words.STATES) == set(MessageState)
    assert set(reasons.REASONS) == set(Reason)
    assert set(words.EXCEPTIONS) == set(ExceptionKind)
    assert (
        set(words.TRIGGERS)
        == set(Trigger)
        == {
            *WORDS,
            *REQUESTS,
            *OFFERS,
            Trigger.CASE_REPLY,
            Trigger.OWN_ORDERS,
            Trigger.CONFIRM_OFFERS,
            Trigger.CONFIRM_RECIPIENT,
            Trigger.CONFIRM_WAITING,
            Trigger.REVIEW_REPLY,
            Trigger.BULLETIN,
        }
    )
    assert set(words.CASES) == set(CaseKind)
    assert set(words.WISHES) == set(CaseWish)
    assert set(service_words.CALL_STATES) == set(CallState)
    assert set(service_words.NOT_TOLD) == set(CallReason)
    assert set(service_words.OFF_BECAUSE) == set(OffBecause)
    assert set(service_words.LISTENERS) == set(ListenerKind)
    assert set(EVERYTHING) == set(TYPES.values())
    assert {*service_words.HEARS, *service_words.OPENED} == {
        *EVERYTHING,
        *ALARMS,
        *TICKETS,
        *map(about, ExceptionKind),
    }


def test_a_chip_has_three_words_at_most_and_a_reason_is_a_sentence() -> None:
    for chip in (*words.STATUSES.values(), *words.STATES.values(), *words.EXCEPTIONS.values()):
        assert 1 <= len(chip.label.split()) <= 3
        assert chip.tone in ("", "good", "warn", "bad", "off")
    for sentence in reasons.REASONS.values():
        assert sentence[0].isupper()
        assert sentence.endswith(".")


@given(st.emails())
def test_a_masked_address_keeps_one_letter_of_the_name(address: str) -> None:
    shown = words.masked(address)
    name, _, host = address.rpartition("@")
    assert shown == f"{name[0]}•••@{host}"


@pytest.mark.parametrize(
    ("address", "shown"), [(None, ""), ("", ""), ("+13035550100", "•••00"), ("@x.example", "•••@x.example")]
)
def test_what_is_no_address_is_masked_as_well(address: str | None, shown: str) -> None:
    assert words.masked(address) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Unreadable: it names no order", "It names no order."),
        ("JSONDecodeError: unexpected end", "It came damaged: part of it cannot be read."),
        ("KeyError", "Something in it is new to us (KeyError). Try again after an update."),
        (None, "Something in it is new to us (nothing more is known). Try again after an update."),
    ],
)
def test_a_failure_is_said_without_jargon(said: str | None, shown: str) -> None:
    assert store_words.failure(said) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("orders/paid", "Order paid"),
        ("fulfillment_events/create", "Fulfillment event created"),
        ("variants/in_stock", "Variant in stock"),
        ("order.updated", "Order updated"),
        ("odd", "Odd"),
        ("", ""),
    ],
)
def test_a_topic_is_said_as_people_do(name: str, shown: str) -> None:
    assert store_words.topic(name) == shown


ONE_PARCEL = Counts(parcels=1, kinds={})


@pytest.mark.parametrize(
    ("tally", "sentence"),
    [
        (Tally(), "No parcels yet."),
        (Tally({Group.TRANSIT: 3}), "Everything is moving."),
        (Tally({Group.TRANSIT: 9, Group.TODAY: 3}), "Everything is moving. 3 parcels arrive today."),
        (Tally({Group.TODAY: 1}), "Everything is moving. 1 parcel arrives today."),
        (Tally({Group.DELIVERED: 5}), "Every parcel has arrived."),
        (Tally({Group.TODAY: 2}, ONE_PARCEL), "1 parcel needs a look. 2 parcels arrive today."),
        (
            Tally({Group.TODAY: 2}, Counts(parcels=1, orders=2, kinds={})),
            "1 parcel needs a look. 2 orders need a look. 2 parcels arrive today.",
        ),
        (
            Tally({Group.TRANSIT: 3}, ONE_PARCEL, unread=2),
            "2 notices from your store could not be read. 1 parcel needs a look.",
        ),
        (Tally({Group.TRANSIT: 3}, broken=True), "Your store is cut off from Doorstep."),
    ],
)
def test_the_answer_names_all_that_is_wrong_the_worst_first(tally: Tally, sentence: str) -> None:
    assert tally.sentence == sentence


NOON_IN_DENVER = Calendar.of(datetime(2026, 11, 24, 19, 0, tzinfo=UTC), "America/Denver", "en_US")


@pytest.mark.parametrize(
    ("moment", "day", "when"),
    [
        (datetime(2026, 11, 24, 16, 2, tzinfo=UTC), "Today, November 24", "Today, 9:02 am"),
        (datetime(2026, 11, 24, 6, 59, tzinfo=UTC), "Yesterday, November 23", "Yesterday, 11:59 pm"),
        (datetime(2026, 11, 20, 19, 0, tzinfo=UTC), "Friday, November 20", "Nov 20, 12:00 pm"),
        (datetime(2026, 11, 27, 19, 0, tzinfo=UTC), "Friday, November 27", "Nov 27, 12:00 pm"),
        (datetime(2025, 1, 2, 19, 0, tzinfo=UTC), "January 2, 2025", "Jan 2, 2025, 12:00 pm"),
        (datetime(2026, 11, 25, 19, 0, tzinfo=UTC), "Tomorrow, November 25", "Tomorrow, 12:00 pm"),
    ],
)
def test_dates_are_words_on_the_shops_own_clock(moment: datetime, day: str, when: str) -> None:
    assert _loose(NOON_IN_DENVER.heading(moment)) == day
    assert _loose(NOON_IN_DENVER.when(moment)) == when
    assert _loose(NOON_IN_DENVER.within(moment)) == re.sub("^(Yester|To)", lambda it: it[0].lower(), when)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "1 second ago"), (90, "90 seconds ago"), (180, "3 minutes ago"), (7300, "today, 9:58 am")],
)
def test_what_is_recent_is_said_roughly(seconds: int, said: str) -> None:
    assert _loose(NOON_IN_DENVER.ago(NOON_IN_DENVER.now - timedelta(seconds=seconds))) == said


def test_a_day_begins_at_midnight_on_the_wall() -> None:
    assert NOON_IN_DENVER.begins == datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    assert NOON_IN_DENVER.named == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("Denver", "CO", "US"), "Denver, CO"),
        (("Denver", "CO", None), "Denver, CO"),
        (("Galway", "G", "IE"), "Galway, IE"),
        (("Galway", None, None), "Galway"),
        ((None, None, None), ""),
    ],
)
def test_a_place_is_said_as_people_know_it(parts: tuple[str | None, ...], said: str) -> None:
    assert words.place(*parts) == said


def _loose(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")
