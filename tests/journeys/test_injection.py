"""What a shopper or a store typed is words wherever it is shown: no header, no markup, no template."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.commerce.models import Order
from app.lib import clock
from app.lib.reading import Json
from app.tracking.page.links import token_of
from tests.contracts.smtp_server import ScriptedServer
from tests.contracts.sources.network import StoreApi
from tests.journeys import payloads
from tests.journeys.chatting import YES as BY_WHATSAPP
from tests.journeys.chatting import connect as connect_whatsapp
from tests.journeys.chatting import meta
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_mails import parsed, part
from tests.journeys.texting import NUMBER, Later, by_day, connect, mails, phone, server, shipped, shopper
from tests.journeys.texting import YES as BY_TEXT

__all__ = ["by_day", "mails", "meta", "phone", "server", "shopper"]

CORPUS = [
    "Ada\r\nBcc: eve@example.org",
    "Ada\nSubject: you won",
    "Ada\u2028X-Header: 1",
    "Ada\x00\x0b\x0cLovelace",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><svg onload=alert(1)>",
    "{{ shop.name | append: 'x' }}{% for i in (1..9) %}x{% endfor %}",
    "{{1}}{{first_name}}",
    '=HYPERLINK("https://evil.example")',
    "=?utf-8?q?Bcc=3A_eve=40example.org?=",
    "\u202eevol\u202c",
    "%(name)s %s %d",
    "<mj-raw></mj-raw></mjml>",
]
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
}
MARKUP = ("<script>alert", "<img src=x", "<svg onload", "<mj-raw")


@pytest.mark.parametrize("nasty", CORPUS)
def test_it_stays_words_in_mails_texts_and_on_the_page(  # noqa: PLR0917 - fixtures and a parameter
    shopify_store: StoreVoice,
    shopper: FlaskClient,
    mails: ScriptedServer,
    phone: StoreApi,
    meta: StoreApi,
    later: Later,
    nasty: str,
) -> None:
    connect(shopify_store)
    connect_whatsapp(shopify_store)
    shopify_store.shopify("orders/paid", order(nasty))
    shopify_store.settle()
    bought = shopify_store.session.scalars(select(Order)).one()
    page = f"/t/{token_of(bought.id)}"
    for wish in (BY_TEXT, BY_WHATSAPP):
        assert shopper.post(f"{page}/updates", data=wish).status_code == 303
    shipped(shopify_store, later)
    html = shopper.get(page).text
    assert not [it for it in MARKUP if it in html]
    assert len(mails.taken) == 2
    for taken in mails.taken:
        mail = parsed(taken)
        assert set(mail.keys()) <= HEADERS
        assert mail["To"] == "ada@example.com"
        shown = part(mail, "html")
        assert not [it for it in MARKUP if it in shown]
        assert "xxxxxxxxx" not in shown, "no template runs what somebody typed"
    (text,), (chat,) = phone.asked, meta.asked
    assert "\n" not in text.body["Body"]
    values = [it["text"] for it in chat.body["template"]["components"][0]["parameters"]]
    assert not [value for value in values if "\n" in value or "\r" in value]
    assert "xxxxxxxxx" not in text.body["Body"] + "".join(values)


def order(nasty: str) -> Json:
    """An order whose shopper, goods and address say it."""
    body = payloads.order(clock.now(), phone=NUMBER)
    body["customer"]["first_name"] = nasty
    body["shipping_address"] |= {"first_name": nasty, "address1": nasty, "city": nasty, "country_code": "US"}
    body["line_items"][0] |= {"title": nasty, "name": nasty}
    return body
