"""Marks that flows leave in the store: a tag on an order or a shopper, a line in an order's note."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.commerce.models import Order
from app.flows.actions.base import Task
from app.lib import plugins
from app.lib.reading import Json
from app.lib.told import tell
from app.platforms.base import Platform
from app.shops import calls
from app.shops.models import Shop
from app.vocabulary import CallReason

CUSTOMER_TAG, ORDER_TAG, ORDER_NOTE = "customer tag", "order tag", "order note"
LONGEST_TAG = 40
"""Shopify cuts an order's tags no longer than this, and parts them by commas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is to stand in the store."""

    what: str
    whose: str
    """The order or shopper, as the store calls them."""
    says: str
    refused: str | None
    """Why the store will not let us, in a sentence."""


def is_no_tag(says: str) -> str | None:
    """Return what keeps a text from being a tag; None: it is one."""
    if not says or "," in says or len(says) > LONGEST_TAG:
        return tell("Write one tag beside “says”: up to %(most)s letters and no comma.", most=LONGEST_TAG)
    return None


def ask(session: Session, task: Task, what: str) -> None:
    """Have a mark left after this transaction."""
    shop = session.get_one(Shop, task.shop_id)
    order_id, profile_id = task.matter.order_id, task.matter.profile_id
    payload = {"what": what, "says": task.says, "order_id": order_id, "profile_id": profile_id}
    kind, key = f"{shop.platform}.mark", f"mark:{task.key}"
    calls.ask(session, shop.id, kind, key, payload, order_id=order_id, profile_id=profile_id)


def prepare(session: Session, shop_id: int, payload: Json) -> Mark | CallReason:
    """Return what to write where, or why nothing: whom it is about is gone, or the store has no record of."""
    row: Order | Profile | None
    if payload["what"] == CUSTOMER_TAG:
        row = session.get(Profile, payload["profile_id"] or 0)
    else:
        row = session.get(Order, payload["order_id"] or 0)
    if row is None or row.external_id is None:
        return CallReason.SUPERSEDED
    if row.erased_at is not None:
        return CallReason.ERASED
    shop = session.get_one(Shop, shop_id)
    return Mark(
        what=payload["what"],
        whose=row.external_id,
        says=payload["says"],
        refused=_refused(shop, payload["what"]),
    )


def _refused(shop: Shop, what: str) -> str | None:
    platform: Platform = plugins.discover("app.platforms")[shop.platform]
    scope = platform.marks_with.get(what)
    if scope is None or scope in shop.scopes.split():
        return None
    return f"your store does not let Doorstep leave it ({scope})"
