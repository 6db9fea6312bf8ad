"""A shopper's copy of everything we hold about them."""

import json
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Table, false, or_, select, update
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.commerce.models import Fulfillment, Order
from app.lib import crypto
from app.lib.db import Base
from app.messages.models import Message
from app.shops import calls
from app.shops.models import PrivacyTask
from app.tracking.models import DrawnPage, Shipment

Rows = Mapping[str, list[dict[str, Any]]]
"""By table."""


def export(
    session: Session,
    shop_id: int,
    profiles: Sequence[Profile],
    orders_named: Collection[str] = (),
    addresses: Collection[str] = (),
) -> Rows:
    """Return every row that a shopper's profiles, orders and addresses lead to, by table; times are UTC."""
    ids = [profile.id for profile in profiles]
    theirs = or_(Order.profile_id.in_(ids), Order.external_id.in_(orders_named))  # some have no profile
    order_ids = session.scalars(select(Order.id).where(Order.shop_id == shop_id, theirs)).all()
    shipment_ids = session.scalars(select(Shipment.id).where(Shipment.order_id.in_(order_ids))).all()
    sent = or_(Message.profile_id.in_(ids), Message.order_id.in_(order_ids), Message.to.in_(addresses))
    fulfillments = select(Fulfillment.id).where(Fulfillment.order_id.in_(order_ids))
    leads: dict[str, Collection[int | bytes | str]] = {
        "profile_id": ids,
        "address_hash": _hashes(session, profiles, order_ids) | set(map(crypto.fingerprint, addresses)),
        "email": addresses,
        "to": addresses,
        "order_id": order_ids,
        "fulfillment_id": session.scalars(fulfillments).all(),
        "shipment_id": shipment_ids,
        "message_id": session.scalars(select(Message.id).where(Message.shop_id == shop_id, sent)).all(),
    }
    reached: dict[str, list[dict[str, Any]]] = {}
    for table in Base.metadata.sorted_tables:
        if table.name == DrawnPage.__tablename__:  # a copy of the others
            continue
        found = session.execute(_of_person(table, shop_id, leads)).mappings()
        rows = [_opened(row) for row in found]
        if rows:
            reached[table.name] = rows
    return reached


def forget_of(session: Session, profile: Profile) -> None:
    """Empty the copies that were made for a shopper and that the merchant could still fetch."""
    made = select(PrivacyTask).where(PrivacyTask.shop_id == profile.shop_id, PrivacyTask.export.is_not(None))
    for task in session.scalars(made):
        copy = json.loads(crypto.unseal(task.export or b""))
        if any(row["id"] == profile.id for row in copy.get("profile", ())):
            task.export = None


def purge(session: Session, *, before: datetime) -> int:
    """Empty what was asked for before a moment, whether or not their merchant fetched them."""
    old = update(PrivacyTask).where(PrivacyTask.asked_at < before, PrivacyTask.export.is_not(None))
    return session.execute(old.values(export=None)).rowcount  # type: ignore[attr-defined,no-any-return]


def _of_person(table: Table, shop_id: int, leads: Mapping[str, Collection[int | bytes | str]]) -> Any:  # noqa: ANN401
    reached = [table.c[name].in_(ids) for name, ids in leads.items() if name in table.c]
    if f"{table.name}_id" in leads:
        reached.append(table.c.id.in_(leads[f"{table.name}_id"]))
    if not reached or "shop_id" not in table.c:
        return select(table).where(false())
    return select(table).where(table.c.shop_id == shop_id, or_(*reached))


def _hashes(session: Session, profiles: Sequence[Profile], order_ids: Sequence[int]) -> set[int | bytes]:
    typed = session.execute(select(Order.email, Order.phone).where(Order.id.in_(order_ids)))
    known = [*map(tuple, typed), *((profile.email, profile.phone) for profile in profiles)]
    return {crypto.fingerprint(address) for pair in known for address in pair if address}


def _opened(row: RowMapping) -> dict[str, Any]:
    """Return a row as its shopper can read it: a call's payload unsealed, a photo to be looked at."""
    opened: dict[str, Any] = dict(row)
    if "payload" in row:
        opened["payload"] = calls.read(row["payload"])
    if "picture" in row:  # as an address that any browser shows
        opened["picture"] = f"data:image/jpeg;base64,{b64encode(row['picture']).decode()}"
    return opened
