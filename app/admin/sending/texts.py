"""Text messages: accounts with providers in their order, whence they come, to whom they go, and tests."""

from collections.abc import Sequence

from flask import Blueprint, abort, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.doors.session import address, for_shop, watched
from app.admin.saying import say
from app.admin.sending import entering
from app.admin.sending.entering import Entry
from app.channels.sms.base import Provider
from app.lib import reading
from app.lib.words import merchant_sentence
from app.messages.providers import spending
from app.messages.providers.models import BY_MEDIUM
from app.messages.responses import replies
from app.shops import letterheads, texting
from app.shops.models import Shop
from app.shops.texting import Account, Texting, Whom
from app.vocabulary import Medium

blueprint = Blueprint("texts", __name__)

LONGEST_NUMBER = 100
MOST = 20
"""Of what shoppers texted, how much is shown."""


@blueprint.get("/texts")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show with whom texts go out, and what came of trying it."""
    return _page(session, shop, entering.NOTHING)


def _page(session: Session, shop: Shop, entry: Entry) -> str:
    accounts, heard = texting.accounts(session, shop), replies.newest(session, shop.id, most=MOST)
    if heard:
        watched(
            session,
            merchant_sentence("replies %(numbers)s", numbers=",".join(str(reply.id) for reply, _ in heard)),
        )
    return shell.page(
        session,
        shop,
        "sending/texts.html",
        "messages",
        account=next(iter(accounts), None),
        accounts=accounts,
        able=[it.provider for it in texting.able(accounts)],
        providers=_in_turn(accounts),
        whom=Whom,
        entry=entry,
        is_being_tried=texting.is_being_tested(session, shop.id),
        chosen=entry.key or request.args.get("provider"),
        million=texting.MILLION,
        heard=heard,
        spent=spending.of_today(session, shop).get(BY_MEDIUM[Medium.SMS], 0),
        is_nearly_spent=spending.is_nearly_spent,
        unanswered=replies.unanswered(session, shop.id),
    )


@blueprint.post("/texts/<key>")
@for_shop
def keep(session: Session, shop: Shop, key: str) -> Response | str:
    """Keep an account; an empty field stays as it was."""
    provider, errors = _provider(key), dict[str, str]()
    account, leads = texting.account(session, shop, key=key), texting.of(shop)
    keys = entering.keys(provider, account.keys if account else {}, request.form, errors)
    sender = letterheads.sender_of(request.form.get("sender", ""), shop.country)
    typed = request.form.get("price", "").strip()
    price = letterheads.price_of(typed)
    if typed and price is None:
        errors["price"] = say("A price is a number, like 0.0079.")
    daily = entering.daily(request.form, errors)
    if sender is None:
        errors["sender"] = say(
            "A sender is a number with its country code, a short code, a messaging service (MG…), or a name "
            "of up to eleven letters."
        )
    if errors or sender is None:
        return _page(session, shop, Entry(key, request.form, errors))
    whom = Whom.ALLOWED if request.form.get("whom") == Whom.ALLOWED else Whom.ASKED
    if leads is not None and leads.provider != key:  # what is so of all of them is said at the first
        whom, daily = leads.whom, leads.daily
    chosen = Texting(provider=key, sender=sender, whom=whom, price=price, daily=daily)
    texting.keep(session, shop, provider, keys, chosen)
    return _back(key, "kept")


@blueprint.post("/texts/test")
@for_shop
def test(session: Session, shop: Shop) -> Response | str:
    """Send a text to the number that was typed, with whom was chosen."""
    account = texting.account(session, shop, key=request.form.get("provider")) or abort(404)
    to = reading.phone(request.form.get("to", "").strip()[:LONGEST_NUMBER], shop.country) or ""
    if not to.startswith("+"):
        wrong = say("That is no number we can send to. Write it with its country code: +1 303 555 0142.")
        return _page(session, shop, Entry(account.provider.key, request.form, {"to": wrong}))
    texting.test(session, shop, account.provider, to)
    return _back(account.provider.key, "trying")


@blueprint.post("/texts/<key>/first")
@for_shop
def first(session: Session, shop: Shop, key: str) -> Response:
    """Let a provider be asked before the others."""
    account = texting.account(session, shop, key=key) or abort(404)
    texting.go_first(session, shop, account.provider)
    return _back(key, "first")


@blueprint.post("/texts/<key>/forget")
@for_shop
def forget(session: Session, shop: Shop, key: str) -> Response:
    """Forget an account and its keys: nothing more goes out with it."""
    texting.forget(session, shop, key=_provider(key).key)
    return redirect(address("texts.index", said="forgotten"), 303)


def _in_turn(accounts: Sequence[Account]) -> list[Provider]:
    """Return the providers: those in use in their order, then the others."""
    mine = [it.provider for it in accounts]
    return [*mine, *(it for it in texting.everyone() if it not in mine)]


def _provider(key: str) -> Provider:
    return next((one for one in texting.everyone() if one.key == key), None) or abort(404)


def _back(key: str, said: str) -> Response:
    return redirect(address("texts.index", provider=key, said=said), 303)
