"""The inbox: deliveries kept as they came, applied once each, parked when they cannot be."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson
from sqlalchemy import Function, func, select, update
from sqlalchemy.orm import Session

from app.carriers.base import Source, Told, Trust
from app.commerce import in_hand
from app.commerce.in_hand import Hand
from app.commerce.models import Delivery
from app.lib import clock, plugins, queue
from app.lib.db import attempt, together
from app.lib.reading import Unreadable, without_nul
from app.platforms import purchases
from app.platforms.base import (
    PersonDeleted,
    PersonMerged,
    Platform,
    PrivacyKind,
    PrivacyRequest,
    Record,
    ShopChanged,
    Uninstalled,
    UnknownTopic,
)
from app.shops.models import Shop
from app.vocabulary import InboxState, ShopState

REPEAT_WINDOW = timedelta(minutes=5)
"""How long an identical body without a time of its own counts as a repetition."""

SOURCES = "carriers"
"""First part of the topic of what a source of scans pushed: "carriers/easypost/body"."""

MOST = 50
"""How many deliveries share a transaction, and so how many orders' locks one may hold."""

Records = tuple[Record | Told, ...]


class Intake(Protocol):
    """Who keeps what deliveries say: app.intake."""

    def hold(self, session: Session, shop: Shop, said: Sequence[Records]) -> None:
        """Lock what they speak of, all at once."""

    def take(self, session: Session, shop: Shop, records: Records, heard_at: datetime) -> None:
        """Keep what one delivery says."""

    def settle(self, session: Session, shop: Shop, taken: Sequence[tuple[Records, datetime]]) -> None:
        """Do once what follows from all of them."""


REFUSED = (UnknownTopic, Unreadable, ValueError)
"""What is wrong with a delivery, and not with us; orjson's errors are ValueErrors."""


class Outcome(NamedTuple):
    """What becomes of a delivery."""

    state: InboxState
    failure: str | None = None


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


def drain(
    session: Session, intake: Intake, note: Callable[[Hand], bool] | None = None, *, only: int | None = None
) -> int:
    """Apply the deliveries of one shop that have waited longest; returns how many, 0 when none is due.

    They are done in the same transaction as their effects; one that cannot be read is parked by itself.
    Raises what `intake` raises when something else is wrong: the caller rolls back, applies those of
    `session.info["hand"]` one by one (`only`), and puts back what fails. `note`: app.commerce.in_hand.
    """
    rows = _claim(session, only)
    if not rows:
        return 0
    shop = session.get(Shop, rows[0].shop_id)
    if shop is None or shop.state is ShopState.CLOSING:  # they were taken as it went
        for row in rows:
            session.delete(row)
        return len(rows)
    hand = Hand(rows[0].shop_id, tuple(row.id for row in rows))
    if note is not None and not note(hand):
        in_hand.blame(session, hand.shop_id)
        return len(rows)
    session.info["hand"] = hand
    in_hand.let_go(session, hand)
    return _apply(session, intake, rows)


def _apply(session: Session, intake: Intake, rows: Sequence[Delivery]) -> int:
    shop = session.get_one(Shop, rows[0].shop_id)
    said: list[tuple[Delivery, Records]] = []
    outcomes: list[tuple[Delivery, Outcome]] = []
    for row in rows:
        found = _read(session, shop, row)
        if isinstance(found, Outcome):
            outcomes.append((row, found))
            continue
        is_apart = any(map(_stands_alone, found))
        if is_apart and said:
            break
        said.append((row, found))
        if is_apart:
            break
    intake.hold(session, shop, [records for _, records in said])
    taken = []
    with together(session):
        for row, records in said:
            outcome = _take(session, shop, row, records, intake)
            outcomes.append((row, outcome))
            if outcome.state is InboxState.DONE:
                taken.append((records, row.received_at))
        intake.settle(session, shop, taken)
    for row, outcome in outcomes:
        row.state, row.failure = outcome.state, outcome.failure or row.failure
        row.attempts += outcome.state is InboxState.PARKED
    return len(outcomes)


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


def _lock(shop_id: int) -> Function[Any]:
    return func.hashtextextended(f"inbox of shop {shop_id}", 0)


def _claim(session: Session, only: int | None) -> Sequence[Delivery]:
    """Lock due deliveries of one shop, the shop of the one that has waited longest; or `only` this one.

    Nobody else drains that shop meanwhile, whose orders and shoppers are locked as they are spoken of.
    """
    due = select(Delivery).where(Delivery.state == InboxState.WAITING, Delivery.due_at <= clock.now())
    due = due if only is None else due.where(Delivery.id == only)
    oldest_first = due.order_by(Delivery.due_at, Delivery.id)
    busy: list[int] = []
    while True:
        oldest = oldest_first.where(Delivery.shop_id.not_in(busy)).with_only_columns(Delivery.shop_id)
        shop_id = session.scalar(oldest.limit(1))
        if shop_id is None:
            return []
        if session.scalar(select(func.pg_try_advisory_xact_lock(_lock(shop_id)))):
            break
        busy.append(shop_id)
    mine = oldest_first.where(Delivery.shop_id == shop_id).limit(MOST)
    return in_hand.alone_first(session.scalars(mine.with_for_update(skip_locked=True)).all())


def _read(session: Session, shop: Shop, row: Delivery) -> Records | Outcome:
    """Return what a delivery says; or what becomes of it, where it says nothing."""
    platform: Platform = plugins.discover("app.platforms")[shop.platform]
    try:
        if row.body is None:
            raise Unreadable("its body was emptied")
        if row.topic.startswith(f"{SOURCES}/"):
            return _told(row.topic, row.body)
        if _is_repetition(session, platform, row, row.body):
            return Outcome(InboxState.IGNORED, "the same body came less than 5 minutes before")
        content = _load(row.body)
        named = platform.shop_named(row.topic, content)
        if named is not None and named != shop.domain.lower():
            raise Unreadable("it speaks of another shop than the one it claims to come from")
        records = platform.parse(row.topic, content, shop.currency)
        if named is None and any(_ends_the_shop(record) for record in records):
            raise Unreadable("it would end a shop without naming it")
    except REFUSED as error:
        return _refused(error)
    return records


def _take(session: Session, shop: Shop, row: Delivery, records: Records, intake: Intake) -> Outcome:
    """Apply what a delivery says, all of it or nothing."""
    try:
        with attempt(session):
            intake.take(session, shop, records, row.received_at)
    except REFUSED as error:
        return _refused(error)
    return Outcome(InboxState.DONE)


def _refused(error: Exception) -> Outcome:
    if isinstance(error, UnknownTopic):
        return Outcome(InboxState.IGNORED, str(error) or "nothing here is done with this topic")
    return Outcome(InboxState.PARKED, f"{type(error).__name__}: {error}"[:300])


def _stands_alone(record: Record | Told) -> bool:
    """Tell whether a transaction is for this alone: it says whose data is kept, or how.

    What came before must be written down for it to reach, and what comes after must be read once it is done.
    """
    is_forgotten = isinstance(record, purchases.Order) and record.erased
    return is_forgotten or isinstance(record, PersonMerged | PersonDeleted | PrivacyRequest | ShopChanged)


def _told(topic: str, body: bytes) -> Records:
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
    clean: dict[str, Any] = without_nul(content) if b"\\u0000" in body else content
    return clean


def _key(*parts: bytes) -> UUID:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return UUID(bytes=digest.digest())
