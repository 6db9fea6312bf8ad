"""How a WooCommerce store connects: its own page hands us keys, or the merchant types them in.

The keys come from the store's server, unsigned: what ties them to a store and a browser is a state that we
made, and what makes them believable is that the store itself accepts them.
"""

import re
import secrets
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from app import returning
from app.admin import shell
from app.admin.doors import entrance, session
from app.admin.saying import say
from app.lib import limits
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.lib.words import merchant_sentence
from app.platforms.woocommerce import authorize
from app.platforms.woocommerce.authorize import Found, NoStore, WrongKeys
from app.shops import connecting, errands, install
from app.shops.models import ConnectState
from app.vocabulary import PlatformKey

BROWSER = "connecting"
"""In the cookie: what shows that the browser that comes back is the one that left."""
TRIES, WINDOW = 10, 600
"""How many stores one visitor may have us look for, in how many seconds."""
MANY_TRIES = merchant_sentence("That were many tries. Please wait ten minutes, then try again.")
KEY = re.compile(r"c[ks]_[A-Za-z0-9]{20,100}")

Page = tuple[str, int]

blueprint = Blueprint("connect_woocommerce", __name__)
blueprint.register_error_handler(BadRequest, entrance.refused)


@blueprint.get("", strict_slashes=False)
def ask_which_store() -> Page:
    """Ask for the store's address."""
    return _form()


@blueprint.post("/start")
def start() -> Response | Page:
    """Send the merchant to their store's own page, where it lets us in."""
    session.check_form()
    if not _can_be_handed_keys():
        return _form(error=say("This Doorstep is not served over https, so no store hands it keys."))
    try:
        found = _find()
    except NoStore as error:
        return _form(error=str(error))
    cookie.setdefault(BROWSER, secrets.token_urlsafe(16))
    with transaction() as opened:
        state = connecting.begin(
            opened,
            browser=cookie[BROWSER],
            store_url=found.url,
            store_name=found.name,
            timezone=found.timezone,
        )
    here = settings().url
    back, hand = (here + url_for(f".{name}") for name in ("come_back", "take_keys"))
    return redirect(authorize.ask_for_keys(found.url, state=state, back_to=back, hand_to=hand), 303)


@blueprint.post("/callback")
def take_keys() -> Page:
    """Take keys from a store's server, if we asked for them and the store accepts them.

    Anything but 200 makes the store delete the keys and show the merchant an error page of its own; so what
    is wrong with keys that we did ask for is told on our page.
    """
    state, keys = _handed(request.get_json(silent=True))
    with transaction() as opened:
        asked = connecting.use(opened, state)
    if asked is None:
        abort(400, "Nobody asked for these keys, or they come too late.")
    found = Found(url=asked.store_url, name=asked.store_name, timezone=asked.timezone)
    try:
        shop_id, failure = _connect(found, keys), None
    except (WrongKeys, Unreachable) as error:
        shop_id, failure = None, _why(error)
    with transaction() as opened:
        connecting.end(opened, asked, shop_id=shop_id, failure=failure)
    return "", 200


@blueprint.get("/return")
def come_back() -> Page:
    """Tell the merchant who comes back from their store what became of it."""
    asked = _asked(request.args.get("user_id", ""))
    outcome = _outcome(asked, agreed=request.args.get("success") == "1")
    values = {"outcome": outcome, "asked": asked, "state": request.args.get("user_id", "")}
    page = render_template(
        "admin/stores/connect_woocommerce_return.html",
        form_token=session.form_token,
        here=settings().url,
        **values,
    )
    return page, 200 if asked else 400


@blueprint.post("/open")
def let_in() -> Response:
    """Let the browser that connected a store into its pages."""
    session.check_form()
    asked = _asked(request.form.get("state", ""))
    if asked is None or asked.shop_id is None:
        abort(400, say("This took too long, or began in another browser. Please connect the store again."))
    return _welcome(asked.shop_id)


