"""Leave what flows have to mark in the store: whoever begins anew finds it there, and leaves it once."""

from collections.abc import Callable
from urllib.parse import quote

from app.flows import marks
from app.flows.marks import Mark
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.platforms.shopify import marking as shopify_words
from app.platforms.woocommerce import marking as woo_words
from app.platforms.woocommerce import telling as woo_notes
from app.shops.calls import Due, Outcome
from app.vocabulary import CallReason
from jobs import shopify, woocommerce


def mark_shopify(due: Due) -> Outcome:
    """Add a tag, which can be added twice, or a line to a note unless it stands there."""
    mark = _mark(due)
    if isinstance(mark, CallReason):
        return Outcome(reason=mark)
    if mark.what != marks.ORDER_NOTE:
        asked = shopify_words.tagged(mark.what, mark.whose, mark.says)
        shopify_words.check(shopify.ask(due.shop_id, "TagsAdd", asked), "tagsAdd")
        return Outcome(mark.whose)
    before = shopify_words.note(shopify.ask(due.shop_id, "OrderNote", shopify_words.asked(mark.whose)))
    if before is None:
        return Outcome(reason=CallReason.SUPERSEDED)
    if mark.says not in before.splitlines():
        change = shopify_words.noted(mark.whose, before, mark.says)
        shopify_words.check(shopify.ask(due.shop_id, "OrderNoteUpdate", change), "orderUpdate")
    return Outcome(mark.whose)


@woocommerce.says_when_cut_off
def mark_woocommerce(due: Due) -> Outcome:
    """Add a tag to the meta data of an order or a customer, or a private note, unless it is there."""
    mark = _mark(due)
    if isinstance(mark, CallReason):
        return Outcome(reason=mark)
    store = woocommerce.connection(due.shop_id).store
    kind = "customers" if mark.what == marks.CUSTOMER_TAG else "orders"
    where = f"{kind}/{quote(mark.whose, safe='')}"
    if mark.what == marks.ORDER_NOTE:
        wanted, listed = woo_words.note(mark.says), store.read(f"{where}/notes")
        if listed is None:
            return Outcome(reason=CallReason.SUPERSEDED)
        made = woo_notes.same_note(listed, wanted) or store.write("POST", f"{where}/notes", wanted)
        return Outcome(woo_notes.ident(made))
    record = store.read(where)
    if record is None:
        return Outcome(reason=CallReason.SUPERSEDED)
    change = woo_words.tagged(record, mark.says)
    if change is not None:
        store.write("PUT", where, change)
    return Outcome(mark.whose)


HANDLERS: dict[str, Callable[[Due], Outcome]] = {
    "shopify.mark": mark_shopify,
    "woocommerce.mark": mark_woocommerce,
}


def _mark(due: Due) -> Mark | CallReason:
    """Return what to leave; raises Unreachable, for good, where the merchant does not let us."""
    with transaction() as session:
        mark = marks.prepare(session, due.shop_id, due.payload)
    if isinstance(mark, Mark) and mark.refused is not None:
        raise Unreachable(mark.refused, permanent=True)
    return mark
