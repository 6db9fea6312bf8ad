"""What aggregators push: for which shop it is, and whether it is signed with that shop's secret."""

from dataclasses import dataclass

from sqlalchemy import select

from app.carriers.base import Keys, Push, Source, Trust
from app.commerce import inbox
from app.commerce.inbox import Incoming
from app.lib import plugins
from app.lib.db import transaction
from app.shops.models import Shop
from app.tracking.sources import sources
from app.vocabulary import ShopState
from webhooks.senders import Remembered

NAME = "carriers"
"""What comes behind /webhooks/ in their addresses: carriers/<source>/<the shop's key>."""


@dataclass(frozen=True, slots=True)
class Account:
    """A shop's account with a source, as far as its deliveries are concerned."""

    shop_id: int
    keys: Keys | None
    """None: this shop has no account with this source."""


class Accounts:
    """The accounts of this installation."""

    def __init__(self) -> None:
        self._known = Remembered(_ask)

    async def receive(self, path: str, push: Push) -> Incoming | None:
        """Return the row for a delivery to `<source>/<shop's key>` that is signed; None for any other."""
        key, _, ref = path.partition("/")
        source: Source | None = plugins.discover("app.carriers").get(key)
        if source is None or source.verify is None or not ref:
            return None
        account = await self._known.get((key, ref))
        trust = _trust(source, push, account)
        if trust is Trust.NONE:
            account = await self._known.again((key, ref))
            trust = _trust(source, push, account)
        return None if trust is Trust.NONE else inbox.pushed(key, trust, account.shop_id, push.body)


def _ask(claim: tuple[str, str]) -> Account:
    key, ref = claim
    with transaction() as session:
        shop_id = session.scalar(select(Shop.id).filter_by(key=ref, state=ShopState.INSTALLED))
        found = sources.accounts(session, shop_id) if shop_id is not None else []
    keys = next((account.keys for account in found if account.source.key == key), None)
    return Account(shop_id or 0, keys)


def _trust(source: Source, push: Push, account: Account) -> Trust:
    if account.keys is None or source.verify is None:
        return Trust.NONE
    return source.verify(push, account.keys)
