"""How mail is sent: a server is entered and tried, a domain mended, and what was paused resumed."""

import json
from collections.abc import Iterator

import dkim as verifier
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import clock, dns
from app.lib.config import settings
from app.messages.dispatch import outbox
from app.messages.models import Message
from app.messages.providers import accounts, domains
from app.messages.providers.models import MailDomain, Provider
from app.shops import errands
from app.shops.models import Shop
from app.vocabulary import Category, MessageState, Trigger
from jobs import messages, sync
from tests import sold
from tests.contracts.smtp_server import ScriptedServer, scripted
from tests.contracts.test_receipts import by_sendgrid, grid
from tests.dns_server import NameServer, serving
from tests.journeys.admin.conftest import sign_in, token
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_providers import TYPED, noon

__all__ = ["noon"]

IP = "198.51.100.7"


def test_it_works_with_nothing_entered(merchant: FlaskClient, shop: Shop) -> None:
    page = merchant.get(f"/admin/{shop.id}/sending").text
    assert f"Mail goes over the server of this Doorstep, from {settings().mail_from}." in page
    assert "Amazon SES" in page
    assert "How mail is sent" in merchant.get(f"/admin/{shop.id}/messages").text


def test_a_server_is_entered_and_tried_and_its_own_words_are_shown(
    merchant: FlaskClient, shop: Shop, session: Session, server: ScriptedServer
) -> None:
    path = enter(merchant, shop, server)
    (row,) = session.scalars(select(Provider))
    assert row.password
    page = merchant.get(path).text
    assert "secret" not in page
    assert "Send a test mail to see whether it takes mail." in page
    server.script["AUTH"] = ["535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6"]
    try_out(merchant, path, session)
    page = merchant.get(path).text
    assert "The server did not take the mail to owner@ridge.example." in page
    assert "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6" in page
    assert "Test failed" in merchant.get(f"/admin/{shop.id}/sending").text
    server.script["DOT"] = ["250 2.0.0 Ok: queued as 4XYZ"]
    try_out(merchant, path, session)
    page = merchant.get(path).text
    assert "It took the test mail." in page
    assert "250 2.0.0 Ok: queued as 4XYZ" in page
    (taken,) = server.taken
    assert b"From: Ridge & Pine <orders@ridge.example>" in taken or b"Ridge" in taken
    assert b"To: owner@ridge.example" in taken
    assert "Takes mail" in merchant.get(f"/admin/{shop.id}/sending").text


