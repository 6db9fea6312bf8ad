"""Carriers that only this shop knows: what they are called, and where they show a parcel."""

from flask import Blueprint, abort, redirect, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import paging, shell
from app.admin.doors.session import Answer, address, for_shop
from app.admin.saying import retold
from app.lib import told
from app.shops.models import Shop
from app.tracking.carriers import own_carriers
from app.tracking.models import OwnCarrier, Shipment

blueprint = Blueprint("own_carriers", __name__)
ONE = "/carriers/<int(max=9223372036854775807):carrier_id>"


@blueprint.get("/carriers")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show the shop's own carriers, and how many parcels each has."""
    return _page(session, shop)


@blueprint.post("/carriers")
@for_shop
def add(session: Session, shop: Shop) -> Answer:
    """Keep a new carrier."""
    name, template = _typed()
    try:
        own = own_carriers.add(session, shop, name, template)
    except own_carriers.Refused as error:
        return _refused(session, shop, error, None)
    return _done("added", own)


@blueprint.post(ONE)
@for_shop
def change(session: Session, shop: Shop, carrier_id: int) -> Answer:
    """Rename a carrier, or move its page."""
    own = _find(session, shop, carrier_id)
    name, template = _typed()
    try:
        own_carriers.change(session, shop, own, name, template)
    except own_carriers.Refused as error:
        return _refused(session, shop, error, own)
    return _done("changed", own)


@blueprint.post(f"{ONE}/remove")
@for_shop
def remove(session: Session, shop: Shop, carrier_id: int) -> Answer:
    """Forget a carrier."""
    own = _find(session, shop, carrier_id)
    own_carriers.remove(session, shop, own)
    return _done("removed", own)


@blueprint.post(f"{ONE}/undo")
@for_shop
def undo(session: Session, shop: Shop, carrier_id: int) -> Answer:
    """Take back what was done to a carrier last: its removal, or a change of it."""
    own = _find(session, shop, carrier_id)
    try:
        if own.removed_at is not None:
            own_carriers.restore(session, own)
        else:
            own_carriers.take_back(session, shop, own)
    except own_carriers.Refused as error:
        return _refused(session, shop, error, None)
    return _done("undone", own)


def _find(session: Session, shop: Shop, carrier_id: int) -> OwnCarrier:
    own = session.scalar(select(OwnCarrier).filter_by(id=carrier_id, shop_id=shop.id))
    return own or abort(404)


def _typed() -> tuple[str, str]:
    return request.form.get("name", ""), request.form.get("template", "")


def _done(said: str, own: OwnCarrier) -> Response:
    return redirect(address("own_carriers.index", said=said, carrier=own.id), 303)


def _refused(session: Session, shop: Shop, error: ValueError, own: OwnCarrier | None) -> Response:
    name, template = _typed()
    typed = {"id": own.id if own else None, "name": name, "template": template}
    return Response(
        _page(session, shop, wrong=retold(told.of(error)), typed=typed), 422, mimetype="text/html"
    )


def _page(session: Session, shop: Shop, **values: object) -> str:
    parcels = (
        select(Shipment.own_carrier_id, func.count())
        .where(Shipment.shop_id == shop.id, Shipment.own_carrier_id.is_not(None))
        .group_by(Shipment.own_carrier_id)
    )
    about = paging.asked("carrier", 0)
    return shell.page(
        session,
        shop,
        "sources/own_carriers.html",
        "connection",
        carriers=own_carriers.kept(session, shop.id),
        parcels=dict(list(session.execute(parcels))),
        about=session.scalar(select(OwnCarrier).filter_by(id=about, shop_id=shop.id)) if about else None,
        **values,
    )
