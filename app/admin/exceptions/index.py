"""The queue: what goes wrong with parcels and orders, the dearest and oldest first, until it is over."""

from datetime import datetime, timedelta
from typing import NamedTuple

from flask import Blueprint, abort, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.admin import answer, paging, shell
from app.admin.answer import Group
from app.admin.doors.session import address, for_shop, saw
from app.admin.exceptions import evidence
from app.admin.exceptions.evidence import Evidence
from app.admin.saying import locale
from app.admin.shipments import narrowing
from app.admin.shipments.index import TABS, latest_scans, live_parcels, name_of, which
from app.admin.shipments.narrowing import Asked
from app.audience.models import Profile
from app.commerce.models import Order
from app.lib import clock, money
from app.lib.words import merchant_sentence
from app.shops import workdays
from app.shops.models import Shop
from app.tracking.exceptions import attention
from app.tracking.models import ExceptionRow, Shipment, TrackingEvent
from app.tracking.shoppers import cases
from app.tracking.story.parcel import Parcel
from app.vocabulary import ExceptionKind

blueprint = Blueprint("exceptions", __name__)

DAYS = (1, 3, 7)
"""For how many days something may be put off."""
LAST_PAGE = 10_000
ASIDE = "aside"


class Line(NamedTuple):
    """One parcel or order as a row of the queue."""

    row: ExceptionRow
    order: Order
    shipment: Shipment | None
    which: str
    """The order, and which of its parcels where it has several."""
    name: str
    says: Evidence
    others: int
    seen: TrackingEvent | None
    carrier: str | None
    worth: str
    in_store: str
    """The order's page in the store's back office."""
    case: int | None
    """What its shopper reported."""


@blueprint.get("/exceptions")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show what asks for attention; only of one kind, or what was put aside."""
    asked = Asked.of_form(request.args, tab=Group.EXCEPTIONS)
    aside = request.args.get("kind") == ASIDE
    here = asked._replace(tab=narrowing.ALL, kind=ASIDE if aside else asked.kind)
    page = min(max(paging.asked("page", 1), 1), LAST_PAGE)
    found = attention.queue(
        session,
        shop.id,
        kind=ExceptionKind(asked.kind) if asked.kind else None,
        aside=aside,
        only=asked.in_queue(),
        skip=(page - 1) * paging.ROWS,
        limit=paging.ROWS + 1,
    )
    shown = lines(session, shop, found[: paging.ROWS])
    if shown:
        saw(
            session,
            merchant_sentence(
                "exceptions of orders %(numbers)s", numbers=",".join(str(line.order.id) for line in shown)
            ),
        )
    return shell.page(
        session,
        shop,
        "exceptions/index.html",
        "shipments",
        tally=answer.tally(session, [shop])[shop.id],
        tabs=TABS,
        lines=shown,
        asked=asked,
        listed=here,
        offered=narrowing.offered(session, shop, asked),
        aside=aside,
        page=page,
        has_more=len(found) > paging.ROWS,
        days=DAYS,
        undo=paging.asked("id", 0),
        undo_all=parcels_in(request.args),
    )


@blueprint.post("/exceptions/<int(max=9223372036854775807):exception_id>/put-off")
@for_shop
def put_off(session: Session, shop: Shop, exception_id: int) -> Response:
    """Take one out of the queue for some days."""
    count = attention.put_off(session, shop.id, exception_id, until(shop))
    return _back(count, "put_off", exception_id)


@blueprint.post("/exceptions/<int(max=9223372036854775807):exception_id>/resolve")
@for_shop
def resolve(session: Session, shop: Shop, exception_id: int) -> Response:
    """Take one out of the queue for good."""
    return _back(attention.resolve(session, shop.id, exception_id), "resolved", exception_id)


@blueprint.post("/exceptions/<int(max=9223372036854775807):exception_id>/bring-back")
@for_shop
def bring_back(session: Session, shop: Shop, exception_id: int) -> Response:
    """Put one back into the queue."""
    return _back(attention.bring_back(session, shop.id, exception_id), "back", exception_id)


def parcels_in(given: MultiDict[str, str]) -> list[int]:
    """Return the parcels that an address or a form names, as many as a page has."""
    found = [it for it in map(paging.number, given.getlist("id")) if it is not None]
    return found[: paging.ROWS]


def until(shop: Shop) -> datetime:
    """Return when what is put off for the days that a form names comes back."""
    days = request.form.get("days", type=int)
    if days not in DAYS:
        abort(400, merchant_sentence("Choose for how long."))
    calendar = workdays.calendar(shop)
    return calendar.begins(calendar.day(clock.now()) + timedelta(days=days))


def _back(count: int, said: str, exception_id: int) -> Response:
    if not count:  # it has moved meanwhile, or is another shop's
        abort(404)
    here = Asked.of_form(request.form, tab=Group.EXCEPTIONS)._replace(tab=narrowing.ALL)
    return redirect(address("exceptions.index", said=said, id=exception_id, **here.args), 303)


def lines(session: Session, shop: Shop, found: list[attention.Waiting]) -> list[Line]:
    """Return a part of the queue as rows of a list."""
    seen = latest_scans(session, {it.shipment.id for it in found if it.shipment})
    wanted = {it.order.profile_id for it in found if it.order.profile_id}
    profiles = {row.id: row for row in session.scalars(select(Profile).where(Profile.id.in_(wanted)))}
    reported = cases.open_ids(session, {it.order.id for it in found})
    parcels = live_parcels(session, {it.order.id for it in found})
    here, order_page = answer.calendar(shop), shell.platform_of(shop).order_page
    rows = []
    for it in found:
        who = Parcel.of(it.shipment).carrier if it.shipment else None
        rows.append(
            Line(
                it.row,
                it.order,
                it.shipment,
                _which(it, [parcel.id for parcel in parcels[it.order.id]]),
                name_of(it.order, profiles.get(it.order.profile_id or 0)),
                evidence.of(it.row, who, here),
                it.others,
                seen.get(it.shipment.id) if it.shipment else None,
                who,
                money.display(it.order.total or 0, it.order.currency or shop.currency, locale()),
                order_page.format(domain=shop.domain, url=shop.url, order=it.order.external_id),
                reported.get(it.order.id) if it.row.kind is ExceptionKind.REPORTED else None,
            )
        )
    return rows


def _which(it: attention.Waiting, siblings: list[int]) -> str:
    ident = it.shipment.id if it.shipment else None
    number = siblings.index(ident) + 1 if ident in siblings else 0
    return which(it.order, number, len(siblings))
