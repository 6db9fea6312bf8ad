"""The stores of a visitor: for the list of them, and for the switcher on every page."""

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.admin.doors.session import Visitor
from app.shops import team
from app.shops.models import Shop
from app.vocabulary import ShopState


def of(session: Session, known: Visitor, *, at_most: int) -> list[Shop]:
    """Return the shops that a visitor may come into, by name."""
    theirs = select(Shop).filter_by(state=ShopState.INSTALLED)
    if known.shop_ids is not None:
        theirs = theirs.where(or_(Shop.id.in_(_let_in(session, known)), _works_at(known)))
    return list(session.scalars(theirs.order_by(Shop.name, Shop.id).limit(at_most)))


def may_come_in(session: Session, shop: Shop) -> bool:
    """Tell whether whoever is asking is let into a shop by what this browser has of it."""
    here = doors.visitor(shop.id)
    return here is not None and here.may_see(shop) and doors.role_in(session, shop, here) is not None


def _let_in(session: Session, known: Visitor) -> list[int]:
    """Return where a visitor was let in and still is: shop by shop, for a cookie names few."""
    named = session.scalars(select(Shop).where(Shop.id.in_(known.shop_ids or ())))
    return [shop.id for shop in named if known.since is None or may_come_in(session, shop)]


def _works_at(known: Visitor) -> ColumnElement[bool]:
    """Say in SQL what `may_come_in` does of who shows an address: they may work for any number of shops."""
    if known.address is None or known.since is None:
        return false()
    return and_(
        Shop.id.not_in(known.shop_ids or ()),
        Shop.id.in_(team.workplaces(known.address, known.since)),
        or_(Shop.signed_out_at.is_(None), Shop.signed_out_at < known.since),
    )
