"""Text messages in the admin: an account entered, tried and forgotten; what a text takes and costs."""

import json
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels.sms import twilio
from app.channels.sms.base import Heard
from app.lib import crypto
from app.messages.models import Message
from app.messages.responses import replies
from app.shops import texting
from app.shops.models import AccessRecord, Credential, Errand, Shop
from app.shops.texting import Whom
from app.vocabulary import Medium, MessageState
from jobs import sync
from tests.contracts.sources.network import playing
from tests.journeys.admin.conftest import parcel, token
from tests.journeys.conftest import StoreVoice

ACCOUNT = {"account_sid": "AC01", "auth_token": "hush", "sender": "+1 500 555 0006", "price": "0.0079"}


def test_it_works_with_nothing_entered(merchant: FlaskClient, shop: Shop) -> None:
    page = merchant.get(f"/admin/{shop.id}/texts").text
    assert "No texts are sent." in page
    assert "Never run against the real service" in page


def test_an_account_is_entered_sealed_and_shown_without_its_secrets(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    assert post(merchant, shop, "twilio", ACCOUNT) == "kept"
    row = session.scalars(select(Credential).filter_by(kind="texts:twilio")).one()
    assert b"hush" not in row.secret
    assert json.loads(crypto.unseal(row.secret)) == {"account_sid": "AC01", "auth_token": "hush"}
    chosen = of(session, shop)
    assert chosen is not None
    assert (chosen.sender, chosen.whom, chosen.price) == ("+15005550006", Whom.ASKED, 7900)
    page = merchant.get(f"/admin/{shop.id}/texts").text
    assert "gets them, from +15005550006" in page
    assert f"https://doorstep.test/webhooks/texts/twilio/{shop.key}" in page
    assert "hush" not in page
    assert 'value="0.0079"' in page


def test_an_empty_field_stays_as_it_was_and_another_provider_takes_over(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    post(merchant, shop, "twilio", ACCOUNT)
    assert post(merchant, shop, "twilio", {"sender": "RidgePine", "whom": "allowed"}) == "kept"
    chosen = of(session, shop)
    assert chosen is not None
    assert (chosen.sender, chosen.whom, chosen.price) == ("RidgePine", Whom.ALLOWED, None)
    assert post(merchant, shop, "vonage", {"sender": "RidgePine"}) == (
        "application_id,private_key,signature_secret"
    )
    theirs = {"application_id": "a", "private_key": "b", "signature_secret": "c", "sender": "RidgePine"}
    assert post(merchant, shop, "vonage", theirs) == "kept"
    assert turns(session, shop) == ["twilio", "vonage"]
    assert "Your providers, in their order" in merchant.get(f"/admin/{shop.id}/texts").text
    assert post(merchant, shop, "vonage/first", {}) == "first"
    assert post(merchant, shop, "vonage", {"sender": "Ridge", "whom": "asked", "daily": "9"}) == "kept"
    assert turns(session, shop) == ["vonage", "twilio"]
    assert post(merchant, shop, "twilio", {"sender": "RidgePine", "daily": "7"}) == "kept"
    first = of(session, shop)
    assert first is not None
    assert (first.sender, first.whom, first.daily) == ("Ridge", Whom.ASKED, 9), "what is so of both"
    assert post(merchant, shop, "vonage/forget", {}) == "forgotten"
    assert turns(session, shop) == ["twilio"]
    assert list(session.scalars(select(Credential.kind).filter_by(shop_id=shop.id))) == ["texts:twilio"]
    post(merchant, shop, "twilio/forget", {})
    assert of(session, shop) is None
    assert list(session.scalars(select(Credential.kind).filter_by(shop_id=shop.id))) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sender": "a name that is too long"}, "sender"),
        ({"sender": "+1"}, "sender"),
        ({"sender": "12345678901"}, "sender"),
        ({"price": "cheap"}, "price"),
        ({"price": "1e5"}, "price"),
        ({"auth_token": ""}, "auth_token"),
        ({"daily": "many", "price": "cheap"}, "price,daily"),
    ],
)
def test_what_cannot_be_is_said_and_not_kept(
    merchant: FlaskClient, shop: Shop, session: Session, changes: dict[str, str], said: str
) -> None:
    fields = ACCOUNT | changes | {"csrf": token(merchant)}
    page = merchant.post(f"/admin/{shop.id}/texts/twilio", data=fields).text
    assert wrong(page) == said
    assert all(f'value="{typed}"' in page for name, typed in changes.items() if name != "auth_token")
    assert "hush" not in page
    assert of(session, shop) is None


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (201, {"sid": "SM1"}, "Twilio took it"),
        (400, {"code": 21211}, "Twilio did not take it: Twilio 21211"),
        (401, {}, "Twilio no longer takes the keys"),
        (503, {}, "Twilio did not take it: it answers 503"),
    ],
)
def test_the_test_button_says_what_the_provider_says(  # noqa: PLR0917 - fixtures and three parameters
    merchant: FlaskClient, shop: Shop, session: Session, status: int, body: dict[str, object], says: str
) -> None:
    post(merchant, shop, "twilio", ACCOUNT)
    assert post(merchant, shop, "test", {"to": "no number"}) == "to"
    assert post(merchant, shop, "test", {"to": "+1 303 555 0142"}) == "trying"
    assert "A text is on its way." in merchant.get(f"/admin/{shop.id}/texts").text
    with playing("api.twilio.com") as api:
        api.will(status, body)
        sync.run()
    assert [asked.body["To"] for asked in api.asked] == ["+13035550142"]
    assert says in merchant.get(f"/admin/{shop.id}/texts").text
    assert session.scalars(select(Errand).filter_by(kind=texting.TEST[Medium.SMS])).all() == []


