"""For a day after somebody wrote to a shop on WhatsApp, it may answer freely; each message begins it anew."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import clock, crypto
from app.lib.db import among
from app.messages.responses.replies import Reply
from app.vocabulary import Medium

OPEN_FOR = timedelta(hours=24)
CLOSES_EARLY = timedelta(minutes=10)
"""What is decided now goes out within minutes, and their clock is not ours."""


def open_to(
    session: Session, numbers: Iterable[tuple[int, str]], *, early: timedelta = CLOSES_EARLY
) -> frozenset[tuple[int, str]]:
    """Return those of these shops' numbers that may be written to freely for at least so long."""
    hashes = {(shop_id, crypto.fingerprint(number)): (shop_id, number) for shop_id, number in numbers}
    if not hashes:
        return frozenset()
    wrote = select(Reply.shop_id, Reply.address_hash).where(
        among(Reply.shop_id, {shop_id for shop_id, _ in hashes}),
        among(Reply.address_hash, {address for _, address in hashes}),
        Reply.medium == Medium.WHATSAPP,
        Reply.at > clock.now() - OPEN_FOR + early,
    )
    found = {(shop_id, address) for shop_id, address in session.execute(wrote)}
    return frozenset(hashes[it] for it in found if it in hashes)
