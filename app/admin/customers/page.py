"""One customer: all that happened, what they agreed to, and what the law lets them ask for."""

import json
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

from flask import Blueprint, Response, abort, g, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.admin import answer, paging, shell
from app.admin.customers import agreed, consent_words, story
from app.admin.customers import index as customers
from app.admin.customers.index import NOTHING
from app.admin.doors.session import address, for_shop, saw
from app.admin.saying import figure, locale, say
from app.audience import choices, consent
from app.audience.models import Profile
from app.commerce.models import Order
from app.lib import money
from app.lib.words import merchant_sentence
from app.platforms.base import PrivacyKind
from app.platforms.purchases import Person
from app.privacy import tasks
from app.shops.models import Shop

blueprint = Blueprint("customer", __name__)

ONE = "/customers/<int(max=9223372036854775807):profile_id>"
LOOKED_AT = 50
"""So many of the latest orders tell how often somebody orders."""
ENOUGH = 2
"""Gaps between orders that are enough to speak of a usual one."""


class Gap(NamedTuple):
    """How long somebody usually waits until they order again, in days."""

    usual: int
    shortest: int
    longest: int


@blueprint.get(ONE)
@for_shop
def show(session: Session, shop: Shop, profile_id: int) -> str:
    """Show one customer."""
    profile = _profile(session, shop, profile_id)
    here = answer.calendar(shop)
    asked = request.args.get("show", "all")
    asked = asked if asked in story.SHOWS else "all"
    told = story.tell(session, profile, here, show=asked, before=_moment(request.args.get("before")))
    orders = _orders(session, profile)
    saw(session, merchant_sentence("customer %(number)s", number=profile.id))
    return shell.page(
        session,
        shop,
        "customers/page.html",
        "customers",
        profile=profile,
        name=customers.name_of(profile),
        place=next((order.ship_to for order in orders if order.ship_to), None) or {},
        bought=customers.of_profiles(session, [profile.id]).get(profile.id, NOTHING),
        first_at=orders[-1].placed_at if orders and len(orders) < LOOKED_AT else None,
        gap=gap_of(orders),
        earlier=_earlier(profile),
        shows=story.SHOWS,
        show=asked,
        is_first="before" not in request.args,
        days=[(day, list(those)) for day, those in groupby(told.moments, key=lambda it: here.heading(it.at))],
        older=told.before,
        agreed=agreed.lines(session, shop, profile),
        words_of=consent_words,
        copy=paging.asked("copy", 0),
    )


@blueprint.post(f"{ONE}/withdraw")
@for_shop
def withdraw(session: Session, shop: Shop, profile_id: int) -> BaseResponse:
    """Take back what a customer agreed to, because they asked the merchant to."""
    profile = _profile(session, shop, profile_id)
    done = agreed.withdraw(session, shop, profile, request.form.get("choice", ""), g.visitor.who)
    saw(
        session,
        merchant_sentence(
            "customer %(number)s, withdrew %(choice)s",
            number=profile.id,
            choice=request.form.get("choice", "")[:80],
        ),
    )
    said = "withdrawn" if done else "gone"
    return redirect(address("customer.show", profile_id=profile.id, said=said) + "#agreed", 303)


@blueprint.get(f"{ONE}/receipts.json")
@for_shop
def receipts(session: Session, shop: Shop, profile_id: int) -> Response:
    """Hand the merchant all that was said of a customer's own addresses, each sealed."""
    profile = _profile(session, shop, profile_id)
    said = [
        row for it in (profile.email, profile.phone) if it for row in choices.spoken(session, shop.id, it)
    ]
    saw(session, merchant_sentence("receipts of customer %(number)s", number=profile.id))
    copies = [consent.receipt(row) | {"unchanged": consent.is_unchanged(row)} for row in said]
    headers = {"Content-Disposition": f'attachment; filename="receipts-{profile.id}.json"'}
    return Response(
        json.dumps(copies, indent=1, ensure_ascii=False), content_type="application/json", headers=headers
    )


@blueprint.post(f"{ONE}/copy")
@for_shop
def copy(session: Session, shop: Shop, profile_id: int) -> BaseResponse:
    """Make a copy of everything that is known of a customer; it waits, sealed, among the requests."""
    profile = _profile(session, shop, profile_id)
    task = tasks.ask_about(session, shop, _person(profile), PrivacyKind.EXPORT, by=g.visitor.who)
    saw(session, merchant_sentence("customer %(number)s, copied", number=profile.id))
    return redirect(address("customer.show", profile_id=profile.id, said="copied", copy=task.id), 303)


@blueprint.get(f"{ONE}/erase")
@for_shop
def ask_to_erase(session: Session, shop: Shop, profile_id: int) -> str:
    """Say what erasing means, and ask once more."""
    return _erasing(session, shop, _profile(session, shop, profile_id))


@blueprint.post(f"{ONE}/erase")
@for_shop
def erase(session: Session, shop: Shop, profile_id: int) -> BaseResponse | str:
    """Erase everything that says who a customer is, once the merchant has confirmed it."""
    profile = _profile(session, shop, profile_id)
    if request.form.get("sure") != "yes":
        return _erasing(session, shop, profile, error=say("Tick the box first: this cannot be undone."))
    task = tasks.ask_about(session, shop, _person(profile), PrivacyKind.ERASE_PERSON, by=g.visitor.who)
    saw(session, merchant_sentence("customer %(number)s, erased", number=profile.id))
    return redirect(address("privacy.index", said="erased", task=task.id), 303)


def gap_of(orders: list[Order]) -> Gap | None:
    """Return how long usually lies between these orders, the latest first; None where too few tell."""
    moments = [order.placed_at for order in orders if order.placed_at]
    gaps = [max(round((later - earlier) / timedelta(days=1)), 0) for later, earlier in pairwise(moments)]
    return Gap(round(median(gaps)), min(gaps), max(gaps)) if len(gaps) >= ENOUGH else None


def _erasing(session: Session, shop: Shop, profile: Profile, *, error: str = "") -> str:
    saw(session, merchant_sentence("customer %(number)s", number=profile.id))
    return shell.page(
        session,
        shop,
        "customers/erase.html",
        "customers",
        profile=profile,
        name=customers.name_of(profile),
        bought=customers.of_profiles(session, [profile.id]).get(profile.id, NOTHING),
        error=error,
    )


def _profile(session: Session, shop: Shop, profile_id: int) -> Profile:
    mine = select(Profile).where(
        Profile.id == profile_id, Profile.shop_id == shop.id, *customers.is_somebody()
    )
    return session.scalar(mine) or abort(404)


def _person(profile: Profile) -> Person:
    return Person(external_id=profile.external_id, email=profile.email)


def _orders(session: Session, profile: Profile) -> list[Order]:
    mine = select(Order).where(Order.profile_id == profile.id, *customers.is_a_purchase())
    return list(session.scalars(mine.order_by(Order.placed_at.desc()).limit(LOOKED_AT)))


def _earlier(profile: Profile) -> str:
    """Say what the store's own record counts, which may know of more than we do."""
    if not profile.past_orders or profile.past_told_at is None:
        return ""
    orders = figure(profile.past_orders)
    if not (profile.past_spent and profile.past_currency):
        return orders
    spent = money.display(profile.past_spent, profile.past_currency, locale())
    return say("%(orders)s, %(spent)s", orders=orders, spent=spent)


def _moment(written: str | None) -> datetime | None:
    """Return the moment that the address names; None where it names none."""
    try:
        found = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
