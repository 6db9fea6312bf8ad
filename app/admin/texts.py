"""Text messages: the provider's account, the number they come from, to whom they go, and one to try it."""

from flask import Blueprint, abort, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.session import address, for_shop, saw
from app.channels.sms.base import Provider
from app.lib import reading
from app.messages import replies
from app.messages.providers import spending
from app.messages.providers.models import BY_MEDIUM
from app.shops import texting
from app.shops.models import Shop
from app.shops.texting import Texting, Whom
from app.vocabulary import Medium

blueprint = Blueprint("texts", __name__)

LONGEST = 5000
"""Characters of one field: a private key has some thousand."""
MOST = 20
"""Of what shoppers texted, how much is shown."""


@blueprint.get("/texts")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show with whom texts go out, and what came of trying it."""
    account, heard = texting.account(session, shop), replies.newest(session, shop.id, most=MOST)
    if heard:
        saw(session, "replies " + ",".join(str(reply.id) for reply, _ in heard))
    return shell.page(
        session,
        shop,
        "texts.html",
        "messages",
        account=account,
        providers=texting.everyone(),
        whom=Whom,
        is_being_tried=texting.is_being_tested(session, shop.id),
        chosen=request.args.get("provider"),
        million=texting.MILLION,
        heard=heard,
        spent=spending.of_today(session, shop).get(BY_MEDIUM[Medium.SMS], 0),
        is_nearly_spent=spending.is_nearly_spent,
        unanswered=replies.unanswered(session, shop.id),
    )


@blueprint.post("/texts/<key>")
@for_shop
def keep(session: Session, shop: Shop, key: str) -> Response:
    """Keep an account; an empty field stays as it was."""
    provider = _provider(key)
    account = texting.account(session, shop)
    is_same = account is not None and account.provider is provider
    keys = dict(account.keys) if account and is_same else {}
    for field in provider.fields:
        entered = request.form.get(field.name, "").strip()[:LONGEST]
        if entered:
            keys[field.name] = entered
        elif field.name not in keys and not field.is_optional:
            return _back(key, "missing")
    sender = texting.sender_of(request.form.get("sender", ""), shop.country)
    if sender is None:
        return _back(key, "sender")
    typed = request.form.get("price", "").strip()
    price = texting.price_of(typed)
    if typed and price is None:
        return _back(key, "price")
    limit = request.form.get("daily", "").strip()
    daily = texting.daily_of(limit)
    if limit and daily is None:
        return _back(key, "daily")
    whom = Whom.ALLOWED if request.form.get("whom") == Whom.ALLOWED else Whom.ASKED
    chosen = Texting(provider=key, sender=sender, whom=whom, price=price, daily=daily)
    texting.keep(session, shop, provider, keys, chosen)
    return _back(key, "kept")


@blueprint.post("/texts/test")
@for_shop
def test(session: Session, shop: Shop) -> Response:
    """Send a text to the number that was typed."""
    account = texting.account(session, shop) or abort(404)
    to = reading.phone(request.form.get("to", "").strip()[:LONGEST], shop.country) or ""
    if not to.startswith("+"):
        return _back(account.provider.key, "to")
    texting.test(session, shop, to, Medium.SMS)
    return _back(account.provider.key, "trying")


@blueprint.post("/texts/forget")
@for_shop
def forget(session: Session, shop: Shop) -> Response:
    """Forget the account and its keys: no more texts go out."""
    texting.forget(session, shop)
    return redirect(address("texts.index", said="forgotten"), 303)


def _provider(key: str) -> Provider:
    return next((one for one in texting.everyone() if one.key == key), None) or abort(404)


def _back(key: str, said: str) -> Response:
    return redirect(address("texts.index", provider=key, said=said), 303)
