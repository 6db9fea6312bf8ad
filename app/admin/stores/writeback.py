"""Whether the store is told where its parcels are: not until the merchant says that nobody hears it twice."""

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.doors.session import address, for_shop
from app.admin.stores.inbox import RECONNECT
from app.shops.models import Shop
from app.tracking import writeback

blueprint = Blueprint("writeback", __name__)


@blueprint.get("/store-pages")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show whether the store is told, and what that takes."""
    return shell.page(
        session,
        shop,
        "writeback.html",
        "connection",
        since=writeback.since(shop),
        may=writeback.may(shop),
        reconnect=url_for(RECONNECT[shop.platform], shop=shop.domain, store=shop.domain),
    )


@blueprint.post("/store-pages")
@for_shop
def switch(session: Session, shop: Shop) -> Response:
    """Begin or stop telling the store; it begins with what is news from now on."""
    on = request.form.get("on") == "yes"
    if on and not writeback.may(shop):
        abort(400, "Your store does not let Doorstep do this yet.")
    writeback.switch(session, shop, on=on)
    return redirect(address("writeback.index", said="on" if on else "off"), 303)
