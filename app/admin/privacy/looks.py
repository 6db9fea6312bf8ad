"""The audit log: who came in, who looked at whose data, and who changed what."""

from flask import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin import paging, shell
from app.admin.doors.session import for_shop
from app.shops.models import AccessRecord, Shop

blueprint = Blueprint("looks", __name__)


@blueprint.get("/privacy/looks")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show the record, newest first; looking at it is not recorded, as it names nobody."""
    columns = (AccessRecord.id, AccessRecord.at, AccessRecord.who, AccessRecord.what)
    mine = select(*columns).where(AccessRecord.shop_id == shop.id)
    page = paging.newest_first(session, mine, AccessRecord.id)
    return shell.page(session, shop, "privacy/looks.html", "privacy", page=page)
