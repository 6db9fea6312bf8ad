"""WhatsApp in the admin: a number entered, tried and forgotten; templates seen, chosen and filled."""

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.channels.sms.base import Heard
from app.channels.whatsapp.templates import read
from app.lib import clock, crypto
from app.messages.providers import spending
from app.messages.providers.models import BY_MEDIUM
from app.messages.providers.spending import Purse
from app.messages.responses import replies
from app.messages.whatsapp import registry
from app.messages.whatsapp.registry import Says
from app.shops import texting
from app.shops.models import AccessRecord, Credential, Errand, Shop
from app.vocabulary import Medium, Trigger
from jobs import sync
from tests.contracts.sources.network import playing
from tests.contracts.whatsapp.wire import HOST, NUMBER_ID, recorded
from tests.journeys.admin.conftest import token
from tests.journeys.admin.test_texts import wrong

ENTERED = {"sender": NUMBER_ID, "account_id": "102290129340398", "token": "EAAJB", "app_secret": "hush"}
FILLED = {"body.first_name": "first_name", "body.order": "order", "body.headline": "headline"}


def test_it_works_with_nothing_entered(merchant: FlaskClient, shop: Shop) -> None:
    page = merchant.get(f"/admin/{shop.id}/whatsapp").text
    assert "Nothing is sent on WhatsApp." in page
    assert "Never run against the real service" in page


def test_a_number_is_entered_sealed_and_its_templates_are_asked_for(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    assert post(merchant, shop, "", ENTERED) == "kept"
    row = session.scalars(select(Credential).filter_by(kind="whatsapp:whatsapp")).one()
    assert b"hush" not in row.secret
    assert json.loads(crypto.unseal(row.secret))["app_secret"] == "hush"
    with playing(HOST) as api:
        api.will(200, recorded("templates"))
        sync.run()
    page = merchant.get(f"/admin/{shop.id}/whatsapp").text
    assert "order_shipped" in page
    assert "Not for news of an order." in page
    assert "In review" in page
    assert f"https://doorstep.test/webhooks/texts/whatsapp/{shop.key}" in page
    assert texting.hook_token(shop.key) in page
    assert "hush" not in page
    assert "EAAJB" not in page
    errand = session.scalars(select(Errand).filter_by(kind=registry.SYNC)).one()
    assert errand.every == registry.HOURLY


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"token": ""}, "token"),
        ({"sender": "+1 303 555 0142"}, "sender"),
        ({"account_id": "mine"}, "account_id"),
        ({"daily": "many"}, "daily"),
    ],
)
def test_what_cannot_be_is_said_and_not_kept(
    merchant: FlaskClient, shop: Shop, session: Session, changes: dict[str, str], said: str
) -> None:
    assert post(merchant, shop, "", ENTERED | changes) == said
    assert session.scalars(select(Credential).filter_by(kind="whatsapp:whatsapp")).all() == []


def test_a_message_is_said_in_a_template_once_every_place_is_filled(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    known(merchant, shop, session)
    page = merchant.get(f"/admin/{shop.id}/whatsapp/shipped?template=order_shipped").text
    assert "order {{order}} is on its way" in page
    assert "Its button leads to the order’s page." in page
    assert post(merchant, shop, "/shipped", {"template": "order_shipped"}) == "missing"
    some = dict(list(FILLED.items())[:2])
    assert post(merchant, shop, "/shipped", {"template": "order_shipped", **some}) == "missing"
    filled = {"template": "order_shipped", **FILLED, "body.first_name-otherwise": "there"}
    assert post(merchant, shop, "/shipped", filled) == "said"
    session.expire_all()
    use = registry.uses(session, [shop.id])[shop.id, Trigger.SHIPPED]
    assert use.says["body.first_name"] == Says("first_name", "there")
    assert set(use.languages) == {"en_US", "de"}
    assert "order_shipped: de, en_US" in merchant.get(f"/admin/{shop.id}/whatsapp").text
    post(merchant, shop, "/shipped", {"template": ""})
    session.expire_all()
    assert registry.uses(session, [shop.id]) == {}


@pytest.mark.parametrize("name", ["winter_sale", "nothing"])
def test_an_offers_template_says_no_news_of_an_order(
    merchant: FlaskClient, shop: Shop, session: Session, name: str
) -> None:
    known(merchant, shop, session)
    given = {"template": name, "csrf": token(merchant)}
    assert merchant.post(f"/admin/{shop.id}/whatsapp/shipped", data=given).status_code == 404
    assert registry.uses(session, [shop.id]) == {}


def test_a_button_that_leads_elsewhere_is_not_taken(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    known(merchant, shop, session)
    elsewhere = json.loads(
        json.dumps(recorded("templates")["data"][0]).replace("doorstep.test", "evil.example")
    )
    registry.keep(session, shop.id, [read(elsewhere)])
    session.commit()
    page = merchant.get(f"/admin/{shop.id}/whatsapp/shipped?template=order_shipped").text
    assert "https://doorstep.test/s/{{1}}" in page
    assert post(merchant, shop, "/shipped", {"template": "order_shipped", **FILLED}) == "missing"


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (200, recorded("sent"), "WhatsApp took it"),
        (400, recorded("refused"), "It could not be sent: WhatsApp 131026"),
        (401, {"error": {"code": 190}}, "WhatsApp no longer takes the token"),
        (503, {}, "It could not be sent: it answers 503"),
    ],
)
def test_the_test_button_says_what_whatsapp_says(  # noqa: PLR0917 - fixtures and three parameters
    merchant: FlaskClient, shop: Shop, session: Session, status: int, body: dict[str, object], says: str
) -> None:
    known(merchant, shop, session)
    post(merchant, shop, "/shipped", {"template": "order_shipped", **FILLED})
    assert post(merchant, shop, "/test", {"to": "no number"}) == "to"
    assert post(merchant, shop, "/test", {"to": "+1 303 555 0142"}) == "trying"
    assert "A message is on its way to WhatsApp." in merchant.get(f"/admin/{shop.id}/whatsapp").text
    with playing(HOST) as api:
        api.will(status, body)
        sync.run()
    (asked,) = api.asked
    assert (asked.body["to"], asked.body["template"]["name"]) == ("+13035550142", "order_shipped")
    assert says in merchant.get(f"/admin/{shop.id}/whatsapp").text


