"""A cart with a contact, as flows see it."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce.models import Checkout
from app.flows.plan.conditions import Value
from app.flows.subjects.base import Matter, Subject, reachable
from app.lib.db import among
from app.stock import shelves
from app.stock.shelves import Thing


def look(session: Session, ids: Collection[int], _fields: Collection[str]) -> dict[int, Matter]:
    """Return what is so of these carts."""
    wanted = select(Checkout).where(among(Checkout.id, ids)).execution_options(populate_existing=True)
    carts = list(session.scalars(wanted))
    sold_out = shelves.sold_out(session, (it for cart in carts for it in _things(cart)))
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


def _known(cart: Checkout, sold_out: Collection[Thing]) -> dict[str, Value]:
    variants = _things(cart)
    return {
        "checkout.has_contact": bool(cart.email or cart.phone),
        "checkout.in_stock": not variants or any(variant not in sold_out for variant in variants),
        "checkout.is_bought": cart.completed_at is not None,
        "checkout.is_deleted": cart.deleted_at is not None,
        "checkout.items": sum(int(item.get("quantity") or 0) for item in cart.items),
        "checkout.total": cart.total,
    }


def _things(cart: Checkout) -> list[Thing]:
    return [(cart.shop_id, str(item.get("variant_id"))) for item in cart.items]


PLUGIN = Subject(key="checkout", look=look)
