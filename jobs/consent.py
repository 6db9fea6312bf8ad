"""Write a shopper's yes or no to the store's own record; asked before written, for it may know better."""

from collections.abc import Callable
from urllib.parse import quote

from app.commerce import consent_record
from app.commerce.consent_record import News
from app.lib.db import transaction
from app.platforms.shopify import consent as shopify_words
from app.platforms.woocommerce import consent as woo_words
from app.shops.calls import Due, Outcome
from app.vocabulary import CallReason
from jobs import shopify, woocommerce


def tell_shopify(due: Due) -> Outcome:
    """Write it to the customer, unless the store knows it, or heard something newer."""
    news = _news(due)
    if isinstance(news, CallReason):
        return Outcome(reason=news)
    customer = news.customer or ""
    asked = shopify.ask(due.shop_id, "CustomerConsent", shopify_words.asked(customer))
    known = shopify_words.known(asked, news.medium)
    if known is None:  # the store has no such customer, or not this address of theirs
        return Outcome(reason=CallReason.SUPERSEDED)
    outcome = consent_record.weigh(news, known.state, known.at, is_confirmed=known.is_confirmed)
    if outcome is not None:
        return outcome
    change = shopify_words.written(customer, news.medium, news.state, news.at, is_confirmed=news.is_confirmed)
    shopify_words.check(shopify.ask(due.shop_id, shopify_words.OPERATIONS[news.medium], change), news.medium)
    return Outcome(news.mark)


@woocommerce.says_when_cut_off
def tell_woocommerce(due: Due) -> Outcome:
    """Write it to the customer's meta data, or to a guest's newest order's."""
    news = _news(due)
    if isinstance(news, CallReason):
        return Outcome(reason=news)
    store = woocommerce.connection(due.shop_id).store
    where = f"customers/{quote(news.customer, safe='')}" if news.customer else None
    where = where or f"orders/{quote(news.order or '', safe='')}"
    record = store.read(where)
    if record is None:
        return Outcome(reason=CallReason.SUPERSEDED)
    state, at = woo_words.known(record, news.medium)
    outcome = consent_record.weigh(news, state, at, is_confirmed=True)
    if outcome is None:
        store.write("PUT", where, woo_words.change(news.medium, news.state, news.at))
    return outcome or Outcome(news.mark)


HANDLERS: dict[str, Callable[[Due], Outcome]] = {
    "shopify.consent": tell_shopify,
    "woocommerce.consent": tell_woocommerce,
}


def _news(due: Due) -> News | CallReason:
    with transaction() as session:
        return consent_record.prepare(session, due.shop_id, due.payload)