@blueprint.post("/keys")
def type_keys() -> Response | Page:
    """Connect a store with keys that the merchant made in its back office."""
    session.check_form()
    keys = [request.form.get(name, "").strip() for name in ("key", "secret")]
    if not all(KEY.fullmatch(key) for key in keys):
        return _form(
            error=say("A key begins with ck_ and its secret with cs_. Copy both whole."),
            by_hand=True,
            is_of_keys=True,
        )
    try:
        shop_id = _connect(_find(), ":".join(keys))
    except (NoStore, WrongKeys, Unreachable) as error:
        return _form(error=_why(error), by_hand=True, is_of_keys=isinstance(error, WrongKeys))
    return _welcome(shop_id)


@blueprint.after_request
def protect(response: Any) -> Any:  # noqa: ANN401 - Flask's and Werkzeug's responses
    """Guard these pages like the admin's; their form alone ends at another address, the store's."""
    guarded = shell.protect(response)
    policy = guarded.headers["Content-Security-Policy"]
    stores = "https: http:" if settings().demo else "https:"
    guarded.headers["Content-Security-Policy"] = policy.replace(
        "form-action 'self'", f"form-action 'self' {stores}"
    )
    return guarded


def _form(error: str | None = None, *, by_hand: bool = False, is_of_keys: bool = False) -> Page:
    page = render_template(
        "admin/stores/connect_woocommerce.html",
        error=error,
        is_of_keys=is_of_keys,
        by_hand=by_hand or not _can_be_handed_keys(),
        can_be_handed_keys=_can_be_handed_keys(),
        store=request.values.get("store", "").strip(),
        form_token=session.form_token,
        here=settings().url,
    )
    return page, 400 if error else 200


def _find() -> Found:
    if not limits.allows("connect", request.remote_addr or "", times=TRIES, seconds=WINDOW):
        raise NoStore(MANY_TRIES)
    return authorize.find(request.form.get("store", ""))


def _can_be_handed_keys() -> bool:
    return settings().url.startswith("https://") or settings().demo


def _handed(said: object) -> tuple[str, str]:
    """Return state and keys of what a store's server posted."""
    fields = said if isinstance(said, dict) else {}
    state, *keys = (str(fields.get(name, "")) for name in ("user_id", "consumer_key", "consumer_secret"))
    if not state or not all(KEY.fullmatch(key) for key in keys):
        abort(400, "These are no keys of a store.")
    return state, ":".join(keys)


def _connect(found: Found, keys: str) -> int:
    """Connect a store that accepts these keys, and return its shop; raises WrongKeys, Unreachable."""
    about = authorize.verify(found.url, keys)
    with transaction() as opened:
        store = install.Store(
            platform=PlatformKey.WOOCOMMERCE,
            domain=found.url.removeprefix("https://"),
            url=found.url,
            name=found.name,
            timezone=found.timezone,
            currency=about.currency,
            country=about.country,
            locale=about.locale,
            scopes=authorize.SCOPE,
        )
        shop = install.install(opened, store)
        secret = install.secret_of(opened, shop.id, "webhook_secret") or secrets.token_hex(32)
        install.keep_secret(opened, shop, "rest_keys", keys)
        install.keep_secret(opened, shop, "webhook_secret", secret)
        errands.add(opened, shop.id, "woocommerce.setup")
        returning.go_on(opened, shop)
        return shop.id


def _why(error: Exception) -> str:
    if isinstance(error, Unreachable):
        return merchant_sentence("Your store did not answer when we tried its keys: %(why)s.", why=error)
    return str(error)


def _asked(state: str) -> ConnectState | None:
    with transaction() as opened:
        return connecting.of_browser(opened, state, cookie.get(BROWSER, ""))


def _outcome(asked: ConnectState | None, *, agreed: bool) -> str:
    if asked is None:
        return "strange"
    if asked.shop_id is not None:
        return "connected"
    if asked.failure is not None:
        return "failed"
    if not agreed:
        return "denied"
    return "unheard" if asked.used_at is None else "checking"


def _welcome(shop_id: int) -> Response:
    session.grant(shop_id)
    return redirect(f"/admin/{shop_id}/flows", 303)
