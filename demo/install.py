"""The two sample shops, connected as any store is: secrets, webhooks, errands; every flow on."""

import secrets
from datetime import timedelta

from sqlalchemy.orm import Session

from app.channels.whatsapp import cloud
from app.channels.whatsapp.templates import read
from app.commerce import gaps
from app.flows import switches, texted
from app.flows.models import Flow
from app.imports import history
from app.lib import clock, plugins
from app.lib.config import settings
from app.lib.db import transaction
from app.messages.gate import offers
from app.messages.whatsapp import registry
from app.messages.whatsapp.registry import Says
from app.platforms.shopify import stock as stock_of_shopify
from app.platforms.woocommerce import api, webhooks
from app.platforms.woocommerce.webhooks import Address
from app.shops import checkups, errands, texting
from app.shops.install import Store, install, keep_secret
from app.shops.models import Shop
from app.shops.texting import Texting, Whom
from app.tracking.parcels import writeback
from app.tracking.sources import sources
from app.vocabulary import PlatformKey, Trigger
from demo import meta, twilio, ups
from demo.shopify import oauth
from demo.shopify import wire as shopify_wire
from demo.stores import Shelf
from demo.woocommerce import auth
from demo.woocommerce import wire as woo_wire
from jobs import shopify, stock, woocommerce

CALM = timedelta(seconds=30)
"""Until the app first asks the stores: by then their own notices have told it everything."""
DAILY = 86_400

RIDGE = Store(
    platform=PlatformKey.SHOPIFY,
    domain=shopify_wire.HOST,
    url="https://ridge-and-pine.example",
    name="Ridge & Pine",
    external_id=str(shopify_wire.SHOP_ID),
    email="hello@ridge-and-pine.example",
    timezone=str(shopify_wire.ZONE),
    currency="USD",
    locale="en",
    country="US",
    scopes=oauth.SCOPES.replace(",", " "),
)
HARBOR = Store(
    platform=PlatformKey.WOOCOMMERCE,
    domain=woo_wire.HOST,
    url=woo_wire.HOME,
    name="Harbor Goods",
    email="ahoy@harbor-goods.example",
    timezone=str(woo_wire.ZONE),
    currency="EUR",
    locale="en",
    country="IE",
)
BRANDS = {
    RIDGE.domain: {
        "color": "#1e6048",
        "legal_name": "Ridge & Pine LLC",
        "postal_address": "214 NW 9th Avenue, Portland, OR 97209",
        "support_email": "hello@ridge-and-pine.example",
    },
    HARBOR.domain: {
        "color": "#24507a",
        "legal_name": "Harbor Goods Ltd",
        "postal_address": "2 Quay Street, Cork, T12 RY7X, Ireland",
        "support_email": "ahoy@harbor-goods.example",
    },
}

TEXTS = Texting(provider="twilio", sender=twilio.SENDER, whom=Whom.ASKED, price=7900)
CHATS = Texting(provider="whatsapp", sender=meta.NUMBER_ID, whom=Whom.ASKED)
SAYS = {f"body.{name}": Says(name, "") for name in ("order", "headline", "link")}
OFFER_SAYS = {slot: SAYS[slot] for slot in ("body.headline", "body.link")}


def _write_on_whatsapp(session: Session, shop: Shop) -> None:
    texting.keep(session, shop, cloud.PLUGIN, meta.keys(shop.key), CHATS)
    registry.keep(session, shop.id, [read(it) for it in meta.TEMPLATES])
    registry.watch(session, shop.id)
    for trigger in texted.STEPS:
        registry.choose(session, shop.id, trigger, "order_update", SAYS)
    for trigger in offers.TRIGGERS:
        registry.choose(session, shop.id, trigger, "offer", OFFER_SAYS)


def connect() -> Address:
    """Connect both stores, every flow on; returns where Harbor Goods delivers."""
    token, keys = oauth.issue(Shelf(RIDGE.domain)), auth.issue(Shelf(HARBOR.domain), "read_write")
    now, signing_secret = clock.now(), secrets.token_hex(24)
    rest_keys = f"{keys['consumer_key']}:{keys['consumer_secret']}"
    with transaction() as session:
        ridge, harbor = install(session, RIDGE), install(session, HARBOR)
        for shop in (ridge, harbor):
            shop.settings = {"brand": BRANDS[shop.domain]}
            writeback.switch(session, shop, on=True)
            texting.keep(session, shop, plugins.discover("app.channels.sms")["twilio"], twilio.KEYS, TEXTS)
            _write_on_whatsapp(session, shop)
            for trigger in set(Trigger) - set(switches.ON_REQUEST):
                session.add(Flow(shop_id=shop.id, trigger=trigger, on_since=now))
        keep_secret(
            session,
            ridge,
            "offline_token",
            token["access_token"],
            refresh=token["refresh_token"],
            expires_at=now + timedelta(seconds=token["expires_in"]),
            refresh_expires_at=now + timedelta(seconds=token["refresh_token_expires_in"]),
        )
        keep_secret(session, harbor, "rest_keys", rest_keys)
        keep_secret(session, harbor, "webhook_secret", signing_secret)
        sources.keep(session, harbor, plugins.discover("app.carriers")["ups"], ups.KEYS)
        for shop, kind, every in (
            (ridge, "shopify.shop_info", DAILY),
            (ridge, "shopify.catch_up", shopify.HOURLY),
            (harbor, "woocommerce.health", woocommerce.HEALTH_EVERY),
            (ridge, stock_of_shopify.CATCH_UP, stock.EVERY),
            (harbor, "woocommerce.catch_up", woocommerce.CATCH_UP_EVERY),
            (harbor, "woocommerce.nudge", woocommerce.NUDGE_EVERY),
            (ridge, "shopify.compare", gaps.DAILY),
            (harbor, "woocommerce.compare", gaps.DAILY),
            (ridge, checkups.LOOK, checkups.DAILY),
            (harbor, checkups.LOOK, checkups.DAILY),
            (harbor, "woocommerce.stock_catch_up", stock.EVERY),
        ):
            errands.add(session, shop.id, kind, due_at=now + CALM, every=every)
        for shop in (ridge, harbor):
            history.begin(session, shop)
    address = Address(base=settings().url, key=harbor.key, secret=signing_secret)
    webhooks.mend(api.Store(HARBOR.url, rest_keys), address)
    return address
