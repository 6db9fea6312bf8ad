"""One question: who tells you where your parcels are? Accounts are entered, tried and forgotten here."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, redirect, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.doors.session import address, for_shop
from app.carriers.base import Source, SourceKind
from app.commerce.inbox import SOURCES
from app.commerce.models import Delivery
from app.lib.config import settings
from app.lib.words import sentence
from app.shops.models import Shop
from app.tracking.models import Shipment, is_under_way
from app.tracking.sources import following, sources
from app.tracking.sources.sources import Account, Teller

blueprint = Blueprint("sources", __name__)

LONGEST = 500
"""Characters of one key; none is nearly as long."""
KINDS = {Teller.AGGREGATOR: SourceKind.AGGREGATOR, Teller.CARRIERS: SourceKind.CARRIER}
ANSWERS = {
    Teller.STORE: sentence("Your store only"),
    Teller.AGGREGATOR: sentence("An aggregator"),
    Teller.CARRIERS: sentence("Your carrier accounts"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One source as the page shows it."""

    source: Source
    account: Account | None
    webhook: str | None
    """The address that the merchant copies into the source's own pages."""
    heard_at: datetime | None
    is_being_tried: bool


@blueprint.get("/sources")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show the question, the answer, and what the answer under view needs."""
    mine = {account.source.key: account for account in sources.accounts(session, shop.id)}
    teller = sources.teller(session, shop.id)
    offered = [who for who in ANSWERS if who not in KINDS or sources.everyone(KINDS[who])]
    asked = request.args.get("who")
    shown = next((who for who in offered if who == asked), teller)
    lines = [
        _line(session, shop, source, mine.get(source.key))
        for source in (sources.everyone(KINDS[shown]) if shown in KINDS else ())
    ]
    return shell.page(
        session,
        shop,
        "sources/index.html",
        "sources",
        answers={who: ANSWERS[who] for who in offered},
        teller=teller,
        shown=shown,
        lines=lines,
        accounts=list(mine.values()),
        chosen=request.args.get("source"),
        followed=following.count(session, shop.id),
        failures=_failures(session, shop.id),
    )


@blueprint.post("/sources/store")
@for_shop
def only_the_store(session: Session, shop: Shop) -> Response:
    """Let nobody but the store tell; every key that was entered is forgotten."""
    for account in sources.accounts(session, shop.id):
        sources.forget(session, shop.id, account.source.key)
    return redirect(address("sources.index"), 303)


@blueprint.post("/sources/<key>")
@for_shop
def keep(session: Session, shop: Shop, key: str) -> Response:
    """Keep an account, try it, and have the parcels on their way followed; an empty field stays as it was."""
    source = _source(key)
    account = _account(session, shop, key)
    keys = dict(account.keys) if account else {}
    for field in source.fields:
        entered = request.form.get(field.name, "").strip()[:LONGEST]
        if entered:
            keys[field.name] = entered
        elif field.name not in keys and not field.is_optional:
            return redirect(_of(source, said="missing"), 303)
    sources.keep(session, shop, source, keys)
    following.test(session, shop.id, key)
    following.follow_open(session, shop)
    return redirect(_of(source, said="kept"), 303)


@blueprint.post("/sources/<key>/test")
@for_shop
def test(session: Session, shop: Shop, key: str) -> Response:
    """Ask a source whether it takes our keys."""
    source = _source(key)
    if _account(session, shop, key) is None:
        abort(404)
    following.test(session, shop.id, key)
    return redirect(_of(source, said="trying"), 303)


@blueprint.post("/sources/<key>/forget")
@for_shop
def forget(session: Session, shop: Shop, key: str) -> Response:
    """Forget an account and its keys; what it told stays."""
    source = _source(key)
    sources.forget(session, shop.id, key)
    return redirect(_of(source, said="forgotten"), 303)


def _source(key: str) -> Source:
    every = (source for kind in SourceKind for source in sources.everyone(kind))
    return next((source for source in every if source.key == key), None) or abort(404)


def _account(session: Session, shop: Shop, key: str) -> Account | None:
    return next((one for one in sources.accounts(session, shop.id) if one.source.key == key), None)


def _of(source: Source, *, said: str) -> str:
    who = next(who for who, kind in KINDS.items() if kind is source.kind)
    return address("sources.index", who=who, source=source.key, said=said) + f"#{source.key}"


def _line(session: Session, shop: Shop, source: Source, account: Account | None) -> Line:
    pushes = source.verify is not None
    topic = Delivery.topic.startswith(f"{SOURCES}/{source.key}/", autoescape=True)
    newest = select(Delivery.received_at).where(Delivery.shop_id == shop.id, topic)
    return Line(
        source,
        account,
        f"{settings().url}/webhooks/{SOURCES}/{source.key}/{shop.key}" if pushes else None,
        session.scalar(newest.order_by(Delivery.id.desc()).limit(1)) if account and pushes else None,
        following.is_being_tested(session, shop.id, source.key),
    )


def _failures(session: Session, shop_id: int) -> list[tuple[str, int]]:
    """Return why parcels under way are not followed, and how many each."""
    why = Shipment.follow_failure
    rows = select(why, func.count()).where(Shipment.shop_id == shop_id, is_under_way(), why.is_not(None))
    rows = rows.group_by(why)
    return [(reason or "", count) for reason, count in session.execute(rows.order_by(func.count().desc()))]
