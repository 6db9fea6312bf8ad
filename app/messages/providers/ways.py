"""Which way each mail of a chunk goes: the first provider in the merchant's order that may take it.

A provider that has refused for reasons of its own (its sign-in, its quota, no connection) rests for a while,
and the next one takes over. One whose daily budget is spent is passed by. The operator's server comes last.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels.server import Server
from app.lib import clock, crypto
from app.lib.config import settings
from app.lib.db import among
from app.messages.models import Message
from app.messages.providers import accounts, domains, spending
from app.messages.providers.models import HOUSE, Carries, MailDomain, Provider
from app.messages.providers.spending import Purse
from app.shops.models import Shop
from app.vocabulary import Category


@dataclass(frozen=True, slots=True)
class Way:
    """How a mail leaves, and what that is counted as."""

    purse: Purse
    is_reserved: bool = False
    """It was counted before it goes."""
    server: Server | None = None
    """None: the operator's."""
    sender: str | None = None
    """The address that it comes from, where that is not the operator's."""
    reply_to: str | None = None
    somebody_takes_over: bool = False
    """Should the provider refuse for reasons of its own, another may carry it."""

    @property
    def provider_id(self) -> int:
        """Whose it is; HOUSE: the operator's."""
        return self.purse.provider_id


@dataclass(frozen=True, slots=True)
class NoWay:
    """Nobody may carry it now."""

    is_spent: bool
    """The day's budget is; else whoever could carry it refuses."""
    until: datetime
    said: str
    """What the provider said."""


def choose(
    session: Session, shops: Mapping[int, Shop], messages: Sequence[Message]
) -> dict[int, Way | NoWay]:
    """Return how each message goes, by its id; what has a budget is reserved. Order news comes first."""
    shop_ids = {message.shop_id for message in messages}
    every = _providers(session, shop_ids)
    if not every and not settings().daily_mails:
        house = {shop_id: Way(_purse(shops[shop_id], HOUSE)) for shop_id in shop_ids}
        return {message.id: house[message.shop_id] for message in messages}
    chooser = _Chooser(session, shops, every, shop_ids)
    offers_last = sorted(messages, key=lambda message: (message.category is Category.MARKETING, message.id))
    chosen = {message.id: chooser.choose(message.shop_id, message.category) for message in offers_last}
    spending.add(session, chooser.reserved)
    return chosen


def for_merchant(session: Session, shop: Shop) -> Way | NoWay:
    """Return how a mail to the merchant's own people goes: as an order's news would."""
    every = _providers(session, [shop.id])
    chooser = _Chooser(session, {shop.id: shop}, every, [shop.id])
    chosen = chooser.choose(shop.id, Category.TRANSACTIONAL)
    spending.add(session, chooser.reserved)
    return chosen


def _providers(session: Session, shop_ids: Iterable[int]) -> dict[int, list[Provider]]:
    rows = select(Provider).where(among(Provider.shop_id, shop_ids)).order_by(Provider.place, Provider.id)
    found: dict[int, list[Provider]] = defaultdict(list)
    for row in session.scalars(rows):
        found[row.shop_id].append(row)
    return found


def _purse(shop: Shop, provider_id: int) -> Purse:
    return Purse(shop.id, provider_id, spending.today(shop))


class _Chooser:
    """What may still go where, as one chunk is told its ways."""

    def __init__(
        self,
        session: Session,
        shops: Mapping[int, Shop],
        every: Mapping[int, list[Provider]],
        shop_ids: Iterable[int],
    ) -> None:
        self._shops = shops
        self._every = every
        self._budgets = {
            _purse(shops[row.shop_id], row.id): row.daily
            for rows in every.values()
            for row in rows
            if row.daily
        }
        if settings().daily_mails:
            self._budgets |= {_purse(shops[shop_id], HOUSE): settings().daily_mails for shop_id in shop_ids}
        self._spent = spending.spent(session, self._budgets)
        self._domains = self._signing(session)
        self._servers: dict[int, Server] = {}
        self.reserved: Counter[Purse] = Counter()

    def choose(self, shop_id: int, category: Category) -> Way | NoWay:
        shop = self._shops[shop_id]
        mine = [row for row in self._every.get(shop_id, ()) if _carries(row, category)]
        awake = [row for row in mine if row.rests_until is None or row.rests_until <= clock.now()]
        has_house = accounts.uses_house(shop) or not mine
        is_offer = category is Category.MARKETING
        for number, row in enumerate(awake):
            purse = _purse(shop, row.id)
            if self._has_room(purse, is_offer=is_offer):
                return Way(
                    purse,
                    self._reserve(purse),
                    self._server(row),
                    row.sender,
                    row.reply_to,
                    somebody_takes_over=has_house or number + 1 < len(awake),
                )
        house = _purse(shop, HOUSE)
        if has_house and self._has_room(house, is_offer=is_offer):
            return Way(house, self._reserve(house))
        if awake or has_house:
            return NoWay(is_spent=True, until=spending.tomorrow(shop), said="the budget of the day is spent")
        first = min(mine, key=lambda row: row.rests_until or clock.now())
        return NoWay(
            is_spent=False,
            until=first.rests_until or clock.now(),
            said=first.complaint or "the server refuses",
        )

    def _has_room(self, purse: Purse, *, is_offer: bool) -> bool:
        budget = self._budgets.get(purse)
        return budget is None or spending.room(self._spent.get(purse, 0), budget, is_offer=is_offer) > 0

    def _reserve(self, purse: Purse) -> bool:
        if purse not in self._budgets:
            return False
        self._spent[purse] = self._spent.get(purse, 0) + 1
        self.reserved[purse] += 1
        return True

    def _server(self, row: Provider) -> Server:
        if row.id not in self._servers:
            self._servers[row.id] = server(row, self._domains.get((row.shop_id, domains.of(row.sender))))
        return self._servers[row.id]

    def _signing(self, session: Session) -> dict[tuple[int, str], MailDomain]:
        rows = session.scalars(select(MailDomain).where(among(MailDomain.shop_id, self._every)))
        return {(row.shop_id, row.domain): row for row in rows}


def server(provider: Provider, domain: MailDomain | None) -> Server:
    """Return where a provider takes mail, with its password, and who signs before."""
    return Server(
        host=provider.host,
        port=provider.port,
        security=provider.security,
        user=provider.username,
        password=crypto.opened(provider.password) or "",
        is_guarded=True,
        signer=domains.signer(domain, provider),
    )


def _carries(row: Provider, category: Category) -> bool:
    return row.carries is Carries.EVERYTHING or row.carries.value == category.value
