"""The doors: the list of a visitor's stores, the sign-in link, and what a stranger is told."""

from flask import Blueprint, abort, redirect, render_template
from flask import session as cookie
from sqlalchemy import select
from werkzeug.exceptions import BadRequest, NotFound, Unauthorized
from werkzeug.wrappers import Response

from app.admin import answer, embedded, session, shell
from app.lib import signing
from app.lib.db import transaction
from app.shops.models import Shop
from app.vocabulary import ShopState

STORES = 50
"""How many stores one list shows."""


def register(blueprint: Blueprint) -> None:
    """Open the doors of the admin."""
    blueprint.add_url_rule("", "home", stores, strict_slashes=False)
    blueprint.add_url_rule("/sign-in/<token>", "sign_in", ask_to_sign_in)
    blueprint.add_url_rule("/sign-in/<token>", "enter", sign_in, methods=["POST"])
    blueprint.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    for error in (BadRequest, Unauthorized, NotFound):
        blueprint.register_error_handler(error, refused)


def stores() -> str | Response:
    """Show the visitor's stores, each with its answer; a visitor with one store is taken to it."""
    visitor = session.visitor()
    if visitor is None:
        embedded.turn_away()
    mine = select(Shop).filter_by(state=ShopState.INSTALLED).order_by(Shop.name, Shop.id).limit(STORES)
    if visitor.shop_ids is not None:
        mine = mine.where(Shop.id.in_(visitor.shop_ids))
    with transaction() as opened:
        shops = list(opened.scalars(mine))
        tallies = answer.tally(opened, shops)
    if len(shops) == 1 and visitor.shop_ids is not None:
        return redirect(f"/admin/{shops[0].id}/shipments")
    return render_template(
        "admin/stores.html",
        stores=[(shop, shell.platform_of(shop), tallies[shop.id]) for shop in shops],
        form_token=session.form_token,
        signed_in=bool(cookie.get("shops")),
    )


def ask_to_sign_in(token: str) -> str:
    """Show the button that signs in: mail scanners follow links, but press no buttons."""
    _shop_of(token)
    return render_template("admin/sign_in.html")


def sign_in(token: str) -> Response:
    """Let this browser into the shop that the link was made for."""
    shop_id = _shop_of(token)
    session.grant(shop_id, who="sign-in link")
    return redirect(f"/admin/{shop_id}/shipments", 303)


def sign_out() -> Response:
    """Forget this browser."""
    session.check_form()
    cookie.clear()
    return redirect("/admin", 303)


def refused(error: BadRequest | Unauthorized | NotFound) -> tuple[str, int]:
    """Say what is wrong and where to go, without telling whether a shop exists."""
    return render_template("admin/refused.html", error=error), error.code or 400


def _shop_of(token: str) -> int:
    try:
        return session.shop_of_link(token)
    except signing.Forged:
        abort(401)
