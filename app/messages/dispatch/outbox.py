"""The outbox: whoever asks twice gets the first; claimed in chunks, sent once, nothing lost silently."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import uniform

import orjson
from sqlalchemy import TextClause, select, text, update
from sqlalchemy.orm import Session

from app.audience import suppression
from app.lib import clock
from app.lib.db import among
from app.messages.dispatch.asking import Ask, ask, ask_all, unasked
from app.messages.models import Message
from app.tracking.shoppers import browsers
from app.vocabulary import WENT_OUT, Category, Medium, MessageState, Reason

__all__ = ["Ask", "ask", "ask_all", "unasked"]  # asked for here, whatever else there is
CHUNK, LARGEST_CHUNK = 50, 500
LEASE = timedelta(minutes=2)
LAST_START = timedelta(seconds=45)
"""No send begins when less than this is left of the lease: it could outlast it."""
SUSPECTS = 10
"""How many messages are claimed together of those that were in hand when a sender was cut off."""
RETRIES = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440)]
HEARS_FIRST = dict.fromkeys((Medium.SMS, Medium.WHATSAPP), timedelta(minutes=3))
"""How long a message of unknown fate waits for whoever delivers it to tell that it was taken after all."""


def next_chunk(chunk: int, speed: float) -> int:
    """Return how many to claim next; `speed`: how many times faster than wanted the last chunk went.

    A slow channel gets few at a time: between the gate and the send not much should happen.
    """
    return round(max(CHUNK, min(LARGEST_CHUNK, chunk * max(0.5, min(2.0, speed)))))


def claim(session: Session, journal: str, chunk: int = CHUNK) -> list[int]:
    """Lease a chunk of due messages, an equal share for every shop that has some; returns their ids.

    Whoever was in hand when a sender was cut off comes first and in small company, and once more quite alone.
    """
    suspects = _lease(session, journal, SUSPECT.bindparams(now=clock.now(), chunk=SUSPECTS))
    return suspects or _lease(session, journal, FAIR_SHARE.bindparams(now=clock.now(), chunk=chunk))


def _lease(session: Session, journal: str, chosen: TextClause) -> list[int]:
    taken = (
        update(Message)
        .where(chosen)
        .values(
            state=MessageState.SENDING,
            journal=journal,
            lease_until=clock.now() + LEASE,
            sending_at=None,
            fence=Message.fence + 1,
            attempts=Message.attempts + 1,
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(session.scalars(taken))


def claimed(session: Session, journal: str, ids: Collection[int]) -> list[Message]:
    """Return what was claimed and is still ours, as it is at this moment, the oldest first."""
    still = among(Message.id, ids), Message.state == MessageState.SENDING, Message.journal == journal
    rows = select(Message).where(*still).order_by(Message.id)
    return list(session.scalars(rows.execution_options(populate_existing=True)))


SUSPECT = text(
    """
    message.id = ANY(ARRAY(
        SELECT id FROM message m WHERE m.state = 'queued' AND m.deaths > 0 AND m.due_at <= :now
        ORDER BY m.deaths DESC, m.due_at, m.id
        LIMIT CASE WHEN EXISTS (
            SELECT 1 FROM message o WHERE o.state = 'queued' AND o.deaths > 1 AND o.due_at <= :now
        ) THEN 1 ELSE :chunk END
        FOR UPDATE SKIP LOCKED
    ))
    """
)

FAIR_SHARE = text(
    """
    message.id = ANY(ARRAY(
        WITH RECURSIVE shops AS (
            (SELECT shop_id FROM message WHERE state = 'queued' ORDER BY shop_id LIMIT 1)
            UNION ALL
            SELECT (SELECT m.shop_id FROM message m WHERE m.state = 'queued' AND m.shop_id > shops.shop_id
                    ORDER BY m.shop_id LIMIT 1)
            FROM shops WHERE shops.shop_id IS NOT NULL
        ),
        waiting AS (
            SELECT shop_id FROM shops WHERE shop_id IS NOT NULL AND EXISTS (
                SELECT 1 FROM message m
                WHERE m.shop_id = shops.shop_id AND m.state = 'queued' AND m.due_at <= :now)
            ORDER BY random() LIMIT :chunk
        )
        SELECT due.id FROM waiting, LATERAL (
            SELECT id FROM message m
            WHERE m.shop_id = waiting.shop_id AND m.state = 'queued' AND m.due_at <= :now
            ORDER BY m.due_at, m.id
            LIMIT greatest(1, :chunk / (SELECT count(*) FROM waiting)) FOR UPDATE SKIP LOCKED
        ) due
    ))
    """
)
"""Due messages, fair between shops: a shop with a million due delays no other (ADR 0009)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one claimed message."""

    message_id: int
    fence: int
    state: MessageState
    reason: Reason | None = None
    failure: str | None = None
    subject: str | None = None
    due_at: datetime | None = None
    resent_at: datetime | None = None
    is_put_off: bool = False
    """It may not go yet: that it was looked at is no try."""
    is_dead_address: bool = False
    """No mailbox is there: nothing goes to this address again."""
    is_suspect: bool = False
    """Its sender was cut off with it in hand."""
    segments: int | None = None
    """How many messages a text is paid as."""


def note(
    session: Session, decisions: Mapping[int, Mapping[str, object]], versions: Mapping[int, int | None]
) -> None:
    """Keep what the gate answered; those that go are going from now on, written in these versions."""
    told = {
        str(key): {"decision": decision} | ({"version": versions[key]} if key in versions else {})
        for key, decision in decisions.items()
    }
    session.execute(NOTE, {"told": orjson.dumps(told).decode(), "now": clock.now()})


NOTE = text(
    """
    UPDATE message SET decision = told.value -> 'decision',
        sending_at = CASE WHEN told.value #>> '{decision,answer}' = 'allowed' THEN :now ELSE sending_at END,
        template_version_id = CASE WHEN jsonb_exists(told.value, 'version')
            THEN CAST(told.value ->> 'version' AS bigint) ELSE message.template_version_id END
    FROM jsonb_each(CAST(:told AS jsonb)) AS told WHERE message.id = CAST(told.key AS bigint)
    """
)


def record(session: Session, results: Iterable[Result]) -> int:
    """Write down results; a result with an old fence is ignored, for another has the message now."""
    rows = [{name: getattr(result, name) for name in COLUMNS} for result in results]
    if not rows:
        return 0
    told = [*WENT_OUT, MessageState.FAILED]
    ids = [row["message_id"] for row in rows]
    given = {"results": orjson.dumps(rows).decode(), "ids": ids, "now": clock.now(), "told": told}
    written = session.execute(WRITE_DOWN, given).all()
    for shop_id, medium, to, is_dead in written:
        if is_dead and to and medium == Medium.PUSH:
            browsers.forget_everywhere(session, shop_id, to)
        elif is_dead and to:
            suppression.suppress(session, shop_id, Medium(medium), to, None, reason="bounced")
    return len(written)


COLUMNS = (
    "message_id",
    "fence",
    "state",
    "reason",
    "failure",
    "subject",
    "due_at",
    "resent_at",
    "is_put_off",
    "is_dead_address",
    "is_suspect",
    "segments",
)
WRITE_DOWN = text(
    """
    WITH locked AS MATERIALIZED (SELECT id FROM message WHERE id = ANY(:ids) ORDER BY id FOR UPDATE)
    UPDATE message SET
        state = CASE WHEN message.state = 'sending' THEN result.state ELSE message.state END,
        reason = CASE WHEN message.state = 'sending' THEN result.reason ELSE message.reason END,
        failure = CASE WHEN message.state = 'sending' THEN result.failure ELSE message.failure END,
        segments = coalesce(result.segments, message.segments),
        subject = CASE WHEN message."to" IS NOT NULL THEN coalesce(result.subject, message.subject) END,
        due_at = coalesce(result.due_at, message.due_at),
        resent_at = coalesce(result.resent_at, message.resent_at),
        attempts = message.attempts - result.is_put_off::int,
        deaths = message.deaths + result.is_suspect::int,
        sent_at = coalesce(message.sent_at, CASE WHEN result.state = 'sent' THEN :now END),
        lease_until = NULL, journal = NULL
    FROM jsonb_to_recordset(CAST(:results AS jsonb))
        AS result (message_id bigint, fence bigint, state text, reason text, failure text, subject text,
                   due_at timestamptz, resent_at timestamptz, is_put_off boolean, is_dead_address boolean,
                   is_suspect boolean, segments bigint)
        JOIN locked ON locked.id = result.message_id
    WHERE message.id = result.message_id AND message.fence = result.fence
        AND (message.state = 'sending' OR (result.state = 'sent' AND message.state = ANY(:told)))
    RETURNING message.shop_id, message.medium, message."to", result.is_dead_address
    """
)
"""Of a message whose fate a receipt told while its chunk was still going out, only what it says is kept.

