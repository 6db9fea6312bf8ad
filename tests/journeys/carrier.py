"""UPS as the network shows it, a shop that has an account there, and polling by hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import orjson
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.lib import clock, http, plugins
from app.tracking.models import Shipment
from app.tracking.polls.models import CarrierAccount, CarrierWatch
from app.tracking.sources import following, sources
from jobs import polling
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.unit.shopify.store import respond

NUMBER, OTHER = "1Z5R89390357567127", "1Z879E930346834440"
UPS = {"client_id": "id", "client_secret": "secret"}
Answer = tuple[int, Any, dict[str, str]]


class Ups(BaseAdapter):
    """UPS as the network shows it; what it says of a number is the test's."""

    def __init__(self, say: Callable[[str], Answer]) -> None:
        super().__init__()
        self.say, self.asked, self.passes = say, list[str](), 0

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        if "/oauth/" in str(request.url):
            self.passes += 1
            given = f'{{"access_token": "pass-{self.passes}", "expires_in": "14399"}}'.encode()
            return respond(request, 200, given, {})
        number = str(request.url).partition("/details/")[2].partition("?")[0]
        self.asked.append(number)
        status, body, headers = self.say(number)
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        return respond(request, status, raw, headers)

    def close(self) -> None:
        pass


def with_parcel(voice: StoreVoice) -> StoreVoice:
    """Let a shop have an account with UPS, and a parcel under way."""
    connect(voice)
    now = clock.now()
    voice.shopify("orders/paid", payloads.order(now))
    voice.shopify("fulfillments/create", payloads.fulfillment(now))
    voice.settle()
    return voice


def connect(voice: StoreVoice) -> None:
    sources.keep(voice.session, voice.shop, plugins.discover("app.carriers")["ups"], UPS)
    following.follow_open(voice.session, voice.shop)
    voice.session.commit()


def poll(voice: StoreVoice) -> None:
    """Let everything that waits be due, and poll."""
    due(voice)
    polling.poll()
    voice.session.expire_all()


def due(voice: StoreVoice) -> None:
    for table in (CarrierWatch, CarrierAccount):
        waiting = update(table).where(table.due_at.is_not(None))
        voice.session.execute(waiting.values(due_at=clock.now() - timedelta(seconds=1)))
    voice.session.execute(update(CarrierAccount).values(spent={}))
    voice.session.commit()


@contextmanager
def ups(say: Callable[[str], Answer], host: str = "onlinetools.ups.com") -> Iterator[Ups]:
    adapter = Ups(say)
    http.play(host, adapter)
    http._breakers.reset()
    try:
        yield adapter
    finally:
        http.play(host, None)
        http._breakers.reset()


def told(number: str, kind: str, code: str, *, at: datetime | None = None) -> dict[str, Any]:
    at = at or clock.now() - timedelta(minutes=1)
    line = {
        "status": {"type": kind, "code": code},
        "gmtDate": at.strftime("%Y%m%d"),
        "gmtTime": at.strftime("%H:%M:%S"),
    }
    package = {"trackingNumber": number, "activity": [line]}
    return {"trackResponse": {"shipment": [{"inquiryNumber": number, "package": [package]}]}}


def parcels(session: Session) -> list[Shipment]:
    session.expire_all()
    return list(session.scalars(select(Shipment).order_by(Shipment.id)))


def parcel(session: Session) -> Shipment:
    return parcels(session)[0]


def outcomes(session: Session) -> dict[str, Any]:
    session.expire_all()
    found: dict[str, Any] = session.scalars(select(CarrierAccount.outcomes)).one()
    return found


def rests(session: Session, least: timedelta, most: timedelta) -> None:
    session.expire_all()
    due_at = session.scalars(select(CarrierAccount.due_at)).one()
    assert due_at is not None
    assert least < due_at - clock.now() < most
