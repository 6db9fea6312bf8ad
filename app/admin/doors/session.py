"""Who is asking, and for which shop: every page of a shop passes here first.

There are four ways in: the session token of Shopify's back office; the cookie of a browser that was let into
a shop, by a link or as the store's owner; the cookie of a person whose e-mail address was shown to be theirs,
who is let in wherever they work; and, in the demo only, simply coming.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, NoReturn, ParamSpec

import structlog
from flask import abort, g, request, url_for
from flask import session as cookie
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin.doors import embedded, permissions
from app.admin.saying import say
from app.lib import clock, signing
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.words import merchant_sentence
from app.platforms.shopify.session_token import Asker
from app.shops import entering, team
from app.shops.models import AccessRecord, Shop
from app.shops.team import Role
from app.vocabulary import PlatformKey, ShopState

SIGN_IN = "sign-in"
SIGN_IN_FOR = timedelta(minutes=10)
KNOWN_FOR = timedelta(days=30)
"""So long a browser is known, however often it is used; app/main.py says how long one that is not."""
ANEW, RECENT = timedelta(minutes=10), 50
"""A page that refreshes itself is recorded once in this time, unless the shop has so many newer records."""
SHOPS = 20
"""Into how many shops one cookie lets, for those who were let into each; people may work for any number."""

MERCHANT, DEMO = merchant_sentence("merchant"), merchant_sentence("demo")
"""Who somebody is of whom nothing else is known."""
LONGEST = 500
"""Characters of what is recorded."""

log = structlog.get_logger()

P = ParamSpec("P")
Answer = str | Response
Handler = Callable[Concatenate[Session, Shop, P], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who may see one shop or several."""

    who: str
    """For the record of who looked at which shopper's data."""
    shop_ids: frozenset[int] | None = frozenset()
    """Where they were let in; None: everywhere, in the demo."""
    member_id: int | None = None
    """Whom of the team they are in this shop; None: an owner, who comes from the store or by a link."""
    address: str | None = None
    """Theirs, as was shown: they are let in wherever a member has it."""
    since: datetime | None = None
    """When they were let in; None where every request says anew who asks."""
    staff: Asker | None = None
    """Who they are in Shopify's back office, where no cookie vouches for them."""

    @property
    def sees_several(self) -> bool:
        """Tell whether they may have more than one store to choose from."""
        return self.shop_ids is None or len(self.shop_ids) > 1 or self.address is not None

    def may_see(self, shop: Shop) -> bool:
        """Tell whether a shop may be one of theirs."""
        return self.shop_ids is None or shop.id in self.shop_ids or self.address is not None


def visitor(shop_id: int | None = None) -> Visitor | None:
    """Return who is asking, as they came into this shop; None for a stranger."""
    asker = embedded.asker()
    if asker is not None:
        return Visitor(
            who=merchant_sentence("Shopify staff %(number)s", number=asker.user_id),
            shop_ids=_shops_of(asker),
            staff=asker,
        )
    let_in = {int(number): come for number, come in cookie.get("let_in", {}).items() if _is_fresh(come[2])}
    address, known_since = cookie.get("person", (None, 0.0))
    address = address if _is_fresh(known_since) else None
    if let_in or address:
        who, member_id, since = let_in.get(shop_id or 0, (address or "nobody", None, known_since))
        return Visitor(
            who=who,
            shop_ids=frozenset(let_in),
            member_id=member_id,
            address=None if shop_id in let_in else address,
            since=datetime.fromtimestamp(since, UTC),
        )
    if settings().demo:
        return Visitor(who=DEMO, shop_ids=None)
    return None


def grant(shop_id: int, *, who: str = MERCHANT, member_id: int | None = None) -> None:
    """Let this browser into a shop from now on; call it only for someone shown to own the store."""
    others = [it for it in cookie.get("let_in", {}).items() if it[0] != str(shop_id)]
    latest = sorted(others, key=lambda it: float(it[1][2]))[1 - SHOPS :]  # a cookie keeps no order of its own
    cookie["let_in"] = dict(latest) | {str(shop_id): (who, member_id, clock.now().timestamp())}
    _begin()


def recognize(address: str) -> None:
    """Let this browser in wherever somebody works; call it only for someone shown to have this address.

    What it knew of the same person by an invitation, and what may have ended since, is forgotten.
    """
    known = cookie.get("let_in", {})
    cookie["let_in"] = {number: come for number, come in known.items() if come[0] != address}
    cookie["person"] = (address, clock.now().timestamp())
    _begin()


def sign_in_link(shop_id: int) -> str:
    """Return an address that lets whoever opens it first, within 10 minutes, into a shop's admin."""
    token = signing.timed_token(SIGN_IN, [shop_id, secrets.token_urlsafe(9)])
    return f"{settings().url}/admin/sign-in/{token}"


def shop_of_link(token: str) -> int:
    """Return the shop that a sign-in link was made for, used or not; raises Forged."""
    match signing.read_timed_token(SIGN_IN, token, int(SIGN_IN_FOR.total_seconds())):
        case [int(shop_id), str()]:
            return shop_id
        case _:
            raise signing.Forged


