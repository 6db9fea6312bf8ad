"""What the interface takes and gives, as the document describes it: what all have in common, and parcels."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.tracking.scans import overrides
from app.tracking.sources import asking_now
from app.vocabulary import ExceptionKind, ShipmentStatus

MOST = 100
"""Rows of one answer."""
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Shape(BaseModel):
    """A JSON object of which nothing is left out and to which nothing is added."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Shape):
    """No parameters, or no body."""


class Problem(Shape):
    """Why a request was not done."""

    status: int
    code: str
    message: str


class Page(Shape):
    """Which part of a list: the newest, or those before an id."""

    before: Id | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50


class Scan(Shape):
    """One scan of a parcel."""

    status: ShipmentStatus
    detail: str | None
    happened_at: datetime
    city: str | None
    region: str | None
    country: str | None
    code: str
    """The carrier's own."""
    source: str
    is_believed: bool


class Override(Shape):
    """That somebody said where a parcel is."""

    id: Id
    status: ShipmentStatus
    why: str | None
    who: str
    at: datetime


class Shipment(Shape):
    """One parcel."""

    id: Id
    order_id: Id
    order_external_id: str
    order_name: str | None
    customer_id: Id | None
    number: str | None
    carrier: str | None
    """As `carriers` are called here; None: nobody knows, or it is a carrier of the shop's own."""
    carrier_name: str | None
    status: ShipmentStatus
    detail: str | None
    status_at: datetime | None
    shipped_at: datetime
    delivered_at: datetime | None
    cancelled_at: datetime | None
    expected_on: date | None
    """The day that the carrier named."""
    wrong: list[ExceptionKind]
    """The gravest first."""


class ShipmentList(Shape):
    """Some parcels, the newest first."""

    shipments: list[Shipment]
    before: Id | None
    """What to ask for next; None: these were the last."""


class ShipmentWhole(Shipment):
    """One parcel with all that is known of it."""

    tracking_url: str
    override: Override | None
    scans: list[Scan]


class ShipmentQuery(Page):
    """Which parcels."""

    status: ShipmentStatus | None = None
    q: Annotated[str, Field(max_length=100)] = ""
    """An order, a name, or a tracking number."""


class StatusSaid(Shape):
    """Where a parcel is."""

    status: overrides.Choice
    why: Annotated[str, Field(min_length=1, max_length=overrides.LONGEST)]


class CarrierChosen(Shape):
    """Who carries a parcel; None: whoever it was before anybody chose."""

    carrier: str | None


class NoteWritten(Shape):
    """A note for the shop's team."""

    words: Annotated[str, Field(min_length=1, max_length=2000)]


class AskedNow(Shape):
    """Who was asked where a parcel is."""

    asked: asking_now.Asked


class Done(Shape):
    """It was done."""

    done: Literal[True] = True


class OpenException(Shape):
    """Something that is wrong with a parcel or an order."""

    id: Id
    kind: ExceptionKind
    order_id: Id
    order_name: str | None
    shipment_id: Id | None
    since: datetime
    opened_at: datetime
    resolved_at: datetime | None
    put_off_until: datetime | None
    why: str
    advice: str


class ExceptionList(Shape):
    """Some of the queue, the dearest and oldest first."""

    exceptions: list[OpenException]
    skip: int | None
    """What to ask for next; None: these were the last."""


class ExceptionQuery(Shape):
    """Which exceptions."""

    kind: ExceptionKind | None = None
    aside: bool = False
    """Those that were put off or dealt with."""
    skip: Annotated[int, Field(ge=0, le=500_000)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50


class PutOff(Shape):
    """For how long."""

    days: Annotated[int, Field(ge=1, le=30)]
