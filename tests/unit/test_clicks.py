from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib import signing
from app.messages.letters import links
from app.messages.letters.links import Followed
from app.messages.models import ClickDoubt
from app.messages.responses.clicks import TOO_SOON, Visit, doubt_of

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
READ = NOW - timedelta(minutes=5)
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/19.1 Mobile/15E148 Safari/604.1"
)
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36"


@pytest.mark.parametrize("agent", [PHONE, DESK])
def test_somebody_who_reads_and_follows_counts(agent: str) -> None:
    assert doubt_of(Visit(method="GET", agent=agent), READ, NOW) is None


@pytest.mark.parametrize(
    ("visit", "arrived_at", "doubt"),
    [
        (Visit(method="HEAD", agent=PHONE), READ, ClickDoubt.HEAD),
        (Visit(method="GET", agent=PHONE, purpose="prefetch;prerender"), READ, ClickDoubt.PREFETCH),
        (Visit(method="GET", agent=""), READ, ClickDoubt.AGENT),
        (Visit(method="GET", agent="Mozilla/5.0 (compatible; Googlebot/2.1)"), READ, ClickDoubt.AGENT),
        (Visit(method="GET", agent="python-requests/2.32.5"), READ, ClickDoubt.AGENT),
        (Visit(method="GET", agent="Mozilla/5.0 BarracudaCentral"), READ, ClickDoubt.AGENT),
        (Visit(method="GET", agent=PHONE), NOW - timedelta(seconds=1), ClickDoubt.TOO_SOON),
        (Visit(method="GET", agent=PHONE), None, ClickDoubt.TOO_SOON),
    ],
)
def test_who_does_as_programs_do_does_not(
    visit: Visit, arrived_at: datetime | None, doubt: ClickDoubt
) -> None:
    assert doubt_of(visit, arrived_at, NOW) is doubt


@given(seconds=st.floats(0, 1e6))
def test_nobody_has_read_what_has_just_arrived(seconds: float) -> None:
    found = doubt_of(Visit(method="GET", agent=DESK), NOW, NOW + timedelta(seconds=seconds))
    assert (found is ClickDoubt.TOO_SOON) is (timedelta(seconds=seconds) < TOO_SOON)


def test_a_link_leads_where_it_was_signed_for_and_nowhere_else() -> None:
    target = "https://ridge.example/cart?a=1&b=é"
    token = links.click_url(3, 7, target).rpartition("/")[2]
    assert links.followed(token) == Followed(3, 7, target)
    value, _, signature = token.partition(".")
    elsewhere = links.click_url(3, 7, "https://evil.example/").rpartition("/")[2].partition(".")[0]
    for forged in (
        f"{elsewhere}.{signature}",
        value,
        f"{token}x",
        "",
        signing.token("unsubscribe", [3, 7, target]),
    ):
        with pytest.raises(signing.Forged):
            links.followed(forged)
    for strange in ("javascript:alert(1)", "//evil.example", "/t/1"):
        with pytest.raises(signing.Forged):
            links.followed(signing.token(links.CLICK, [3, 7, strange]))
