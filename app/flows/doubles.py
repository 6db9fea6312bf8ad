"""Which of a store's own mails, and of its plug-ins', say what a flow of ours says: checked, and told.

WooCommerce tells which of its mails are on, and which plug-ins are active. Shopify tells nobody: its merchant
says that they are off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.flows import switches
from app.flows.models import StoreMails
from app.lib import clock, plugins
from app.messages.models import Message
from app.platforms.base import Platform
from app.shops.models import Shop
from app.vocabulary import ShopState, Trigger

NEVER_DOUBLED = (Trigger.REVIEW_REQUEST,)
"""Nobody asks a shopper twice to do them a favor: where the store's own mail asks, ours does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubles:
    """What goes out beside one flow, as far as anybody knows."""

    on: tuple[str, ...] = ()
    """The store's own mails that are on."""
    off: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Nobody has said whether they are."""
    plugins: tuple[str, ...] = ()
    """Those that are active, and can mail the same."""
    confirmed_at: datetime | None = None
    """When the merchant said that the store's own are off."""
    can_be_told: bool = False
    """The store itself tells; else its merchant must."""

    @property
    def is_doubled(self) -> bool:
        """Whether shoppers hear it twice for sure."""
        return bool(self.on)


def of(session: Session, shop: Shop) -> Mapping[Trigger, Doubles]:
    """Return what goes out beside each of a shop's flows; a flow that nothing doubles is missing."""
    platform: Platform = plugins.discover("app.platforms")[shop.platform]
    row = session.scalar(select(StoreMails).filter_by(shop_id=shop.id))
    found = {trigger: _of_flow(platform, trigger, row) for trigger in Trigger}
    return {trigger: it for trigger, it in found.items() if it != Doubles(can_be_told=it.can_be_told)}


def keep(session: Session, shop_id: int, told: Mapping[str, bool], active: tuple[str, ...]) -> None:
    """Keep what a store told of its own mails and plug-ins."""
    now = clock.now()
    row = {"told": dict(told), "plugins": list(active), "told_at": now}
    kept = insert(StoreMails).values(shop_id=shop_id, confirmed={}, **row)
    session.execute(kept.on_conflict_do_update(index_elements=[StoreMails.shop_id], set_=row))


def confirm(session: Session, shop_id: int, trigger: Trigger, *, off: bool) -> None:
    """Keep that the merchant says that the store's own mails of a flow are off, or no longer says so."""
    said = {trigger.value: clock.now().isoformat()}
    kept = insert(StoreMails).values(shop_id=shop_id, told={}, plugins=[], confirmed=said if off else {})
    known = StoreMails.confirmed
    changed = known.concat(kept.excluded.confirmed) if off else known.op("-")(trigger.value)
    session.execute(
        kept.on_conflict_do_update(index_elements=[StoreMails.shop_id], set_={"confirmed": changed})
    )


def told_by_stores(session: Session, messages: Sequence[Message]) -> frozenset[int]:
    """Return the ids of those messages whose store is known to send a mail of its own that asks the same."""
    asking = [message for message in messages if message.trigger in NEVER_DOUBLED]
    if not asking:
        return frozenset()
    shop_ids = {message.shop_id for message in asking}
    rows = session.execute(select(Shop.id, Shop.platform).where(Shop.id.in_(shop_ids)))
    platforms = {shop_id: plugins.discover("app.platforms")[key] for shop_id, key in rows}
    told = {
        row.shop_id: row
        for row in session.scalars(select(StoreMails).where(StoreMails.shop_id.in_(shop_ids)))
    }
    return frozenset(
        it.id for it in asking if _of_flow(platforms[it.shop_id], it.trigger, told.get(it.shop_id)).is_doubled
    )


def warnings(session: Session) -> list[str]:
    """Return a sentence for each flow that is on in any shop and surely doubled by its store's own mails."""
    installed = select(Shop).filter_by(state=ShopState.INSTALLED).order_by(Shop.id)
    return [
        f"{shop.domain} mails {_listed(it.on)} beside our “{trigger.value.replace('_', ' ')}”"
        for shop in session.scalars(installed)
        for trigger, it in of(session, shop).items()
        if it.is_doubled and trigger in switches.switched_on(session, shop.id)
    ]


def _of_flow(platform: Platform, trigger: Trigger, row: StoreMails | None) -> Doubles:
    told = row.told if row and row.told_at else None
    on, off, unknown = list[str](), list[str](), list[str]()
    for mail in platform.tracking_mails.get(trigger, ()):
        setting = platform.mail_settings.get(mail, "")
        if told is None:
            unknown.append(mail)
        elif setting in told:
            (on if told[setting] else off).append(mail)
    said = row.confirmed.get(trigger.value) if row else None
    active = [platform.mailers[name] for name in (row.plugins if row else ()) if name in platform.mailers]
    return Doubles(
        on=tuple(on),
        off=tuple(off),
        unknown=tuple(unknown),
        plugins=tuple(it.label for it in active if trigger in it.triggers),
        confirmed_at=datetime.fromisoformat(said) if said else None,
        can_be_told=bool(platform.mail_settings),
    )


def _listed(mails: tuple[str, ...]) -> str:
    return " and ".join(f"“{mail}”" for mail in mails)
