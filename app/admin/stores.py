"""The stores of a visitor: for the list of them, and for the switcher on every page."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.admin import session as doors
from app.admin.session import Visitor
from app.shops import team
from app.shops.models import Shop
from app.vocabulary import ShopState


def of(session: Session, known: Visitor, *, at_most: int) -> list[Shop]:
    """Return the shops that a visitor may come into, by name."""
    mine = select(Shop).filter_by(state=ShopState.INSTALLED).order_by(Shop.name, Shop.id).limit(at_most)
    if known.shop_ids is not None:
        works_at = team.workplaces(known.address or "")
        mine = mine.where(or_(Shop.id.in_(known.shop_ids), Shop.id.in_(works_at)))
    return [shop for shop in session.scalars(mine) if known.since is None or may_come_in(session, shop)]


def may_come_in(session: Session, shop: Shop) -> bool:
    """Tell whether whoever is asking is let into a shop by what this browser has of it."""
    here = doors.visitor(shop.id)
    return here is not None and here.may_see(shop) and doors.role_in(session, shop, here) is not None
