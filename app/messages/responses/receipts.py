"""What became of messages that were handed over, told in any order and more than once, and what follows.

A message's state only climbs: nothing told late undoes what is worse, whatever the order of arrival. That a
receipt counts once is a unique constraint.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, func, select, text, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.audience import suppression
from app.channels.receipts.base import Receipt, ReceiptKind
from app.lib.db import among
from app.messages.models import Message, ReceiptRow
from app.messages.providers import complaints
from app.vocabulary import MessageState, Reason

SOFT_AT_MOST, SOFT_WITHIN, SOFT_REST = 5, timedelta(days=14), timedelta(days=30)
"""An address that bounces for now so often, within so long, is left alone for so long."""
RANK = {
    MessageState.SENT: 1,
    MessageState.FAILED: 2,
    MessageState.DELIVERED: 3,
    MessageState.BOUNCED: 4,
    MessageState.COMPLAINED: 5,
}
STATE = {
    ReceiptKind.TAKEN: MessageState.SENT,
    ReceiptKind.DROPPED: MessageState.FAILED,
    ReceiptKind.DELIVERED: MessageState.DELIVERED,
    ReceiptKind.BOUNCED: MessageState.BOUNCED,
    ReceiptKind.COMPLAINED: MessageState.COMPLAINED,
}
REASON = {ReceiptKind.BOUNCED: "bounced", ReceiptKind.COMPLAINED: "complained"}
SOFT_REASON = "bounces for now"


def after(state: MessageState, kind: ReceiptKind) -> MessageState:
    """Return what a message is after one more receipt, whatever it was taken for before."""
    told = STATE.get(kind)
    return told if told is not None and RANK[told] > RANK.get(state, 0) else state


def keep(session: Session, teller: str, receipts: Iterable[Receipt], *, of_shop: int | None = None) -> int:
    """Keep what was told of our messages and let it have its consequences; returns how much of it was new.

    `of_shop`: the teller is a merchant's own, and believed about that shop's messages alone.
    """
    told = list(receipts)
    ours = _messages(session, [receipt.ref for receipt in told], of_shop)
    kept, complained_of = 0, set[int]()
    for receipt in sorted(told, key=lambda one: one.at):
        message = ours.get(receipt.ref)
        if message is not None and _is_new(session, teller, message, receipt):
            kept += 1
            _follow(session, message, receipt)
            if receipt.kind is ReceiptKind.COMPLAINED:
                complained_of.add(message.shop_id)
    for complaining in sorted(complained_of):
        complaints.look(session, complaining)
    return kept


def _messages(session: Session, refs: Sequence[str], of_shop: int | None) -> dict[str, Message]:
    """Return the messages that are told of, locked in one order always."""
    ref = func.split_part(Message.rfc_id, text("'@'"), text("1"), type_=String)
    wanted = [f"<{one}" for one in refs]
    theirs = true() if of_shop is None else Message.shop_id == of_shop
    rows = session.scalars(
        select(Message)
        .where(among(ref, wanted), theirs)
        .order_by(Message.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.rfc_id.strip("<>").partition("@")[0]: row for row in rows}


def _is_new(session: Session, teller: str, message: Message, receipt: Receipt) -> bool:
    identity = f"{teller}\0{receipt.event_id}\0{receipt.kind}".encode()
    row: dict[str, Any] = {
        "shop_id": message.shop_id,
        "message_id": message.id,
        "teller": teller,
        "identity": hashlib.blake2b(identity, digest_size=16).digest(),
        "kind": receipt.kind,
        "detail": receipt.detail,
        "at": receipt.at,
    }
    put = insert(ReceiptRow).values(row).on_conflict_do_nothing().returning(ReceiptRow.id)
    return session.scalar(put) is not None


def _follow(session: Session, message: Message, receipt: Receipt) -> None:
    state = after(message.state, receipt.kind)
    if (
        state is not message.state
    ):  # whoever still sends it writes nothing down any more: its state is another
        message.state, message.failure = state, receipt.detail
        message.reason = Reason.DROPPED if state is MessageState.FAILED else None
        message.lease_until = message.journal = None
        message.sent_at = message.sent_at or receipt.at
    if message.to is None:
        return
    if receipt.kind in REASON:
        suppression.suppress(
            session, message.shop_id, message.medium, message.to, None, reason=REASON[receipt.kind]
        )
    elif receipt.kind is ReceiptKind.DELAYED and _bounces_often(session, message, receipt.at):
        suppression.rest(
            session,
            message.shop_id,
            message.medium,
            message.to,
            until=receipt.at + SOFT_REST,
            reason=SOFT_REASON,
        )


def _bounces_often(session: Session, message: Message, at: datetime) -> bool:
    """Tell whether so many messages to an address bounced for now within the time that counts."""
    bounced = (
        select(func.count(func.distinct(ReceiptRow.message_id)))
        .join(Message, Message.id == ReceiptRow.message_id)
        .where(
            Message.shop_id == message.shop_id,
            Message.medium == message.medium,
            Message.to == message.to,
            Message.profile_id.is_not_distinct_from(message.profile_id),
            ReceiptRow.kind == ReceiptKind.DELAYED,
            ReceiptRow.at.between(at - SOFT_WITHIN, at + SOFT_WITHIN),
        )
    )
    return (session.scalar(bounced) or 0) >= SOFT_AT_MOST
