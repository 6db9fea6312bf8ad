"""A merchant lets go of Doorstep from our side; on Shopify that is done in the store's own back office."""

from flask import Blueprint, abort, render_template
from sqlalchemy.orm import Session

from app.admin.doors.session import for_shop
from app.shops import errands
from app.shops.models import Shop
from app.vocabulary import PlatformKey

blueprint = Blueprint("disconnect", __name__)


@blueprint.post("/connection/disconnect")
@for_shop
def leave(session: Session, shop: Shop) -> str:
    """Ask for our webhooks to be taken out of the store, after which nothing more is done for it."""
    if shop.platform is not PlatformKey.WOOCOMMERCE:
        abort(404)
    errands.add(session, shop.id, "woocommerce.disconnect")
    return render_template("admin/stores/disconnected.html", shop=shop)
