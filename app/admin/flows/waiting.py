"""What shoppers wait for: the demand for each thing that is sold out, and whether it is back."""

from typing import NamedTuple

from flask import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin import paging, shell
from app.admin.doors.session import for_shop
from app.admin.saying import figure, say
from app.flows import switches
from app.lib.db import among
from app.shops.models import Shop
from app.stock import waiting
from app.stock.models import Level, Location, Shelf
from app.stock.waiting import Demand
from app.vocabulary import Trigger

blueprint = Blueprint("waiting", __name__)

LAST_PAGE = 10_000


class Line(NamedTuple):
    """One thing that is waited for."""

    name: str
    kind: str | None
    """Which of several variants."""
    waiting: Demand
    stands: str
    """How it stands, in a few words."""
    apart: int
    """How many lie where nothing is sold online."""


@blueprint.get("/waiting")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show what is waited for, what most wait for first; no address is shown."""
    page = min(max(paging.asked("page", 1), 1), LAST_PAGE)
    found = waiting.demand(session, shop.id, skip=(page - 1) * paging.ROWS, limit=paging.ROWS + 1)
    people, things = waiting.count(session, shop.id)
    apart = _apart(session, [it.variant.id for it in found])
    lines = [_line(it, apart.get(it.variant.id, 0)) for it in found[: paging.ROWS]]
    return shell.page(
        session,
        shop,
        "flows/waiting.html",
        "flows",
        lines=lines,
        people=people,
        things=things,
        page=page,
        is_on=Trigger.BACK_IN_STOCK in switches.switched_on(session, shop.id),
        has_more=len(found) > paging.ROWS,
    )


def _line(it: Demand, apart: int) -> Line:
    title = it.product.title or it.variant.title or say("Name not read yet")
    kind = it.variant.title
    is_said = kind in (None, "Default Title", title)
    return Line(title, None if is_said else kind, it, _stands(it.shelf), apart)


def _stands(shelf: Shelf | None) -> str:
    if shelf is None or shelf.is_there is None:
        return say("Stock not read yet")
    if not shelf.is_there:
        return say("Sold out")
    if shelf.quantity is None:
        return _there(shelf)
    many = figure(shelf.quantity)
    if shelf.rose_at is not None:
        return say("%(many)s there, being checked", many=many)
    if shelf.short_since is not None:
        return say("%(many)s there, from cancelled or refunded orders", many=many)
    return say("%(many)s in stock", many=many)


def _there(shelf: Shelf) -> str:
    """Say how something stands of which nobody knows how many there are."""
    if shelf.rose_at is not None:
        return say("there, being checked")
    if shelf.short_since is not None:
        return say("there, from cancelled or refunded orders")
    return say("in stock")


def _apart(session: Session, variant_ids: list[int]) -> dict[int, int]:
    """Return how many of each variant lie in places that do not sell online."""
    there = select(Level.variant_id, Level.quantity).join(Location, Location.id == Level.location_id)
    rows = session.execute(
        there.where(among(Level.variant_id, variant_ids), Location.sells_online.is_(False))
    )
    found: dict[int, int] = {}
    for variant_id, quantity in rows:
        found[variant_id] = found.get(variant_id, 0) + max(quantity or 0, 0)
    return found
