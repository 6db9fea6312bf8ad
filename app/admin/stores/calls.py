"""What Doorstep was to do outside and could not: why, and another try."""

from flask import Blueprint, redirect
from sqlalchemy import and_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import paging, shell
from app.admin.doors.session import address, for_shop
from app.commerce.models import Order
from app.shops import calls
from app.shops.models import Call, Shop

blueprint = Blueprint("calls", __name__)


@blueprint.get("/connection/undone")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show everything that failed for good or too often, newest first."""
    about = and_(Order.id == Call.order_id, Order.shop_id == shop.id)
    columns = (Call.id, Call.kind, Call.failure, Call.attempts, Call.ended_at, Order.name)
    undone = select(*columns).outerjoin(Order, about).where(Call.shop_id == shop.id, calls.parked())
    page = paging.newest_first(session, undone, Call.id)
    return shell.page(session, shop, "stores/calls.html", "connection", page=page)


@blueprint.post("/connection/undone/<int(max=9223372036854775807):call_id>/retry")
@for_shop
def retry(session: Session, shop: Shop, call_id: int) -> Response:
    """Have one of them tried again."""
    count = calls.retry(session, shop.id, call_id)
    return redirect(address("calls.index", said="again" if count else "gone"), 303)


@blueprint.post("/connection/undone/retry")
@for_shop
def retry_all(session: Session, shop: Shop) -> Response:
    """Have all of them tried again."""
    count = calls.retry(session, shop.id)
    return redirect(address("calls.index", said="again" if count else "gone"), 303)
