"""Tell stores where their parcels are; asked before told, so that whoever begins anew repeats nothing."""

from collections.abc import Callable
from urllib.parse import quote

from app.lib.db import transaction
from app.platforms.shopify import telling as shopify_words
from app.platforms.woocommerce import telling as woo_words
from app.shops.calls import Due, Outcome
from app.tracking.parcels import writeback
from app.tracking.parcels.writeback import News
from app.vocabulary import CallReason
from jobs import shopify, woocommerce


def tell_shopify(due: Due) -> Outcome:
    """Make a fulfillment event, unless the store has this one, or is further than it.

    Its own carriers may tell it what ours told us, so it is asked even the first time.
    """
    news = _news(due)
    if isinstance(news, CallReason):
        return Outcome(reason=news)
    found = shopify.ask(due.shop_id, "FulfillmentEvents", shopify_words.asked(news.fulfillment))
    outcome = writeback.weigh(news, shopify_words.known(found, news.fulfillment, news.order))
    if outcome is not None:
        return outcome
    event = shopify_words.told(news.fulfillment, news.word, news.at)
    return Outcome(shopify_words.made(shopify.ask(due.shop_id, "FulfillmentEventCreate", event)))


@woocommerce.says_when_cut_off
def tell_woocommerce(due: Due) -> Outcome:
    """Note where a parcel is in its order, and in the order's data when all of it has arrived.

    The note goes first: that it is there is seen before it is made again. The data can be written twice.
    """
    news = _news(due)
    if isinstance(news, CallReason):
        return Outcome(reason=news)
    shop = woocommerce.connection(due.shop_id)
    order = f"orders/{quote(news.order, safe='')}"
    wanted = woo_words.note(news.word, news.parcel, news.at, shop.zone)
    listed = shop.store.read(f"{order}/notes")
    if listed is None:  # the order is gone
        return Outcome(reason=CallReason.SUPERSEDED)
    note = woo_words.same_note(listed, wanted) or shop.store.write("POST", f"{order}/notes", wanted)
    if news.all_arrived_at is not None:
        change = woo_words.delivered(news.all_arrived_at)
        if not woo_words.says_delivered(shop.store.read(order) or {}, change):
            shop.store.write("PUT", order, change)
    return Outcome(woo_words.ident(note))


HANDLERS: dict[str, Callable[[Due], Outcome]] = {
    "shopify.tell": tell_shopify,
    "woocommerce.tell": tell_woocommerce,
}


def _news(due: Due) -> News | CallReason:
    with transaction() as session:
        return writeback.prepare(session, due.shop_id, due.payload)
