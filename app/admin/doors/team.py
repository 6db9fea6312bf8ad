"""The people who work for a shop: invited, given a role, let go."""

from typing import NamedTuple

from flask import Blueprint, abort, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.doors.session import address, for_shop, saw
from app.admin.saying import say
from app.lib import clock
from app.lib.config import settings
from app.lib.words import merchant_sentence, sentence
from app.shops import team
from app.shops.models import Shop
from app.shops.team import Role

blueprint = Blueprint("team", __name__)

ONE = "/team/<int(max=9223372036854775807):member_id>"
LONGEST = 254


class RoleWords(NamedTuple):
    """A role in sentences."""

    name: str
    does: str
    make: str
    """What a button says that gives it to somebody."""
    invited: str


ROLES = {
    Role.OWNER: RoleWords(
        sentence("Owner"),
        sentence("Everything, who may come in included."),
        sentence("Make owner"),
        sentence("You are invited as owner: %(does)s"),
    ),
    Role.EDITOR: RoleWords(
        sentence("Editor"),
        sentence(
            "Everything but the team, keys, erasing and files of everything, and disconnecting the store."
        ),
        sentence("Make editor"),
        sentence("You are invited as editor: %(does)s"),
    ),
    Role.SUPPORT: RoleWords(
        sentence("Support"),
        sentence("Looks at everything, answers shoppers, deals with exceptions, exports."),
        sentence("Make support"),
        sentence("You are invited as support: %(does)s"),
    ),
    Role.READER: RoleWords(
        sentence("Read-only"),
        sentence("Looks at every page and changes nothing."),
        sentence("Make read-only"),
        sentence("You are invited as read-only: %(does)s"),
    ),
}


@blueprint.get("/team")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show who may come in."""
    return _page(session, shop)


@blueprint.post("/team")
@for_shop
def invite(session: Session, shop: Shop) -> str:
    """Invite somebody, and show their link: this once, as only its hash is kept."""
    email, role = request.form.get("email", "").strip().lower()[:LONGEST], request.form.get("role", "")
    if "@" not in email.strip("@") or role not in list(Role):
        return _page(session, shop, typed=email, error=say("Write an e-mail address, as ana@example.com."))
    token = team.invite(session, shop.id, email, Role(role))
    saw(session, merchant_sentence("invited a member as %(role)s", role=role))
    return _page(session, shop, invited=email, link=f"{settings().url}/admin/join/{token}")


@blueprint.post(f"{ONE}/role")
@for_shop
def change(session: Session, shop: Shop, member_id: int) -> Response:
    """Give somebody another role."""
    role = request.form.get("role", "")
    if role not in list(Role):
        abort(400)
    return _done(session, done=team.change(session, shop.id, member_id, Role(role)), said="changed")


@blueprint.post(f"{ONE}/let-go")
@for_shop
def let_go(session: Session, shop: Shop, member_id: int) -> Response:
    """Let somebody in no more, from their next click on."""
    return _done(session, done=team.let_go(session, shop.id, member_id), said="gone")


@blueprint.post("/team/sign-out")
@for_shop
def sign_out(session: Session, shop: Shop) -> Response:
    """Let no browser in any more that was let in before, this one included; whoever may can come again."""
    saw(session, merchant_sentence("signed every browser out"))
    shop.signed_out_at = clock.now()
    return redirect(
        url_for("admin.home") if g.visitor.staff is None else address("team.index", said="out"), 303
    )


def _done(session: Session, *, done: bool, said: str) -> Response:
    if not done:
        abort(404)
    saw(session, merchant_sentence("changed the team: %(what)s", what=said))
    return redirect(address("team.index", said=said), 303)


def _page(  # noqa: PLR0913 - what one page shows
    session: Session, shop: Shop, *, typed: str = "", error: str = "", invited: str = "", link: str = ""
) -> str:
    return shell.page(
        session,
        shop,
        "doors/team.html",
        "connection",
        members=team.of_shop(session, shop.id),
        roles=ROLES,
        typed=typed,
        error=error,
        invited=invited,
        link=link,
        days=team.GOOD_FOR.days,
    )
