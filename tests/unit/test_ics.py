from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.storefront import ics

NOW = datetime(2026, 11, 15, 20, tzinfo=UTC)
DAYS = (date(2026, 11, 17), date(2026, 11, 19))


def written(summary: str = "Ridge & Pine") -> str:
    link = "https://doorstep.test/t/a"
    return ics.entry(uid="order-1@doorstep.test", days=DAYS, summary=summary, link=link, now=NOW)


def test_an_entry_lasts_from_the_first_day_to_the_end_of_the_last() -> None:
    lines = written("Parcel from Ridge, Pine; and more").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "DTSTART;VALUE=DATE:20261117" in lines
    assert "DTEND;VALUE=DATE:20261120" in lines
    assert "DTSTAMP:20261115T200000Z" in lines
    assert "SUMMARY:Parcel from Ridge\\, Pine\\; and more" in lines


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_no_line_is_too_long_and_unfolding_gives_the_text_back(summary: str) -> None:
    entry = written(summary)
    assert all(len(line.encode()) <= 75 for line in entry.split("\r\n"))
    unfolded = entry.replace("\r\n ", "")
    escaped = summary.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    assert f"SUMMARY:{escaped}\r\n" in unfolded


def test_a_line_break_does_not_end_the_summary() -> None:
    assert "SUMMARY:a\\nURL:https://evil.example\r\n" in written("a\nURL:https://evil.example")
