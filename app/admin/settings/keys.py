"""Keys of the shop's programming interface: made, shown once, taken away at once."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask import Blueprint, abort, g, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.doors.session import address, for_shop, saw
from app.admin.saying import say
from app.admin.tables import Said
from app.lib.config import settings
from app.lib.words import merchant_sentence, sentence
from app.shops import api_keys
from app.shops.api_keys import Scope
from app.shops.models import Shop

blueprint = Blueprint("keys", __name__)

LONGEST = 60
SCOPES = Said(
    {
        Scope.READ_SHIPMENTS: sentence("Read shipments and exceptions"),
        Scope.WRITE_SHIPMENTS: sentence("Set a status or carrier, deal with exceptions, write notes"),
        Scope.READ_MESSAGES: sentence("Read messages with their why"),
        Scope.WRITE_MESSAGES: sentence("Send a message again"),
        Scope.READ_CUSTOMERS: sentence("Read customers, and make a copy of all that is known of one"),
        Scope.WRITE_CUSTOMERS: sentence("Erase a customer"),
        Scope.READ_FLOWS: sentence("See which flows are on"),
        Scope.WRITE_FLOWS: sentence("Switch flows on and off"),
        Scope.READ_STOCK: sentence("See how many wait for what"),
        Scope.WRITE_STOCK: sentence("Put somebody into the line for a thing that is sold out"),
    }
)


@blueprint.get("/settings/keys")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show which keys there are."""
    return _page(session, shop)


@blueprint.post("/settings/keys")
@for_shop
def make(session: Session, shop: Shop) -> str:
    """Make a key, and show it: this once, as only its hash is kept."""
    name = request.form.get("name", "").strip()[:LONGEST]
    scopes = [Scope(it) for it in request.form.getlist("scope") if it in set(Scope)]
    errors = _errors(name, scopes)
    if not errors and len(api_keys.of_shop(session, shop.id)) >= api_keys.MOST:
        errors["name"] = say("There are %(most)s. Take one away first.", most=api_keys.MOST)
    if errors:
        return _page(session, shop, errors=errors, typed=name, ticked=scopes)
    secret = api_keys.make(session, shop.id, name, scopes, g.visitor.who)
    saw(
        session,
        merchant_sentence("made the key %(name)s for %(scopes)s", name=name, scopes=", ".join(scopes)),
    )
    return _page(session, shop, secret=secret)


@blueprint.post("/settings/keys/<int(max=9223372036854775807):key_id>/revoke")
@for_shop
def revoke(session: Session, shop: Shop, key_id: int) -> Response:
    """Let nobody in by a key any more."""
    if not api_keys.revoke(session, shop.id, key_id):
        abort(404)
    saw(session, merchant_sentence("took away key %(key)s", key=key_id))
    return redirect(address("keys.index", said="revoked"), 303)


def _errors(name: str, scopes: Sequence[Scope]) -> dict[str, str]:
    """Return what is missing, by field."""
    errors = {}
    if not name:
        errors["name"] = say("Name it after what will use it.")
    if not scopes:
        errors["scope"] = say("Tick at least one thing that it may do.")
    return errors


def _page(  # noqa: PLR0913 - what one page shows
    session: Session,
    shop: Shop,
    *,
    errors: Mapping[str, str] = MappingProxyType({}),
    typed: str = "",
    ticked: list[Scope] | None = None,
    secret: str = "",
) -> str:
    return shell.page(
        session,
        shop,
        "settings/keys.html",
        "settings",
        keys=api_keys.of_shop(session, shop.id),
        scopes=SCOPES,
        errors=errors,
        typed=typed,
        ticked=ticked if ticked is not None else [Scope.READ_SHIPMENTS],
        secret=secret,
        longest=LONGEST,
        base=f"{settings().url}/api/v1",
    )