def test_without_a_template_the_merchant_writes_first_and_any_words_answer(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    known(merchant, shop, session)
    with playing(HOST) as api:
        api.will(200, recorded("sent"))
        post(merchant, shop, "/test", {"to": "+13035550142"})
        sync.run()
        assert api.asked == []
        assert "no template says anything yet" in merchant.get(f"/admin/{shop.id}/whatsapp").text
        heard = Heard(id="1", sender="+13035550142", words="Hello", at=clock.now())
        replies.hear(session, shop.id, "whatsapp", heard, Medium.WHATSAPP)
        session.commit()
        post(merchant, shop, "/test", {"to": "+13035550142"})
        sync.run()
    assert [it.body["text"]["body"] for it in api.asked] == ["Ridge & Pine: your messages work."]


def test_the_days_limit_is_warned_of_before_it_is_used_up(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    post(merchant, shop, "", ENTERED | {"daily": "10"})
    mine = Purse(shop.id, BY_MEDIUM[Medium.WHATSAPP], spending.today(shop))
    for spent, says in ((7, "Today: 7 messages of 10."), (1, "nearly used up"), (2, "is used up")):
        spending.add(session, {mine: spent})
        session.commit()
        assert says in merchant.get(f"/admin/{shop.id}/whatsapp").text


def test_what_shoppers_wrote_is_shown_and_that_it_was_looked_at_is_kept(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    for ident, words in enumerate(("STOP", "Where <b>is</b> it?")):
        heard = Heard(id=str(ident), sender="+13035550142", words=words, is_answered=True)
        replies.hear(session, shop.id, "whatsapp", heard, Medium.WHATSAPP)
    session.commit()
    page = merchant.get(f"/admin/{shop.id}/whatsapp").text
    assert "Where &lt;b&gt;is&lt;/b&gt; it?" in page
    assert "+13035550142" not in page
    assert "Where" not in merchant.get(f"/admin/{shop.id}/texts").text
    assert session.scalars(select(AccessRecord.what)).all() == ["replies 2"]


def test_it_is_forgotten_with_its_keys_and_templates(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    known(merchant, shop, session)
    assert post(merchant, shop, "/forget", {}) == "forgotten"
    session.expire_all()
    assert texting.of(session.get_one(Shop, shop.id), Medium.WHATSAPP) is None
    assert (
        session.scalars(select(Credential.kind).filter_by(shop_id=shop.id, kind="whatsapp:whatsapp")).all()
        == []
    )
    assert session.scalars(select(Errand).filter_by(kind=registry.SYNC)).all() == []
    assert registry.of_shop(session, shop.id) == []


def known(merchant: FlaskClient, shop: Shop, session: Session) -> None:
    """Let a number be entered, and its templates be known."""
    post(merchant, shop, "", ENTERED)
    session.execute(delete(Errand).where(Errand.kind == registry.SYNC))
    registry.keep(session, shop.id, [read(one) for one in recorded("templates")["data"]])
    session.commit()


def post(browser: FlaskClient, shop: Shop, path: str, fields: dict[str, str]) -> str:
    answer = browser.post(f"/admin/{shop.id}/whatsapp{path}", data={**fields, "csrf": token(browser)})
    if answer.status_code != 303:
        return wrong(answer.text)
    return answer.location.partition("said=")[2].partition("&")[0]
