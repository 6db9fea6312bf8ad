"""How many readers call a shop's mail spam, as receipts tell: first the merchant is told, then offers pause.

Gmail and Yahoo want less than 0.1 % and turn away who reaches 0.3 %. Shipping news goes on: shoppers asked
for it, and without it they ask the merchant.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.channels.receipts.base import ReceiptKind
from app.lib import clock
from app.messages.models import ReceiptRow
from app.messages.providers import spending
from app.shops import choices
from app.shops.models import Shop

WINDOW = timedelta(days=28)
WARNED_AT, PAUSED_AT = 0.001, 0.003
LEAST_MAILS = 500
"""With fewer, one reader's mood would be a rate."""
LEAST_COMPLAINTS = 3
"""Nothing is paused for fewer."""
PAUSED, RESUMED = "offers_paused_at", "offers_resumed_at"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a shop's readers think of its mail."""

    mails: int
    complaints: int

    @property
    def rate(self) -> float:
        """The share of mails that were called spam."""
        return self.complaints / self.mails if self.mails else 0.0

    @property
    def is_meaningful(self) -> bool:
        """Whether enough mails went for a rate to say anything."""
        return self.mails >= LEAST_MAILS

    @property
    def is_bad(self) -> bool:
        """Whether the merchant should know."""
        return self.is_meaningful and self.rate >= WARNED_AT

    @property
    def is_too_bad(self) -> bool:
        """Whether offers have to pause."""
        return self.is_meaningful and self.complaints >= LEAST_COMPLAINTS and self.rate >= PAUSED_AT


def standing(session: Session, shop: Shop) -> Standing:
    """Return how a shop stands, since four weeks ago or since its merchant resumed offers."""
    since = max(clock.now() - WINDOW, _moment(shop, RESUMED) or shop.installed_at)
    told = select(func.count(func.distinct(ReceiptRow.message_id))).where(
        ReceiptRow.shop_id == shop.id, ReceiptRow.kind == ReceiptKind.COMPLAINED, ReceiptRow.at >= since
    )
    mails = spending.since(session, shop, since.astimezone(ZoneInfo(shop.timezone)).date())
    return Standing(mails, session.scalar(told) or 0)


def look(session: Session, shop_id: int) -> None:
    """Pause a shop's offers where too many complain; the merchant resumes them."""
    shop = session.get_one(Shop, shop_id)
    choices.lock(session, shop)
    if paused_at(shop) is None and standing(session, shop).is_too_bad:
        choices.keep(session, shop, {PAUSED: clock.now().isoformat()})


def paused_at(shop: Shop) -> datetime | None:
    """Return when a shop's offers were paused; None while they go."""
    return _moment(shop, PAUSED)


def resume(session: Session, shop: Shop) -> None:
    """Let offers go again; what was complained of until now no longer counts."""
    choices.keep(session, shop, {PAUSED: None, RESUMED: clock.now().isoformat()})


def _moment(shop: Shop, name: str) -> datetime | None:
    written = shop.settings.get(name)
    return datetime.fromisoformat(written) if isinstance(written, str) else None
