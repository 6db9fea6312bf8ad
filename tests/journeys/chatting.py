"""A shop that writes on WhatsApp: its templates, an order with a number, and what Meta tells of it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.channels.whatsapp import cloud
from app.channels.whatsapp.templates import read
from app.lib import clock
from app.messages.models import Message
from app.messages.whatsapp import registry
from app.messages.whatsapp.registry import Says
from app.shops import texting
from app.shops.texting import Texting, Whom
from app.vocabulary import Medium, Trigger
from tests.contracts.sources.network import StoreApi, playing
from tests.contracts.whatsapp.wire import HOST, KEYS, NUMBER_ID, by_meta, delivery, recorded
from tests.journeys.conftest import StoreVoice

YES, NO = {"medium": "whatsapp", "every_step": "yes"}, {"medium": "whatsapp", "every_step": "no"}
SAYS = {
    "body.first_name": Says("first_name", "there"),
    "body.order": Says("order"),
    "body.headline": Says("headline"),
}


@pytest.fixture
def meta() -> Iterator[StoreApi]:
    with playing(HOST) as api:
        api.will(200, recorded("sent"))
        yield api


def connect(store: StoreVoice, **more: Any) -> None:
    """Let the merchant enter a number; WhatsApp has told of its templates, and one says "shipped"."""
    chosen = Texting(provider="whatsapp", sender=NUMBER_ID, whom=Whom.ASKED, **more)
    texting.keep(store.session, store.shop, cloud.PLUGIN, KEYS, chosen)
    registry.keep(store.session, store.shop.id, [read(one) for one in recorded("templates")["data"]])
    registry.choose(store.session, store.shop.id, Trigger.SHIPPED, "order_shipped", SAYS)
    store.session.commit()


def chats(store: StoreVoice) -> list[Message]:
    return [message for message in store.messages() if message.medium is Medium.WHATSAPP]


def tell(store: StoreVoice, body: bytes, by: str = KEYS["app_secret"]) -> Any:
    """Let Meta deliver something."""
    path = f"/webhooks/texts/whatsapp/{store.shop.key}"
    return store.client.post(path, data=body, headers=by_meta(body, by))


def write(
    store: StoreVoice,
    words: str,
    ident: str = "wamid.1",
    sender: str = "13035550142",
    *,
    ago: timedelta = timedelta(0),
) -> Any:
    """Let Meta tell what somebody wrote to the shop, now or a while ago."""
    body = json.loads(delivery("heard"))
    (message,) = body["entry"][0]["changes"][0]["value"]["messages"]
    message |= {"id": ident, "from": sender, "text": {"body": words}}
    message["timestamp"] = str(int((clock.now() - ago).timestamp()))
    return tell(store, json.dumps(body).encode())


def became(store: StoreVoice, what: str, message: Message) -> Any:
    """Let Meta tell what became of a message."""
    ref = message.rfc_id.strip("<>").partition("@")[0]
    return tell(store, delivery(what).replace(b"9f3c2b", ref.encode()))
