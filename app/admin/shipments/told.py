"""What stores and carriers told of a parcel, as they wrote it and without the shopper: for whoever helps."""

from typing import NamedTuple

from flask import Blueprint, abort
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin import shell
from app.admin.doors.session import for_shop, saw
from app.admin.tables import Said
from app.commerce import bodies
from app.commerce.models import Delivery, Order
from app.lib import plugins
from app.lib.words import merchant_sentence, sentence
from app.privacy import masking
from app.shops.models import Shop
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.polls.models import CarrierWatch
from app.tracking.scans import standing
from app.vocabulary import InboxState

blueprint = Blueprint("told", __name__)

MOST = 20
"""So many deliveries and scans are shown, the latest."""

STATES: Said[InboxState] = Said(
    {
        InboxState.WAITING: sentence("waiting"),
        InboxState.DONE: sentence("done"),
        InboxState.IGNORED: sentence("ignored"),
        InboxState.PARKED: sentence("parked"),
    }
)
"""What became of a notice."""


class Notice(NamedTuple):
    """One delivery, and what it says without its shopper."""

    row: Delivery
    body: str


@blueprint.get("/shipments/<int(max=9223372036854775807):shipment_id>/told")
@for_shop
def index(session: Session, shop: Shop, shipment_id: int) -> str:
    """Show the notices that speak of a parcel or its order, its scans as they came, and who is asked."""
    shipment = session.scalar(select(Shipment).filter_by(id=shipment_id, shop_id=shop.id)) or abort(404)
    order = session.get_one(Order, shipment.order_id)
    words = [word for word in (order.external_id, shipment.number) if word]
    scans = select(TrackingEvent).where(standing.scans_of(shipment)).order_by(TrackingEvent.id.desc())
    every = plugins.discover("app.carriers")  # named, as the index has them before the numbers
    asked = select(CarrierWatch).filter_by(shop_id=shop.id, number=shipment.number)
    asked = asked.where(CarrierWatch.source.in_(every))
    saw(session, merchant_sentence("what was told of shipment %(number)s, masked", number=shipment.id))
    return shell.page(
        session,
        shop,
        "shipments/told.html",
        "shipments",
        shipment=shipment,
        order=order,
        states=STATES,
        notices=[
            Notice(row, masking.masked(row.body or b""))
            for row in bodies.naming(session, shop.id, words, most=MOST)
        ],
        scans=session.scalars(scans.limit(MOST)).all(),
        asked=session.scalars(asked).all() if shipment.number else [],
    )
