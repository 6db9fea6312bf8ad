import asyncio
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.commerce.inbox import Incoming
from app.commerce.models import Delivery
from app.lib import clock
from app.shops.install import Store, install
from app.vocabulary import PlatformKey
from webhooks import committer as committer_module
from webhooks.committer import Committer


def test_a_row_that_cannot_be_stored_fails_alone(session: Session) -> None:
    shop_id = shop(session)
    rows = [incoming(shop_id, topic="orders/paid" if i != 7 else "orders\0paid") for i in range(20)]
    assert together(rows) == [i != 7 for i in range(20)]
    assert session.scalar(select(func.count()).select_from(Delivery)) == 19


def test_the_same_row_many_times_at_once_is_stored_once_and_acknowledged_to_all(session: Session) -> None:
    row = incoming(shop(session))
    assert together([row] * 12) == [True] * 12
    assert session.scalar(select(func.count()).select_from(Delivery)) == 1


def test_a_database_that_is_away_is_said_to_all_at_once_and_found_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    committer, shop_id = Committer(), shop(session)
    reach = committer_module._connect

    async def away() -> psycopg.AsyncConnection:
        return await psycopg.AsyncConnection.connect("host=/nonexistent")

    async def story() -> list[bool]:
        monkeypatch.setattr(committer_module, "_connect", away)
        lost = await asyncio.gather(*(committer.store(incoming(shop_id)) for _ in range(100)))
        monkeypatch.setattr(committer_module, "_connect", reach)
        found = await committer.store(incoming(shop_id))
        await committer.close()
        return [any(lost), found]

    assert asyncio.run(story()) == [False, True]
    assert session.scalar(select(func.count()).select_from(Delivery)) == 1


def test_what_nobody_thought_of_is_an_answer_to_all_too(session: Session) -> None:
    shop_id = shop(session)
    rows = [incoming(shop_id) for _ in range(100)]
    rows[3] = incoming(shop_id, topic="orders/\ud800")  # no text at all: it cannot be written as UTF-8
    assert together(rows) == [False] * 100
    assert together(rows[4:]) == [True] * 96


def together(rows: list[Incoming]) -> list[bool]:
    """Store rows at once; returns what each was told."""

    async def story() -> list[bool]:
        committer = Committer()
        told = await asyncio.wait_for(asyncio.gather(*(committer.store(row) for row in rows)), 10)
        await committer.close()
        return list(told)

    return asyncio.run(story())


def incoming(shop_id: int, topic: str = "orders/paid") -> Incoming:
    return Incoming(shop_id, topic, uuid4(), uuid4(), b'{"id": 1}', clock.now())


def shop(session: Session) -> int:
    store = Store(platform=PlatformKey.SHOPIFY, domain="a.myshopify.com", url="https://a.example", name="A")
    made = install(session, store)
    session.commit()
    return made.id
