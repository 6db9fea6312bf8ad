"""Whether the store is told where its parcels are: not until the merchant says that nobody hears it twice."""

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin.doors.session import for_shop
from app.admin.stores import telling
from app.shops.models import Shop
from app.tracking.parcels import writeback

blueprint = Blueprint("writeback", __name__)


@blueprint.get("/store-pages")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show whether the store is told, and what that takes."""
    return telling.show(session, shop, "stores/writeback.html", writeback)


@blueprint.post("/store-pages")
@for_shop
def switch(session: Session, shop: Shop) -> Response:
    """Begin or stop telling the store; it begins with what is news from now on."""
    return telling.switch(session, shop, "writeback.index", writeback)
