import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.lib.days import Calendar
from app.lib.words import CATALOGS
from app.tracking.carriers import carrier
from app.tracking.story.parcel import Place
from app.tracking.story.reasons import DELAYS, HANDED_OVER, HOLDS, MISSES
from app.tracking.story.story import Parcel, State, Story, tell
from app.vocabulary import ExceptionKind as K
from app.vocabulary import ShipmentStatus as S
from tests.unit.parcels import DENVER, NOW, parcel

MOMENTS = st.integers(-2000, 2000).map(lambda hours: NOW + timedelta(hours=hours))
PARCELS = st.builds(
    Parcel,
    status=st.sampled_from(S),
    detail=st.sampled_from(["", "unheard_of", "returned", *DELAYS, *MISSES, *HANDED_OVER, *HOLDS]),
    status_at=st.none() | MOMENTS,
    shipped_at=MOMENTS,
    expected_at=st.none() | MOMENTS,
    carrier=st.sampled_from([None, "UPS"]),
    has_number=st.booleans(),
    is_void=st.booleans(),
    alarms=st.frozensets(st.sampled_from(K), max_size=2),
)
LANGUAGES = st.sampled_from(["en", *CATALOGS])


@settings(deadline=None)  # the first sentence in a language reads its catalog
@given(st.lists(PARCELS, max_size=4), st.none() | st.just(NOW), LANGUAGES)
def test_any_set_of_parcels_has_a_story(
    found: list[Parcel], cancelled: datetime | None, language: str
) -> None:
    story = tell(found, Calendar.of(NOW, "America/Denver", language), cancelled_at=cancelled)
    words = (story.headline, story.other, story.tag, story.lead, story.then or "-")
    assert all(words)
    assert not re.search(r"[{}_%]|None|\b(?:in_transit|exception)\b", " ".join(words))
    assert 1 <= story.step <= len(story.stops) == 5
    assert story.about is None or not found[story.about].is_void


@given(st.lists(PARCELS, min_size=1, max_size=4))
def test_only_when_every_parcel_has_arrived_is_the_order_delivered(found: list[Parcel]) -> None:
    sent = [parcel for parcel in found if not parcel.is_void]
    arrived = bool(sent) and all(parcel.status is S.DELIVERED for parcel in sent)
    assert (tell(found, DENVER).state is State.DELIVERED) == arrived


@given(PARCELS)
def test_no_day_is_named_that_nobody_named(found: Parcel) -> None:
    silent = Parcel(status=found.status, detail=found.detail, shipped_at=found.shipped_at)
    if silent.status not in (S.OUT_FOR_DELIVERY, S.DELIVERED):
        assert not re.search(r"Arriving|expected", tell([silent], DENVER).headline)


@pytest.mark.parametrize(
    ("language", "headline", "then"),
    [
        ("de-AT", "Kommt am Dienstag", "17.\xa0November"),
        ("fr", "Arrive mardi", "17\xa0novembre"),
        ("es", "Llega el martes", "17\xa0de\xa0noviembre"),
        ("it", "Arriva martedì", "17\xa0novembre"),
        ("nl", "Komt dinsdag", "17\xa0november"),
        ("pt-PT", "Chega terça-feira", "17\xa0de\xa0novembro"),
        ("pl", "Dotrze 17\xa0listopada (wtorek)", "17\xa0listopada"),
        ("sv", "Kommer på tisdag", "17\xa0november"),
        ("ja", "火曜日に届きます", "11月17日"),
        ("ar", "يصل يوم الثلاثاء", "17\xa0نوفمبر"),
        ("he", "מגיעה ביום שלישי", "17\xa0בנובמבר"),  # noqa: RUF001 - Hebrew
    ],
)
def test_the_day_is_told_in_the_readers_language(language: str, headline: str, then: str) -> None:
    story = tell([parcel(S.IN_TRANSIT, expected=2)], Calendar.of(NOW, "America/Denver", language))
    assert (story.headline, story.then) == (headline, then)


def test_before_any_parcel_it_is_getting_ready() -> None:
    assert said() == ("We’re getting it ready", None, "Order received", 1)


def test_an_order_that_is_not_paid_is_not_said_to_get_ready() -> None:
    assert tell([], DENVER, is_placed=False).headline == "We have your order"


def test_a_parcel_without_a_scan_waits_for_its_carrier() -> None:
    assert said(parcel(S.PENDING)) == ("Packed, waiting for UPS", "Since today", "Order received", 2)


def test_days_later_a_parcel_without_a_scan_is_not_said_to_wait() -> None:
    silent = parcel(S.PENDING, sent=-60, carrier="ups")
    assert said(silent) == ("On its way with UPS", "Since Friday, November\xa013", "Sent", 3)


