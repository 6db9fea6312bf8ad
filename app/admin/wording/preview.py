"""A message in a frame: by itself at a signed address, under a policy of its own that lets nothing run.

A frame in Shopify's back office has no cookie, and so the address says who may look: it is given out by the
editor's page, and good for an hour or two.
"""

from dataclasses import replace

from flask import Blueprint, Response, abort, render_template, url_for
from sqlalchemy import select
from werkzeug.exceptions import Gone

from app.admin.doors import embedded
from app.admin.wording import state
from app.lib import clock, signing
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.signing import Forged
from app.messages.documents.document import Document, Misfit
from app.messages.wording import showing, versions
from app.shops.models import Shop
from app.vocabulary import PlatformKey, ShopState, Trigger

blueprint = Blueprint("mail_preview", __name__)

PURPOSE = "mail-preview"
HOUR = 3600
POLICY = (
    "sandbox; default-src 'none'; img-src https: data: {ours}; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def url(  # noqa: PLR0913 - what of a message is shown
    shop: Shop,
    trigger: Trigger,
    document: Document,
    filled: str,
    language: str,
    *,
    dark: bool,
    number: int = 1,
) -> str:
    """Return where a draft is shown; another one for another draft, so that a frame shows it anew.

    `number`: as the how manieth message of its flow.
    """
    told = [shop.id, trigger, filled, language, dark, number, document.digest, _hour()]
    return url_for("admin.mail_preview.show", token=signing.token(PURPOSE, told))


@blueprint.get("/mail-preview/<token>")
def show(token: str) -> Response:
    """Show the draft as it is now."""
    shop_id, trigger, filled, language, dark, number = _told(token)
    with transaction() as session:
        shop = session.scalar(select(Shop).filter_by(id=shop_id, state=ShopState.INSTALLED))
        if shop is None:
            abort(404)
        try:
            document = versions.draft(session, shop.id, trigger)
        except Misfit:
            return _framed(shop, _failed())
        letter = state.letter(session, shop, trigger, document, filled, language)
    letter = letter if filled.isdecimal() else replace(letter, step=number)
    shown = showing.of(letter)
    return _framed(shop, showing.framed(shown.html, dark=dark) if shown.html else _failed())


def _failed() -> str:
    return render_template("admin/wording/failed.html")


def _told(token: str) -> tuple[int, Trigger, str, str, bool, int]:
    """Return what an address shows; 404 where it is none of ours, 410 where it is too old."""
    try:
        told = signing.read_token(PURPOSE, token)
    except Forged:
        abort(404)
    match told:
        case [int(shop_id), str(name), str(filled), str(language), bool(dark), int(number), _, int(hour)] if (
            name in set(Trigger) and hour <= _hour() <= hour + 1
        ):
            return shop_id, Trigger(name), filled, language, dark, number
    raise Gone


def _framed(shop: Shop, html: str) -> Response:
    response = Response(html, mimetype="text/html")
    is_embedded = shop.platform is PlatformKey.SHOPIFY
    hosts = embedded.frames(shop.domain).removeprefix("frame-ancestors") if is_embedded else ""
    response.headers["Content-Security-Policy"] = POLICY.format(ours=settings().url) + hosts
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _hour() -> int:
    return int(clock.now().timestamp()) // HOUR
