"""When waits are over, told by moments that can be checked on a calendar."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.flows.plan import waits
from app.flows.plan.conditions import Condition
from app.flows.plan.definition import Clock, How, Moment, Pause, Unchanged, Until
from app.flows.plan.facts import Facts
from app.flows.plan.spans import Span
from app.flows.plan.waits import Look
from app.lib.business_days import BusinessCalendar

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
FRIDAY = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
FACTS = Facts(known={}, shopper_zone=NEW_YORK, calendar=BusinessCalendar(zone=BERLIN))


def ends(how: How, facts: Facts = FACTS, arrived: datetime = FRIDAY) -> datetime | None:
    return waits.look(how, arrived, arrived, facts, arrived).again_at


@pytest.mark.parametrize(
    ("span", "end"),
    [
        ("90 minutes", datetime(2026, 11, 27, 16, 30, tzinfo=UTC)),
        ("2 days", datetime(2026, 11, 29, 15, 0, tzinfo=UTC)),
        ("1 business day", datetime(2026, 11, 30, 15, 0, tzinfo=UTC)),
        ("3 business days", datetime(2026, 12, 2, 15, 0, tzinfo=UTC)),
    ],
)
def test_a_span_is_counted_on_the_shops_calendar(span: str, end: datetime) -> None:
    assert ends(Pause(span=Span.of(span))) == end


def test_an_hour_of_the_day_is_the_shoppers_or_the_shops() -> None:
    nine = Pause(span=Span.of("1 hour"), at=time(9))
    assert ends(nine) == datetime(2026, 11, 28, 14, 0, tzinfo=UTC)
    by_shop = Pause(span=Span.of("1 hour"), at=time(9), clock=Clock.SHOP)
    assert ends(by_shop) == datetime(2026, 11, 28, 8, 0, tzinfo=UTC)


def test_an_hour_that_is_still_to_come_today_is_todays() -> None:
    assert ends(Pause(span=Span.of("1 hour"), at=time(11))) == datetime(2026, 11, 27, 16, 0, tzinfo=UTC)


def test_an_hour_that_summer_time_leaves_out_does_not_go_round_for_ever() -> None:
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    facts = Facts(known={}, shopper_zone=BERLIN)
    assert ends(Pause(span=Span.of("0 hours"), at=time(2, 30)), facts, before) == before + timedelta(hours=1)


def test_counted_from_the_start_it_may_be_over_already() -> None:
    how = Pause(span=Span.of("1 day"), from_start=True)
    entered = FRIDAY - timedelta(days=2)
    assert waits.look(how, FRIDAY, entered, FACTS, FRIDAY).is_over


def test_a_condition_may_have_to_hold_for_a_while() -> None:
    quiet = Until(
        conditions=(Condition.of("not profile.has_open_case"),),
        held_for=Span.of("7 days"),
        at_most=Span.of("30 days"),
    )
    closed_at = FRIDAY - timedelta(days=5)
    known = {"profile.has_open_case": False}
    facts = Facts(known=known, changed_at={"profile.has_open_case": closed_at})
    assert ends(quiet, facts) == closed_at + timedelta(days=7)
    assert waits.look(quiet, FRIDAY, FRIDAY, Facts(known=known), FRIDAY) == Look(is_over=True), (
        "never had one"
    )
    troubled = Facts(known={"profile.has_open_case": True}, changed_at={"profile.has_open_case": closed_at})
    assert ends(quiet, troubled) == FRIDAY + timedelta(days=30)
    late = FRIDAY + timedelta(days=30)
    assert waits.look(quiet, FRIDAY, FRIDAY, troubled, late) == Look(is_over=True, in_vain=True)


def test_what_changes_again_is_waited_for_again() -> None:
    idle = Unchanged(field="checkout.contents", span=Span.of("15 minutes"), at_most=Span.of("2 days"))
    facts = Facts(known={}, changed_at={"checkout.contents": FRIDAY})
    quarter_past = FRIDAY + timedelta(minutes=15)
    assert ends(idle, facts) == quarter_past
    touched = Facts(known={}, changed_at={"checkout.contents": quarter_past})
    seen = waits.look(idle, FRIDAY, FRIDAY, touched, quarter_past)
    assert seen == Look(is_over=False, again_at=FRIDAY + timedelta(minutes=30))


def test_a_moment_that_nobody_names_is_waited_for_until_somebody_does() -> None:
    lapse = Moment(field="profile.lapses_at")
    assert waits.look(lapse, FRIDAY, FRIDAY, FACTS, FRIDAY) == Look(is_over=False)
    named = Facts(known={}, moments={"profile.lapses_at": FRIDAY})
    assert waits.look(lapse, FRIDAY, FRIDAY, named, FRIDAY).is_over


@pytest.mark.parametrize("text", ["", "1", "an hour", "1 hours ago", "1.5 hours", "2 weeks"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no span of time"):
        Span.of(text)
