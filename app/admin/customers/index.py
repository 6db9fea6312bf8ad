"""Everybody who bought, waits or agreed to something: found by name, address or order."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from flask import Blueprint, request
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.admin import finding, paging, shell
from app.admin.doors.session import for_shop, saw
from app.admin.paging import Page
from app.admin.saying import locale
from app.audience.models import Profile
from app.commerce.models import Order
from app.lib import money
from app.lib.db import among
from app.lib.words import merchant_sentence
from app.platforms.purchases import OrderState
from app.shops.models import Shop

blueprint = Blueprint("customers", __name__)


class Bought(NamedTuple):
    """What somebody bought, as far as our own orders say."""

    orders: int
    spent: Mapping[str, int]
    """By currency, what was given back taken off; minor units."""
    last_at: datetime | None

    def worth(self) -> str:
        """Write what was spent: "$742.00"."""
        return ", ".join(money.display(sum_, currency, locale()) for currency, sum_ in self.spent.items())


NOTHING = Bought(0, {}, None)


class Line(NamedTuple):
    """One customer as a row of the list."""

    profile: Profile
    name: str
    bought: Bought


@blueprint.get("/customers")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show customers, the latest first; only those whom a search finds."""
    search = request.args.get("q", "").strip()[:100]
    found = select(Profile.id, Profile).where(Profile.shop_id == shop.id, *is_somebody())
    page = _page(session, shop, found, search)
    bought = of_profiles(session, [ident for ident, _ in page.rows])
    lines = [Line(row, name_of(row), bought.get(ident, NOTHING)) for ident, row in page.rows]
    if lines:
        saw(
            session,
            merchant_sentence(
                "customers %(numbers)s", numbers=",".join(str(line.profile.id) for line in lines)
            ),
        )
    return shell.page(session, shop, "customers/index.html", "customers", q=search, lines=lines, page=page)


def is_somebody() -> tuple[ColumnElement[bool], ...]:
    """Say in SQL that a profile is a person whose data is still there."""
    return Profile.erased_at.is_(None), Profile.gone_at.is_(None)


def name_of(profile: Profile) -> str:
    """Return what somebody is called; empty where nobody said."""
    return " ".join(part for part in (profile.first_name, profile.last_name) if part)


def of_profiles(session: Session, profile_ids: Iterable[int]) -> Mapping[int, Bought]:
    """Return what each of these bought, in one query; who bought nothing is left out."""
    sums = (
        select(
            Order.profile_id,
            Order.currency,
            func.count(),
            func.sum(func.coalesce(Order.total, 0) - Order.refunded),
            func.max(Order.placed_at),
        )
        .where(among(Order.profile_id, profile_ids), *is_a_purchase())
        .group_by(Order.profile_id, Order.currency)
        .order_by(Order.profile_id, func.count().desc())
    )
    found: dict[int, Bought] = {}
    for profile_id, currency, count, spent, last_at in session.execute(sums):
        if profile_id is None:  # none of theirs
            continue
        so_far = found.get(profile_id, NOTHING)
        found[profile_id] = Bought(
            so_far.orders + count,
            {**so_far.spent, **({currency: int(spent)} if currency else {})},
            max(filter(None, (so_far.last_at, last_at)), default=None),
        )
    return found


def is_a_purchase() -> tuple[ColumnElement[bool], ...]:
    """Say in SQL that an order was bought and stands."""
    return Order.state == OrderState.PLACED, Order.placed_at.is_not(None), Order.is_test.is_(False)


def _page(session: Session, shop: Shop, rows: finding.Rows, search: str) -> Page:
    if not search:
        return paging.newest_first(session, rows, Profile.id)
    return finding.page(
        session,
        rows,
        Profile.id,
        all_of_them=select(Profile.id).where(Profile.shop_id == shop.id),
        near=finding.is_customer(shop.id, search),
        far=Profile.id.in_(finding.customers(shop.id, search)),
    )
