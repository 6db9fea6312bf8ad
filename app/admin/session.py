"""Who is asking, and for which shop: every page of a shop passes here first.

There are three ways in: the session token of Shopify's back office, the cookie of a merchant who connected
or followed a sign-in link, and, in the demo only, simply coming.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from flask import abort, g, request, url_for
from flask import session as cookie
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import embedded, permissions
from app.lib import clock, signing
from app.lib.config import settings
from app.lib.db import transaction
from app.platforms.shopify.session_token import Asker
from app.shops import team
from app.shops.models import AccessRecord, Shop
from app.shops.team import Role
from app.vocabulary import PlatformKey, ShopState

SIGN_IN = "sign-in"
SIGN_IN_SECONDS = 15 * 60

P = ParamSpec("P")
Answer = str | Response
Handler = Callable[Concatenate[Session, Shop, P], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who may see one shop or several."""

    who: str
    """For the record of who looked at which shopper's data."""
    shop_ids: frozenset[int] | None = frozenset()
    """None: every shop, in the demo."""
    member_id: int | None = None
    """Whom of the team they are in this shop; None: an owner, who comes from the store or by a link."""
    staff: Asker | None = None
    """Who they are in Shopify's back office, where no cookie vouches for them."""

    @property
    def sees_several(self) -> bool:
        """Tell whether they have more than one store to choose from."""
        return self.shop_ids is None or len(self.shop_ids) > 1

    def may_see(self, shop: Shop) -> bool:
        """Tell whether a shop is one of theirs."""
        return self.shop_ids is None or shop.id in self.shop_ids


def visitor(shop_id: int | None = None) -> Visitor | None:
    """Return who is asking, as they came into this shop; None for a stranger."""
    asker = embedded.asker()
    if asker is not None:
        return Visitor(who=f"Shopify staff {asker.user_id}", shop_ids=_shops_of(asker), staff=asker)
    if cookie.get("shops"):
        came_as, member_id = cookie.get("came_as", {}).get(str(shop_id), ("merchant", None))
        return Visitor(who=came_as, shop_ids=frozenset(cookie["shops"]), member_id=member_id)
    if settings().demo:
        return Visitor(who="demo", shop_ids=None)
    return None


def grant(shop_id: int, *, who: str = "merchant", member_id: int | None = None) -> None:
    """Let this browser into a shop from now on; call it only for someone shown to own the store."""
    cookie["shops"] = sorted({*cookie.get("shops", ()), shop_id})
    cookie["came_as"] = {**cookie.get("came_as", {}), str(shop_id): (who, member_id)}
    cookie["csrf"] = secrets.token_urlsafe(16)
    cookie.permanent = True


def sign_in_link(shop_id: int) -> str:
    """Return an address that lets whoever opens it within 15 minutes into a shop's admin."""
    return f"{settings().url}/admin/sign-in/{signing.timed_token(SIGN_IN, shop_id)}"


def shop_of_link(token: str) -> int:
    """Return the shop that a sign-in link was made for; raises Forged."""
    shop_id = signing.read_timed_token(SIGN_IN, token, SIGN_IN_SECONDS)
    if not isinstance(shop_id, int):
        raise signing.Forged
    return shop_id


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
                abort(404)
            g.shop = shop
            _check_role(session, shop.id, g.visitor)
            if request.method == "POST" and g.visitor.staff is None:
                check_form()
            return handler(session, shop, *args, **kwargs)

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
        abort(400, "This page was open for too long. Go back, reload it and try again.")


def saw(session: Session, what: str) -> None:
    """Record that this visitor was shown shoppers' data; the law asks for it even where nothing changes."""
    row = AccessRecord(shop_id=g.shop.id, who=g.visitor.who, what=what[:500], at=clock.now())
    session.add(row)


def role_in(session: Session, shop_id: int, known: Visitor) -> Role | None:
    """Return what a visitor, asked for as of this shop, may do there; None for one who was let go."""
    return Role.OWNER if known.member_id is None else team.role_of(session, shop_id, known.member_id)


def _check_role(session: Session, shop_id: int, known: Visitor) -> None:
    """Answer 404 to who was let go, and 403 to who may not do this."""
    role = role_in(session, shop_id, known)
    if role is None:
        abort(404)
    if not role.covers(permissions.needed(request.endpoint or "", request.method)):
        abort(403, "Your role here does not allow this. An owner of the shop can give you another one.")


def _shops_of(asker: Asker) -> frozenset[int]:
    of_store = select(Shop.id).filter_by(platform=PlatformKey.SHOPIFY, domain=asker.domain)
    with transaction() as session:
        return frozenset(session.scalars(of_store))


def address(endpoint: str, **values: Any) -> str:  # noqa: ANN401 - what url_for takes
    """Return the address of a page of the current shop."""
    return url_for(f"admin.{endpoint}", shop_id=g.shop.id, **values)