Rows are locked in one order, so that two who write never wait for each other.
"""


def after_failure(message: Message, reason: str, *, permanent: bool) -> Result:
    """Return what follows when the channel refused: never for good, or again after a while."""
    result = partial(Result, message_id=message.id, fence=message.fence, failure=reason)
    if permanent:
        return result(state=MessageState.FAILED, reason=Reason.REFUSED)
    if message.attempts > len(RETRIES):
        return result(state=MessageState.FAILED, reason=Reason.GAVE_UP)
    wait = RETRIES[message.attempts - 1] * uniform(0.8, 1.2)
    return result(state=MessageState.QUEUED, due_at=clock.now() + wait)


def after_doubt(message: Message, reason: str) -> Result:
    """Return what follows when nobody knows whether a message went out (PRODUCT, promise 2).

    A transactional one is sent again once with the same Message-ID; a marketing one is held.
    """
    result = partial(Result, message_id=message.id, fence=message.fence, failure=reason)
    if message.category is Category.MARKETING:
        return result(state=MessageState.HELD, reason=Reason.FATE_UNKNOWN)
    if message.resent_at is not None:
        return result(state=MessageState.UNKNOWN, reason=Reason.FATE_UNKNOWN)
    again = clock.now() + HEARS_FIRST.get(message.medium, timedelta(0))
    return result(state=MessageState.QUEUED, due_at=again, resent_at=clock.now())
