"""The doors of those who come without their store: a link by mail, the operator's provider, and out again.

Whether an address belongs to anybody is told to nobody but its mailbox: whoever asks gets the same answer.
"""

import hmac
import secrets

import structlog
from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import session as cookie
from sqlalchemy.orm import Session
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from app.admin.doors import session
from app.admin.saying import retold, say
from app.lib import limits, oidc, signing
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.lib.oidc import Asked, Refused
from app.lib.words import merchant_sentence, sentence
from app.shops import calls, team
from app.shops.team import Member

TRIES, LINKS, WINDOW = 10, 3, 15 * 60
"""How many links one visitor may ask for, and how many one mailbox gets, in how many seconds."""
LONGEST = 254
OPERATOR = merchant_sentence("sign-in link")
"""Who somebody is that the operator let in."""
OIDC = "oidc"
"""In the cookie: what this browser was sent to the provider with."""
BEFORE = sentence(
    "Somebody, and we hope it was you, wants to sign in to Doorstep with this address.\n\n"
    "To sign in, open this page and press its button:"
)
AFTER = sentence(
    "The link is good once, for 10 minutes. If it was not you, do nothing: without this mail nobody comes in."
)
"""What the mail says before its link, and after it: beside one in brackets no program finds its end."""

log = structlog.get_logger()


def register(blueprint: Blueprint) -> None:
    """Open these doors."""
    blueprint.add_url_rule("/sign-in", "sign_in", ask)
    blueprint.add_url_rule("/sign-in", "send_link", send_link, methods=["POST"])
    blueprint.add_url_rule("/sign-in/<token>", "ask_to_enter", ask_to_enter)
    blueprint.add_url_rule("/sign-in/<token>", "enter", enter, methods=["POST"])
    blueprint.add_url_rule("/sign-in/provider", "to_provider", to_provider)
    blueprint.add_url_rule("/sign-in/provider/back", "from_provider", from_provider)
    blueprint.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    blueprint.add_url_rule(
        "/sign-out/everywhere", "sign_out_everywhere", sign_out_everywhere, methods=["POST"]
    )


def ask() -> str:
    """Ask for an e-mail address."""
    return _page()


def send_link() -> str | tuple[str, int]:
    """Send a link to whoever works here under an address; the answer is the same for any."""
    session.check_form()
    _slow_down()
    email = request.form.get("email", "").strip().lower()[:LONGEST]
    if "@" not in email.strip("@"):
        return _page(typed=email, error=say("Write an e-mail address, as ana@example.com.")), 422
    may_have = limits.allows("sign-in mails", email, times=LINKS, seconds=WINDOW)
    with transaction() as opened:
        made = team.new_link(opened, email) if may_have else None
        if made is not None:
            _mail(opened, *made)
    return _page(sent_to=email)


def ask_to_enter(token: str) -> str:
    """Show the button that signs in: mail scanners follow links, but press no buttons."""
    with transaction() as opened:
        if not team.of_link(opened, token):
            _shop_of(token)
    return render_template("admin/doors/enter.html", form_token=session.form_token)


def enter(token: str) -> Response:
    """Let this browser in where the link leads, and use it up."""
    session.check_form()
    with transaction() as opened:
        works_at = team.use_link(opened, token)
        if works_at:
            return _welcome(opened, works_at, merchant_sentence("came in by a link in a mail"))
        _shop_of(token)
        shop_id = session.use_link(opened, token) or abort(401)
        session.arrived(
            opened, shop_id, OPERATOR, merchant_sentence("came in by a link that the operator made")
        )
    session.grant(shop_id, who=OPERATOR)
    return redirect(f"/admin/{shop_id}/home", 303)


def to_provider() -> Response | tuple[str, int]:
    """Send a browser to the operator's OpenID provider; nothing but its own cookie changes."""
    if not oidc.is_offered():
        abort(404)
    _slow_down()
    try:
        url, asked = oidc.begin(_back())
    except Unreachable as error:
        return _page(error=say("The provider could not be asked: %(why)s.", why=retold(str(error)))), 502
    cookie[OIDC] = [asked.state, asked.nonce, asked.verifier]
    return redirect(url)


def from_provider() -> Response | tuple[str, int]:
    """Let in whoever the provider vouches for, if they work here and left from this very browser."""
    asked = Asked(*cookie.pop(OIDC, ("", "", "")))
    given = request.args.get("state", "").encode()
    if not oidc.is_offered() or not asked.state or not hmac.compare_digest(given, asked.state.encode()):
        abort(400, say("This took too long, or began in another browser. Please start again."))
    try:
        email = oidc.finish(_back(), request.args.get("code"), asked)
    except Refused as error:
        log.warning("sign_in.refused", how="provider", why=str(error))
        return _page(error=retold(str(error))), 403
    except Unreachable as error:
        return _page(error=say("The provider could not be asked: %(why)s.", why=retold(str(error)))), 502
    with transaction() as opened:
        works_at = team.with_address(opened, email)
        if not works_at:
            log.warning("sign_in.refused", how="provider", why="works nowhere")
            return _page(
                error=say("%(address)s works for no shop here. An owner can invite you.", address=email)
            ), 403
        return _welcome(
            opened, works_at, merchant_sentence("came in by %(provider)s", provider=settings().oidc_name)
        )


def sign_out() -> Response:
    """Forget this browser."""
    session.check_form()
    return _forgotten()


def sign_out_everywhere() -> Response:
    """Let every browser forget this person, in all their shops."""
    session.check_form()
    known = session.visitor()
    if known is None or known.address is None:
        abort(404)
    with transaction() as opened:
        team.sign_out(opened, known.address)
    return _forgotten()


def _page(*, typed: str = "", error: str = "", sent_to: str = "") -> str:
    return render_template(
        "admin/doors/sign_in.html",
        form_token=session.form_token,
        typed=typed,
        error=error,
        sent_to=sent_to,
        provider=settings().oidc_name if oidc.is_offered() else None,
    )


def _mail(opened: Session, token: str, member: Member) -> None:
    """Have a link mailed after this transaction, by nobody whom it does not concern."""
    letter = {
        "to": member.address,
        "subject": say("Your link to sign in to Doorstep"),
        "text": f"{say(BEFORE)}\n{settings().url}/admin/sign-in/{token}\n\n{say(AFTER)}",
    }
    key = f"sign-in:{member.id}:{secrets.token_urlsafe(9)}"
    calls.ask(opened, member.shop_id, team.MAIL_LINK, key, letter, line=f"member:{member.id}")


def _welcome(opened: Session, works_at: list[Member], how: str) -> Response:
    """Let a person in wherever they work, and write down that they came."""
    for member in works_at:
        session.arrived(opened, member.shop_id, member.address, how)
    session.recognize(works_at[0].address)
    return redirect("/admin", 303)


def _forgotten() -> Response:
    cookie.clear()
    answer = redirect(url_for("admin.sign_in"), 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _slow_down() -> None:
    if not limits.allows("sign-in", request.remote_addr or "", times=TRIES, seconds=WINDOW):
        raise TooManyRequests(say("That were many tries. Please wait a quarter of an hour, then try again."))


def _back() -> str:
    return settings().url + url_for("admin.from_provider")


def _shop_of(token: str) -> int:
    try:
        return session.shop_of_link(token)
    except signing.Forged:
        log.warning("sign_in.refused", how="link", why="unknown, used or too old")
        abort(401, say("This link was used, or is too old. Ask for another one."))
