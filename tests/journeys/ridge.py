"""A store on Shopify that is told where its parcel is, as the demo plays it, and what it tells in turn."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.carriers.base import Scan, Update
from app.events import EventRow
from app.lib import clock
from app.shops.models import Call
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.scans import scans
from app.vocabulary import CallReason, CallState
from app.vocabulary import ShipmentStatus as S
from demo.sales import Parcel, Sale
from demo.shopify import graph, told
from demo.stores import Json, Shelf
from jobs import calls as job
from tests.journeys.conftest import StoreVoice


@dataclass
class Ridge:
    """A store that is told, what it would tell in turn, and one order with a parcel on its way."""

    voice: StoreVoice
    shelf: Shelf
    sale: Sale
    announced: list[tuple[str, Json]]

    def hear(self, status: S, at: datetime, number: str | None = None) -> None:
        """Let a carrier tell us where the parcel is, and everything that follows come to pass."""
        self.tell_only(status, at, number)
        job.run()
        self.voice.session.expire_all()

    def tell_only(self, status: S, at: datetime, number: str | None = None) -> None:
        scan = Scan(external_id=f"{status}:{at}", status=status, raw_status=status, happened_at=at)
        update_ = Update(number=number or self.parcel.numbers[0], scans=(scan,))
        shop_id = self.voice.shop.id
        scans.keep_update(self.voice.session, shop_id, update_, source="easypost", heard_at=clock.now())
        self.voice.settle()

    @property
    def parcel(self) -> Parcel:
        return self.sale.parcels[0]

    def events(self) -> list[tuple[str, str]]:
        """What the store shows of the parcel's way, oldest first."""
        order = told.add(self.shelf, graph.order(self.sale))
        assert order is not None
        return [(event["status"], event["happenedAt"]) for event in order["fulfillments"][0]["events"]]

    def statuses(self) -> list[str]:
        return [status for status, _ in self.events()]

    def calls(self) -> dict[str, CallState | CallReason]:
        self.voice.session.expire_all()
        rows = self.voice.session.scalars(select(Call).order_by(Call.id))
        return {row.key.rpartition(":")[2]: row.reason or row.state for row in rows}

    def come_back(self) -> None:
        """Deliver what the store has to tell."""
        for topic, body in self.announced:
            assert self.voice.shopify(topic, body) == 200
        self.announced.clear()
        self.voice.settle()
        job.run()
        self.voice.session.expire_all()


def everything(ridge: Ridge) -> list[Any]:
    """What we hold of the parcel, and how much happened."""
    session = ridge.voice.session
    session.commit()
    session.expire_all()
    parcels = session.scalars(select(Shipment).order_by(Shipment.id)).all()
    return [
        [(it.status, it.status_at, it.progress, it.number, it.cancelled_at) for it in parcels],
        session.scalar(select(func.count()).select_from(TrackingEvent)),
        session.scalar(select(func.count()).select_from(EventRow)),
        session.execute(select(Call.key, Call.state)).all(),
        ridge.events(),
        [str(message.trigger) for message in ridge.voice.messages()],
    ]


def sources(ridge: Ridge) -> set[str]:
    return set(ridge.voice.session.scalars(select(TrackingEvent.source)))


def moment() -> datetime:
    return clock.now().replace(microsecond=0)


def keep(ridge: Ridge) -> None:
    ridge.shelf.put("sale", ridge.sale.id, ridge.sale.model_dump(mode="json"))
