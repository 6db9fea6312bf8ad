"""A merchant's own mail servers: where one refuses the next takes over, and no mail goes twice."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.flows.models import Flow
from app.lib import clock
from app.lib.config import settings
from app.messages.dispatch import outbox
from app.messages.models import Message
from app.messages.providers import accounts, spending
from app.messages.providers.accounts import Entered
from app.messages.providers.models import Provider
from app.shops.models import Shop
from app.vocabulary import Category, Trigger
from jobs import messages
from tests import sold
from tests.contracts.smtp_server import CUT, ScriptedServer, scripted

NOON = "2026-11-24T19:00:00+00:00"
"""Noon where the shop is."""


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def shop(session: Session) -> Shop:
    made = sold.shop(session)
    session.add(Flow(shop_id=made.id, trigger=Trigger.THANK_YOU, on_since=clock.now()))
    session.commit()
    return made


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ScriptedServer]]:
    """The first two are the merchant's, the last is the operator's."""
    with ExitStack() as stack:
        made = [stack.enter_context(scripted(extensions=("AUTH PLAIN", "PIPELINING"))) for _ in range(3)]
        monkeypatch.setenv("DOORSTEP_MAIL_HOSTS_INSIDE", "localhost")
        monkeypatch.setenv("DOORSTEP_SMTP_URL", f"smtp://127.0.0.1:{made[2].port}")
        monkeypatch.setenv("DOORSTEP_MAIL_FROM", "orders@house.example")
        settings.cache_clear()
        yield made
    settings.cache_clear()


def test_a_mail_comes_from_the_merchants_own_address(
    session: Session, shop: Shop, servers: list[ScriptedServer]
) -> None:
    first = add(session, shop, servers[0], reply_to="help@ridge.example")
    assert first.password
    assert b"secret" not in first.password
    assert due(session, shop, 2) == {"sent": 2}
    assert counts(servers) == [2, 0, 0]
    mail = message_from_bytes(servers[0].taken[0], policy=policy.default)
    assert mail["From"] == "Ridge & Pine <orders@ridge.example>"
    assert mail["Reply-To"] == "help@ridge.example"
    assert "AUTH PLAIN AG1lAHNlY3JldA==" in servers[0].heard
    assert spending.of_today(session, shop) == {first.id: 2}


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        ("CONNECT", "421 4.3.2 too many of you"),
        ("AUTH", "535 5.7.8 who are you"),
        ("MAIL", "550 5.7.1 this sender is not yours"),
        ("MAIL", "454 4.7.0 Throttling failure: Daily message quota exceeded"),
        ("RCPT", "550 5.4.5 Daily user sending limit exceeded"),
        ("DOT", "451 4.7.0 Maximum credits exceeded"),
        ("DOT", "421 4.3.2 going down"),
    ],
)
def test_where_a_server_refuses_for_reasons_of_its_own_the_next_takes_over(
    session: Session, shop: Shop, servers: list[ScriptedServer], stage: str, answer: str
) -> None:
    first, second = add(session, shop, servers[0]), add(session, shop, servers[1])
    servers[0].script[stage] = [answer] * 50
    assert due(session, shop, 12) == {"sent": 12}
    assert counts(servers) == [0, 12, 0]
    assert len(ids(servers)) == 12, "each once"
    session.refresh(first)
    assert (first.failures, first.rests_until is not None) == (1, True)
    assert "exceeded" not in (first.complaint or ""), "a server's words may hold an address"
    assert spending.of_today(session, shop) == {second.id: 12} | ({first.id: 0} if first.daily else {})
    assert all(message.attempts == 1 for message in session.scalars(select(Message)))


def test_a_server_that_is_gone_and_one_that_refuses_leave_it_to_the_operators(
    session: Session, shop: Shop, servers: list[ScriptedServer]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        add(session, shop, servers[0], port=str(gone.getsockname()[1]))
    add(session, shop, servers[1])
    servers[1].script["AUTH"] = ["535 5.7.8 who are you"] * 5
    assert due(session, shop, 3) == {"sent": 3}
    assert counts(servers)[1:] == [0, 3]
    mail = message_from_bytes(servers[2].taken[0], policy=policy.default)
    assert mail["From"] == "Ridge & Pine <orders@house.example>"


def test_a_server_that_refuses_amid_a_chunk_gets_no_mail_twice(
    session: Session, shop: Shop, servers: list[ScriptedServer]
) -> None:
    add(session, shop, servers[0]), add(session, shop, servers[1])
    servers[0].script["DOT"] = ["250 ok"] * 7 + ["421 4.7.0 that is enough"] * 50
    assert due(session, shop, 20) == {"sent": 20}
    assert len(ids(servers)) == 20
    assert counts(servers) == [7, 13, 0]


def test_a_mail_of_unknown_fate_is_no_refusal(
    session: Session, shop: Shop, servers: list[ScriptedServer]
) -> None:
    add(session, shop, servers[0]), add(session, shop, servers[1])
    servers[0].script["DOT"] = [CUT]
    assert due(session, shop, 1, Category.MARKETING) == {"held": 1}
    assert counts(servers) == [0, 0, 0], "nobody sends it once more"
    first = session.scalar(select(Provider.id).order_by(Provider.id).limit(1))
    assert spending.of_today(session, shop) == {first: 1}


def test_one_that_refuses_a_reader_is_no_reason_to_ask_another(
    session: Session, shop: Shop, servers: list[ScriptedServer]
) -> None:
    add(session, shop, servers[0]), add(session, shop, servers[1])
    servers[0].script["RCPT"] = ["550 5.1.1 nobody here", "452 4.2.2 mailbox full"]
    assert due(session, shop, 3) == {"failed": 1, "queued": 1, "sent": 1}
    assert counts(servers) == [1, 0, 0]


def test_a_server_is_asked_again_after_a_while_and_its_failures_forgotten(
    session: Session, shop: Shop, servers: list[ScriptedServer]
) -> None:
    first = add(session, shop, servers[0])
    servers[0].script["AUTH"] = ["535 5.7.8 who are you"]
    assert due(session, shop, 1) == {"sent": 1}
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=True):
        assert due(session, shop, 1) == {"sent": 2}
    assert counts(servers) == [1, 0, 1]
    session.refresh(first)
    assert (first.failures, first.rests_until, first.complaint) == (0, None, None)


def test_what_goes_over_which_server_is_the_merchants_choice(
    session: Session, shop: Shop, servers: list[ScriptedServer]
) -> None:
    add(session, shop, servers[0], carries="marketing")
    add(session, shop, servers[1], carries="transactional")
    due(session, shop, 2)
    due(session, shop, 1, Category.MARKETING)
    assert counts(servers) == [1, 2, 0]


def test_where_nobody_takes_over_mail_is_tried_again_later(
    session: Session, shop: Shop, servers: list[ScriptedServer]
) -> None:
    add(session, shop, servers[0])
    accounts.use_house(session, shop, wanted=False)
    session.commit()
    servers[0].script["AUTH"] = ["535 5.7.8 who are you"] * 50
    assert due(session, shop, 2) == {"queued": 2}
    found = session.scalars(select(Message)).all()
    assert all(it.due_at > clock.now() and it.attempts == 1 for it in found)
    assert due(session, shop, 0) == {"queued": 2}
    assert servers[0].connections == 1, "it rests"


@pytest.mark.usefixtures("servers")
def test_mail_that_waits_for_a_resting_server_is_kept_for_as_long_as_mail_that_is_refused(
    session: Session, shop: Shop, servers: list[ScriptedServer]
) -> None:
    first = add(session, shop, servers[0])
    accounts.use_house(session, shop, wanted=False)
    session.commit()
    ask(session, shop, 2)
    for _ in outbox.RETRIES:
        latest = session.scalars(select(Message.due_at).order_by(Message.due_at.desc())).first()
        assert latest is not None
        session.rollback()
        with time_machine.travel(latest + timedelta(seconds=1), tick=True):
            accounts.rest(session, first.id, "refused the mail of another order just now")
            session.commit()
            messages.send()
        session.expire_all()
    found = session.scalars(select(Message)).all()
    assert [it.state for it in found] == ["queued", "queued"]
    assert all(it.due_at - clock.now() > timedelta(hours=24) for it in found), "a server is mended in a day"


@pytest.mark.usefixtures("servers")
def test_a_private_address_is_not_even_connected_to(
    session: Session, shop: Shop, servers: list[ScriptedServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(session, shop, servers[0])
    monkeypatch.delenv("DOORSTEP_MAIL_HOSTS_INSIDE")
    settings.cache_clear()
    assert due(session, shop, 1) == {"sent": 1}
    assert (servers[0].connections, counts(servers)) == (0, [0, 0, 1])
    assert session.scalars(select(Provider.complaint)).all() == ["its address is not a public one"]


@pytest.mark.parametrize("host", ["mail..example", f"{'m' * 64}.example", "-mail.example", "mail.example/"])
def test_what_is_no_servers_name_is_not_kept(session: Session, shop: Shop, host: str) -> None:
    with pytest.raises(accounts.Unfit):
        accounts.keep(session, shop, Entered(**(TYPED | {"host": host})))


TYPED = {
    "preset": "smtp",
    "host": "mail.ridge.example",
    "port": "587",
    "security": "starttls",
    "username": "me",
    "password": "secret",
    "sender": "orders@ridge.example",
    "reply_to": "",
    "carries": "everything",
    "daily": "",
    "selectors": "",
    "receipt_secret": "",
}


def add(session: Session, shop: Shop, server: ScriptedServer, **typed: str) -> Provider:
    here = {"host": "localhost", "port": str(server.port), "security": "none"}
    made = accounts.keep(session, shop, Entered(**(TYPED | here | typed)))
    session.commit()
    return made


def ask(session: Session, shop: Shop, count: int, category: Category = Category.TRANSACTIONAL) -> None:
    for _ in range(count):
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


def due(
    session: Session, shop: Shop, count: int, category: Category = Category.TRANSACTIONAL
) -> dict[str, int]:
    """Let so many mails be due, send what may be sent, and return how many messages are in each state."""
    ask(session, shop, count, category)
    messages.send()
    session.expire_all()
    found: dict[str, int] = {}
    for state in session.scalars(select(Message.state).filter_by(shop_id=shop.id)):
        found[str(state)] = found.get(str(state), 0) + 1
    return found


def counts(servers: list[ScriptedServer]) -> list[int]:
    return [len(server.taken) for server in servers]


def ids(servers: list[ScriptedServer]) -> set[str]:
    every = [message_from_bytes(taken)["Message-ID"] for server in servers for taken in server.taken]
    assert len(every) == len(set(every)), "no mail went twice"
    return set(every)
