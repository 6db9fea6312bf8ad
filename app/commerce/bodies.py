"""The bodies of deliveries: let go after a month, and of whoever is forgotten at once."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.commerce.models import Delivery

EMPTY = text(
    """
    UPDATE inbox SET body = NULL
    WHERE shop_id = :shop_id AND body IS NOT NULL
      AND (CAST(:before AS timestamptz) IS NULL OR received_at < :before AND state <> 'waiting')
      AND EXISTS (
        SELECT FROM lower(encode(body, 'escape')) AS written, unnest(CAST(:words AS bytea[])) AS word
        WHERE position(lower(encode(word, 'escape')) IN written) > 0)
    """
)
"""One look through a shop's bodies, whatever the case of their letters."""


def empty(session: Session, shop_id: int, words: Iterable[object], *, before: datetime | None = None) -> None:
    """Empty every body in which one of these words stands, as UTF-8 or in JSON's escapes.

    `before`: only what was received until then, and is no longer to be read.
    """
    forms = [form for word in words for form in _as_written(str(word))]
    session.execute(EMPTY, {"shop_id": shop_id, "before": before, "words": forms})


def purge(session: Session, *, before: datetime) -> int:
    """Empty the bodies of deliveries received before a moment; their keys stay and keep saying "once"."""
    old = update(Delivery).where(Delivery.received_at < before, Delivery.body.is_not(None)).values(body=None)
    return session.execute(old).rowcount  # type: ignore[attr-defined,no-any-return]


def _as_written(word: str) -> set[bytes]:
    escaped = json.dumps(word)[1:-1]
    return {word.encode(), escaped.encode(), escaped.replace("/", "\\/").encode()}
