"""The form of a thing that is sold out: tell me, once, when it is back.

It stands on our own page, in a theme (asked through Shopify's app proxy), on a product page of a store with
our plug-in (which signs), or on a merchant's own site (CORS). Whoever asks learns nothing of the address:
known or not, it is answered the same.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug import Response as BaseResponse

from app.audience.address import readable_email
from app.commerce import catalog
from app.commerce.models import Product, Variant
from app.flows.triggers import confirm_waiting
from app.lib import crypto, limits
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import sentence
from app.shops import brand as brands
from app.shops.models import Shop
from app.stock import shelves, waiting
from app.stock.models import Waiting
from app.stock.waiting import Asked
from app.storefront import embedded, hosts, look, lookup
from app.storefront.embedded import Place
from app.vocabulary import ShopState

pages = Blueprint("back_in_stock", __name__)

VISITOR, ADDRESS = (10, 600), (20, 86_400)
"""Requests of one visitor, and for one address in a shop, in how many seconds."""
LONGEST_WORDING = 500
HONEYPOT = "website"
"""A field that people do not see, and programs fill in."""
AGREED = sentence(
    "Send me one e-mail when it is back. My address is used for nothing else, and I can take this back "
    "at any time."
)
"""What is agreed to by the button."""
WHICH = sentence("Which one?")
"""Beside the list of variants that are sold out."""
ASKED = sentence("Thank you. We write to you once, as soon as it is back.")
CONFIRM = sentence(
    "Please open the mail that we have just sent you and confirm it. Until then nothing comes."
)
THERE = sentence("It is back already: you can buy it now.")
NO_ADDRESS = sentence("Please fill in an e-mail address.")
TOO_OFTEN = sentence("That was more tries than we allow in a minute. Wait one, then try again.")
UNKNOWN = sentence("We do not know this one yet. Please try again in an hour.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request, in one sentence."""

    status: int
    sentence: str

    @property
    def is_asked(self) -> bool:
        """Whether the form has done its work."""
        return self.status == 200  # noqa: PLR2004 - OK


@pages.get("/back-in-stock", provide_automatic_options=False)
def show() -> Response:
    """Return the form for a variant of the shop that is named."""
    with transaction() as session:
        shop = lookup.shop_asked_for(session)
        found = _variant(session, shop, request.args.get("variant", "")) if shop else None
    if shop is None or found is None:
        return lookup.which_shop()
    return _page(shop, found, None)


@pages.route("/back-in-stock", methods=["POST", "OPTIONS"])
def ask() -> Response:
    """Take a request from our own page, or from a merchant's own site."""
    with transaction() as session:
        shop = lookup.shop_asked_for(session)
    if shop is None:
        return lookup.which_shop()
    origin = _origin()
    if not _is_of_shop(origin, shop):
        return Response("not a site of this shop\n", 403, content_type="text/plain")
    if request.method == "OPTIONS":
        return _shared(Response(status=204), origin)
    source = "page" if origin is None or _is_ours(origin) else str(urlsplit(origin).hostname)
    answer = _take(shop, request.remote_addr or "", source)
    if _wants_json():
        return _shared(_json(shop, answer), origin)
    with transaction() as session:
        found = _variant(session, shop, request.form.get("variant", ""))
    return _shared(_page(shop, found, answer), origin)


@pages.post("/proxy/shopify/back-in-stock")
def in_theme() -> Response:
    """Take a request from the block in a theme, through Shopify's app proxy."""
    try:
        place = embedded.of_shopify()
    except Forged:
        return embedded.refused()
    return _in_store(place, "theme")


@pages.post("/embed/<key>/back-in-stock")
def in_plugin(key: str) -> Response:
    """Take a request that a product page of a store with our plug-in passes on."""
    try:
        place, _ = embedded.of_plugin(key)
    except Forged:
        return embedded.refused()
    return _in_store(place, "plug-in")


@pages.get("/waiting/<token>")
def manage(token: str) -> Response:
    """Return what somebody waits for, with the buttons that confirm it and take it back."""
    with transaction() as session:
        found = _mine(session, token)
        is_over = found is None or found[1].told_at is not None
        return _over() if found is None or is_over else _mine_page(session, token, *found)


@pages.post("/waiting/<token>")
def change(token: str) -> BaseResponse:
    """Confirm a request, or take it back; a mailbox's one click gets no page."""
    is_one_click = request.form.get("List-Unsubscribe") == "One-Click"
    choice = "leave" if is_one_click else request.form.get("choice")
    with transaction() as session:
        found = _mine(session, token)
        if found is not None and choice == "confirm" and found[1].left_at is None:
            waiting.confirm(session, found[1])
        elif found is not None and choice == "leave":
            waiting.leave(found[1])
    if is_one_click:
        return Response("You are unsubscribed.\n", mimetype="text/plain")
    return redirect(url_for("storefront.back_in_stock.manage", token=token), 303) if found else _over()


