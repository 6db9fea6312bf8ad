"""Ask aggregators to follow parcels, and where they are: no transaction is open meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass

from app.carriers.base import KeyRefused, Parcel, SourceError, Update
from app.lib import clock
from app.lib.db import transaction
from app.lib.http import Outside
from app.lib.reading import Unreadable
from app.lib.words import merchant_sentence
from app.shops.errands import Due
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.tracking.sources import following, sources
from app.tracking.sources.sources import Account


@dataclass(frozen=True, slots=True)
class Asking:
    """One question to one source."""

    shop_id: int
    shipment_id: int
    account: Account
    parcel: Parcel
    is_followed: bool


def follow(due: Due) -> None:
    """Ask the shop's aggregator to follow a parcel, unless it does."""
    asking = _asking(due)
    if asking is None or asking.is_followed or asking.account.source.register is None:
        return
    register, key = asking.account.source.register, asking.account.source.key
    try:
        answer = _answer(asking, lambda: register(Outside(), asking.account.keys, asking.parcel))
    except KeyRefused:
        raise
    except SourceError as error:
        if not error.permanent:
            raise
        with transaction() as session:
            session.get_one(Shipment, asking.shipment_id).follow_failure = str(error)
        return
    with transaction() as session:
        shipment = session.get_one(Shipment, asking.shipment_id, with_for_update=True)
        if shipment.number == asking.parcel.number:
            shipment.followed_by, shipment.follow_failure = key, None
        following.keep_answer(session, asking.shop_id, asking.parcel.number, answer, key)


def fetch(due: Due) -> None:
    """Ask the shop's aggregator where a parcel is."""
    asking = _asking(due)
    if asking is None or asking.account.source.fetch is None:
        return
    ask, key = asking.account.source.fetch, asking.account.source.key
    answer = _answer(asking, lambda: ask(Outside(), asking.account.keys, (asking.parcel,)))
    with transaction() as session:
        following.keep_answer(session, asking.shop_id, asking.parcel.number, answer, key)


def test(due: Due) -> None:
    """See whether a source takes the shop's keys; that it does not know the number is an answer as well."""
    with transaction() as session:
        mine = (one for one in sources.accounts(session, due.shop_id) if one.source.key == due.subject)
        account = next(mine, None)
    if account is None:
        return
    failure, is_refused = None, False
    try:
        _try(account)
    except SourceError as error:
        is_refused = isinstance(error, KeyRefused)
        failure = str(error) if is_refused or not error.permanent else None
    except Unreadable:
        failure = "it answers something that we cannot read"
    with transaction() as session:
        if is_refused:
            sources.refuse(session, due.shop_id, due.subject)
        sources.checked(session, due.shop_id, due.subject, at=clock.now(), failure=failure)


def _try(account: Account) -> None:
    source = account.source
    if source.authorize is not None:
        source.authorize(Outside(), account.keys)
    elif source.fetch is not None and source.probe is not None:
        source.fetch(Outside(), account.keys, (source.probe,))


HANDLERS: dict[str, Callable[[Due], None]] = {
    following.FOLLOW: follow,
    following.FETCH: fetch,
    following.TEST: test,
}


def _asking(due: Due) -> Asking | None:
    with transaction() as session:
        shop = session.get_one(Shop, due.shop_id)
        account = sources.aggregator(session, shop.id)
        found = following.asked(session, shop, int(due.subject))
        if account is None or found is None:
            return None
        shipment, parcel = found
        is_followed = shipment.followed_by == account.source.key
        return Asking(shop.id, shipment.id, account, parcel, is_followed)


def _answer(asking: Asking, ask: Callable[[], tuple[Update, ...]]) -> tuple[Update, ...]:
    """Return what a source answers; keys that it refuses are not tried again until there are new ones."""
    if asking.account.is_refused:
        raise KeyRefused(merchant_sentence("its keys were refused before"))
    try:
        return ask()
    except KeyRefused:
        with transaction() as session:
            sources.refuse(session, asking.shop_id, asking.account.source.key)
        raise
