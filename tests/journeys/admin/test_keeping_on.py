"""What was chosen about keeping goes on when a store comes back, and stays cheap for many orders."""

from sqlalchemy import delete, select

from app.admin import connect_shopify
from app.commerce.models import Delivery
from app.platforms.shopify.oauth import Grant
from app.privacy import retention, takeout
from app.privacy.takeout import TakeoutState
from app.shops import install
from app.shops.models import Errand
from jobs import sync
from tests.journeys.admin.conftest import parcel
from tests.journeys.admin.test_keeping import age
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_polling_rounds import statements

GRANT = Grant(access="token-2", scopes="read_orders", expires_at=None, refresh=None, refresh_expires_at=None)


def test_a_store_that_comes_back_forgets_on_and_is_written_down_further(shopify_store: StoreVoice) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    retention.choose(session, shop, 24)
    row = takeout.ask(session, shop.id, "owner")
    session.commit()
    install.uninstall(session, shop)
    session.commit()
    assert session.scalars(select(Errand.kind)).all() == []
    session.commit()
    connect_shopify._connect(shop.domain, GRANT)
    assert {retention.KEEP, takeout.WRITE} <= set(session.scalars(select(Errand.kind)))
    session.execute(delete(Errand).where(Errand.kind.not_in((retention.KEEP, takeout.WRITE))))
    session.commit()
    sync.run()
    session.expire_all()
    assert row.state is TakeoutState.DONE


def test_bodies_are_looked_through_once_for_many_old_orders(shopify_store: StoreVoice) -> None:
    for number in range(1, 6):
        parcel(shopify_store, number)
    age(shopify_store, 1, 2, 3, 4, 5)
    session, shop = shopify_store.session, shopify_store.shop
    retention.choose(session, shop, 24)
    session.commit()
    with statements() as made:
        assert retention.forget_some(session, shop)
    session.commit()
    assert sum(it.startswith("UPDATE inbox SET body = NULL") for it in made) == 1
    left = session.scalars(select(Delivery.body).where(Delivery.body.is_not(None))).all()
    assert not [body for body in left if b"1Z000100" in (body or b"")]
