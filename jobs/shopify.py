"""Errands to stores on Shopify: ask outside of any transaction, keep the answer inside of one."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import orjson
import structlog

from app import intake
from app.commerce import gaps, orders
from app.commerce.gaps import GapOutcome
from app.imports import history
from app.lib import clock
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.lib.reading import Json
from app.platforms.base import Record
from app.platforms.purchases import as_there
from app.platforms.shopify import answers, graphql, oauth
from app.platforms.shopify.graphql import TokenDead
from app.privacy import tasks
from app.shops import errands, tokens
from app.shops.errands import Due
from app.shops.models import Shop

HOURLY = 3600
BACKFILL = timedelta(days=30)
"""How far a store is read back when it connects: long enough for every parcel still on its way."""
OVERLAP = timedelta(minutes=10)
"""How much of the time before it every catch-up reads again, for changes that came out late."""
PATIENCE = 30.0
"""Seconds to wait while another process renews the token, with a glance at it every so often."""
GLANCE = 0.3

log = structlog.get_logger()


def shop_info(due: Due) -> None:
    """Keep what the store says of itself."""
    _keep(due.shop_id, answers.shop(ask(due.shop_id, "ShopInfo")))


def order(due: Due) -> None:
    """Fetch the order that `due.subject` names, unless it came meanwhile; that it is gone is an answer."""
    external_id, _, since = due.subject.partition(" ")
    wanted = datetime.fromisoformat(since) if since else None
    with transaction() as session:
        if not orders.behind(session, due.shop_id, {external_id: wanted}):
            gaps.take_back(session, due.shop_id, external_id)
            return
    records = fetch(due.shop_id, external_id)
    with transaction() as session:
        intake.apply(session, session.get_one(Shop, due.shop_id), records or (), clock.now())
        outcome = GapOutcome.REPAIRED if records else GapOutcome.GONE
        gaps.close(session, due.shop_id, external_id, outcome)


def fetch(shop_id: int, external_id: str) -> tuple[Record, ...] | None:
    """Return an order with all that belongs to it; None where the store has none. Raises as `ask` does."""
    found = ask(shop_id, "Order", {"id": f"gid://shopify/Order/{external_id}"}).get("order")
    return as_there(answers.order(found)) if found else None


def whole_order(due: Due) -> None:
    """Fetch an order that we hold without its parcels' scans and contents."""
    found = ask(due.shop_id, "Order", {"id": f"gid://shopify/Order/{due.subject}"}).get("order")
    if found:
        _keep(due.shop_id, answers.order(found))


def catch_up(due: Due) -> str:
    """Ask for every order that changed and that no delivery told us of, one page at a time."""
    sweep: Json = orjson.loads(due.cursor) if due.cursor else {"since": _begin(due), "is_first": True}
    sweep.setdefault("began", clock.now().isoformat())
    asked = {"since": f"updated_at:>='{sweep['since']}'", "after": sweep.get("after")}
    changed, after = answers.changed(ask(due.shop_id, "OrdersUpdatedSince", asked))
    with transaction() as session:
        behind = orders.behind(session, due.shop_id, changed)
        if not sweep.get("is_first"):
            gaps.found(session, due.shop_id, gaps.overdue(behind, changed))
        for external_id in behind:
            subject = f"{external_id} {changed[external_id].isoformat()}"
            errands.add(session, due.shop_id, "shopify.order", subject)
        if after:
            errands.add(session, due.shop_id, due.kind, every=HOURLY)
            return orjson.dumps(sweep | {"after": after}).decode()
    next_since = datetime.fromisoformat(sweep["began"]) - OVERLAP
    return orjson.dumps({"since": next_since.isoformat()}).decode()


def _begin(due: Due) -> str:
    """Return from when on what changed is asked for: what is older is the store's history."""
    with transaction() as session:
        since = history.listened_since(session, due.shop_id, clock.now() - BACKFILL)
    return (since - OVERLAP).isoformat()


def confirm_uninstall(due: Due) -> None:
    """Leave a shop that is said to have removed the app, if its token is found dead; else believe nothing."""
    try:
        ask(due.shop_id, "ShopInfo")
    except TokenDead:
        with transaction() as session:
            if not tokens.is_alive(session, due.shop_id):  # it may have come back this very moment
                tasks.leave(session, session.get_one(Shop, due.shop_id))
        return
    log.warning("uninstall.disbelieved", shop=due.shop_id)


HANDLERS: dict[str, Callable[[Due], str | None]] = {
    "shopify.shop_info": shop_info,
    "shopify.order": order,
    "shopify.whole_order": whole_order,
    "shopify.catch_up": catch_up,
    "shopify.confirm_uninstall": confirm_uninstall,
}


def ask(shop_id: int, operation: str, variables: Json | None = None) -> Json:
    """Return the data of an operation's answer, with a token renewed where need be.

    Raises TokenDead, the shop being marked for reconnection, or Unreachable.
    """
    with transaction() as session:
        domain = session.get_one(Shop, shop_id).domain
    for is_last in (False, True):
        token = _token(shop_id, domain)
        try:
            return graphql.ask(domain, token, operation, variables)
        except TokenDead:
            with transaction() as session:
                tokens.refuse(session, shop_id, token, for_good=is_last)
    raise TokenDead


def _token(shop_id: int, domain: str) -> str:
    patience_ends = time.monotonic() + PATIENCE
    while time.monotonic() < patience_ends:
        try:
            with transaction() as session:
                found = tokens.take(session, shop_id)
        except tokens.NoToken as error:
            raise TokenDead from error
        if isinstance(found, str):
            return found
        if isinstance(found, tokens.Lease):
            _renew(domain, found)
        else:
            time.sleep(GLANCE)
    raise Unreachable("another process renews the token, and takes long")


def _renew(domain: str, lease: tokens.Lease) -> None:
    try:
        grant = oauth.refresh(domain, lease.refresh)
    except TokenDead:
        with transaction() as session:
            tokens.give_up(session, lease)
        raise
    except Unreachable:
        with transaction() as session:
            tokens.release(session, lease)
        raise
    with transaction() as session:
        tokens.renew(session, lease, grant)


def _keep(shop_id: int, records: tuple[Record, ...]) -> None:
    with transaction() as session:
        intake.apply(session, session.get_one(Shop, shop_id), records, clock.now())
