"""From the very bytes of stock that comes back to one mail each: who asked first first, while it lasts."""

import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.audience import suppression
from app.commerce.models import Order
from app.flows import restocks, switches
from app.lib import clock
from app.stock import restock, waiting
from app.stock.models import Shelf
from app.vocabulary import Medium, MessageState, Reason
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import told
from tests.journeys.restocked import (
    BACK,
    GONE,
    HEARD,
    MINUTE,
    PAN,
    THERE,
    ask,
    come_back,
    deliver,
    due_calls,
    judge,
    numbers,
    recorded,
    run_calls,
    sell_out,
    send,
    settle,
    store,
)
from tests.journeys.test_mails import parsed, part, server
from tests.journeys.test_woocommerce_order import body_of

__all__ = ["server", "store"]


def test_who_waits_is_told_once_in_the_order_of_asking_with_what_it_is_and_where(
    store: StoreVoice, server: ScriptedServer
) -> None:
    ask(store, "dan", "ana", "cat")
    recorded(store, THERE)
    settle(store)
    assert told(store, BACK) == [], "it may have come from a cancelled order"
    judge(store)
    keys = [message.key for message in told(store, BACK)]
    assert keys == [f"waiting-{number}:back_in_stock:1:email" for number in (1, 2, 3)]
    send(store)
    mails = [parsed(taken) for taken in server.taken]
    assert [mail["To"] for mail in mails] == [f"{name}@example.org" for name in ("dan", "ana", "cat")]
    assert {mail["Subject"] for mail in mails} == {"Back in stock: Cast Iron Pan"}
    text = part(mails[0], "plain").replace("\r\n", "\n")
    assert "Have a look:\nhttp://127.0.0.1:8890/product/cast-iron-pan/" in text
    assert "Cast Iron Pan: $39.00" in text
    assert "https://doorstep.test/waiting/" in str(mails[0]["List-Unsubscribe"])
    assert waiting.count(store.session, store.shop.id) == (0, 0)
    recorded(store, GONE, date_modified_gmt="2026-11-22T09:40:00")
    recorded(store, THERE, date_modified_gmt="2026-11-22T09:41:00")
    judge(store, at=HEARD + 60 * MINUTE)
    send(store)
    assert len(server.taken) == 3, "who was told once is not told again"


def test_a_batch_is_as_large_as_what_is_there_and_the_next_one_waits(store: StoreVoice) -> None:
    ask(store, *(f"shopper{number:02}" for number in range(60)))
    recorded(store, THERE, stock_quantity=1)
    judge(store)
    assert numbers(store) == list(range(1, 10)), "the nine who asked first, for one piece"
    called_at = HEARD + restock.SETTLE
    with time_machine.travel(called_at + restocks.PAUSE - MINUTE, tick=False):
        assert due_calls(store) == []
    with time_machine.travel(called_at + restocks.PAUSE, tick=False):
        run_calls(store)
        settle(store)
    assert numbers(store) == list(range(1, 27)), "seventeen more"
    sell_out(store)
    with time_machine.travel(called_at + 2 * restocks.PAUSE, tick=False):
        run_calls(store)
        settle(store)
    assert numbers(store) == list(range(1, 27))


def test_a_batch_that_is_too_large_for_one_transaction_is_called_in_parts(
    store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restocks, "AT_ONCE", 4)
    ask(store, *(f"shopper{number:02}" for number in range(12)))
    recorded(store, THERE, stock_quantity=1)
    judge(store)
    assert numbers(store) == [1, 2, 3, 4]
    for many in (8, 9, 9):
        with time_machine.travel(HEARD + restock.SETTLE, tick=False):
            run_calls(store)
            settle(store)
        assert numbers(store) == list(range(1, many + 1)), "nine in all, at once"


def test_what_nobody_counts_is_told_to_all(store: StoreVoice) -> None:
    ask(store, *(f"shopper{number:02}" for number in range(30)))
    recorded(store, THERE, stock_quantity=None, manage_stock=False)
    judge(store)
    assert len(told(store, BACK)) == 30