def test_that_keys_are_refused_is_said_where_messages_are(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    post(merchant, shop, "twilio", ACCOUNT)
    assert "no longer takes your keys" not in merchant.get(f"/admin/{shop.id}/messages").text
    texting.refuse(session, shop.id, twilio.PLUGIN)
    session.commit()
    assert "Twilio no longer takes your keys" in merchant.get(f"/admin/{shop.id}/messages").text


def test_a_text_is_listed_with_its_words_its_segments_and_about_what_it_costs(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    session, shop = shopify_store.session, shopify_store.shop
    text = session.scalars(select(Message)).first()
    assert text is not None
    text.medium, text.state, text.to = Medium.SMS, MessageState.SENT, "+13035550142"
    text.subject, text.segments, text.reason = "Ridge: It is on its way", 2, None
    session.commit()
    post(merchant, shop, "twilio", ACCOUNT)
    page = merchant.get(f"/admin/{shop.id}/messages").text
    assert "Ridge: It is on its way" in page
    assert "2 segments, about $0.0158" in page
    assert "as a text" in page
    assert "•••42" in page


def test_what_shoppers_texted_is_shown_and_that_it_was_looked_at_is_kept(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    for ident, words in enumerate(("STOP", "Where <b>is</b> it?")):
        heard = Heard(id=str(ident), sender="+13035550142", words=words, is_answered=True)
        replies.hear(session, shop.id, "twilio", heard)
    session.commit()
    page = merchant.get(f"/admin/{shop.id}/texts").text
    assert "Where &lt;b&gt;is&lt;/b&gt; it?" in page
    assert "+13035550142" not in page
    assert "STOP" not in re.findall(r"<ul.*?</ul>", page, re.DOTALL)[0]
    assert session.scalars(select(AccessRecord.what)).all() == ["replies 2"]


def post(browser: FlaskClient, shop: Shop, path: str, fields: dict[str, str]) -> str:
    answer = browser.post(f"/admin/{shop.id}/texts/{path}", data={**fields, "csrf": token(browser)})
    if answer.status_code != 303:
        return wrong(answer.text)
    return answer.location.partition("said=")[2].partition("&")[0]


def wrong(page: str) -> str:
    """Which fields of a form have an error beside them."""
    assert 'role="alert"' in page
    fields = re.findall(r'id="(\w+-)?(\w+)"[^>]*aria-invalid="true" aria-describedby="(?:\w+-)?\2-e"', page)
    return ",".join(name for _, name in fields)


def turns(session: Session, shop: Shop) -> list[str]:
    """Which providers are asked, in their order."""
    session.expire_all()
    mine = session.get_one(Shop, shop.id)
    chosen = [it.provider for it in texting.all_of(mine)]
    assert [it.provider.key for it in texting.accounts(session, mine)] == chosen
    return chosen


def of(session: Session, shop: Shop) -> texting.Texting | None:
    session.expire_all()
    return texting.of(session.get_one(Shop, shop.id))