def _take(shop: Shop, visitor: str, source: str) -> Answer:
    """Keep a request, unless a program made it; the answer does not depend on whose address it is."""
    address = readable_email(request.form.get("email", "").strip()[: lookup.LONGEST])
    if address is None:
        return Answer(422, NO_ADDRESS)
    if not _may_ask(shop, address, visitor):
        return Answer(429, TOO_OFTEN)
    words = look.reader(shop, request.form.get("locale"))
    read = " ".join(request.form.get("wording", "").split())[:LONGEST_WORDING]
    wants_confirmation = waiting.wants_confirmation(shop, words.locale)
    asked = Asked(
        address=address, wording=read or words.say(AGREED), source=source[:100], locale=words.locale
    )
    with transaction() as session:
        variant = _variant(session, shop, request.form.get("variant", ""))
        if variant is None or (wants_confirmation and not confirm_waiting.can_ask(session, shop.id)):
            return Answer(404, UNKNOWN)
        shelf = shelves.of(session, shop.id, variant.id)
        if shelf is not None and shelf.is_there:
            return Answer(409, THERE)
        row = None if request.form.get(HONEYPOT) else waiting.ask(session, shop, variant.id, asked)
        if row is not None and row.counts_since is None:
            confirm_waiting.ask(session, row)
    return Answer(200, CONFIRM if wants_confirmation else ASKED)


def _in_store(place: Place, source: str) -> Response:
    """Answer what stands between: always 200, as others may put a page of their own in place of a refusal."""
    answer = _take(place.shop, place.visitor, source)
    if not _wants_json():
        return embedded.notice(place, sentence("Tell me when it is back"), answer.sentence)
    told = _json(place.shop, answer)
    told.status_code = 200
    return told


def _json(shop: Shop, answer: Answer) -> Response:
    words = look.reader(shop, request.form.get("locale"))
    response = jsonify(said=words.say(answer.sentence), ok=answer.is_asked)
    response.status_code = answer.status
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(shop: Shop, variant: Variant | None, answer: Answer | None) -> Response:
    words = look.reader(shop, request.form.get("locale"))
    with transaction() as session:
        name = _name(session, variant) if variant else None
    return look.page(
        "back_in_stock",
        brands.of(shop),
        words,
        status=answer.status if answer else 200,
        shop=shop.domain,
        shows="form" if answer is None or answer.status in (422, 429) else "answer",
        variant=variant.external_id if variant else "",
        name=name,
        typed=request.form.get("email", ""),
        said=words.say(answer.sentence) if answer else None,
        agreed=words.say(AGREED),
    )


def _mine_page(session: Session, token: str, shop: Shop, row: Waiting) -> Response:
    words = look.reader(shop, row.locale)
    variant = session.get_one(Variant, row.variant_id)
    shows = "left" if row.left_at else "confirm" if row.counts_since is None else "mine"
    context: dict[str, Any] = {"shows": shows, "token": token, "name": _name(session, variant)}
    return look.page("back_in_stock", brands.of(shop), words, shop=shop.domain, **context)


def _mine(session: Session, token: str) -> tuple[Shop, Waiting] | None:
    try:
        shop_id, waiting_id = waiting.waiting_of(token)
    except Forged:
        return None
    if hosts.of_shop() not in (None, shop_id):
        return None
    shop = session.scalar(select(Shop).filter_by(id=shop_id, state=ShopState.INSTALLED))
    row = waiting.find(session, shop_id, waiting_id) if shop else None
    return (shop, row) if shop and row else None


def _variant(session: Session, shop: Shop, external_id: str) -> Variant | None:
    named = select(Variant).filter_by(shop_id=shop.id, external_id=external_id.strip()[:64])
    return session.scalar(named)


def _name(session: Session, variant: Variant) -> str:
    return catalog.called(session.get_one(Product, variant.product_id), variant)


def _may_ask(shop: Shop, address: str, visitor: str) -> bool:
    if not limits.allows("back-in-stock", visitor, times=VISITOR[0], seconds=VISITOR[1]):
        return False
    whose = f"{shop.id} {crypto.fingerprint(address).hex()}"
    return limits.allows("back-in-stock-address", whose, times=ADDRESS[0], seconds=ADDRESS[1])


def _origin() -> str | None:
    """Return the site that a script runs on; None for a plain form, as browsers say "null" for ours."""
    said = request.headers.get("Origin")
    return None if said == "null" else said


def _is_of_shop(origin: str | None, shop: Shop) -> bool:
    """Tell whether a browser sends this from a page of ours or of the shop; others are none of its sites."""
    if origin is None or _is_ours(origin):
        return True
    theirs = (urlsplit(shop.url), urlsplit(f"https://{shop.domain}"))
    return origin in {f"{site.scheme}://{site.netloc}" for site in theirs}


def _is_ours(origin: str) -> bool:
    return urlsplit(origin).netloc == request.host


def _shared(response: Response, origin: str | None) -> Response:
    """Let the shop's own site read an answer, and nobody else's."""
    if origin is not None:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, Accept"
        response.headers["Access-Control-Max-Age"] = "600"
    response.headers["Vary"] = "Origin, Accept-Language, Accept"
    return response


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _over() -> Response:
    return look.notice(
        404,
        sentence("This link has ended"),
        sentence("You have been told, or took it back a while ago. There is nothing to do."),
    )
