"""Who followed the links of messages: counted once for each link, and only where it was a person.

Mailboxes and their guards follow links before anybody reads them. What they do tells them apart: they say
who they are, ask for headers only, come seconds after the message arrived, or follow all its links at once.
Nothing is kept of who it was, and opening is not looked at: half of all opens are a mailbox's own.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.channels.receipts.base import ReceiptKind
from app.lib import clock
from app.lib.db import among
from app.messages.letters.links import Followed
from app.messages.models import Click, ClickDoubt, Message, ReceiptRow

TOO_SOON = timedelta(seconds=10)
"""After its arrival a message is not read and followed yet."""
AT_ONCE = timedelta(seconds=2)
"""Nobody follows two links of a message within so little time."""
PROGRAMS = (
    *("bot", "crawl", "spider", "slurp", "preview", "scan", "proxy", "headless", "monitor", "validator"),
    *(
        "barracuda",
        "mimecast",
        "proofpoint",
        "symantec",
        "fireeye",
        "trendmicro",
        "safelinks",
        "facebookexternal",
    ),
    *(
        "curl",
        "wget",
        "python",
        "go-http",
        "java/",
        "okhttp",
        "axios",
        "node",
        "httpclient",
        "libwww",
        "ruby",
        "php",
    ),
)
"""What programs call themselves, in part; no browser does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """How a link was followed, as far as it tells people from programs."""

    method: str
    agent: str
    purpose: str = ""
    """What a browser says it is for, where nobody has clicked yet."""


def program_of(visit: Visit) -> ClickDoubt | None:
    """Return what shows that a program makes a request; None: nothing does."""
    agent = visit.agent.lower()
    if visit.method == "HEAD":
        return ClickDoubt.HEAD
    if visit.purpose:
        return ClickDoubt.PREFETCH
    return ClickDoubt.AGENT if not agent or any(name in agent for name in PROGRAMS) else None


def doubt_of(visit: Visit, arrived_at: datetime | None, now: datetime) -> ClickDoubt | None:
    """Return why nobody may have followed a link; None: somebody did, as far as one visit shows."""
    is_too_soon = arrived_at is None or now < arrived_at + TOO_SOON
    return program_of(visit) or (ClickDoubt.TOO_SOON if is_too_soon else None)


def keep(session: Session, link: Followed, visit: Visit) -> None:
    """Count a link that was followed: once, whatever programs do before or after a person."""
    mine = select(Message).filter_by(id=link.message_id, shop_id=link.shop_id)
    message = session.scalar(
        mine.with_for_update(key_share=True)
    )  # so that of two at once one sees the other
    if message is None:
        return
    now = clock.now()
    put = insert(Click).values(
        shop_id=message.shop_id,
        message_id=message.id,
        link=hashlib.blake2b(link.target.encode(), digest_size=12).digest(),
        at=now,
        doubt=doubt_of(visit, _arrived_at(session, message), now),
    )
    by_a_person = put.excluded.doubt.is_(None) & Click.doubt.is_not(None)
    counted = put.on_conflict_do_update(
        index_elements=[Click.message_id, Click.link],
        set_={"at": put.excluded.at, "doubt": None},
        where=by_a_person,
    )
    session.execute(counted)
    _doubt_those_at_once(session, message, now)


def of_messages(session: Session, message_ids: Collection[int]) -> Mapping[int, int]:
    """Return how many links of each message were followed by a person."""
    followed = select(Click.message_id, func.count()).where(
        among(Click.message_id, message_ids), Click.doubt.is_(None)
    )
    return dict(session.execute(followed.group_by(Click.message_id)).all())


def _arrived_at(session: Session, message: Message) -> datetime | None:
    """Return when a message arrived, as far as anybody said; while it is being sent, it has not."""
    delivered = select(func.max(ReceiptRow.at)).filter_by(message_id=message.id, kind=ReceiptKind.DELIVERED)
    moments = (message.sent_at, session.scalar(delivered))
    return max((moment for moment in moments if moment is not None), default=None)


def _doubt_those_at_once(session: Session, message: Message, now: datetime) -> None:
    together = or_(Click.doubt.is_(None), Click.doubt == ClickDoubt.ALL_AT_ONCE)
    lately = (Click.message_id == message.id, Click.at > now - AT_ONCE, together)
    if (session.scalar(select(func.count()).select_from(Click).where(*lately)) or 0) > 1:
        session.execute(update(Click).where(*lately).values(doubt=ClickDoubt.ALL_AT_ONCE))
