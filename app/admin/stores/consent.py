"""Whether the store is told who agreed to offers: not until the merchant wants that."""

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.doors.session import address, for_shop
from app.admin.stores.inbox import RECONNECT
from app.commerce import consent_record
from app.shops.models import Shop

blueprint = Blueprint("store_consent", __name__)


@blueprint.get("/store-consent")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show whether the store is told, and what that takes."""
    return shell.page(
        session,
        shop,
        "store_consent.html",
        "connection",
        since=consent_record.since(shop),
        may=consent_record.may(shop),
        reconnect=url_for(RECONNECT[shop.platform], shop=shop.domain, store=shop.domain),
    )


@blueprint.post("/store-consent")
@for_shop
def switch(session: Session, shop: Shop) -> Response:
    """Begin or stop telling the store; it begins with what is said from now on."""
    on = request.form.get("on") == "yes"
    if on and not consent_record.may(shop):
        abort(400, "Your store does not let Doorstep do this yet.")
    consent_record.switch(session, shop, on=on)
    return redirect(address("store_consent.index", said="on" if on else "off"), 303)