def use_link(session: Session, token: str) -> int | None:
    """Return the shop that a sign-in link was made for, and use it up; None where it was. Raises Forged."""
    shop_id = shop_of_link(token)
    return shop_id if entering.use_up(session, shop_id, token, SIGN_IN_FOR) else None


def for_shop(handler: Handler[P]) -> Callable[P, Answer]:
    """Give a handler the transaction of its request and the shop that its address names.

    A stranger is answered 401, and somebody else's shop 404, whether or not it exists.
    """

    @wraps(handler)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Answer:
        shop_id: Any = kwargs.pop("shop_id")
        g.visitor = visitor(shop_id)
        if g.visitor is None:
            embedded.turn_away()
        with transaction() as session:
            shop = session.scalar(select(Shop).filter_by(id=shop_id, state=ShopState.INSTALLED))
            if shop is None or not g.visitor.may_see(shop):
                _refuse(404, shop_id)
            g.shop = shop
            _check_role(session, shop, g.visitor)
            if request.method == "POST" and g.visitor.staff is None:
                check_form()
            answer = handler(session, shop, *args, **kwargs)
            if request.method == "POST" and isinstance(answer, Response) and "recorded" not in g:
                saw(session, _done(kwargs))
            return answer

    return guarded


def form_token() -> str:
    """Return what a form of this visitor must carry."""
    known: Visitor | None = g.get("visitor")
    if known is not None and known.staff is not None:
        return embedded.form_token(known.staff)
    if "csrf" not in cookie:
        cookie["csrf"] = secrets.token_urlsafe(16)
    return str(cookie["csrf"])


def check_form() -> None:
    """Answer 400 to a form that did not come from one of our pages in this very session."""
    expected = str(cookie.get("csrf") or secrets.token_urlsafe(16))
    if not hmac.compare_digest(request.form.get("csrf", "").encode(), expected.encode()):
        abort(400, say("This page was open for too long. Go back, reload it and try again."))


def saw(session: Session, what: str) -> None:
    """Record what this visitor was shown of shoppers' data, or did; the law asks for the first."""
    g.recorded = True
    row = AccessRecord(shop_id=g.shop.id, who=g.visitor.who, what=what[:LONGEST], at=clock.now())
    session.add(row)


def watched(session: Session, what: str) -> None:
    """Record what this visitor is shown by a page that refreshes itself: once, and anew after ten minutes."""
    columns = (AccessRecord.who, AccessRecord.what, AccessRecord.at)
    newest = select(*columns).filter_by(shop_id=g.shop.id).order_by(AccessRecord.id.desc()).limit(RECENT)
    since = clock.now() - ANEW
    known = {(who, said) for who, said, at in session.execute(newest) if at > since}
    if (g.visitor.who, what[:LONGEST]) not in known:
        saw(session, what)


def arrived(session: Session, shop_id: int, who: str, how: str) -> None:
    """Record that somebody "came in by an invitation"."""
    log.info("signed_in", shop=shop_id, how=how)
    session.add(AccessRecord(shop_id=shop_id, who=who, what=how, at=clock.now()))


def role_in(session: Session, shop: Shop, known: Visitor) -> Role | None:
    """Return what a visitor, asked for as of this shop, may do there; None for one who may not come in."""
    if known.since is None:
        return Role.OWNER
    if shop.signed_out_at is not None and known.since <= shop.signed_out_at:
        return None
    if known.address is not None:
        return team.role_at(session, shop.id, known.address, known.since)
    if known.member_id is not None:
        return team.role_of(session, shop.id, known.member_id, known.since)
    return Role.OWNER


def _check_role(session: Session, shop: Shop, known: Visitor) -> None:
    """Answer 404 to who was let go or signed out, and 403 to who may not do this."""
    role = role_in(session, shop, known)
    if role is None:
        _refuse(404, shop.id)
    if not role.covers(permissions.needed(request.endpoint or "")):
        _refuse(
            403,
            shop.id,
            say("Your role here does not allow this. An owner of the shop can give you another one."),
        )


def _refuse(status: int, shop_id: int, why: str | None = None) -> NoReturn:
    """Turn somebody away whom we know, and log it: who tries many doors is seen to."""
    log.warning("admin.refused", page=request.endpoint, status=status, shop=shop_id)
    abort(status, why)


def _begin() -> None:
    cookie["csrf"] = secrets.token_urlsafe(16)
    cookie.permanent = True


def _is_fresh(since: float) -> bool:
    return since > (clock.now() - KNOWN_FOR).timestamp()


def _done(named: dict[str, Any]) -> str:
    """Say which button was pressed: "flows: switch shipped"."""
    room, _, button = (request.endpoint or "").removeprefix("admin.").partition(".")
    return " ".join([f"{room}: {button}".replace("_", " "), *map(str, named.values())])


def _shops_of(asker: Asker) -> frozenset[int]:
    of_store = select(Shop.id).filter_by(platform=PlatformKey.SHOPIFY, domain=asker.domain)
    with transaction() as session:
        return frozenset(session.scalars(of_store))


def address(endpoint: str, **values: Any) -> str:  # noqa: ANN401 - what url_for takes
    """Return the address of a page of the current shop."""
    return url_for(f"admin.{endpoint}", shop_id=g.shop.id, **values)
