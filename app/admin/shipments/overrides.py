"""Where a parcel is by the merchant's word: said with a reason, taken back in one click; and asking now."""

from flask import Blueprint, abort, g, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin.doors.session import address, for_shop, saw
from app.lib import limits
from app.lib.words import merchant_sentence
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.tracking.scans import overrides
from app.tracking.sources import asking_now
from app.vocabulary import ShipmentStatus

blueprint = Blueprint("overrides", __name__)

ONE = "/shipments/<int(max=9223372036854775807):shipment_id>"
MINUTE = 60


@blueprint.post(f"{ONE}/status")
@for_shop
def declare(session: Session, shop: Shop, shipment_id: int) -> Response:
    """Let a parcel stand where the merchant says; without a reason nothing is changed."""
    shipment = _find(session, shop, shipment_id)
    status, words = request.form.get("status", ""), request.form.get("why", "").strip()
    if status not in set(overrides.CHOICES):
        abort(400)
    if not words:
        return _back(shipment, "why")
    why = words[: overrides.LONGEST]
    overrides.declare(session, shop, shipment, ShipmentStatus(status), words=why, who=g.visitor.who)
    saw(
        session,
        merchant_sentence("shipment %(number)s, said to be %(status)s", number=shipment.id, status=status),
    )
    return _back(shipment, "said")


@blueprint.post(f"{ONE}/status/<int(max=9223372036854775807):override_id>/undo")
@for_shop
def take_back(session: Session, shop: Shop, shipment_id: int, override_id: int) -> Response:
    """Let a parcel stand where its scans put it."""
    shipment = _find(session, shop, shipment_id)
    if not overrides.take_back(session, shop, shipment, override_id):
        abort(404)
    return _back(shipment, "unsaid")


@blueprint.post(f"{ONE}/ask")
@for_shop
def ask(session: Session, shop: Shop, shipment_id: int) -> Response:
    """Have whoever knows asked where a parcel is; once a minute."""
    shipment = _find(session, shop, shipment_id)
    if not limits.allows("ask-now", f"{shop.id}:{shipment.id}", times=1, seconds=MINUTE):
        return _back(shipment, "lately")
    return _back(shipment, f"ask-{asking_now.ask(session, shop, shipment)}")


def _find(session: Session, shop: Shop, shipment_id: int) -> Shipment:
    return session.scalar(select(Shipment).filter_by(id=shipment_id, shop_id=shop.id)) or abort(404)


def _back(shipment: Shipment, said: str) -> Response:
    return redirect(address("shipment.show", shipment_id=shipment.id, said=said) + "#status", 303)
