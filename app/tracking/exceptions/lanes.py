"""What is usual for a shop's parcels: how long a carrier's parcels to a country go unscanned.

A lane is believed from 100 parcels that arrived (its p95) and from 500 (its p99), so that at least five of
them lie beyond the figure; it is learnt from the shop's last 20,000 parcels, once a day.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select, text, tuple_
from sqlalchemy.orm import Session

from app.lib import clock
from app.shops.models import Shop
from app.tracking.models import Lane, Shipment

LEAST_P95, LEAST_P99 = 100, 500
EVERY = timedelta(days=1)
LATELY = 200
"""Among how many of the shop's last parcels a carrier must be heard of to count as one that tells scans."""

Key = tuple[str, str]
"""A carrier and a country."""


class Usual(NamedTuple):
    """The longest gap between two scans that is still usual on a lane; None: not enough parcels."""

    p95: timedelta | None = None
    p99: timedelta | None = None
    parcels: int = 0


def key_of(carrier: str | None, country: str | None) -> Key:
    """Return the lane of a parcel, as its row writes it."""
    return (carrier or "").strip().lower(), (country or "").upper()


def usual(session: Session, shop_id: int, lanes: Iterable[Key]) -> dict[Key, Usual]:
    """Return what is usual on each of these lanes of a shop."""
    wanted = set(lanes)
    if not wanted:
        return {}
    rows = session.scalars(
        select(Lane).where(Lane.shop_id == shop_id, tuple_(Lane.carrier, Lane.country).in_(wanted))
    )
    known = {(row.carrier, row.country): row for row in rows}
    return {lane: _believed(known[lane]) if lane in known else Usual() for lane in wanted}


def heard_of(session: Session, shop_id: int) -> frozenset[str]:
    """Return the carriers of whose parcels somebody has lately told this shop scans."""
    recent = (
        select(func.coalesce(Shipment.carrier_slug, Shipment.carrier).label("carrier"), Shipment.status_at)
        .where(Shipment.shop_id == shop_id)
        .order_by(Shipment.id.desc())
        .limit(LATELY)
        .subquery()
    )
    told = select(recent.c.carrier).where(recent.c.status_at.is_not(None)).distinct()
    return frozenset(key_of(carrier, None)[0] for carrier in session.scalars(told))


def learn_next(session: Session) -> int | None:
    """Learn anew the lanes of the shop that has waited longest, and return its id; None when none is due.

    The shop's row is locked until its lanes are written, so that no other worker learns them as well.
    """
    now = clock.now()
    due = select(Shop).where(Shop.lanes_due_at <= now).order_by(Shop.lanes_due_at).limit(1)
    shop = session.scalar(due.with_for_update(skip_locked=True, key_share=True))
    if shop is None:
        return None
    learn(session, shop.id)
    shop.lanes_due_at = now + EVERY
    return shop.id


def learn(session: Session, shop_id: int) -> None:
    """Write a shop's lanes anew."""
    session.execute(delete(Lane).filter_by(shop_id=shop_id))
    session.execute(LEARN, {"shop": shop_id, "now": clock.now()})


def _believed(row: Lane) -> Usual:
    return Usual(
        row.p95 if row.parcels >= LEAST_P95 else None,
        row.p99 if row.parcels >= LEAST_P99 else None,
        row.parcels,
    )


LEARN = text(
    """
    INSERT INTO lane (shop_id, carrier, country, parcels, p95, p99, learnt_at)
    WITH recent AS (
        SELECT id, fulfillment_id, order_id, status,
            lower(trim(coalesce(carrier_slug, carrier, ''))) AS carrier
        FROM shipment WHERE shop_id = :shop ORDER BY id DESC LIMIT 20000
    ),
    gaps AS (
        SELECT recent.id, recent.carrier, upper(coalesce(o.ship_to ->> 'country', '')) AS country,
            scan.happened_at - lag(scan.happened_at) OVER (
                PARTITION BY recent.id ORDER BY scan.happened_at) AS gap
        FROM recent
        JOIN "order" o ON o.id = recent.order_id
        JOIN tracking_event scan ON scan.fulfillment_id = recent.fulfillment_id
            AND (scan.shipment_id IS NULL OR scan.shipment_id = recent.id)
        WHERE recent.status = 'delivered' AND scan.withdrawn_at IS NULL
            AND scan.status NOT IN ('pending', 'label_created')
    ),
    longest AS (
        SELECT carrier, country, max(gap) AS gap FROM gaps
        GROUP BY id, carrier, country HAVING max(gap) IS NOT NULL
    )
    SELECT :shop, carrier, country, count(*),
        percentile_disc(0.95) WITHIN GROUP (ORDER BY gap),
        percentile_disc(0.99) WITHIN GROUP (ORDER BY gap), :now
    FROM longest GROUP BY carrier, country
    """
)
"""The longest gap of each parcel that arrived, by lane; open parcels have not shown theirs yet."""
