"""Lists that the merchant brought in, what came of each, and taking one back."""

from flask import Blueprint, redirect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import paging, shell
from app.admin.session import address, for_shop
from app.imports import files
from app.imports.models import Import, ImportKind, ImportState
from app.shops.models import Shop

blueprint = Blueprint("imports", __name__)

KINDS = {
    ImportKind.SUBSCRIBERS: ("Subscribers", "subscriber"),
    ImportKind.PARCELS: ("Tracking numbers", "tracking number"),
}


@blueprint.get("/connection/lists")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show every list, newest first."""
    columns = (Import.id, Import.kind, Import.state, Import.asked_at, Import.counts)
    mine = select(*columns).where(Import.shop_id == shop.id, Import.kind.in_(KINDS))
    page = paging.newest_first(session, mine, Import.id)
    return shell.page(session, shop, "imports.html", "connection", page=page, kinds=KINDS)


@blueprint.post("/connection/lists/<int(max=9223372036854775807):import_id>/undo")
@for_shop
def undo(session: Session, shop: Shop, import_id: int) -> Response:
    """Take back what a list brought."""
    mine = select(Import).filter_by(id=import_id, shop_id=shop.id).where(Import.kind.in_(KINDS))
    row = session.scalar(mine.with_for_update())
    if row is None or row.state is ImportState.UNDONE:
        return redirect(address("imports.index", said="gone"), 303)
    files.undo(session, row)
    return redirect(address("imports.index", said="undone"), 303)
