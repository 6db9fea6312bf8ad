"""What a merchant chose, in a shop's settings: one choice at a time, so that two who save at once both do."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.shops.models import Shop


def lock(session: Session, shop: Shop) -> None:
    """Learn what is chosen by now, and let nobody else choose anything before this transaction ends."""
    session.flush()  # reading anew would forget what this transaction chose before
    others_may_refer_to_it = {"key_share": True}
    session.refresh(shop, ["settings"], with_for_update=others_may_refer_to_it)


def keep(session: Session, shop: Shop, chosen: Mapping[str, Any]) -> None:
    """Keep these beside all else that was chosen; None forgets a choice."""
    lock(session, shop)
    after = {**shop.settings, **chosen}
    shop.settings = {name: value for name, value in after.items() if value is not None}
