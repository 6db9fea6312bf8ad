"""What a look at a connection finds: how grave it is, a sentence, and how it is mended, by us if we can."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from app.lib.words import merchant_sentence

CLOCKS = merchant_sentence("Clocks")
ALLOWED_SKEW = timedelta(minutes=2)
"""How far two servers' clocks may be apart before times cannot be compared."""


class Grade(StrEnum):
    """How grave a finding is; the gravest first."""

    BAD = "bad"
    ODD = "odd"
    UNSEEN = "unseen"
    """Something else stood in the way of the look."""
    GOOD = "good"


class Remedy(StrEnum):
    """What a button beside a finding does."""

    WEBHOOKS = "webhooks"
    """Make our webhooks in the store anew."""
    MAIL_OFF = "mail_off"
    """Switch off the store's own mail that the finding is about."""
    MAIL_ON = "mail_on"
    """Take that back."""
    COMPARE = "compare"
    """Compare the store's orders with ours now."""
    RECONNECT = "reconnect"
    """Let the merchant let us in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at, in the merchant's words."""

    what: str
    grade: Grade
    said: str
    mend: str = ""
    """What the merchant does about it; empty where there is nothing to do."""
    remedy: Remedy | None = None
    subject: str = ""
    """What the remedy is for, where there are several of its kind."""


def good(what: str, said: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(what=what, grade=Grade.GOOD, said=said)


def unseen(what: str, why: str) -> Finding:
    """Return that something could not be looked at."""
    return Finding(
        what=what,
        grade=Grade.UNSEEN,
        said=merchant_sentence("This could not be looked at: %(why)s.", why=why),
    )


def clock(said: str | None, now: datetime) -> Finding | None:
    """Return how far the clock behind a Date header is from ours; None where there is none to read."""
    try:
        theirs = parsedate_to_datetime(said or "")
    except ValueError:
        return None
    if theirs.tzinfo is None:
        return None
    apart = theirs - now
    if abs(apart) <= ALLOWED_SKEW:
        return good(CLOCKS, merchant_sentence("Your store’s clock and ours agree."))
    said = _ahead(apart) if apart > timedelta(0) else _behind(-apart)
    return Finding(
        what=CLOCKS,
        grade=Grade.ODD,
        said=said,
        mend=merchant_sentence(
            "Ask your host to set the server’s clock by NTP. If your store’s is right, ours is wrong."
        ),
    )


def _ahead(apart: timedelta) -> str:
    minutes, hours = _long(apart)
    if hours:
        return merchant_sentence(
            "Your store’s clock is %(hours)s hours ahead of ours: what came first is not sure.", hours=hours
        )
    return merchant_sentence(
        "Your store’s clock is %(minutes)s minutes ahead of ours: what came first is not sure.",
        minutes=minutes,
    )


def _behind(apart: timedelta) -> str:
    minutes, hours = _long(apart)
    if hours:
        return merchant_sentence(
            "Your store’s clock is %(hours)s hours behind ours: what came first is not sure.", hours=hours
        )
    return merchant_sentence(
        "Your store’s clock is %(minutes)s minutes behind ours: what came first is not sure.",
        minutes=minutes,
    )


def _long(span: timedelta) -> tuple[int, int]:
    """Return a span in minutes, and in hours where they read better."""
    minutes = round(span.total_seconds() / 60)
    return minutes, round(minutes / 60) if minutes >= 120 else 0  # noqa: PLR2004 - two hours
