"""The doors: the list of a visitor's stores, an invitation, and what a stranger is told."""

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.exceptions import BadRequest, Forbidden, NotFound, TooManyRequests, Unauthorized
from werkzeug.wrappers import Response

from app.admin import answer, shell
from app.admin.doors import embedded, session, signing_in
from app.admin.doors import stores as stores_of
from app.admin.doors.team import ROLES
from app.admin.saying import say
from app.lib.db import transaction
from app.lib.words import merchant_sentence
from app.shops import team
from app.shops.models import Shop

STORES = 50
"""How many stores one list shows."""


def register(blueprint: Blueprint) -> None:
    """Open the doors of the admin."""
    blueprint.add_url_rule("", "home", stores, strict_slashes=False)
    signing_in.register(blueprint)
    blueprint.add_url_rule("/join/<token>", "ask_to_join", ask_to_join)
    blueprint.add_url_rule("/join/<token>", "join", join, methods=["POST"])
    for error in (BadRequest, Unauthorized, Forbidden, NotFound, TooManyRequests):
        blueprint.register_error_handler(error, refused)


def stores() -> str | Response:
    """Show the visitor's stores, each with its answer; who has one is taken to it, unless asked for all."""
    visitor = session.visitor()
    if visitor is None:
        embedded.turn_away()
    with transaction() as opened:
        shops = stores_of.of(opened, visitor, at_most=STORES)
        tallies = answer.tally(opened, shops, most=1)
    if len(shops) == 1 and visitor.shop_ids is not None and "all" not in request.args:
        return redirect(f"/admin/{shops[0].id}/home")
    return render_template(
        "admin/doors/stores.html",
        stores=[(shop, shell.platform_of(shop), tallies[shop.id]) for shop in shops],
        form_token=session.form_token,
        signed_in=visitor.since is not None,
        address=visitor.address,
    )


def ask_to_join(token: str) -> str:
    """Show the button that takes an invitation up."""
    with transaction() as opened:
        member = team.invitation(opened, token) or abort(401)
        shop = opened.get_one(Shop, member.shop_id)
    role = ROLES[member.role]
    invited = say(role.invited, does=say(role.does))
    return render_template("admin/doors/join.html", shop=shop, invited=invited, form_token=session.form_token)


def join(token: str) -> Response:
    """Let this browser into the shop as the member that the invitation is for, and use it up."""
    session.check_form()
    with transaction() as opened:
        member = team.join(opened, token) or abort(401)
        session.arrived(opened, member.shop_id, member.address, merchant_sentence("came in by an invitation"))
    session.grant(member.shop_id, who=member.address, member_id=member.id)
    return redirect(f"/admin/{member.shop_id}/home", 303)


def refused(error: BadRequest | Unauthorized | Forbidden | NotFound | TooManyRequests) -> tuple[str, int]:
    """Say what is wrong and where to go, without telling whether a shop exists."""
    page = render_template("admin/doors/refused.html", error=error, by_itself=type(error).description)
    return page, error.code or 400
