"""Lists that the merchant brings in: uploaded, looked at, brought in at their word, and taken back."""

import re

from flask import Blueprint, redirect, request
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import paging, shell
from app.admin.doors.session import address, for_shop
from app.admin.saying import say
from app.admin.tables import Said
from app.imports import bringing, uploads
from app.imports.bringing import LOOK, TAKE
from app.imports.models import Import, ImportKind, ImportState
from app.imports.table import NoTable
from app.imports.uploads import TOO_LONG
from app.lib.days import first_upper
from app.lib.words import sentence
from app.shops import errands
from app.shops.models import Shop

__all__ = ["LIMIT", "PATH", "TOO_LONG", "UPLOAD", "blueprint"]
blueprint = Blueprint("imports", __name__)

UPLOAD = "admin.imports.upload"
PATH = re.compile(r"/admin/[0-9]+/connection/lists")
LIMIT = uploads.LONGEST + 100_000
"""Bytes of the whole form."""
AT_ONCE = 3
"""How many looks at a file are taken before the page is shown: a short one is seen through by then."""
NO_FILE = sentence("Choose a file first.")
KINDS = Said(
    {
        ImportKind.SUBSCRIBERS: sentence("Subscribers"),
        ImportKind.PARCELS: sentence("Tracking numbers"),
        ImportKind.ORDERS: sentence("Orders"),
    }
)
KEPT = (ImportState.RUNNING, ImportState.DONE)
"""Something of it is here."""


@blueprint.get("/connection/lists")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show every list, newest first, and the form for another."""
    return _index(session, shop)


@blueprint.post("/connection/lists")
@for_shop
def upload(session: Session, shop: Shop) -> Response:
    """Take a file, and look at what it would bring."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return Response(_index(session, shop, say(NO_FILE)), 422, content_type="text/html")
    try:
        row = uploads.keep(session, shop, file.filename, file.stream)
    except NoTable as error:
        return Response(_index(session, shop, str(error)), 422, content_type="text/html")
    if row.state is ImportState.RUNNING:
        errands.add(session, shop.id, TAKE, str(row.id))
    elif all(bringing.look(session, row) for _ in range(AT_ONCE)):
        errands.add(session, shop.id, LOOK, str(row.id))
    return redirect(address("imports.show", import_id=row.id), 303)


@blueprint.get("/connection/lists/<int(max=9223372036854775807):import_id>")
@for_shop
def show(session: Session, shop: Shop, import_id: int) -> Response | str:
    """Show what a list would bring or has brought, and what of it was left out and why."""
    row = session.scalar(_mine(shop, import_id))
    if row is None:
        return redirect(address("imports.index", said="gone"), 303)
    share = None
    if row.layout is not None and row.state in (ImportState.LOOKING, ImportState.RUNNING):
        at = int(row.cursor.partition("|")[0]) if row.cursor else 0
        share = min(at / max(row.layout["size"], 1), 1.0)
    return shell.page(
        session,
        shop,
        "stores/import.html",
        "connection",
        row=row,
        kind=KINDS[row.kind],
        share=share,
        first_upper=first_upper,
    )


@blueprint.post("/connection/lists/<int(max=9223372036854775807):import_id>/go")
@for_shop
def go(session: Session, shop: Shop, import_id: int) -> Response:
    """Bring a list in that was looked at."""
    row = session.scalar(_mine(shop, import_id, ImportState.READY).with_for_update())
    if row is None:
        return redirect(address("imports.index", said="gone"), 303)
    bringing.go(session, row)
    return redirect(address("imports.show", import_id=row.id), 303)


@blueprint.post("/connection/lists/<int(max=9223372036854775807):import_id>/drop")
@for_shop
def drop(session: Session, shop: Shop, import_id: int) -> Response:
    """Throw a file away of which nothing was brought in."""
    unwanted = (ImportState.LOOKING, ImportState.READY)
    row = session.scalar(_mine(shop, import_id, *unwanted).with_for_update())
    if row is not None:
        session.delete(row)
    return redirect(address("imports.index", said="dropped" if row else "gone"), 303)


@blueprint.post("/connection/lists/<int(max=9223372036854775807):import_id>/undo")
@for_shop
def undo(session: Session, shop: Shop, import_id: int) -> Response:
    """Take back what a list brought."""
    row = session.scalar(_mine(shop, import_id, *KEPT).with_for_update())
    if row is None:
        return redirect(address("imports.index", said="gone"), 303)
    bringing.take_back(session, row)
    return redirect(address("imports.show", import_id=row.id), 303)


def _index(session: Session, shop: Shop, error: str | None = None) -> str:
    columns = (Import.id, Import.kind, Import.state, Import.asked_at, Import.counts, Import.name)
    mine = select(*columns).where(Import.shop_id == shop.id, Import.kind.in_(KINDS))
    page = paging.newest_first(session, mine, Import.id)
    return shell.page(session, shop, "stores/imports.html", "connection", page=page, kinds=KINDS, error=error)


def _mine(shop: Shop, import_id: int, *states: ImportState) -> Select[Import]:
    mine = select(Import).filter_by(id=import_id, shop_id=shop.id).where(Import.kind.in_(KINDS))
    return mine.where(Import.state.in_(states)) if states else mine
