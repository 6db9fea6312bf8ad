"""The inbox: deliveries kept as they came, applied once each, parked when they cannot be."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.carriers.base import Source, Told, Trust
from app.commerce.models import Delivery
from app.lib import clock, plugins, queue
from app.lib.reading import Unreadable
from app.platforms.base import Platform, PrivacyKind, PrivacyRequest, Record, Uninstalled, UnknownTopic
from app.shops.models import Shop
from app.vocabulary import InboxState

TRIES = 6
FIRST_RETRY = timedelta(seconds=5)
REPEAT_WINDOW = timedelta(minutes=5)
"""How long an identical body without a time of its own counts as a repetition."""

SOURCES = "carriers"
"""First part of the topic of what a source of scans pushed: "carriers/easypost/body"."""

Apply = Callable[[Session, Shop, tuple[Record | Told, ...], datetime], None]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A verified delivery on its way into the inbox."""

    shop_id: int
    topic: str
    delivery_key: UUID
    body_key: UUID
    body: bytes
    received_at: datetime


def incoming(platform: Platform, shop_id: int, headers: Mapping[str, str], body: bytes) -> Incoming:
    """Return the row that will say "once" for this delivery; raises Unreadable."""
    envelope = platform.envelope(headers, body)
    if envelope.topic.startswith(SOURCES):  # a store's headers are not signed
        raise Unreadable("no store has such a topic")
    received_at = clock.now()
    window = 0 if platform.dated(envelope.topic, body) else window_of(received_at)
    return Incoming(
        shop_id,
        envelope.topic,
        _key(envelope.topic.encode(), envelope.identity.encode()),
        body_key(envelope.topic, body, window),
        body,
        received_at,
    )


def pushed(source: str, trust: Trust, shop_id: int, body: bytes) -> Incoming:
    """Return the row for what a source of scans pushed; the same body says nothing new, whenever it comes."""
    topic = f"{SOURCES}/{source}/{trust}"
    identity = body_key(topic, body, 0)
    return Incoming(shop_id, topic, identity, identity, body, clock.now())


def window_of(moment: datetime) -> int:
    """Return the number of the 5-minute window that a moment lies in; never 0."""
    return int(moment.timestamp() // REPEAT_WINDOW.total_seconds())


def body_key(topic: str, body: bytes, window: int) -> UUID:
    """Return the key that identical bodies of one topic share; for good in window 0."""
    return _key(topic.encode(), str(window).encode(), body)


def drain_one(session: Session, apply: Apply) -> int | None:
    """Apply the delivery that has waited longest; returns its id, None when none is due.

    The row is done in the same transaction as its effects. Raises what `apply` raises: the caller rolls
    back and calls `put_back`.
    """
    due = select(Delivery).where(Delivery.state == InboxState.WAITING, Delivery.due_at <= clock.now())
    row = session.scalar(
        due.order_by(Delivery.due_at, Delivery.id).limit(1).with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    session.info["delivery"] = row.id
    shop = session.get_one(Shop, row.shop_id)
    platform: Platform = plugins.discover("app.platforms")[shop.platform]
    try:
        row.state = _apply(session, shop, platform, row, apply)
    except UnknownTopic as error:
        row.state = InboxState.IGNORED
        row.failure = str(error) or "nothing here is done with this topic"
    except (Unreadable, orjson.JSONDecodeError, ValueError) as error:
        session.rollback()
        row = session.get_one(Delivery, session.info["delivery"])
        row.state = InboxState.PARKED
        row.failure = f"{type(error).__name__}: {error}"[:300]
        row.attempts += 1
    return row.id


def put_back(session: Session, delivery_id: int, failure: str) -> None:
    """Note that applying a delivery failed; parked after the last try."""
    row = session.get_one(Delivery, delivery_id, with_for_update=True)
    row.attempts += 1
    row.failure = failure
    row.due_at = clock.now() + FIRST_RETRY * 4 ** (row.attempts - 1)
    if row.attempts >= TRIES:
        row.state = InboxState.PARKED


def replay(session: Session, shop_id: int, delivery_id: int | None = None) -> int:
    """Let a parked delivery of a shop be tried again (None: all of them); returns how many."""
    parked = update(Delivery).where(
        Delivery.shop_id == shop_id, Delivery.state == InboxState.PARKED, Delivery.body.is_not(None)
    )
    if delivery_id is not None:
        parked = parked.where(Delivery.id == delivery_id)
    waiting = parked.values(state=InboxState.WAITING, due_at=clock.now(), attempts=0, failure=None)
    count = len(session.scalars(waiting.returning(Delivery.id)).all())
    queue.wake(session, "jobs.inbox.drain")
    return count


def _apply(session: Session, shop: Shop, platform: Platform, row: Delivery, apply: Apply) -> InboxState:
    if row.body is None:
        raise Unreadable("its body was emptied")
    if row.topic.startswith(f"{SOURCES}/"):
        apply(session, shop, _told(row.topic, row.body), row.received_at)
        return InboxState.DONE
    if _is_repetition(session, platform, row, row.body):
        row.failure = "the same body came less than 5 minutes before"
        return InboxState.IGNORED
    content = _load(row.body)
    named = platform.shop_named(row.topic, content)
    if named is not None and named != shop.domain.lower():
        raise Unreadable("it speaks of another shop than the one it claims to come from")
    records = platform.parse(row.topic, content, shop.currency)
    if named is None and any(_ends_the_shop(record) for record in records):
        raise Unreadable("it would end a shop without naming it")
    apply(session, shop, records, row.received_at)
    return InboxState.DONE


def _told(topic: str, body: bytes) -> tuple[Told, ...]:
    _, key, trust = topic.split("/")
    source: Source | None = plugins.discover("app.carriers").get(key)
    if source is None:
        raise UnknownTopic
    updates = source.parse(_load(body))
    return tuple(Told(source=key, trust=Trust(trust), update=update) for update in updates)


def _is_repetition(session: Session, platform: Platform, row: Delivery, body: bytes) -> bool:
    if platform.dated(row.topic, body):
        return False
    before = body_key(row.topic, body, window_of(row.received_at) - 1)
    lately = Delivery.received_at > row.received_at - REPEAT_WINDOW
    same = select(Delivery.id).where(Delivery.shop_id == row.shop_id, Delivery.body_key == before, lately)
    return session.scalar(same) is not None


def _ends_the_shop(record: Record) -> bool:
    erases = isinstance(record, PrivacyRequest) and record.kind is PrivacyKind.ERASE_SHOP
    return erases or isinstance(record, Uninstalled)


def _load(body: bytes) -> dict[str, Any]:
    content = orjson.loads(body)
    if not isinstance(content, dict):
        raise Unreadable("it is no JSON object")
    clean: dict[str, Any] = _without_nul(content) if b"\\u0000" in body else content
    return clean


def _without_nul(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Drop the one character that PostgreSQL cannot store."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {_without_nul(k): _without_nul(v) for k, v in value.items()}
    return value


def _key(*parts: bytes) -> UUID:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return UUID(bytes=digest.digest())
