"""What a merchant's file says, kept so that it can be taken back: nobody is told of it."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from app.audience import profiles
from app.audience.models import ConsentRow, Profile
from app.commerce import orders
from app.commerce.models import Checkout, Fulfillment, Order
from app.imports import history, road
from app.imports.lists import Sent
from app.imports.models import Import, ImportState
from app.lib import clock
from app.messages.models import Message
from app.platforms import purchases
from app.platforms.base import Consent
from app.shops.models import Shop
from app.stock.models import Waiting
from app.tracking import register, scans, watch
from app.tracking.models import Shipment
from app.tracking.number import normalize
from app.tracking.polls import watches
from app.vocabulary import ConsentSource, ShipmentStatus


class Left(Exception):
    """A line is left out; the sentence tells the merchant why."""


def keep(session: Session, shop: Shop, row: Import, said: tuple[Consent, ...] | Sent) -> None:
    """Keep what a line says; raises Left. What the shop knows already stays as it is."""
    with history.as_past(session, row):
        if isinstance(said, Sent):
            _keep_parcel(session, shop, row, said)
            return
        for consent in said:
            at = min(consent.at or row.asked_at, row.asked_at)  # no file knows what will be said
            marked = replace(consent, at=at, proof={**consent.proof, "import": str(row.id)})
            profiles.keep_consent(session, shop.id, marked, heard_at=row.asked_at)


def undo(session: Session, row: Import) -> None:
    """Remove what an import made, and nothing else: what was said or sent otherwise stays."""
    marked = ConsentRow.proof["import"].astext == str(row.id)
    mine = ConsentRow.shop_id == row.shop_id
    session.execute(delete(ConsentRow).where(mine, ConsentRow.source == ConsentSource.IMPORT, marked))
    made = select(Fulfillment).where(
        Fulfillment.shop_id == row.shop_id, Fulfillment.external_id.startswith(_prefix(row), autoescape=True)
    )
    numbers = set()
    touched = set()
    for fulfillment in session.scalars(made):
        parcels = session.scalars(select(Shipment).filter_by(fulfillment_id=fulfillment.id)).all()
        numbers |= {parcel.number for parcel in parcels if parcel.number}
        touched.add(fulfillment.order_id)
        session.execute(delete(Fulfillment).filter_by(id=fulfillment.id))
    watches.end(session, row.shop_id, numbers)
    watch.review(session, _locked(session, sorted(touched)))
    _forget_profiles(session, row)
    row.state, row.ended_at = ImportState.UNDONE, clock.now()


def _keep_parcel(session: Session, shop: Shop, row: Import, said: Sent) -> None:
    name = f"#{said.order.lstrip('#')}"
    either = or_(Order.external_id == said.order.lstrip("#"), Order.name.in_((name, said.order)))
    found: Sequence[Order] = session.scalars(select(Order).where(Order.shop_id == shop.id, either)).all()
    exact = [order for order in found if order.name == name] or found
    if len(exact) != 1:
        raise Left("Its order is not here." if not found else "Several orders have this number.")
    order = orders.lock(session, shop.id, exact[0].external_id, heard_at=row.asked_at)
    number = normalize(said.parcel.number or "")
    if session.scalar(select(Shipment.id).filter_by(order_id=order.id, number=number)) is not None:
        raise Left("This parcel is here already.")
    shipped_at = said.shipped_at or order.placed_at or order.created_at or row.asked_at
    record = purchases.Fulfillment(
        external_id=f"{_prefix(row)}{order.id}:{number}",
        order_id=order.external_id,
        updated_at=row.asked_at,
        shipped_at=min(shipped_at, row.asked_at),
        parcels=(said.parcel,),
    )
    register.keep_fulfillment(session, shop.id, record, heard_at=row.asked_at)
    if said.delivered_at is not None:
        arrived = purchases.Scan(
            external_id=record.external_id,
            fulfillment_id=record.external_id,
            order_id=order.external_id,
            status=ShipmentStatus.DELIVERED,
            raw_status="delivered",
            happened_at=min(said.delivered_at, row.asked_at),
        )
        scans.keep_scan(session, shop.id, arrived, source="import", heard_at=row.asked_at)
    open_ones = [parcel for parcel in road.open_parcels(session, [order]) if parcel.number == number]
    road.set_out(session, shop, open_ones)
    road.review(session, [order])


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


def _locked(session: Session, order_ids: Sequence[int]) -> list[Order]:
    mine = select(Order).where(Order.id.in_(order_ids)).order_by(Order.id)
    return list(session.scalars(mine.with_for_update()))


def _prefix(row: Import) -> str:
    return f"import:{row.id}:"
