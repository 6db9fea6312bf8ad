"""Which addresses of a chunk of messages must not be written to, however each of them is written."""

from collections.abc import Sequence
from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience import suppression
from app.audience.models import Suppression
from app.lib import crypto
from app.lib.db import among
from app.messages.models import Message
from app.vocabulary import Category, Medium


def of(session: Session, messages: Sequence[Message]) -> dict[tuple[int, Medium, str | None, str], str]:
    """Return why, by shop, medium, address and category; what may be written to is missing."""
    hashes: dict[bytes, set[str]] = {}
    for message in messages:
        if message.to:  # however each of them writes the same address
            hashes.setdefault(crypto.fingerprint(message.to), set()).add(message.to)
    shop_ids = {message.shop_id for message in messages}
    every = {message.category for message in messages} | {Category.MARKETING}
    rows = session.scalars(
        select(Suppression).where(
            Suppression.shop_id.in_(shop_ids),
            among(Suppression.address_hash, hashes),
            suppression.holds(),
            Suppression.category.in_({suppression.EVERYTHING} | every),
        )
    )
    found: dict[tuple[int, Medium, str | None, str], str] = {}
    for row in rows:
        categories = every if row.category == suppression.EVERYTHING else {row.category}
        for address, category in product(hashes[row.address_hash], categories):
            about = row.shop_id, row.medium, address, category
            if found.get(about) in (None, suppression.UNSUBSCRIBED):  # a dead mailbox weighs more
                found[about] = row.reason
    return found
