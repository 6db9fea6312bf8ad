"""From the bytes in which a mail provider tells what became of a mail to what follows from it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.lib import clock
from app.lib.config import settings
from app.vocabulary import MessageState, Reason
from jobs import flows, inbox, messages
from tests.contracts.smtp_server import ScriptedServer
from tests.contracts.test_receipts import by_mailgun, gun
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_mails import server
from webhooks import receipts

__all__ = ["server"]


def test_a_bounce_ends_what_would_follow_to_the_same_address(
    shopify_store: StoreVoice,
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    later: Callable[[timedelta], None],
) -> None:
    known = settings().model_copy(update={"receipt_secrets": {"mailgun": "key"}})
    monkeypatch.setattr(receipts, "settings", lambda: known)
    now = clock.now()
    shopify_store.shopify("orders/paid", payloads.order(now, 1042))
    inbox.drain()
    flows.react()
    messages.send()
    (thanks,) = shopify_store.messages()
    assert thanks.state is MessageState.SENT
    ref = thanks.rfc_id.strip("<>")
    event = gun("failed", "permanent", "bounce")
    event["message"]["headers"]["message-id"] = ref
    body = by_mailgun(event)[0].body
    post = shopify_store.client.post
    assert post("/webhooks/receipts/mailgun", data=body.replace(b"token", b"t0ken", 1)).status_code == 401
    assert post("/webhooks/receipts/ses", data=body).status_code == 401
    assert post("/webhooks/receipts/nobody", data=body).status_code == 401
    assert shopify_store.messages()[0].state is MessageState.SENT
    assert [post("/webhooks/receipts/mailgun", data=body).status_code for _ in range(2)] == [200, 200]
    assert shopify_store.messages()[0].state is MessageState.BOUNCED
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(now, 1042, 1))
    shopify_store.settle()
    later(timedelta(minutes=5))
    messages.send()
    shipped = shopify_store.messages()[-1]
    assert (shipped.state, shipped.reason) == (MessageState.SKIPPED, Reason.SUPPRESSED)
    assert len(server.taken) == 1
