"""The doors: the list of a visitor's stores, the sign-in link, and what a stranger is told."""

from flask import Blueprint, abort, redirect, render_template
from flask import session as cookie
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, Forbidden, NotFound, Unauthorized
from werkzeug.wrappers import Response

from app.admin import answer, embedded, session, shell
from app.admin.team import ROLES
from app.lib import signing
from app.lib.db import transaction
from app.shops import team
from app.shops.models import Shop
from app.vocabulary import ShopState

STORES = 50
"""How many stores one list shows."""


def register(blueprint: Blueprint) -> None:
    """Open the doors of the admin."""
    blueprint.add_url_rule("", "home", stores, strict_slashes=False)
    blueprint.add_url_rule("/sign-in/<token>", "sign_in", ask_to_sign_in)
    blueprint.add_url_rule("/sign-in/<token>", "enter", sign_in, methods=["POST"])
    blueprint.add_url_rule("/join/<token>", "ask_to_join", ask_to_join)
    blueprint.add_url_rule("/join/<token>", "join", join, methods=["POST"])
    blueprint.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    for error in (BadRequest, Unauthorized, Forbidden, NotFound):
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
        shops = [shop for shop in opened.scalars(mine) if _may_come_in(opened, shop.id)]
        tallies = answer.tally(opened, shops)
    if len(shops) == 1 and visitor.shop_ids is not None:
        return redirect(f"/admin/{shops[0].id}/home")
    return render_template(
        "admin/stores.html",
        stores=[(shop, shell.platform_of(shop), tallies[shop.id]) for shop in shops],
        form_token=session.form_token,
        signed_in=bool(cookie.get("shops")),
    )


def _may_come_in(opened: Session, shop_id: int) -> bool:
    known = session.visitor(shop_id)
    return known is not None and session.role_in(opened, shop_id, known) is not None


def ask_to_sign_in(token: str) -> str:
    """Show the button that signs in: mail scanners follow links, but press no buttons."""
    _shop_of(token)
    return render_template("admin/sign_in.html")


def sign_in(token: str) -> Response:
    """Let this browser into the shop that the link was made for."""
    shop_id = _shop_of(token)
    session.grant(shop_id, who="sign-in link")
    return redirect(f"/admin/{shop_id}/home", 303)


def ask_to_join(token: str) -> str:
    """Show the button that takes an invitation up."""
    with transaction() as opened:
        member = team.invitation(opened, token) or abort(401)
        shop = opened.get_one(Shop, member.shop_id)
    name, does = ROLES[member.role]
    return render_template("admin/join.html", shop=shop, role=name, does=does, form_token=session.form_token)


def join(token: str) -> Response:
    """Let this browser into the shop as the member that the invitation is for, and use it up."""
    session.check_form()
    with transaction() as opened:
        member = team.join(opened, token) or abort(401)
    session.grant(member.shop_id, who=member.address, member_id=member.id)
    return redirect(f"/admin/{member.shop_id}/home", 303)


def sign_out() -> Response:
    """Forget this browser."""
    session.check_form()
    cookie.clear()
    return redirect("/admin", 303)


def refused(error: BadRequest | Unauthorized | Forbidden | NotFound) -> tuple[str, int]:
    """Say what is wrong and where to go, without telling whether a shop exists."""
    return render_template("admin/refused.html", error=error), error.code or 400


def _shop_of(token: str) -> int:
    try:
        return session.shop_of_link(token)
    except signing.Forged:
        abort(401)
