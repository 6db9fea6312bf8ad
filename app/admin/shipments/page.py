"""One parcel: everything that happened to it, and everything its shopper was told, in one timeline."""

from itertools import groupby
from typing import NamedTuple

from flask import Blueprint, abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin import answer, shell
from app.admin.doors.session import for_shop, saw
from app.admin.exceptions import evidence
from app.admin.exceptions import index as exceptions
from app.admin.exceptions.evidence import Evidence
from app.admin.saying import locale
from app.admin.shipments import arrival, carriage, story
from app.admin.shipments.index import live_parcels, name_of
from app.admin.tables import Said
from app.audience.models import Profile
from app.commerce.models import Fulfillment, LineItem, Order
from app.lib import money
from app.lib.words import merchant_sentence, sentence
from app.shops.models import Shop
from app.tracking.exceptions import attention
from app.tracking.models import ExceptionRow, Shipment
from app.tracking.page.links import tracking_url
from app.tracking.parcels import notes
from app.tracking.scans import overrides
from app.tracking.shoppers.feedback import Feedback
from app.tracking.sources.asking_now import Asked
from app.tracking.story.parcel import Parcel

blueprint = Blueprint("shipment", __name__)

ASKED: Said[str] = Said(
    {
        f"ask-{Asked.CARRIER}": sentence(
            "The carrier is asked as soon as your account lets us. Its answer stands below."
        ),
        f"ask-{Asked.AGGREGATOR}": sentence("Asked. The answer stands below in a few seconds."),
        f"ask-{Asked.STORE}": sentence("Your store is asked: nobody else tells of this parcel."),
    }
)
"""Who was asked where it is."""


class Piece(NamedTuple):
    """Something in the parcel."""

    title: str
    variant: str | None
    quantity: int


@blueprint.get("/shipments/<int(max=9223372036854775807):shipment_id>")
@for_shop
def show(session: Session, shop: Shop, shipment_id: int) -> str:
    """Show one parcel."""
    told = select(Shipment, Feedback).outerjoin(Feedback, Feedback.shipment_id == Shipment.id)
    row = session.execute(told.where(Shipment.id == shipment_id, Shipment.shop_id == shop.id)).one_or_none()
    if row is None:
        abort(404)
    shipment, feedback = row
    order = session.get_one(Order, shipment.order_id)
    profile = session.get(Profile, order.profile_id) if order.profile_id else None
    parcels = live_parcels(session, {order.id})[order.id]
    written = notes.of_shipment(session, shipment.id)
    said = overrides.of_shipment(session, shipment.id)
    asked = request.args.get("show", "all")
    asked = asked if asked in story.SHOWS else "all"
    latest = story.tell(
        session, shop, shipment, order, feedback=feedback, written=written, said=said, show=asked
    )
    saw(
        session,
        merchant_sentence("shipment %(number)s of order %(order)s", number=shipment.id, order=order.id),
    )
    day = answer.calendar(shop).heading
    return shell.page(
        session,
        shop,
        "shipments/page.html",
        "shipments",
        shipment=shipment,
        order=order,
        name=name_of(order, profile),
        parcels=parcels,
        wrong=_wrong(session, shop, shipment),
        put_off=exceptions.DAYS,
        days=[(name, list(those)) for name, those in groupby(latest, key=lambda moment: day(moment.at))],
        shows=story.SHOWS,
        show=asked,
        feedback=feedback,
        asked_who=ASKED,
        override=overrides.standing_one(shipment, said),
        choices=[status for status in overrides.CHOICES if status is not shipment.status],
        longest_why=overrides.LONGEST,
        notes=written,
        longest_note=notes.LONGEST,
        pieces=_pieces(session, shipment, order),
        carriage=carriage.tell(session, shop, shipment),
        late=answer.days_late(shop, shipment),
        arrival=arrival.tell(session, shop, order, shipment),
        as_shopper=tracking_url(shop, order.id),
        in_store=shell.platform_of(shop).order_page.format(
            domain=shop.domain, url=shop.url, order=order.external_id
        ),
        worth=lambda amount: money.display(amount, order.currency or shop.currency, locale()),
    )


def _wrong(session: Session, shop: Shop, shipment: Shipment) -> list[tuple[ExceptionRow, Evidence]]:
    here, who = answer.calendar(shop), Parcel.of(shipment).carrier
    rows = attention.open_of(session, [shipment.id]).get(shipment.id, [])
    return [(row, evidence.of(row, who, here)) for row in rows]


def _pieces(session: Session, shipment: Shipment, order: Order) -> list[Piece]:
    fulfillment = session.get_one(Fulfillment, shipment.fulfillment_id)
    inside = {part["item"]: int(part["quantity"]) for part in fulfillment.items}
    items = session.scalars(select(LineItem).filter_by(order_id=order.id).order_by(LineItem.position))
    return [
        Piece(item.title, item.variant_title, inside.get(item.external_id, item.quantity))
        for item in items
        if not inside or item.external_id in inside
    ]
