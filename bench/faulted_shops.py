"""Gives a house's two shops the keys of the demo's stores, and the errands of shops that are connected."""

import os
import subprocess
import sys
from datetime import timedelta

from sqlalchemy import select

from app.commerce import gaps
from app.lib import clock
from app.lib.db import transaction
from app.shops import errands, tokens
from app.shops.install import keep_secret
from app.shops.models import Shop
from bench.house import ROOT, House
from demo.shopify import oauth
from demo.shopify.wire import HOST as RIDGE
from demo.stores import Shelf
from demo.woocommerce import auth
from demo.woocommerce.wire import HOST as HARBOR
from jobs import shopify, woocommerce

BEGINS = timedelta(days=1)
"""By itself nothing is asked before that."""


def connect(running: House) -> None:
    """Do so for a house, in a process that reads its settings."""
    here = {**os.environ, **running.environment}
    subprocess.run([sys.executable, "-m", "bench.faulted_shops"], check=True, cwd=ROOT, env=here)


def main() -> None:
    """Do so for the installation of this process."""
    token, keys = oauth.issue(Shelf(RIDGE)), auth.issue(Shelf(HARBOR), "read_write")
    now = clock.now()
    with transaction() as session:
        shops = {shop.domain: shop for shop in session.scalars(select(Shop))}
        ends = now + timedelta(seconds=token["expires_in"])
        access, refresh = token["access_token"], token["refresh_token"]
        keep_secret(session, shops[RIDGE], tokens.KIND, access, refresh=refresh, expires_at=ends)
        pair = f"{keys['consumer_key']}:{keys['consumer_secret']}"
        keep_secret(session, shops[HARBOR], "rest_keys", pair)
        shops[RIDGE].currency, shops[HARBOR].currency = "USD", "EUR"
        for domain, kind, every in (
            (RIDGE, "shopify.catch_up", shopify.HOURLY),
            (RIDGE, "shopify.compare", gaps.DAILY),
            (HARBOR, "woocommerce.catch_up", woocommerce.CATCH_UP_EVERY),
            (HARBOR, "woocommerce.compare", gaps.DAILY),
        ):
            errands.add(session, shops[domain].id, kind, due_at=now + BEGINS, every=every)


if __name__ == "__main__":
    main()
