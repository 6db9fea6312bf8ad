"""A store that left comes back: its merchant's accounts with senders and carriers are good again."""

from sqlalchemy import select

from app.admin.stores import connect_shopify
from app.channels.sms import twilio, vonage
from app.lib import clock
from app.messages.whatsapp import registry
from app.shops import install, texting, tokens
from app.shops.models import Errand, Shop
from app.tracking.sources import sources
from app.vocabulary import Medium, ShopState
from tests.journeys import chatting
from tests.journeys import texting as texts
from tests.journeys.admin.test_keeping_on import GRANT
from tests.journeys.carrier import poll, told, ups, with_parcel
from tests.journeys.conftest import StoreVoice


def test_keys_of_senders_and_carriers_outlive_their_store(shopify_store: StoreVoice) -> None:
    store = with_parcel(shopify_store)
    session, shop = store.session, store.shop
    texts.connect(store)
    texts.connect(store, provider=vonage.PLUGIN)
    chatting.connect(store)
    install.keep_secret(session, shop, tokens.KIND, "token-1")
    texting.refuse(session, shop.id, vonage.PLUGIN)
    leave_and_come_back(store)
    assert [(it.provider, it.is_refused) for it in texting.accounts(session, shop)] == [
        (twilio.PLUGIN, False),
        (vonage.PLUGIN, True),
    ], "what was refused is refused"
    assert not texting.accounts(session, shop, Medium.WHATSAPP)[0].is_refused
    assert [it.is_refused for it in sources.accounts(session, shop.id)] == [False]
    assert tokens.is_alive(session, shop.id)
    asked = session.scalars(select(Errand).filter_by(kind=registry.SYNC)).one()
    assert asked.every == registry.HOURLY


def test_while_it_is_gone_its_own_token_is_dead(shopify_store: StoreVoice) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    install.keep_secret(session, shop, tokens.KIND, "token-1")
    install.uninstall(session, shop)
    assert not tokens.is_alive(session, shop.id)


def test_its_parcels_are_asked_about_again_though_nobody_asked_meanwhile(shopify_store: StoreVoice) -> None:
    store = with_parcel(shopify_store)
    with ups(lambda number: (200, told(number, "I", "DP"), {})) as carrier:
        poll(store)
        assert len(carrier.asked) == 1
        install.uninstall(store.session, store.shop)
        store.session.commit()
        poll(store)
        assert len(carrier.asked) == 1
        connect_shopify._connect(store.shop.domain, GRANT)
        poll(store)
        assert len(carrier.asked) == 2


def leave_and_come_back(store: StoreVoice) -> None:
    """Let the app be taken out of the store, and be put into it again."""
    shop: Shop = store.shop
    install.uninstall(store.session, shop)
    store.session.commit()
    assert (shop.state, shop.uninstalled_at is not None) == (ShopState.UNINSTALLED, True)
    connect_shopify._connect(shop.domain, GRANT)
    store.session.expire_all()
    assert shop.uninstalled_at is None
    assert shop.installed_at <= clock.now()
