"""Whatever happens to a shelf: who asked first is told first, nobody twice, nobody of an empty one."""

import random
from datetime import timedelta
from threading import Thread

import pytest
import time_machine
from sqlalchemy.orm import Session

from app.flows import restocks
from app.lib import clock
from app.lib.db import engine as database
from app.stock import restock
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import enrollments
from tests.journeys.restocked import (
    BACK,
    GONE,
    HEARD,
    THERE,
    ask,
    judge,
    numbers,
    recorded,
    run_calls,
    send,
    settle,
    store,
    the_variant,
)
from tests.journeys.test_mails import parsed, server

__all__ = ["server", "store"]


def test_two_workers_never_call_the_same(store: StoreVoice) -> None:
    ask(store, *(f"shopper{number:02}" for number in range(40)))
    recorded(store, THERE, stock_quantity=1)
    judge(store, react=False)
    variant_id = the_variant(store)
    store.session.commit()

    def work() -> None:
        with time_machine.travel(clock.now(), tick=False), Session(database()) as mine:
            restocks.call(mine, store.shop.id, variant_id)
            mine.commit()

    workers = [Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    about = [row.about_id for row in enrollments(store, BACK)]
    assert sorted(about) == list(range(1, 28)), "three batches of nine, one after the other"


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_nobody_overtakes_and_nobody_is_told_twice_or_of_an_empty_shelf(
    store: StoreVoice, server: ScriptedServer, seed: int
) -> None:
    chance = random.Random(seed)
    ask(store, *(f"shopper{number:03}" for number in range(80)))
    at, is_there = HEARD, False
    for _ in range(12):
        at += timedelta(minutes=chance.randint(20, 90))
        with time_machine.travel(at, tick=False):
            before = len(server.taken)
            told_before = len(set(numbers(store)))
            is_there = chance.random() < 0.7
            quantity = chance.randint(1, 3) if is_there else 0
            recorded(
                store,
                THERE if is_there else GONE,
                stock_quantity=quantity,
                date_modified_gmt=f"{at:%Y-%m-%dT%H:%M:%S}",
            )
            judge(store, at=at)
            with time_machine.travel(at + restock.SETTLE, tick=False):
                run_calls(store)
                settle(store)
                send(store)
            assert is_there or len(server.taken) == before
            assert numbers(store)[told_before:] == sorted(numbers(store)[told_before:])
    names = [str(parsed(mail)["To"]) for mail in server.taken]  # over several lines: nearly in order
    assert sorted(names) == [f"shopper{number:03}@example.org" for number in range(len(names))]
    assert len(names) > 9
