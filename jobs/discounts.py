"""Make discount codes in stores, and take them back; asked before made, so that none is made twice."""

import time
from collections.abc import Callable, Collection
from typing import Any

from app.commerce import discounts
from app.commerce.discounts import News
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.platforms.shopify import discounts as shopify_words
from app.platforms.shopify.discounts import Known
from app.platforms.woocommerce import discounts as woo_words
from app.shops.calls import Due, Outcome
from app.vocabulary import CallReason
from jobs import shopify, woocommerce
from jobs.woocommerce import Connection

LOOKS, GLANCE = 10, 0.5
"""How often a store is asked whether it has added codes, and how many seconds between."""


def make_shopify(due: Due) -> Outcome:
    """Add a code, and others on the same terms, to the discount that holds them."""
    news = _news(due)
    if isinstance(news, CallReason):
        return Outcome(reason=news)
    if news.is_over:
        return _end_shopify(due, news)
    if _known(due, news.code) is None:
        wanted = (news.code, *news.others)
        adding = shopify.ask(
            due.shop_id, "DiscountCodesAdd", shopify_words.codes(_discount(due, news), wanted)
        )
        added = _added(due, shopify_words.adding(adding))
        if news.code not in added:
            raise Unreachable("Shopify did not add the code")
        _note(due, added)
    else:
        _note(due, [news.code])
    return Outcome(news.code)


def end_shopify(due: Due) -> Outcome:
    """Take a code back, unless it was used."""
    news = _news(due)
    return Outcome(reason=news) if isinstance(news, CallReason) else _end_shopify(due, news)


@woocommerce.says_when_cut_off
def make_woocommerce(due: Due) -> Outcome:
    """Make a coupon for a shopper's own address."""
    news = _news(due)
    if isinstance(news, CallReason):
        return Outcome(reason=news)
    shop = woocommerce.connection(due.shop_id)
    if news.is_over:
        return _end_woocommerce(shop, news)
    if woo_words.known(_coupons(shop, news), news.code) is None:
        coupon = woo_words.coupon(news.code, news.percent, news.expires_at, news.email, shop.zone)
        shop.store.write("POST", "coupons", coupon)
    _note(due, [news.code])
    return Outcome(news.code)


@woocommerce.says_when_cut_off
def end_woocommerce(due: Due) -> Outcome:
    """Delete a coupon, unless it was used."""
    news = _news(due)
    if isinstance(news, CallReason):
        return Outcome(reason=news)
    return _end_woocommerce(woocommerce.connection(due.shop_id), news)


HANDLERS: dict[str, Callable[[Due], Outcome]] = {
    "shopify.discount": make_shopify,
    "shopify.discount_end": end_shopify,
    "woocommerce.discount": make_woocommerce,
    "woocommerce.discount_end": end_woocommerce,
}


def _news(due: Due) -> News | CallReason:
    with transaction() as session:
        return discounts.prepare(session, due.payload)


def _note(due: Due, codes: Collection[str]) -> None:
    with transaction() as session:
        discounts.made(session, due.shop_id, codes)


def _known(due: Due, code: str) -> Known | None:
    found = shopify.ask(due.shop_id, "DiscountByCode", shopify_words.asked(code))
    return shopify_words.known(found, code)


def _discount(due: Due, news: News) -> str:
    """Return what the store calls the discount of these terms, made where it has none."""
    there = _known(due, news.batch)
    if there is not None:
        return there.discount
    asked = shopify_words.discount(news.batch, news.percent, news.expires_at)
    return shopify_words.created(shopify.ask(due.shop_id, "DiscountCreate", asked))


def _added(due: Due, adding: str) -> Collection[str]:
    for look in range(LOOKS):
        if look:
            time.sleep(GLANCE)
        added = shopify_words.added(shopify.ask(due.shop_id, "DiscountCodesAdded", {"id": adding}))
        if added is not None:
            return added
    raise Unreachable("Shopify is still adding the code")


def _end_shopify(due: Due, news: News) -> Outcome:
    there = _known(due, news.code)
    if there is None or there.is_used:
        return Outcome(reason=CallReason.SUPERSEDED if there is None else CallReason.KNOWN)
    if there.code is None:
        raise Unreachable("Shopify has the code, and does not list it")
    asked = {"discount": there.discount, "codes": [there.code]}
    shopify_words.gone(shopify.ask(due.shop_id, "DiscountCodesDelete", asked))
    return Outcome(news.code)


def _end_woocommerce(shop: Connection, news: News) -> Outcome:
    there = woo_words.known(_coupons(shop, news), news.code)
    if there is None or there.is_used:
        return Outcome(reason=CallReason.SUPERSEDED if there is None else CallReason.KNOWN)
    shop.store.write("DELETE", f"coupons/{there.id}", force="true")
    return Outcome(news.code)


def _coupons(shop: Connection, news: News) -> list[Any]:
    rows = shop.store.read("coupons", code=news.code.lower())
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
