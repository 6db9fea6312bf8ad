"""What a merchant chooses is kept beside what somebody else chooses at the same time."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.orm import Session

from app.lib.db import engine, transaction
from app.messages.providers import accounts
from app.shops import choices
from app.shops.models import Shop
from app.tracking.parcels import writeback
from tests import sold
from tests.journeys.admin.conftest import wait_for_a_lock


def test_two_who_save_at_once_both_do(session: Session) -> None:
    shop = sold.shop(session, brand={})
    session.commit()
    writeback.switch(session, shop, on=True)

    def another_saves() -> None:
        with transaction() as apart:
            accounts.use_house(apart, apart.get_one(Shop, shop.id), wanted=False)

    with ThreadPoolExecutor(1) as elsewhere:
        saved = elsewhere.submit(another_saves)
        wait_for_a_lock()
        session.commit()
        saved.result(60)
    with Session(engine()) as later:
        kept = later.get_one(Shop, shop.id)
        assert writeback.since(kept) is not None
        assert not accounts.uses_house(kept)


def test_what_was_read_long_ago_overwrites_nothing(session: Session) -> None:
    shop = sold.shop(session, brand={})
    session.commit()
    with transaction() as apart:
        choices.keep(apart, apart.get_one(Shop, shop.id), {"reviews": {"key": "form"}})
    choices.keep(session, shop, {"hold_out": 10})
    choices.keep(session, shop, {"house_mail": False, "reviews": None})
    session.commit()
    with Session(engine()) as later:
        assert later.get_one(Shop, shop.id).settings == {"brand": {}, "hold_out": 10, "house_mail": False}
