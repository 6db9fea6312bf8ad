"""What is said of several parcels of the queue at once, and taken back at once."""

from collections.abc import Sequence

from flask import Blueprint, abort, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin.answer import Group
from app.admin.doors.session import address, for_shop
from app.admin.exceptions import index as queue
from app.admin.shipments import narrowing
from app.admin.shipments.narrowing import Asked
from app.shops.models import Shop
from app.tracking.exceptions import attention

blueprint = Blueprint("several", __name__)


@blueprint.post("/exceptions/several/put-off")
@for_shop
def put_off(session: Session, shop: Shop) -> Response:
    """Take those that were ticked out of the queue for some days."""
    those = queue.parcels_in(request.form)
    return _back(attention.put_off_all(session, shop.id, those, queue.until(shop)), "put_off")


@blueprint.post("/exceptions/several/resolve")
@for_shop
def resolve(session: Session, shop: Shop) -> Response:
    """Take those that were ticked out of the queue for good."""
    return _back(attention.resolve_all(session, shop.id, queue.parcels_in(request.form)), "resolved")


@blueprint.post("/exceptions/several/bring-back")
@for_shop
def bring_back(session: Session, shop: Shop) -> Response:
    """Put several back into the queue."""
    return _back(attention.bring_back_all(session, shop.id, queue.parcels_in(request.form)), "back")


def _back(ids: Sequence[int], said: str) -> Response:
    """Lead back to the list; it says nothing where all of them have moved, or somebody was faster."""
    if not queue.parcels_in(request.form):  # none was ticked
        abort(404)
    here = Asked.of_form(request.form, tab=Group.EXCEPTIONS)._replace(tab=narrowing.ALL)
    done = {"said": f"{said}-all", "id": list(ids)} if ids else {}
    return redirect(address("exceptions.index", **done, **here.args), 303)