def test_a_server_that_cannot_be_reached_is_said_in_plain_words(
    merchant: FlaskClient,
    shop: Shop,
    session: Session,
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = enter(merchant, shop, server)
    server.script["CONNECT"] = ["421 4.3.2 too many of you"]
    try_out(merchant, path, session)
    assert "421 4.3.2 too many of you" in merchant.get(path).text
    monkeypatch.delenv("DOORSTEP_MAIL_HOSTS_INSIDE")
    settings.cache_clear()
    try_out(merchant, path, session)
    assert "leads to an address inside a private network" in merchant.get(path).text
    assert server.connections == 1


def test_what_was_mistyped_stays_and_is_explained(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    page = post(merchant, f"/admin/{shop.id}/sending/new", {**TYPED, "sender": "me@", "port": "22"})
    assert "Mail servers listen at 25, 465, 587" in page
    assert 'value="me@"' in page
    assert "secret" not in page
    assert session.scalars(select(Provider)).all() == []


def test_a_server_of_a_shop_is_put_first_and_forgotten(
    merchant: FlaskClient, shop: Shop, session: Session, server: ScriptedServer
) -> None:
    enter(merchant, shop, server)
    second = enter(merchant, shop, server, sender="offers@ridge.example")
    post(merchant, f"{second}/first", {})
    senders = [row.sender for row in accounts.of_shop(session, shop.id)]
    assert senders == ["offers@ridge.example", "orders@ridge.example"]
    page = post(merchant, f"{second}/forget", {})
    assert "The mail server is forgotten" in page
    session.expire_all()
    assert [row.sender for row in accounts.of_shop(session, shop.id)] == ["orders@ridge.example"]
    page = post(merchant, f"/admin/{shop.id}/sending/house", {"wanted": "no"})
    assert "is tried again for two days, and then is not sent" in page


def test_a_domain_is_mended_signed_for_and_its_key_turned(
    merchant: FlaskClient, shop: Shop, session: Session, server: ScriptedServer, names: NameServer
) -> None:
    enter(merchant, shop, server)
    at = f"/admin/{shop.id}/sending/domains/ridge.example"
    look(session)
    page = merchant.get(at).text
    assert "Your mail fails: neither DKIM nor SPF speaks for your domain." in page
    assert "v=DMARC1; p=none; rua=mailto:" in page
    post(merchant, f"{at}/key", {})
    row = domain(session)
    assert (row.selector, row.next_selector is not None) == (None, True)
    show_key(names, row)
    names.txt("_dmarc.ridge.example", "v=DMARC1; p=reject")
    look(session)
    first = domain(session).selector
    assert first is not None
    assert "Your mail passes: DKIM speaks for your domain." in merchant.get(at).text
    assert verified(send(session, shop, server), names)
    page = post(merchant, f"{at}/key", {})
    assert "The key that is to follow" in page
    look(session)
    assert domain(session).selector == first, "the new one is not shown yet"
    show_key(names, domain(session))
    look(session)
    row = domain(session)
    assert (row.old_selector, row.next_selector) == (first, None)
    assert row.selector != first
    signed = send(session, shop, server)
    assert f"s={row.selector}".encode() in signed
    assert verified(signed, names)
    assert "may be removed from" in merchant.get(at).text
    post(merchant, f"{at}/no-key", {})
    assert b"DKIM-Signature" not in send(session, shop, server)


def test_a_merchants_own_account_reports_about_their_shop_and_no_other(
    merchant: FlaskClient, shopify_store: StoreVoice, other_shop: Shop, session: Session
) -> None:
    shop = shopify_store.shop
    told, secret = by_sendgrid(grid("bounce", type="bounce", status="5.1.1"))
    page = post(
        merchant,
        f"/admin/{shop.id}/sending/new",
        {**TYPED, "preset": "sendgrid", "host": "smtp.sendgrid.net", "receipt_secret": secret},
    )
    assert f"https://doorstep.test/webhooks/receipts/sendgrid/{shop.key}" in page
    mine, theirs = (ask(session, one, Category.TRANSACTIONAL) for one in (shop, other_shop))
    for message in (mine, theirs):
        message.state = MessageState.SENT
        body = json.loads(told.body)
        body[0] |= {"smtp-id": message.rfc_id, "sg_event_id": message.rfc_id}
        session.commit()
        signed, _ = by_sendgrid(body[0])
        headers = dict(signed.headers)
        path = f"/webhooks/receipts/sendgrid/{shop.key}"
        assert shopify_store.client.post(path, data=signed.body, headers=headers).status_code == 200
        nobody = path.removesuffix(shop.key) + "nobody"
        assert shopify_store.client.post(nobody, data=signed.body, headers=headers).status_code == 401
    session.expire_all()
    assert (mine.state, theirs.state) == (MessageState.BOUNCED, MessageState.SENT)


def test_a_stranger_sees_nobodys_servers(
    merchant: FlaskClient, shop: Shop, other_shop: Shop, server: ScriptedServer
) -> None:
    path = enter(merchant, shop, server)
    ident = path.rpartition("/")[2]
    sign_in(merchant, other_shop.id)
    assert merchant.get(f"/admin/{other_shop.id}/sending/{ident}").status_code == 404
    assert merchant.get(f"/admin/{other_shop.id}/sending/domains/ridge.example").status_code == 404


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    monkeypatch.setenv("DOORSTEP_MAIL_HOSTS_INSIDE", "localhost")
    settings.cache_clear()
    with scripted(extensions=("AUTH PLAIN",)) as running:
        yield running
    settings.cache_clear()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    with serving() as running:
        known = settings().model_copy(update={"dns_servers": running.address})
        monkeypatch.setattr(dns, "settings", lambda: known)
        running.zone["localhost", "A"] = [IP]
        yield running


def enter(merchant: FlaskClient, shop: Shop, server: ScriptedServer, **typed: str) -> str:
    """Enter a server; returns the address of its page."""
    here = {"host": "localhost", "port": str(server.port), "security": "none"}
    data = {**TYPED, **here, **typed, "csrf": token(merchant)}
    answer = merchant.post(f"/admin/{shop.id}/sending/new", data=data)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].partition("?")[0]


def post(merchant: FlaskClient, path: str, form: dict[str, str]) -> str:
    """Post a form; returns the page that follows."""
    answer = merchant.post(path, data={**form, "csrf": token(merchant)}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def try_out(merchant: FlaskClient, path: str, session: Session) -> None:
    page = post(merchant, f"{path}/test", {"to": "owner@ridge.example"})
    assert "is on its way" in page
    run(session, accounts.TEST)


def look(session: Session) -> None:
    for row in session.scalars(select(MailDomain)):
        errands.add(session, row.shop_id, domains.LOOK, row.domain, every=domains.HOURLY)
    run(session, domains.LOOK)


def run(session: Session, kind: str) -> None:
    session.commit()
    due = errands.claim(session, [kind])
    session.commit()
    assert due is not None
    sync._run_one(due)
    session.expire_all()


def domain(session: Session) -> MailDomain:
    session.expire_all()
    return session.scalars(select(MailDomain)).one()


def show_key(names: NameServer, row: MailDomain) -> None:
    following = domains.keys(row)[1]
    assert following is not None
    names.txt(f"{following.selector}._domainkey.ridge.example", following.record)


def verified(mail: bytes, names: NameServer) -> bool:
    def shown(name: bytes, timeout: int = 5) -> bytes:
        del timeout
        (value,) = names.zone[name.decode().rstrip("."), "TXT"]
        return value.replace('" "', "").strip('"').encode()

    return bool(verifier.verify(mail, dnsfunc=shown))


def send(session: Session, shop: Shop, server: ScriptedServer) -> bytes:
    """Send a mail; returns its bytes as the server took them."""
    ask(session, shop, Category.TRANSACTIONAL)
    messages.send()
    return server.taken[-1]


def ask(session: Session, shop: Shop, category: Category) -> Message:
    order = sold.order(session, shop, age=1)
    order.email = f"shopper{order.id}@shopper.example"
    wanted = outbox.Ask(
        subject=f"order-{order.id}",
        trigger=Trigger.THANK_YOU,
        category=category,
        order_id=order.id,
        to=order.email,
        occasion_at=clock.now(),
    )
    outbox.ask(session, shop.id, wanted)
    session.commit()
    return session.scalars(select(Message).filter_by(shop_id=shop.id, key=wanted.key)).one()