@pytest.mark.parametrize(
    ("days", "headline", "then"),
    [
        (0, "Arriving today", "November\xa015"),
        (1, "Arriving tomorrow", "November\xa016"),
        (2, "Arriving Tuesday", "November\xa017"),
        (10, "Arriving November\xa025", "Wednesday"),
    ],
)
def test_a_parcel_on_schedule_arrives_on_the_carriers_day(days: int, headline: str, then: str) -> None:
    assert said(parcel(S.IN_TRANSIT, expected=days)) == (headline, then, "On schedule", 3)


def test_several_days_are_told_as_such_and_end_with_the_last() -> None:
    found = replace(parcel(S.IN_TRANSIT, expected=2), expected_until=NOW + timedelta(days=4))
    assert said(found) == ("Arriving Nov\xa017\u2009–\u200919", None, "On schedule", 3)  # noqa: RUF001 - CLDR
    begun = replace(parcel(S.IN_TRANSIT, expected=-2), expected_until=NOW)
    assert said(begun)[0] == "Arriving today"
    over = replace(parcel(S.IN_TRANSIT, expected=-4), expected_until=NOW - timedelta(days=1))
    assert said(over)[:2] == ("Later than planned", "It was expected yesterday")


def test_hours_of_the_day_are_told_where_the_carrier_names_them() -> None:
    found = replace(parcel(S.OUT_FOR_DELIVERY, expected=0), expected_until=NOW + timedelta(hours=3))
    assert said(found)[:2] == ("Arriving today", "Between 1:00\xa0pm and 4:00\xa0pm")


def test_where_the_place_is_known_one_is_told_what_to_bring() -> None:
    place = Place(name="Corner Market", address=None, hours=None, code="4827")
    found = replace(parcel(S.AVAILABLE_FOR_PICKUP), place=place)
    assert tell([found], DENVER).lead.startswith("Bring the code")


def test_a_day_without_an_hour_is_the_same_day_everywhere() -> None:
    day = datetime(2026, 11, 17, tzinfo=UTC)  # still the 16th in Denver
    found = Parcel(status=S.IN_TRANSIT, shipped_at=NOW, expected_at=day)
    assert tell([found], DENVER).headline == "Arriving Tuesday"


def test_a_parcel_without_a_day_is_on_its_way() -> None:
    assert said(parcel(S.IN_TRANSIT)) == ("On its way", "Last seen today", "Moving", 3)


def test_a_parcel_past_its_day_is_late_before_the_carrier_says_so() -> None:
    story = tell([parcel(S.IN_TRANSIT, expected=-1)], DENVER)
    assert (story.headline, story.then) == ("Later than planned", "It was expected yesterday")
    assert story.is_bad_news


def test_a_delay_names_the_new_day_and_the_reason() -> None:
    story = tell([parcel(S.DELAYED, detail="weather", expected=4)], DENVER)
    assert story.headline == "Now expected Thursday"
    assert story.lead == "Bad weather holds it up. We are sorry. Nothing for you to do."


def test_out_for_delivery_arrives_today() -> None:
    found = parcel(S.OUT_FOR_DELIVERY, hours=-5)
    assert said(found) == ("Arriving today", "Out for delivery since 8:00\xa0am", "Out for delivery", 4)


def test_out_for_delivery_since_yesterday_is_late() -> None:
    found = parcel(S.OUT_FOR_DELIVERY, hours=-30)
    assert said(found) == ("Out for delivery", "Since yesterday", "Running late", 4)


@pytest.mark.parametrize(
    ("hours", "headline", "then"),
    [
        (-1, "Delivered today", "At 12:00\xa0pm, left with a neighbor"),
        (-24, "Delivered yesterday", "At 1:00\xa0pm, left with a neighbor"),
        (-72, "Delivered Thursday", "November\xa012 at 1:00\xa0pm, left with a neighbor"),
        (-240, "Delivered November\xa05", "November\xa05 at 1:00\xa0pm, left with a neighbor"),
    ],
)
def test_delivered_says_when(hours: int, headline: str, then: str) -> None:
    found = parcel(S.DELIVERED, hours=hours, detail="left_with_neighbor")
    assert said(found) == (headline, then, "Delivered", 5)


def test_a_missed_delivery_says_why() -> None:
    assert tell([parcel(S.ATTEMPT_FAILED)], DENVER).headline == "UPS missed you"
    story = tell([parcel(S.ATTEMPT_FAILED, detail="no_access")], DENVER)
    assert story.headline == "It could not be delivered"
    assert story.lead.startswith("The driver could not get in.")


