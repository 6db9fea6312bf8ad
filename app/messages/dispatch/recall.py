"""Which messages may no longer go though the gate let them: taken back while their chunk was going out.

Everything else is asked once, before a chunk. A no, an erasure and a shop that leaves are asked about again
and again until the last of the chunk has begun: who was told that nothing more comes gets nothing more.
"""

from collections.abc import Iterable
from typing import TypedDict

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.audience.suppression import UNSUBSCRIBED
from app.lib import clock, crypto
from app.messages.gate.permission import ASKED_FOR
from app.messages.models import Message


class Sought(TypedDict):
    """The messages of a chunk, as they are looked for: a column each."""

    ids: list[int]
    shops: list[int]
    media: list[str]
    categories: list[str]
    hashes: list[bytes]
    asked_for: list[bool]
    """It goes even to who wants no more: they have just asked for it."""


def sought(messages: Iterable[Message]) -> Sought:
    """Return how messages are looked for."""
    chunk = list(messages)
    return Sought(
        ids=[it.id for it in chunk],
        shops=[it.shop_id for it in chunk],
        media=[it.medium.value for it in chunk],
        categories=[it.category.value for it in chunk],
        hashes=[crypto.fingerprint(it.to or "") for it in chunk],
        asked_for=[it.trigger in ASKED_FOR for it in chunk],
    )


def gone(session: Session, chunk: Sought) -> frozenset[int]:
    """Return the ids of those that may no longer go, in one query."""
    return frozenset(session.scalars(GONE, {**chunk, "now": clock.now(), "own_no": UNSUBSCRIBED}))


GONE = text(
    """
    SELECT message.id FROM message JOIN shop ON shop.id = message.shop_id
    WHERE message.id = ANY(CAST(:ids AS bigint[])) AND (message."to" IS NULL OR shop.state <> 'installed')
    UNION ALL
    SELECT sought.id FROM unnest(
        CAST(:ids AS bigint[]), CAST(:shops AS bigint[]), CAST(:media AS text[]),
        CAST(:categories AS text[]), CAST(:hashes AS bytea[]), CAST(:asked_for AS boolean[])
    ) AS sought (id, shop_id, medium, category, address_hash, is_asked_for)
    JOIN suppression ON suppression.shop_id = sought.shop_id AND suppression.medium = sought.medium
        AND suppression.address_hash = sought.address_hash
        AND suppression.category IN ('all', sought.category)
        AND (suppression.until IS NULL OR suppression.until > :now)
        AND NOT (sought.is_asked_for AND suppression.reason = :own_no)
    """
)
