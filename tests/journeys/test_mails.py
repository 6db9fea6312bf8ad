"""From a store's webhook to the bytes that an SMTP server takes, and to the click that ends them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import urlsplit

import pytest

from app.channels import smtp
from app.lib import clock
from app.lib.config import settings
from app.main import create_app
from app.messages.wording import publishing
from app.vocabulary import MessageState, Reason, Trigger
from jobs import messages
from tests.contracts.smtp_server import ScriptedServer, scripted
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice

Later = Callable[[timedelta], None]


def test_an_order_is_thanked_and_followed_by_mail(
    shopify_store: StoreVoice, server: ScriptedServer, later: Later
) -> None:
    now = clock.now()
    shopify_store.shopify("orders/paid", payloads.order(now))
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(now))
    send(shopify_store, later)
    for ident, (status, ago) in enumerate([("in_transit", 18), ("out_for_delivery", 10), ("delivered", 5)]):
        at = now - timedelta(seconds=ago)
        shopify_store.shopify("fulfillment_events/create", payloads.scan(status, at, ident))
        send(shopify_store, later)
    mails = [parsed(taken) for taken in server.taken]
    assert [mail["Subject"] for mail in mails] == [
        "Thank you for order #1042",
        "Packed: order #1042",
        "Out for delivery: order #1042",
        "Delivered: order #1042",
    ]
    for mail in mails:
        assert mail["From"].addresses[0].display_name == "Ridge & Pine"
        assert "https://doorstep.test/t/" in part(mail, "plain")
        assert "https://doorstep.test/t/" in part(mail, "html")
    assert len({mail["Message-ID"] for mail in mails}) == len(mails)


def test_after_one_click_nothing_more_is_sent_and_the_merchant_can_read_why(
    shopify_store: StoreVoice, server: ScriptedServer, later: Later
) -> None:
    now = clock.now()
    shopify_store.shopify("orders/paid", payloads.order(now))
    send(shopify_store, later)
    (thanks,) = (parsed(taken) for taken in server.taken)
    address = urlsplit(str(thanks["List-Unsubscribe"]).strip("<>"))
    one_click = dict([str(thanks["List-Unsubscribe-Post"]).split("=")])
    assert create_app().test_client().post(address.path, data=one_click).status_code == 200
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(now))
    send(shopify_store, later)
    assert len(server.taken) == 1
    told = [(message.state, message.reason) for message in shopify_store.messages()]
    assert told == [(MessageState.SENT, None), (MessageState.SKIPPED, Reason.SUPPRESSED)]


def test_a_broken_template_stops_only_itself_and_its_message_goes_once_it_is_mended(
    shopify_store: StoreVoice, server: ScriptedServer, later: Later
) -> None:
    now, session, shop_id = clock.now(), shopify_store.session, shopify_store.shop.id
    broken = {"subject": "Hi", "blocks": [{"kind": "text", "text": "{{ places[0].name }}"}]}
    publishing.save(session, shop_id, Trigger.SHIPPED, broken)
    publishing.publish(session, shop_id, Trigger.SHIPPED)
    session.commit()
    shopify_store.shopify("orders/paid", payloads.order(now))
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(now))
    send(shopify_store, later)
    assert [parsed(taken)["Subject"] for taken in server.taken] == ["Thank you for order #1042"]
    parked = shopify_store.messages()[-1]
    assert (parked.state, parked.reason) == (MessageState.FAILED, Reason.UNRENDERABLE)
    assert parked.failure == "block “text”, text, line 1: index out of range"
    mended = {"subject": "{{ profile.first_name }}, it left", "blocks": [{"kind": "text", "text": "Hi"}]}
    publishing.save(session, shop_id, Trigger.SHIPPED, mended)
    publishing.publish(session, shop_id, Trigger.SHIPPED)
    session.commit()
    send(shopify_store, later)
    assert [parsed(taken)["Subject"] for taken in server.taken][1:] == ["Ada, it left"]


def send(store: StoreVoice, later: Later) -> None:
    store.settle()
    later(timedelta(seconds=1))
    messages.send()


def parsed(taken: bytes) -> EmailMessage:
    return message_from_bytes(taken, policy=default)


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    with scripted() as running:
        url = f"smtp://127.0.0.1:{running.port}"
        monkeypatch.setattr(smtp, "settings", lambda: settings().model_copy(update={"smtp_url": url}))
        yield running
