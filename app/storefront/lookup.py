"""The look-up: an order number and one thing that only its shopper knows lead to the order's page."""

import hmac
import re
from dataclasses import dataclass
from typing import Self

import phonenumbers
from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug import Response as BaseResponse

from app.commerce.models import Order
from app.lib import limits
from app.lib.db import transaction
from app.lib.words import sentence
from app.shops import brand as brands
from app.shops.models import Shop
from app.storefront import advice, hosts, look
from app.tracking.page import links
from app.vocabulary import ShopState

pages = Blueprint("lookup", __name__)

TRIES, WINDOW = 10, 60
"""Tries of one visitor, and in how many seconds."""
GUESSES, GUESSED_IN = 30, 3600
"""Tries for one order, whoever they come from: a postal code has too few digits for more."""
LONGEST = 254
"""Characters of an answer: as long as an e-mail address may be."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the shopper typed."""

    order: str = ""
    who: str = ""

    @property
    def lacks(self) -> frozenset[str]:
        """The fields left empty."""
        return frozenset(name for name in ("order", "who") if not getattr(self, name))

    @classmethod
    def typed(cls) -> Self:
        """Return what the form of this request says."""
        return cls(*(request.form.get(name, "").strip()[:LONGEST] for name in ("order", "who")))

    @classmethod
    def linked(cls) -> Self:
        """Return what the link to the form says: the order, which is no secret; never who."""
        return cls(order=request.args.get("order", "").strip()[:LONGEST])


class TooOften(Exception):
    """A visitor tried more often than we allow in a minute."""


@pages.get("/track")
def ask() -> Response:
    """Return the form of the shop named in `?shop=`; of the only shop where there is but one."""
    with transaction() as session:
        shop = shop_asked_for(session)
    return _form(shop, Asked.linked(), indexed=True) if shop else which_shop()


@pages.post("/track")
def find() -> BaseResponse:
    """Lead to the order's page; whatever does not match gets one answer, whether the order exists or not."""
    with transaction() as session:
        shop = shop_asked_for(session)
    if shop is None:
        return which_shop()
    asked = Asked.typed()
    try:
        order_id = search(shop, asked, request.remote_addr or "")
    except TooOften:
        return _wait(shop)
    if order_id is None:
        return _form(shop, asked, status=422)
    return redirect(url_for("storefront.tracking.show", token=links.token_of(order_id)), 303)


def search(shop: Shop, asked: Asked, visitor: str) -> int | None:
    """Return the order that a shopper named and knows; raises TooOften for a visitor who tries too much."""
    if asked.lacks:
        return None
    if not limits.allows("lookup", visitor, times=TRIES, seconds=WINDOW):
        raise TooOften
    one_order = f"{shop.id} {_bare(asked.order).upper()}"
    if not limits.allows("lookup-order", one_order, times=GUESSES, seconds=GUESSED_IN):
        raise TooOften
    with transaction() as session:
        named = _named(session, shop, asked.order)
    return max((order.id for order in named if knows(asked.who, order, shop)), default=None)


def knows(who: str, order: Order, shop: Shop) -> bool:
    """Tell whether someone gave the e-mail address, phone number or postal code of an order."""
    place = order.ship_to or {}
    country = place.get("country") or shop.country
    postcode = _letters(place.get("postcode"))
    answers = (
        (who.lower(), (order.email or "").lower()),
        (_phone(who, country), _phone(order.phone or "", country)),
        (_letters(who), postcode),
        (_letters(who)[:5], postcode[:5] if country == "US" else ""),  # ZIP, with or without its +4
    )
    fits = [bool(right) and hmac.compare_digest(given.encode(), right.encode()) for given, right in answers]
    return any(fits)


def _named(session: Session, shop: Shop, typed: str) -> list[Order]:
    """Return the orders with this number, however it was typed: "1042", "# 1042", "rp-1042"."""
    name = _bare(typed)
    spellings = {form for bare in (name, name.upper(), name.lower()) for form in (bare, f"#{bare}")}
    query = select(Order).filter_by(shop_id=shop.id, deleted_at=None, erased_at=None)
    return list(session.scalars(query.where(Order.name.in_(spellings)).limit(TRIES)))


def _bare(typed: str) -> str:
    return re.sub(r"\s+", "", typed).lstrip("#")


def _phone(written: str, country: str | None) -> str:
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _letters(code: str | None) -> str:
    return re.sub(r"[^0-9A-Z]", "", (code or "").upper())


def shop_asked_for(session: Session) -> Shop | None:
    """Return the shop at whose address a request came, or that it names; the only one where there is one."""
    open_shops = select(Shop).filter_by(state=ShopState.INSTALLED)
    if here := hosts.of_shop():
        return session.scalar(open_shops.filter_by(id=here))
    if domain := request.values.get("shop"):
        return session.scalar(open_shops.filter_by(domain=domain.lower().rstrip("/")).limit(1))
    some = session.scalars(open_shops.limit(2)).all()
    return some[0] if len(some) == 1 else None


def _form(shop: Shop, asked: Asked, *, status: int = 200, indexed: bool = False) -> Response:
    brand, words = brands.of(shop), look.reader(shop)
    say = words.say
    return look.page(
        "lookup",
        brand,
        words,
        status=status,
        indexed=indexed,
        asked=asked,
        shop=shop.domain,
        is_refused=status != 200,  # noqa: PLR2004 - OK
        contact=advice.contact(brand, say(advice.WRITE), say("I cannot find my order"), words),
    )


def _wait(shop: Shop) -> Response:
    answer = look.notice(
        429,
        sentence("One moment, please"),
        sentence("That was more tries than we allow in a minute. Wait one, then try again."),
        brands.of(shop),
        shop,
    )
    answer.headers["Retry-After"] = str(WINDOW)
    return answer


def which_shop() -> Response:
    """Return the page for a visitor whose shop is not known."""
    words = look.reader()
    return look.page(
        "notice",
        look.HOUSE,
        words,
        status=404,
        headline=words.say("Which shop was it?"),
        lead=words.say("Please open this page from the shop’s own site, or from its mail."),
        leads_on=False,
    )
