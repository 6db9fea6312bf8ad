"""At which address shoppers see their pages: ours, or one of the merchant's own."""

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.doors.session import address, for_shop
from app.shops import page_host
from app.shops.models import Shop
from app.shops.page_host import Unfit

blueprint = Blueprint("page_host", __name__)

LONGEST = 300


@blueprint.get("/address")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show where the pages are, and what is missing for them to move."""
    return _page(session, shop, page_host.wanted(shop) or "")


@blueprint.post("/address")
@for_shop
def choose(session: Session, shop: Shop) -> Response | str:
    """Choose an address, or look again whether it leads to us."""
    typed = request.form.get("host", "")[:LONGEST]
    try:
        page_host.choose(session, shop, page_host.read(typed))
    except Unfit as error:
        return _page(session, shop, typed, wrong=str(error))
    return redirect(address("page_host.index", said="looking"), 303)


@blueprint.post("/address/give-up")
@for_shop
def give_up(session: Session, shop: Shop) -> Response:
    """Let the pages stand at our own address."""
    page_host.give_up(session, shop)
    return redirect(address("page_host.index", said="given-up"), 303)


def _claim(session: Session, shop: Shop) -> tuple[str, str] | None:
    """Return the record that has to say that the chosen name is this shop's; None: none has to."""
    name = page_host.wanted(shop)
    if name is None or not page_host.wants_claim(session, shop, name):
        return None
    return page_host.claim_record(shop, name)


def _page(session: Session, shop: Shop, typed: str, wrong: str | None = None) -> str:
    return shell.page(
        session,
        shop,
        "settings/page_host.html",
        "connection",
        typed=typed,
        wrong=wrong,
        wanted=page_host.wanted(shop),
        claim=_claim(session, shop),
        failure=page_host.failure(session, shop),
        ours=page_host.ours(),
        url=page_host.public_url(shop),
    )
