"""What the law lets people ask for, as stores and operators pass it on: a copy, or to be forgotten."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.commerce import bodies
from app.commerce.models import Order
from app.hooks import forgetting
from app.lib import certificate, clock, crypto
from app.platforms.base import PrivacyKind, PrivacyRequest
from app.platforms.purchases import Person
from app.privacy import closing, copies, erasure
from app.privacy.copies import Rows
from app.shops import errands, install
from app.shops.models import PrivacyTask, Shop
from app.vocabulary import ShopState

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
        session.refresh(shop, ["state"], with_for_update={"key_share": True})  # it may just be coming back
        if shop.state is ShopState.INSTALLED:
            errands.add(session, shop.id, f"{shop.platform}.confirm_uninstall")
        else:
            closing.erase(session, shop)
        return
    found = _profiles(session, shop.id, subject)
    typed = {address for address in (email, *(profile.email for profile in found)) if address}
    orders_named = {*request.order_ids, *_bought_with(session, shop.id, typed)}
    copy = copies.export(session, shop.id, found, orders_named, typed)
    if request.kind is PrivacyKind.EXPORT:
        task.export = crypto.seal(json.dumps(copy, default=str))
    else:
        known_by = _typed(copy) | typed
        services = _ask_others(session, shop.id, found, orders_named, _typed(_without_others(copy)) | typed)
        with bodies.gathering(session) as words:
            for profile in found:
                erasure.erase(session, profile)
            mine = select(Order).where(Order.shop_id == shop.id, Order.external_id.in_(orders_named))
            for order in session.scalars(mine).all():
                erasure.erase_order(session, order)
            erasure.forget_addresses(session, shop.id, typed)
        bodies.empty(session, shop.id, words)
        left = copies.export(session, shop.id, found, orders_named, typed)
        task.certificate = _certificate(shop, request, copy, left, known_by, services)
    task.done_at = clock.now()


def ask_now(session: Session, shop: Shop, email: str, kind: PrivacyKind) -> PrivacyTask:
    """Answer an operator's request about a shopper as a store's is answered; returns the answer."""
    return ask_about(session, shop, Person(email=email), kind, by="operator")


def ask_about(session: Session, shop: Shop, person: Person, kind: PrivacyKind, *, by: str) -> PrivacyTask:
    """Answer the request of somebody in the house about a shopper; returns the answer."""
    now = clock.now()
    request = PrivacyRequest(kind=kind, external_id=f"{by} {now.isoformat()}", person=person)
    ask(session, shop, request, heard_at=now)
    return session.scalars(
        select(PrivacyTask).filter_by(shop_id=shop.id, external_id=request.external_id)
    ).one()


def leave(session: Session, shop: Shop) -> None:
    """Uninstall a shop whose token was found dead, and erase it if that was asked for meanwhile."""
    install.uninstall(session, shop)
    asked = select(PrivacyTask.id).filter_by(shop_id=shop.id, kind=PrivacyKind.ERASE_SHOP, done_at=None)
    if session.scalar(asked) is not None:
        closing.erase(session, shop)


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


def _typed(copy: Rows) -> set[str]:
    """Return the addresses and numbers that a shopper's rows hold."""
    rows = [row for table in ("profile", "order", "checkout", "message") for row in copy.get(table, ())]
    return {str(row[name]) for row in rows for name in ("email", "phone", "to") if row.get(name)}


def _without_others(copy: Rows) -> Rows:
    """Return a shopper's rows but for messages to whom they named for an order's news: those did not ask."""
    mine = [row for row in copy.get("message", ()) if row["recipient_id"] is None]
    return {**copy, "message": mine}


def _ask_others(
    session: Session,
    shop_id: int,
    found: Collection[Profile],
    orders_named: Collection[str],
    known_by: Collection[str],
) -> list[dict[str, Any]]:
    """Have whoever was told of a shopper asked to forget them; returns what of whom."""
    profile_ids = [profile.id for profile in found]
    theirs = or_(Order.external_id.in_(orders_named), Order.profile_id.in_(profile_ids))
    order_ids = session.scalars(select(Order.id).where(Order.shop_id == shop_id, theirs)).all()
    return forgetting.ask(session, shop_id, profile_ids, order_ids, known_by)


def _certificate(  # noqa: PLR0913, PLR0917 - what it states
    shop: Shop,
    request: PrivacyRequest,
    before: Rows,
    after: Rows,
    known_by: set[str],
    services: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return what was erased, sealed: where and when, where the shopper still is found, and who was asked."""
    written = {table: json.dumps(rows, default=str, ensure_ascii=False) for table, rows in after.items()}
    statement = {
        "statement": "What these rows said of the shopper was erased. Orders keep goods, money and times; "
        "a no to messages is kept as a keyed hash.",
        "shop": shop.domain,
        "request": f"{request.kind} {request.external_id}",
        "subject": sorted(crypto.fingerprint(address).hex() for address in known_by),
        "erased_at": clock.now().isoformat(timespec="seconds"),
        "rows": {table: len(rows) for table, rows in before.items()},
        "asked_of_others": services,
        "still_found_in": [table for table, text in written.items() if any(it in text for it in known_by)],
    }
    return certificate.sealed(statement)
