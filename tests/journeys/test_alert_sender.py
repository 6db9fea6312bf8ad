"""A mail to the merchant's own people leaves as their shoppers' mails do."""

from email import message_from_bytes
from email.policy import default

import pytest

from app.lib.config import settings
from app.listeners import alarms
from app.messages.providers import accounts as providers
from app.messages.providers import spending
from app.messages.providers.accounts import Entered
from app.vocabulary import ExceptionKind as K
from tests.contracts.smtp_server import ScriptedServer, scripted
from tests.journeys.conftest import StoreVoice
from tests.journeys.hooks import due_now, named, settle, work
from tests.journeys.test_alerts import KEYS, mail_server, wrong
from tests.journeys.test_providers import TYPED

__all__ = ["mail_server"]


def test_an_alert_comes_from_the_shops_own_address_where_it_has_one(
    shopify_store: StoreVoice, mail_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where its server refuses, the next try goes over the operator's, under the same Message-ID's name."""
    named(shopify_store, "email", KEYS["email"], alarms.USUAL)
    session, shop = shopify_store.session, shopify_store.shop
    with scripted(extensions=("AUTH PLAIN", "PIPELINING")) as own:
        monkeypatch.setenv("DOORSTEP_MAIL_HOSTS_INSIDE", "localhost")
        settings.cache_clear()
        here = {
            "host": "localhost",
            "port": str(own.port),
            "security": "none",
            "sender": "team@ridge.example",
        }
        mine = providers.keep(session, shop, Entered(**(TYPED | here | {"daily": "100"})))
        session.commit()
        wrong(shopify_store, K.STALLED)
        settle(shopify_store)
        due_now(shopify_store)
        work(shopify_store)
        (told,) = (message_from_bytes(raw, policy=default) for raw in own.taken)
        assert told["From"] == "Doorstep <team@ridge.example>"
        assert spending.of_today(session, shop) == {mine.id: 1}
        own.script["MAIL"] = ["454 4.7.0 Throttling failure"] * 3
        wrong(shopify_store, K.LATE, 1043)
        settle(shopify_store)
        for _ in range(2):
            due_now(shopify_store)
            work(shopify_store)
        assert [len(own.taken), len(mail_server.taken)] == [1, 1]
        session.commit()
        assert spending.of_today(session, shop)[mine.id] == 1, "what did not go is given back"
    settings.cache_clear()