def test_what_happens_next_is_said_of_carriers_that_say_it() -> None:
    missed = parcel(S.ATTEMPT_FAILED)
    usual = tell([replace(missed, carrier_slug="ups")], DENVER).lead
    assert usual.endswith("UPS usually tries again on the next working day.")
    assert tell([missed], DENVER).lead.endswith("The carrier can say when it comes again.")
    elsewhere = replace(missed, carrier_slug="ups", detail="address_issue")
    assert tell([elsewhere], DENVER).lead.endswith("The carrier can say when it comes again.")


def test_what_must_be_collected_says_by_when() -> None:
    waiting = parcel(S.AVAILABLE_FOR_PICKUP)
    last = DENVER.today + timedelta(days=6)
    assert tell([replace(waiting, collect_until=last)], DENVER).then == f"Until {DENVER.spoken(last)}"
    over = replace(waiting, collect_until=DENVER.today - timedelta(days=1))
    assert tell([over], DENVER).then == tell([waiting], DENVER).then


def test_the_other_moments() -> None:
    assert said(parcel(S.AVAILABLE_FOR_PICKUP))[0] == "Ready to collect"
    assert said(parcel(S.RETURN_TO_SENDER))[0] == "On its way back to us"
    assert said(parcel(S.RETURN_TO_SENDER, detail="returned"))[0] == "Back with us"
    assert said(parcel(S.EXCEPTION))[0] == "Held up on its way"
    assert said(parcel(S.EXCEPTION, detail="customs_hold"))[0] == "Waiting at customs"
    assert said(parcel(S.EXCEPTION, detail="address_issue"))[0] == "The address cannot be found"


def test_a_cancelled_order_says_so() -> None:
    story = tell([], DENVER, cancelled_at=NOW)
    assert (story.headline, story.then) == ("Order cancelled", "Today, 1:00\xa0pm")


def test_cancelled_parcels_do_not_count() -> None:
    void = Parcel(status=S.IN_TRANSIT, shipped_at=NOW, is_void=True)
    assert tell([void], DENVER).state is State.ORDERED
    assert tell([void, parcel(S.DELIVERED)], DENVER).about == 1


def test_of_two_parcels_the_open_one_is_spoken_of() -> None:
    story = tell([parcel(S.DELIVERED, hours=-50), parcel(S.IN_TRANSIT, expected=6)], DENVER)
    assert story.headline == "1 of 2 delivered"
    assert story.then == "The other arrives Saturday, November\xa021"
    assert (story.about, story.step) == (1, 3)


def test_of_several_open_parcels_the_least_advanced_decides() -> None:
    story = tell([parcel(S.OUT_FOR_DELIVERY), parcel(S.IN_TRANSIT)], DENVER)
    assert (story.headline, story.about) == ("On its way", 1)
    assert story.lead.endswith("It comes in 2 parcels.")


def test_a_parcel_that_needs_someone_is_told_first() -> None:
    story = tell([parcel(S.IN_TRANSIT), parcel(S.ATTEMPT_FAILED), parcel(S.DELIVERED)], DENVER)
    assert (story.state, story.headline, story.then) == (
        State.MISSED,
        "1 of 3 delivered",
        "2 are still to come",
    )


def test_when_all_parcels_have_arrived_the_last_one_is_told() -> None:
    story = tell([parcel(S.DELIVERED, hours=-1), parcel(S.DELIVERED, hours=-50)], DENVER)
    assert (story.headline, story.lead, story.about) == (
        "Delivered today",
        "All of it has arrived, in 2 parcels.",
        0,
    )


def test_british_readers_get_british_dates() -> None:
    london = Calendar.of(NOW, "Europe/London", "en-GB")
    assert tell([parcel(S.DELIVERED, hours=-50)], london).then == "13\xa0November at 18:00"


def test_an_unreadable_zone_or_language_does_no_harm() -> None:
    assert Calendar.of(NOW, "UTC+2", "xx-klingon") == Calendar(NOW, UTC, "en")
    assert Calendar.of(NOW, "", "klingon", "en-GB").time(NOW) == "20:00"


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("ups", "UPS"),
        ("royal-mail", "Royal Mail"),
        ("an-post", "An Post"),
        ("fedex", "FedEx"),
        ("dhl_express", "DHL Express"),
        ("Österreichische Post", "Österreichische Post"),
        ("other", None),
        (" ", None),
        (None, None),
    ],
)
def test_a_carrier_is_called_as_shoppers_know_it(declared: str | None, shown: str | None) -> None:
    assert carrier.name(declared) == shown


def said(*found: Parcel) -> tuple[str, str | None, str, int]:
    story: Story = tell(found, DENVER)
    return story.headline, story.then, story.tag, story.step
