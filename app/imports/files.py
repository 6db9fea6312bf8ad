"""What a merchant's file says, kept so that it can be taken back: nobody is told of it."""

from dataclasses import replace

from sqlalchemy import delete, exists, or_
from sqlalchemy.orm import Session

from app.audience import profiles
from app.audience.models import ConsentRow, Profile
from app.commerce.models import Checkout, Order
from app.imports import history, parcels, purchases
from app.imports.lists import Said, Sent
from app.imports.models import Import, ImportState
from app.imports.sold import Sold
from app.lib import clock
from app.messages.models import Message
from app.platforms.base import Consent
from app.shops.models import Shop
from app.stock.models import Waiting
from app.vocabulary import ConsentSource

MOST = 100
"""Orders and fulfillments that are taken back in one transaction."""


def keep(session: Session, shop: Shop, row: Import, said: Said) -> None:
    """Keep what a line says; raises Left. What the shop knows already stays as it is."""
    with history.as_past(session, row):
        if isinstance(said, Sent):
            parcels.keep(session, shop, row, said)
        elif isinstance(said, Sold):
            purchases.keep(session, shop, row, said)
        else:
            _keep_consents(session, shop, row, said)


def _keep_consents(session: Session, shop: Shop, row: Import, said: tuple[Consent, ...]) -> None:
    for consent in said:
        at = min(consent.at or row.asked_at, row.asked_at)  # no file knows what will be said
        marked = replace(consent, at=at, proof={**consent.proof, "import": str(row.id)})
        profiles.keep_consent(session, shop.id, marked, heard_at=row.asked_at)


def undo(session: Session, row: Import) -> bool:
    """Remove some of what an import made, and nothing else; False once nothing of it is left.

    What was said or sent otherwise stays.
    """
    if parcels.undo(session, row, MOST) or purchases.undo(session, row, MOST):
        return True
    marked = ConsentRow.proof["import"].astext == str(row.id)
    mine = ConsentRow.shop_id == row.shop_id
    session.execute(delete(ConsentRow).where(mine, ConsentRow.source == ConsentSource.IMPORT, marked))
    _forget_profiles(session, row)
    row.state, row.ended_at = ImportState.UNDONE, clock.now()
    return False


def _forget_profiles(session: Session, row: Import) -> None:
    """Remove the shoppers that nobody but the import knew."""
    tables = (Order, Message, Checkout, ConsentRow, Waiting)
    used = [exists().where(table.profile_id == Profile.id) for table in tables]
    alone = delete(Profile).where(
        Profile.shop_id == row.shop_id,
        Profile.first_seen_at == row.asked_at,
        Profile.external_id.is_(None),
        ~or_(*used),
    )
    session.execute(alone.execution_options(synchronize_session=False))
