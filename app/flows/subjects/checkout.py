"""A cart with a contact, as flows see it."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.commerce.models import Checkout, Variant
from app.flows.plan.conditions import Value
from app.flows.subjects.base import Matter, Subject, reachable
from app.lib.db import among

Wanted = tuple[int, str]
"""A shop, and a variant as its store calls it."""


def look(session: Session, ids: Collection[int]) -> dict[int, Matter]:
    """Return what is so of these carts."""
    wanted = select(Checkout).where(among(Checkout.id, ids)).execution_options(populate_existing=True)
    carts = list(session.scalars(wanted))
    sold_out = _sold_out(session, carts)
    return {
        cart.id: Matter(
            shop_id=cart.shop_id,
            profile_id=cart.profile_id,
            checkout_id=cart.id,
            addresses=reachable(cart.email, cart.phone),
            known=_known(cart, sold_out),
            changed_at={"checkout.contents": cart.updated_at},
        )
        for cart in carts
    }


def _known(cart: Checkout, sold_out: Collection[Wanted]) -> dict[str, Value]:
    variants = [(cart.shop_id, str(item.get("variant_id"))) for item in cart.items]
    return {
        "checkout.has_contact": bool(cart.email or cart.phone),
        "checkout.in_stock": not variants or any(variant not in sold_out for variant in variants),
        "checkout.is_bought": cart.completed_at is not None,
        "checkout.is_deleted": cart.deleted_at is not None,
        "checkout.items": sum(int(item.get("quantity") or 0) for item in cart.items),
        "checkout.total": cart.total,
    }


def _sold_out(session: Session, carts: Iterable[Checkout]) -> set[Wanted]:
    """Return what of these carts cannot be bought just now."""
    wanted: set[Any] = {
        (cart.shop_id, str(item["variant_id"]))
        for cart in carts
        for item in cart.items
        if item.get("variant_id")
    }
    if not wanted:
        return set()
    gone = select(Variant.shop_id, Variant.external_id).where(
        tuple_(Variant.shop_id, Variant.external_id).in_(wanted), Variant.in_stock.is_(False)
    )
    return {(shop_id, external_id) for shop_id, external_id in session.execute(gone)}


PLUGIN = Subject(key="checkout", look=look)
