"""A shop that texts with Twilio, an order with a telephone number, and what Twilio tells of it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audience import suppression
from app.channels.sms import twilio
from app.channels.sms.base import Provider
from app.commerce.models import Order
from app.lib import clock
from app.main import create_app
from app.messages.models import Message
from app.shops import texting
from app.shops.texting import Texting, Whom
from app.tracking.page.links import token_of
from app.vocabulary import (
    Category,
    Medium,
)
from jobs import messages
from tests.contracts.sms.wire import KEYS, by_twilio, recorded
from tests.contracts.smtp_server import ScriptedServer
from tests.contracts.sources.network import StoreApi, playing
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_mails import server

__all__ = ["server"]

Later = Callable[[timedelta], None]
NUMBER = "+13035550142"
MORNING = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("America/Denver"))
YES, NO = {"medium": "sms", "every_step": "yes"}, {"medium": "sms", "every_step": "no"}


@pytest.fixture(autouse=True)
def by_day() -> Iterator[None]:
    with time_machine.travel(MORNING):
        yield


@pytest.fixture(autouse=True)
def mails(server: ScriptedServer) -> ScriptedServer:
    """Mails go out as well."""
    return server


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()


@pytest.fixture
def phone() -> Iterator[StoreApi]:
    with playing("api.twilio.com") as api:
        api.will(201, recorded("twilio", "sent"))
        yield api


def connect(
    store: StoreVoice, whom: Whom = Whom.ASKED, provider: Provider = twilio.PLUGIN, **more: Any
) -> None:
    """Let the merchant enter an account."""
    chosen = {"provider": provider.key, "sender": "+15005550006", "whom": whom, "price": 7900, **more}
    texting.keep(store.session, store.shop, provider, KEYS[provider.key], Texting(**chosen))
    store.session.commit()


def bought(store: StoreVoice, number: int = 1042, country: str = "US", **changes: Any) -> str:
    """Let an order with a telephone number come in; returns the path of its page."""
    body = payloads.order(clock.now(), number, phone=NUMBER, **changes)
    body["shipping_address"] |= {"country_code": country}
    store.shopify("orders/paid", body)
    store.settle()
    return f"/t/{token_of(store.session.scalars(select(Order.id).order_by(Order.id.desc())).first() or 0)}"


def shipped(store: StoreVoice, later: Later, number: int = 1042) -> None:
    store.shopify("fulfillments/create", payloads.fulfillment(clock.now(), number, number))
    store.settle()
    later(timedelta(seconds=1))
    messages.send()


def texts(store: StoreVoice) -> list[Message]:
    return [message for message in store.messages() if message.medium is Medium.SMS]


def tell(store: StoreVoice, fields: dict[str, str], query: str = "") -> Any:
    """Let Twilio deliver something."""
    path = f"/webhooks/texts/twilio/{store.shop.key}{query}"
    body = urlencode(fields).encode()
    return store.client.post(path, data=body, headers=by_twilio(f"https://doorstep.test{path}", body))


def say(store: StoreVoice, words: str, sid: str = "SM1", **more: str) -> Any:
    return tell(store, {"MessageSid": sid, "From": NUMBER, "To": "+15005550006", "Body": words, **more})


def is_suppressed(store: StoreVoice) -> bool:
    store.session.commit()
    found = suppression.is_suppressed(
        store.session, store.shop.id, Medium.SMS, NUMBER, Category.TRANSACTIONAL
    )
    return found is not None
