from datetime import UTC, date, datetime

from app.lib import clock
from app.shops import workdays
from app.shops.models import Shop
from app.shops.workdays import Workdays


def shop(**columns: object) -> Shop:
    return Shop(**{"timezone": "Europe/Dublin", "country": "IE", "settings": {}, **columns})


def test_a_shop_that_never_opened_its_settings_keeps_its_countrys_days() -> None:
    irish = workdays.calendar(shop())
    assert not irish.counts(date(2026, 3, 17))
    assert not irish.counts(date(2026, 11, 28))
    assert irish.counts(date(2026, 11, 27))
    saudi = workdays.calendar(shop(country="SA", timezone="Asia/Riyadh"))
    assert not saudi.counts(date(2026, 11, 27))
    assert saudi.counts(date(2026, 11, 29))


def test_a_country_that_nobody_named_has_weekends_only() -> None:
    for code in (None, "", "ZZ"):
        unknown = workdays.calendar(shop(country=code))
        assert not unknown.counts(date(2026, 11, 28))
        assert unknown.counts(date(2026, 12, 25))


def test_each_choice_of_the_merchant_changes_the_calendar() -> None:
    chosen = Workdays(weekend=frozenset({7}), keeps_holidays=False, days_off=frozenset({date(2026, 11, 25)}))
    kept = shop(settings={"workdays": chosen.written()})
    assert Workdays.of(kept) == chosen
    calendar = workdays.calendar(kept)
    assert calendar.counts(date(2026, 11, 28))
    assert calendar.counts(date(2026, 3, 17))
    assert not calendar.counts(date(2026, 11, 25))


def test_an_unreadable_time_zone_is_utc() -> None:
    moment = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    for name in ("Mars/Olympus", "", "../etc"):
        assert workdays.calendar(shop(timezone=name)).day(moment) == date(2026, 11, 24)


def test_the_table_of_holidays_reaches_far_enough_ahead() -> None:
    assert max(workdays.country("US").holidays).year > clock.now().year
