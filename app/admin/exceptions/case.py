"""One case: what a shopper reported, what they wish, and the merchant's answers."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint, abort, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell, words
from app.admin.doors.session import address, for_shop, saw
from app.admin.messages import reasons
from app.admin.saying import figure, say
from app.admin.shipments.index import live_parcels, name_of
from app.admin.words import Chip
from app.audience.models import Profile
from app.commerce.models import Order
from app.lib.words import merchant_sentence
from app.messages.models import Message
from app.shops.models import Shop
from app.tracking.page.links import tracking_url
from app.tracking.shoppers import cases
from app.tracking.shoppers.cases import Case, CaseEntry

blueprint = Blueprint("case", __name__)

CASE = "/cases/<int(max=9223372036854775807):case_id>"


class Line(NamedTuple):
    """Something that was written, and what became of its mail."""

    entry: CaseEntry
    chip: Chip | None
    why: str


@blueprint.get(CASE)
@for_shop
def show(session: Session, shop: Shop, case_id: int) -> str:
    """Show one case."""
    return _page(session, shop, _case(session, shop, case_id))


@blueprint.post(f"{CASE}/answer")
@for_shop
def answer(session: Session, shop: Shop, case_id: int) -> Response | str:
    """Send an answer by e-mail."""
    case, typed = _case(session, shop, case_id), request.form.get("words", "").strip()
    if not typed or len(typed) > cases.LONGEST:
        wrong = say("Write your answer first.")
        if typed:
            wrong = say("Keep it under %(most)s characters.", most=figure(cases.LONGEST))
        return _page(session, shop, case, typed=typed, error=wrong)
    cases.answer(session, case, typed)
    return redirect(address("case.show", case_id=case.id, said="answered"), 303)


@blueprint.post(f"{CASE}/wish")
@for_shop
def decide(session: Session, shop: Shop, case_id: int) -> Response:
    """Agree to what the shopper wishes, or take that back."""
    case = _case(session, shop, case_id)
    cases.grant(session, case, granted=request.form.get("granted") == "yes")
    return redirect(
        address("case.show", case_id=case.id, said="granted" if case.granted_at else "undone"), 303
    )


@blueprint.post(f"{CASE}/close")
@for_shop
def close(session: Session, shop: Shop, case_id: int) -> Response:
    """Note that it is dealt with."""
    case = _case(session, shop, case_id)
    cases.close(session, case)
    return redirect(address("case.show", case_id=case.id, said="closed"), 303)


def _case(session: Session, shop: Shop, case_id: int) -> Case:
    case = cases.find(session, shop.id, case_id)
    if case is None:
        abort(404)
    return case


def _page(session: Session, shop: Shop, case: Case, *, typed: str = "", error: str | None = None) -> str:
    order = session.get_one(Order, case.order_id)
    profile = session.get(Profile, order.profile_id) if order.profile_id else None
    saw(session, merchant_sentence("case %(number)s of order %(order)s", number=case.id, order=order.id))
    written = cases.entries(session, case)
    return shell.page(
        session,
        shop,
        "exceptions/case.html",
        "shipments",
        case=case,
        order=order,
        name=name_of(order, profile),
        lines=_lines(session, written),
        parcels=live_parcels(session, {order.id})[order.id],
        typed=typed,
        error=error,
        longest=cases.LONGEST,
        as_shopper=tracking_url(shop, order.id),
        in_store=shell.platform_of(shop).order_page.format(
            domain=shop.domain, url=shop.url, order=order.external_id
        ),
    )


def _lines(session: Session, written: Sequence[CaseEntry]) -> list[Line]:
    mails = select(Message).where(Message.case_entry_id.in_([entry.id for entry in written]))
    became = {mail.case_entry_id: mail for mail in session.scalars(mails)}
    lines = []
    for entry in written:
        mail = became.get(entry.id)
        why = reasons.REASONS[mail.reason] if mail and mail.reason else ""
        lines.append(Line(entry, words.STATES[mail.state] if mail else None, why))
    return lines
