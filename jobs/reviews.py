"""Let reviews appear when their time has come, and tell stores of them: asked before told, never twice."""

from collections.abc import Callable
from time import monotonic

from app.lib import queue
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.platforms.shopify import ratings
from app.platforms.woocommerce import reviews as woo_words
from app.platforms.woocommerce.api import Refused, Store
from app.reviews import moderating, telling
from app.reviews.telling import News
from app.shops.calls import Due, Outcome
from app.vocabulary import CallReason
from jobs import SLICE, shopify, woocommerce


def publish() -> None:
    """Publish what is due, some reviews a transaction, for a few seconds at most."""
    ends = monotonic() + SLICE
    while monotonic() < ends:
        with transaction() as session:
            if not moderating.publish_due(session):
                return
    queue.wake_now("jobs.reviews.publish")


@woocommerce.says_when_cut_off
def tell_woocommerce(due: Due) -> Outcome:
    """Make a review in the store, or bring the one that is there up to date."""
    with transaction() as session:
        news = telling.review_to_tell(session, due.shop_id, due.payload)
    if isinstance(news, CallReason):
        return Outcome(reason=news)
    store = woocommerce.connection(due.shop_id).store
    ident = _change(store, news) if news.external_id else _make(store, news)
    if ident is None:  # the product is gone there, or somebody threw the review away
        return Outcome(reason=CallReason.SUPERSEDED)
    with transaction() as session:
        is_kept = telling.keep_external_id(session, news, ident)
    if not is_kept:
        store.write("DELETE", f"{woo_words.ROUTE}/{ident}", force="true")
        return Outcome(reason=CallReason.ERASED)
    return Outcome(ident)


@woocommerce.says_when_cut_off
def remove_woocommerce(due: Due) -> Outcome:
    """Take a review out of the store, for good; that it is gone already is as well."""
    store, ident = woocommerce.connection(due.shop_id).store, due.payload["external_id"]
    gone = store.write("DELETE", f"{woo_words.ROUTE}/{ident}", force="true")
    return Outcome(ident, None if gone else CallReason.KNOWN)


def tell_shopify(due: Due) -> Outcome:
    """Write what a product's stars come to, unless another keeps that there."""
    with transaction() as session:
        rating = telling.rating_to_tell(session, due.shop_id, due.payload)
    if isinstance(rating, CallReason):
        return Outcome(reason=rating)
    there = ratings.known(shopify.ask(due.shop_id, "ProductRating", ratings.asked(rating.product)))
    if there is None:
        return Outcome(reason=CallReason.SUPERSEDED)
    if there.mean is None and there.count is None:
        held = None if rating.count else rating.mark
    else:
        held = telling.mark(there.mean or 0, there.count or 0)
    if held == rating.mark:
        return Outcome(rating.mark, CallReason.KNOWN)
    if held is not None and held not in rating.told:
        return Outcome(reason=CallReason.NOT_OURS)
    with transaction() as session:
        telling.note_told(session, due.shop_id, due.payload, rating)
    if rating.count:
        change = ratings.written(rating.product, rating.mean, rating.count, there)
        ratings.check(shopify.ask(due.shop_id, "MetafieldsSet", change), "metafieldsSet")
    else:
        gone = shopify.ask(due.shop_id, "MetafieldsDelete", ratings.emptied(rating.product))
        ratings.check(gone, "metafieldsDelete")
    return Outcome(rating.mark)


HANDLERS: dict[str, Callable[[Due], Outcome]] = {
    telling.REVIEW: tell_woocommerce,
    telling.REMOVED: remove_woocommerce,
    telling.RATING: tell_shopify,
}


def _change(store: Store, news: News) -> str | None:
    change = woo_words.changed(news.words, news.author, news.stars, is_shown=news.is_shown)
    return woo_words.ident(store.write("PUT", f"{woo_words.ROUTE}/{news.external_id}", change))


def _make(store: Store, news: News) -> str | None:
    """Return the id of the review that is there, made now unless it was before."""
    listed = store.read(woo_words.ROUTE, **woo_words.asked(news.product, news.email))
    known = woo_words.same(listed, news.words, news.stars)
    if known is not None:
        return known
    wanted = woo_words.written(news.product, news.words, news.author, news.email, news.stars)
    try:
        return woo_words.ident(store.write("POST", woo_words.ROUTE, wanted))
    except Refused as refused:
        if refused.code == woo_words.FLOOD:
            raise Unreachable("the store wants a pause between two reviews") from refused
        raise
