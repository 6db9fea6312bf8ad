"""All one's orders in a shop: asked for by e-mail address, opened by a mailed link and a button, for an hour.

No page says whether an address is known. Before the button nothing is set in the browser; after it a signed
cookie, for this shop's list alone.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug import Response as BaseResponse

from app.audience.address import readable_email
from app.lib import clock, limits
from app.lib.days import Calendar, first_upper
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import Words
from app.shops import brand as brands
from app.shops.models import Shop
from app.storefront import advice, hosts, look, lookup
from app.storefront.bought import ends_at
from app.storefront.page import label
from app.storefront.preferences import masked
from app.tracking.page import links
from app.tracking.shoppers import own_orders
from app.tracking.shoppers.own_orders import Owned
from app.tracking.story.journey import Story
from app.tracking.story.told import of_order
from app.vocabulary import ShopState

pages = Blueprint("own_orders", __name__)

VISITOR, ADDRESS = (5, 600), (3, 3600)
"""Requests of one visitor, and for one address, in how many seconds."""
ROOT = "/orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One order of the list."""

    order: str
    placed: str
    story: Story
    url: str | None
    """None: its page has closed."""


@pages.get("/orders")
def show() -> Response:
    """Return the list to a browser that has used its link; the form that asks for one to any other."""
    with transaction() as session:
        shop = lookup.shop_asked_for(session)
        address = _opened(session, shop) if shop else None
        found = own_orders.of_address(session, shop.id, address) if shop and address else None
    if shop is None:
        return lookup.which_shop()
    return _form(shop) if found is None or address is None else _list(shop, address, *found)


@pages.post("/orders")
def ask() -> Response:
    """Have the link mailed; the answer is the same whether or not anything was bought with the address."""
    with transaction() as session:
        shop = lookup.shop_asked_for(session)
    if shop is None:
        return lookup.which_shop()
    typed = request.form.get("email", "").strip()[: lookup.LONGEST]
    address = readable_email(typed)
    if address is None:
        return _form(shop, status=422, typed=typed)
    if not _may_ask(shop, address):
        return _form(shop, status=429, typed=typed)
    with transaction() as session:
        own_orders.ask(session, shop, address)
    return _page(shop, "asked")


@pages.get("/orders/<token>")
def arrive(token: str) -> Response:
    """Return the button behind the mail's link: looking at it uses nothing up."""
    with transaction() as session:
        shop, link_id = _mailed(session, token)
        may_open = shop is not None and own_orders.is_open(session, shop.id, link_id)
    if shop is None:
        return lookup.which_shop()
    return _page(shop, "button", token=token) if may_open else _form(shop, status=410)


@pages.post("/orders/<token>")
def use(token: str) -> BaseResponse:
    """Use the link up and open the list in this browser."""
    with transaction() as session:
        shop, link_id = _mailed(session, token)
        is_used = shop is not None and own_orders.use(session, shop.id, link_id)
    if shop is None:
        return lookup.which_shop()
    if not is_used:
        return _form(shop, status=410)
    answer = redirect(url_for("storefront.own_orders.show", shop=shop.domain), 303)
    answer.set_cookie(
        _cookie(shop),
        own_orders.visit(shop.id, link_id),
        max_age=own_orders.LIVES,
        path=ROOT,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return answer


@pages.post("/orders/close")
def close() -> BaseResponse:
    """Close the list for good, and forget it in this browser."""
    with transaction() as session:
        shop = lookup.shop_asked_for(session)
        link_id = _visit(shop) if shop else None
        if shop and link_id is not None:
            own_orders.close(session, shop.id, link_id)
    if shop is None:
        return lookup.which_shop()
    answer = redirect(url_for("storefront.own_orders.show", shop=shop.domain), 303)
    answer.delete_cookie(_cookie(shop), path=ROOT)
    return answer


def _mailed(session: Session, token: str) -> tuple[Shop | None, int]:
    """Return the shop whose list a link opens; None for a forged one, and at another shop's address."""
    try:
        shop_id, link_id = own_orders.link_of(token)
    except Forged:
        return None, 0
    if hosts.of_shop() not in (None, shop_id):
        return None, 0
    return session.scalar(select(Shop).filter_by(id=shop_id, state=ShopState.INSTALLED)), link_id


def _opened(session: Session, shop: Shop) -> str | None:
    link_id = _visit(shop)
    return None if link_id is None else own_orders.address_of(session, shop.id, link_id)


def _visit(shop: Shop) -> int | None:
    """Return the link that opened this shop's list in this browser."""
    try:
        shop_id, link_id = own_orders.link_of(request.cookies.get(_cookie(shop), ""), own_orders.VISIT)
    except Forged:
        return None
    return link_id if shop_id == shop.id else None


def _cookie(shop: Shop) -> str:
    return f"orders-{shop.id}"


def _may_ask(shop: Shop, address: str) -> bool:
    by, for_one = VISITOR, ADDRESS
    visitor = request.remote_addr or ""
    if not limits.allows("own-orders", visitor, times=by[0], seconds=by[1]):
        return False
    whose = f"{shop.id} {address.lower()}"
    return limits.allows("own-orders-address", whose, times=for_one[0], seconds=for_one[1])


def _list(shop: Shop, address: str, owned: list[Owned], has_more: bool) -> Response:  # noqa: FBT001 - as found
    words = look.reader(shop, owned[0].order.locale if owned else None)
    lines = [_line(shop, it, words) for it in owned]
    return _page(shop, "list", words=words, lines=lines, whose=masked(address), has_more=has_more)


def _line(shop: Shop, it: Owned, words: Words) -> Line:
    now, order = clock.now(), it.order
    calendar = Calendar.of(now, shop.timezone, words.locale)
    placed_at = order.placed_at or order.created_at
    return Line(
        order=label(order.name, words),
        placed=first_upper(calendar.spoken(calendar.day(placed_at))) if placed_at else "",
        story=of_order(shop, order, it.shipments, it.alarms, calendar).story,
        url=links.tracking_url(shop, order.id) if now < ends_at(order, it.shipments) else None,
    )


def _form(shop: Shop, *, status: int = 200, typed: str = "") -> Response:
    answer = _page(shop, "form", status=status, typed=typed)
    if status == 429:  # noqa: PLR2004 - too many requests
        answer.headers["Retry-After"] = str(VISITOR[1])
    return answer


def _page(
    shop: Shop,
    shows: str,
    *,
    status: int = 200,
    words: Words | None = None,
    **context: Any,  # noqa: ANN401 - what templates print
) -> Response:
    brand, words = brands.of(shop), words or look.reader(shop)
    answer = look.page(
        "own_orders",
        brand,
        words,
        status=status,
        shop=shop.domain,
        shows=shows,
        status_code=status,
        contact=advice.contact(brand, words.say(advice.WRITE), words.say("I cannot find my order"), words),
        **context,
    )
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer
