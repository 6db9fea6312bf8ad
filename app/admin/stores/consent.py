"""Whether the store is told who agreed to offers: not until the merchant wants that."""

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin.doors.session import for_shop
from app.admin.stores import telling
from app.commerce import consent_record
from app.shops.models import Shop

blueprint = Blueprint("store_consent", __name__)


@blueprint.get("/store-consent")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show whether the store is told, and what that takes."""
    return telling.show(session, shop, "stores/consent.html", consent_record)


@blueprint.post("/store-consent")
@for_shop
def switch(session: Session, shop: Shop) -> Response:
    """Begin or stop telling the store; it begins with what is said from now on."""
    return telling.switch(session, shop, "store_consent.index", consent_record)
