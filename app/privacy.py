"""What the law lets people ask for: everything we hold about a shopper, or nothing left of it."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, Table, delete, false, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import events
from app.audience import consent
from app.audience.models import Profile
from app.commerce import bodies, orders
from app.commerce.models import Checkout, Fulfillment, Order
from app.lib import certificate, clock, crypto
from app.lib.db import Base
from app.messages import withdrawn
from app.messages.models import Message
from app.platforms.base import PrivacyKind, PrivacyRequest
from app.platforms.purchases import Person
from app.shops import calls, errands, install
from app.shops.models import Call, PrivacyTask, Shop
from app.tracking import cases, drawn, recipients, register
from app.tracking.cases import CaseEntry
from app.tracking.feedback import Feedback
from app.tracking.forecast.models import Transit
from app.tracking.models import DrawnPage, Shipment
from app.tracking.own_orders import OwnOrdersLink
from app.vocabulary import CallReason, MessageState, Reason, ShopState

DUE = timedelta(days=30)


def ask(session: Session, shop: Shop, request: PrivacyRequest, *, heard_at: datetime) -> None:
    """Remember a request, and answer it at once; the answer to an export waits for the merchant, sealed."""
    person = request.person
    email = person.email.lower() if person and person.email else None
    subject = {
        "external_id": person.external_id if person else None,
        "email": email,
        "orders": list(request.order_ids),
    }
    row = {
        "shop_id": shop.id,
        "kind": request.kind,
        "external_id": request.external_id,
        "asked_at": heard_at,
        "due_at": heard_at + DUE,
    }
    add = insert(PrivacyTask).values(row)
    if request.kind is PrivacyKind.EXPORT:
        add = add.on_conflict_do_nothing()
    else:  # who is forgotten may buy again, and ask again under the same number
        anew = {"asked_at": row["asked_at"], "due_at": row["due_at"], "done_at": None}
        add = add.on_conflict_do_update(index_elements=("shop_id", "kind", "external_id"), set_=anew)
    task_id = session.scalar(add.returning(PrivacyTask.id))
    if task_id is None:
        return
    task = session.get_one(PrivacyTask, task_id)
    if request.kind is PrivacyKind.ERASE_SHOP:
        if shop.state is ShopState.INSTALLED:
            errands.add(session, shop.id, f"{shop.platform}.confirm_uninstall")
        else:
            erase_shop(session, shop)
        return
    found = _profiles(session, shop.id, subject)
    typed = {address for address in (email, *(profile.email for profile in found)) if address}
    orders_named = {*request.order_ids, *_bought_with(session, shop.id, typed)}
    copy = export(session, shop.id, found, orders_named, typed)
    if request.kind is PrivacyKind.EXPORT:
        task.export = crypto.seal(json.dumps(copy, default=str))
    else:
        known_by = _typed(copy) | typed
        for profile in found:
            erase(session, profile)
        mine = select(Order).where(Order.shop_id == shop.id, Order.external_id.in_(orders_named))
        for order in session.scalars(mine).all():
            erase_order(session, order)
        _forget_addresses(session, shop.id, typed)
        left = export(session, shop.id, found, orders_named, typed)
        task.certificate = _certificate(shop, request, copy, left, known_by)
    task.done_at = clock.now()


def ask_now(session: Session, shop: Shop, email: str, kind: PrivacyKind) -> PrivacyTask:
    """Answer an operator's request about a shopper as a store's is answered; returns the answer."""
    now = clock.now()
    request = PrivacyRequest(kind=kind, external_id=f"operator {now.isoformat()}", person=Person(email=email))
    ask(session, shop, request, heard_at=now)
    return session.scalars(
        select(PrivacyTask).filter_by(shop_id=shop.id, external_id=request.external_id)
    ).one()


def leave(session: Session, shop: Shop) -> None:
    """Uninstall a shop whose token was found dead, and erase it if that was asked for meanwhile."""
    install.uninstall(session, shop)
    asked = select(PrivacyTask.id).filter_by(shop_id=shop.id, kind=PrivacyKind.ERASE_SHOP, done_at=None)
    if session.scalar(asked) is not None:
        erase_shop(session, shop)


def export(
    session: Session,
    shop_id: int,
    profiles: Sequence[Profile],
    orders_named: Collection[str] = (),
    addresses: Collection[str] = (),
) -> dict[str, list[dict[str, Any]]]:
    """Return every row that a shopper's profiles, orders and addresses lead to, by table; times are UTC."""
    ids = [profile.id for profile in profiles]
    theirs = or_(Order.profile_id.in_(ids), Order.external_id.in_(orders_named))  # some have no profile
    order_ids = session.scalars(select(Order.id).where(Order.shop_id == shop_id, theirs)).all()
    shipment_ids = session.scalars(select(Shipment.id).where(Shipment.order_id.in_(order_ids))).all()
    fulfillments = select(Fulfillment.id).where(Fulfillment.order_id.in_(order_ids))
    leads: dict[str, Collection[int | bytes | str]] = {
        "profile_id": ids,
        "address_hash": _hashes(session, profiles, order_ids) | set(map(crypto.fingerprint, addresses)),
        "email": addresses,
        "to": addresses,
        "order_id": order_ids,
        "fulfillment_id": session.scalars(fulfillments).all(),
        "shipment_id": shipment_ids,
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


def erase(session: Session, profile: Profile) -> None:
    """Leave nothing that says who a shopper was; orders keep goods, money and times."""
    for order in session.scalars(select(Order).filter_by(profile_id=profile.id)):
        erase_order(session, order)
    for checkout in session.scalars(select(Checkout).filter_by(profile_id=profile.id)):
        checkout.email = checkout.phone = checkout.url = None
    bodies.empty(session, profile.shop_id, {profile.email, profile.phone, profile.external_id} - {None, ""})
    _silence(session, select(Message.id).filter_by(profile_id=profile.id))
    calls.drop(session, Call.profile_id == profile.id, CallReason.ERASED)
    _forget_copies(session, profile)
    consent.forget(session, profile.shop_id, [profile.id], filter(None, (profile.email, profile.phone)))
    profile.email = profile.phone = profile.first_name = profile.last_name = None
    profile.external_id = profile.locale = None
    if profile.erased_at is None:
        profile.erased_at = clock.now()
        erased = events.ProfileErased(happened_at=clock.now(), profile_id=profile.id)
        events.record(session, profile.shop_id, erased)


def erase_order(session: Session, order: Order) -> None:
    """Empty what an order, its parcels and its messages say of the shopper."""
    known_by = {order.email, order.phone} - {None, ""}
    place = order.ship_to or {}
    known_by |= {place.get("line1"), place.get("last_name")} - {None, ""}
    numbers = session.scalars(select(Shipment.number).filter_by(order_id=order.id))
    known_by |= {
        number for number in numbers if number and len(number) >= bodies.LONG
    }  # a source tells of each
    consent.forget(session, order.shop_id, [], filter(None, (order.email, order.phone)))
    orders.forget_person(order, at=clock.now())
    bodies.empty(session, order.shop_id, known_by | {order.external_id})
    withdrawn.end(session, recipients.ids_of(session, order.shop_id, order_id=order.id), for_good=True)
    _silence(session, select(Message.id).filter_by(order_id=order.id))
    calls.drop(session, Call.order_id == order.id, CallReason.ERASED)
    register.forget(session, order)
    session.execute(update(Transit).filter_by(order_id=order.id).values(region="", zone=""))
    for written in (CaseEntry, Feedback):
        session.execute(update(written).filter_by(order_id=order.id).values(words=None))
    session.execute(delete(OwnOrdersLink).filter_by(order_id=order.id))
    case = cases.open_of(session, order.id)
    if case is not None:  # there is nobody left to answer
        cases.close(session, case)
    drawn.forget(session, order.id)


def erase_with_guest(session: Session, order: Order) -> None:
    """Erase an order that its store made anonymous, and a guest of whom no other order is left."""
    erase_order(session, order)
    profile = session.get(Profile, order.profile_id) if order.profile_id else None
    left = select(Order.id).filter_by(profile_id=order.profile_id, erased_at=None).limit(1)
    if profile and profile.external_id is None and session.scalar(left) is None:
        erase(session, profile)


def erase_shop(session: Session, shop: Shop) -> None:
    """Remove every row of a shop; a bare tombstone stays, so that late deliveries find nobody."""
    for table in reversed(Base.metadata.sorted_tables):
        if "shop_id" in table.c:
            session.execute(delete(table).where(table.c.shop_id == shop.id))
    shop.state = ShopState.REDACTED
    shop.name, shop.email, shop.settings = shop.domain, None, {}


def purge_copies(session: Session, *, before: datetime) -> int:
    """Empty the copies asked for before a moment, whether or not their merchant fetched them."""
    old = update(PrivacyTask).where(PrivacyTask.asked_at < before, PrivacyTask.export.is_not(None))
    return session.execute(old.values(export=None)).rowcount  # type: ignore[attr-defined,no-any-return]


def _profiles(session: Session, shop_id: int, subject: dict[str, Any]) -> list[Profile]:
    by_order = select(Order.profile_id).where(
        Order.shop_id == shop_id, Order.external_id.in_(subject["orders"]), Order.profile_id.is_not(None)
    )
    matches = [Profile.id.in_(by_order)]
    if subject["external_id"]:
        matches.append(Profile.external_id == subject["external_id"])
    if subject["email"]:
        matches.append(Profile.email == subject["email"])
    return list(session.scalars(select(Profile).where(Profile.shop_id == shop_id, or_(*matches))))


def _bought_with(session: Session, shop_id: int, addresses: Collection[str]) -> Sequence[str]:
    """Return the orders bought with one of these addresses, whosever record the store counts them to."""
    theirs = select(Order.external_id).where(Order.shop_id == shop_id, Order.email.in_(addresses))
    return session.scalars(theirs).all()


def _forget_addresses(session: Session, shop_id: int, addresses: Collection[str]) -> None:
    """Empty what is kept of addresses beside their shopper's own rows: in carts, and on others' pages."""
    for address in addresses:
        withdrawn.end(session, recipients.ids_of(session, shop_id, address=address), for_good=True)
    carts = update(Checkout).where(Checkout.shop_id == shop_id, Checkout.email.in_(addresses))
    session.execute(carts.values(email=None, phone=None, url=None))
    _silence(session, select(Message.id).where(Message.shop_id == shop_id, Message.to.in_(addresses)))
    bodies.empty(session, shop_id, set(addresses))


Rows = Mapping[str, list[dict[str, Any]]]


def _typed(copy: Rows) -> set[str]:
    """Return the addresses and numbers that a shopper's rows hold."""
    rows = [row for table in ("profile", "order", "checkout", "message") for row in copy.get(table, ())]
    return {str(row[name]) for row in rows for name in ("email", "phone", "to") if row.get(name)}


def _certificate(
    shop: Shop, request: PrivacyRequest, before: Rows, after: Rows, known_by: set[str]
) -> dict[str, Any]:
    """Return what was erased, sealed: in which tables, when, and where the shopper still is found."""
    written = {table: json.dumps(rows, default=str, ensure_ascii=False) for table, rows in after.items()}
    statement = {
        "statement": "What these rows said of the shopper was erased. Orders keep goods, money and times; "
        "a no to messages is kept as a keyed hash.",
        "shop": shop.domain,
        "request": f"{request.kind} {request.external_id}",
        "subject": sorted(crypto.fingerprint(address).hex() for address in known_by),
        "erased_at": clock.now().isoformat(timespec="seconds"),
        "rows": {table: len(rows) for table, rows in before.items()},
        "still_found_in": [table for table, text in written.items() if any(it in text for it in known_by)],
    }
    return certificate.sealed(statement)


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
    """Return a row as its shopper can read it: a call's payload unsealed."""
    return {**row, **({"payload": calls.read(row["payload"])} if "payload" in row else {})}


def _forget_copies(session: Session, profile: Profile) -> None:
    """Empty the copies that were made for a shopper and that the merchant could still fetch."""
    made = select(PrivacyTask).where(PrivacyTask.shop_id == profile.shop_id, PrivacyTask.export.is_not(None))
    for task in session.scalars(made):
        copy = json.loads(crypto.unseal(task.export or b""))
        if any(row["id"] == profile.id for row in copy.get("profile", ())):
            task.export = None


def _silence(session: Session, chosen: Any) -> None:  # noqa: ANN401 - a select of ids
    waiting = update(Message).where(Message.id.in_(chosen), Message.state == MessageState.QUEUED)
    session.execute(waiting.values(state=MessageState.SKIPPED, reason=Reason.ERASED))
    session.execute(update(Message).where(Message.id.in_(chosen)).values(to=None, subject=None))
