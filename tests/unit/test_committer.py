from threading import Thread
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.commerce.inbox import Incoming
from app.commerce.models import Delivery
from app.lib import clock
from app.shops.install import Store, install
from app.vocabulary import PlatformKey
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


def together(rows: list[Incoming]) -> list[bool]:
    """Store rows from as many threads at once; returns what each was told."""
    committer = Committer()
    told: dict[int, bool] = {}

    def store(number: int, row: Incoming) -> None:
        told[number] = committer.store(row)

    threads = [Thread(target=store, args=pair) for pair in enumerate(rows)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [told[number] for number in range(len(rows))]


def incoming(shop_id: int, topic: str = "orders/paid") -> Incoming:
    return Incoming(shop_id, topic, uuid4(), uuid4(), b'{"id": 1}', clock.now())


def shop(session: Session) -> int:
    store = Store(platform=PlatformKey.SHOPIFY, domain="a.myshopify.com", url="https://a.example", name="A")
    made = install(session, store)
    session.commit()
    return made.id
