"""Notes about a parcel, for the merchant's own team."""

from flask import Blueprint, abort, g, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin.doors.session import address, for_shop
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.tracking.parcels import notes

blueprint = Blueprint("notes", __name__)

ONE = "/shipments/<int(max=9223372036854775807):shipment_id>/notes"


@blueprint.post(ONE)
@for_shop
def write(session: Session, shop: Shop, shipment_id: int) -> Response:
    """Keep a note; an empty one is none."""
    mine = select(Shipment).filter_by(id=shipment_id, shop_id=shop.id)
    shipment = session.scalar(mine) or abort(404)
    words = request.form.get("words", "").strip()[: notes.LONGEST]
    if words:
        notes.write(session, shipment, words, g.visitor.who)
    return _back(shipment_id, "noted" if words else "empty")


@blueprint.post(f"{ONE}/<int(max=9223372036854775807):note_id>/remove")
@for_shop
def remove(session: Session, shop: Shop, shipment_id: int, note_id: int) -> Response:
    """Remove a note for good."""
    if not notes.remove(session, shop.id, shipment_id, note_id):
        abort(404)
    return _back(shipment_id, "removed")


def _back(shipment_id: int, said: str) -> Response:
    return redirect(address("shipment.show", shipment_id=shipment_id, said=said) + "#notes", 303)