def test_sold_out_again_before_it_goes_they_keep_their_place_and_it_says_why(
    store: StoreVoice, server: ScriptedServer
) -> None:
    ask(store, "dan", "ana")
    recorded(store, THERE)
    judge(store)
    sell_out(store)
    send(store)
    assert server.taken == []
    assert {(it.state, it.reason) for it in told(store, BACK)} == {(MessageState.SKIPPED, Reason.SOLD_OUT)}
    assert waiting.count(store.session, store.shop.id) == (2, 1)
    ask(store, "ben")
    come_back(store)
    send(store)
    assert [parsed(mail)["To"] for mail in server.taken] == [
        f"{name}@example.org" for name in ("dan", "ana", "ben")
    ]
    assert [it.key.partition(":")[0] for it in told(store, BACK)][2:] == [
        "waiting-1.2",
        "waiting-2.2",
        "waiting-3",
    ]


def test_sold_out_again_while_the_mail_server_rests_nobody_loses_their_place(
    store: StoreVoice, server: ScriptedServer
) -> None:
    ask(store, "dan")
    recorded(store, THERE)
    judge(store)
    server.script["CONNECT"] = ["421 4.3.2 later"] * 3
    send(store)
    assert server.taken == []
    sell_out(store)
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        send(store)
        assert [it.reason for it in told(store, BACK)] == [Reason.SOLD_OUT]
        assert waiting.count(store.session, store.shop.id) == (1, 1)


def test_sold_out_again_before_their_turn_they_keep_their_place(store: StoreVoice) -> None:
    ask(store, "dan")
    recorded(store, THERE)
    judge(store, react=False)
    sell_out(store)
    settle(store)
    assert told(store, BACK) == []
    assert waiting.count(store.session, store.shop.id) == (1, 1)
    come_back(store)
    assert len(told(store, BACK)) == 1


def test_what_a_cancelled_order_brings_back_is_told_to_nobody(store: StoreVoice) -> None:
    ask(store, "dan")
    shelf = store.session.scalars(select(Shelf)).one()
    shelf.is_there, shelf.quantity, shelf.explained = True, 1, 1
    store.session.commit()
    assert restocks.call(store.session, store.shop.id, shelf.variant_id) == 0


@pytest.mark.usefixtures("server")
def test_who_buys_it_meanwhile_no_longer_waits(store: StoreVoice) -> None:
    ask(store, "dan", "ana")
    recorded(store, THERE)
    judge(store)
    order = dict(body_of("125_order.created_processing"))
    line = order["line_items"][0] | {"product_id": int(PAN), "variation_id": 0}
    bought = order | {"line_items": [line], "billing": order["billing"] | {"email": "Dan@example.org"}}  # type: ignore[operator]
    deliver(store, "order.created", json.dumps(bought).encode())
    settle(store)
    send(store)
    assert {it.to: it.reason for it in told(store, BACK)} == {
        "dan@example.org": Reason.LET_GO,
        "ana@example.org": None,
    }
    assert store.session.scalars(select(Order.id)).one()


def test_who_cannot_be_written_to_holds_up_nobody(store: StoreVoice, server: ScriptedServer) -> None:
    ask(store, "dan", "ana")
    address = "dan@example.org"
    suppression.suppress(store.session, store.shop.id, Medium.EMAIL, address, None, reason="bounced")
    recorded(store, THERE)
    judge(store)
    send(store)
    assert [parsed(mail)["To"] for mail in server.taken] == ["ana@example.org"]
    assert waiting.count(store.session, store.shop.id) == (0, 0)


def test_off_nobody_is_told_and_all_go_on_waiting(store: StoreVoice, server: ScriptedServer) -> None:
    ask(store, "dan")
    recorded(store, THERE)
    judge(store)
    switches.switch(store.session, store.shop.id, BACK, on=False)
    send(store)
    assert [it.reason for it in told(store, BACK)] == [Reason.FLOW_OFF]
    sell_out(store)
    come_back(store)
    assert len(told(store, BACK)) == 1
    assert waiting.count(store.session, store.shop.id) == (1, 1)
    assert server.taken == []
