"""Installs the two shops of a house, every flow on, and prints their row ids and WooCommerce's URL key."""

import json
import os

from app.flows import switches
from app.flows.models import Flow
from app.lib import clock
from app.lib.db import transaction
from app.shops.install import Store, install, keep_secret
from app.vocabulary import PlatformKey, Trigger
from demo.shopify.wire import HOST as SHOPIFY_HOST
from demo.woocommerce.wire import HOST as WOO_HOST


def main() -> None:
    """Install both."""
    with transaction() as session:
        shops = [
            install(session, Store(platform=platform, domain=domain, url=f"https://{domain}", name=name))
            for platform, domain, name in (
                (PlatformKey.SHOPIFY, SHOPIFY_HOST, "Ridge & Pine"),
                (PlatformKey.WOOCOMMERCE, WOO_HOST, "Harbor Goods"),
            )
        ]
        keep_secret(session, shops[1], "webhook_secret", os.environ["HOUSE_WOO_SECRET"])
        for shop in shops:
            for trigger in set(Trigger) - set(switches.ON_REQUEST):
                session.add(Flow(shop_id=shop.id, trigger=trigger, on_since=clock.now()))
    print(json.dumps({"shopify": shops[0].id, "woocommerce": shops[1].id, "woo_key": shops[1].key}))


if __name__ == "__main__":
    main()
