"""What a flow may ask about, in the merchant's words: clauses, questions and names, to be said later."""

from app.lib.words import sentence

FLAGS = {
    "consent.any": (
        sentence("they may be sent offers"),
        sentence("they may not be sent offers"),
    ),
    "consent.email": (
        sentence("they may be mailed offers"),
        sentence("they may not be mailed offers"),
    ),
    "consent.sms": (
        sentence("they may be texted offers"),
        sentence("they may not be texted offers"),
    ),
    "consent.whatsapp": (
        sentence("they may be sent offers on WhatsApp"),
        sentence("they may not be sent offers on WhatsApp"),
    ),
    "profile.has_open_case": (
        sentence("they have an open problem"),
        sentence("they have no open problem"),
    ),
    "profile.ordered_since": (
        sentence("they bought something since"),
        sentence("they bought nothing since"),
    ),
    "checkout.has_contact": (
        sentence("they left an address or a number"),
        sentence("they left no address or number"),
    ),
    "checkout.in_stock": (
        sentence("they find all of it still in stock"),
        sentence("they find some of it sold out"),
    ),
    "checkout.is_bought": (
        sentence("they bought what was in it"),
        sentence("they have not bought it"),
    ),
    "checkout.is_deleted": (
        sentence("they emptied the cart"),
        sentence("they have not emptied the cart"),
    ),
    "order.is_called_off": (
        sentence("they were paid back, or it was cancelled"),
        sentence("they were not paid back"),
    ),
    "order.is_delivered": (
        sentence("they have all of it"),
        sentence("they do not have all of it yet"),
    ),
    "order.is_domestic": (
        sentence("they live in your own country"),
        sentence("they live abroad"),
    ),
    "order.is_first": (
        sentence("they bought for the first time"),
        sentence("they bought before"),
    ),
    "order.is_returned": (
        sentence("they sent it back"),
        sentence("they did not send it back"),
    ),
    "order.some_arrived": (
        sentence("they have some of it"),
        sentence("they have nothing of it yet"),
    ),
    "item.is_bought_again": (
        sentence("they bought it again"),
        sentence("they have not bought it again"),
    ),
    "item.is_called_off": (
        sentence("they were paid back, or it was cancelled"),
        sentence("they were not paid back"),
    ),
    "item.is_sold": (
        sentence("they can buy it"),
        sentence("they cannot buy it any more"),
    ),
    "item.is_used_up": (
        sentence("they use it up, as others do"),
        sentence("they do not use it up, as far as you can see"),
    ),
    "waiting.in_stock": (
        sentence("they find it in stock"),
        sentence("they find it out of stock"),
    ),
    "waiting.is_over": (
        sentence("they no longer wait for it"),
        sentence("they still wait for it"),
    ),
}
"""When it is so, and when it is not."""
ASKED = {
    "consent.any": sentence("May they be sent offers?"),
    "consent.email": sentence("May they be mailed offers?"),
    "consent.sms": sentence("May they be texted offers?"),
    "consent.whatsapp": sentence("May they be sent offers on WhatsApp?"),
    "profile.has_open_case": sentence("Do they have an open problem?"),
    "profile.ordered_since": sentence("Have they bought something since?"),
    "checkout.has_contact": sentence("Did they leave an address or a number?"),
    "checkout.in_stock": sentence("Is all of it still in stock?"),
    "checkout.is_bought": sentence("Have they bought it?"),
    "checkout.is_deleted": sentence("Have they emptied the cart?"),
    "order.is_called_off": sentence("Were they paid back, or was it cancelled?"),
    "order.is_delivered": sentence("Do they have all of it?"),
    "order.is_domestic": sentence("Do they live in your own country?"),
    "order.is_first": sentence("Is it their first order?"),
    "order.is_returned": sentence("Did they send it back?"),
    "order.some_arrived": sentence("Do they have some of it?"),
    "item.is_bought_again": sentence("Have they bought it again?"),
    "item.is_called_off": sentence("Were they paid back, or was it cancelled?"),
    "item.is_sold": sentence("Can it be bought?"),
    "item.is_used_up": sentence("Do shoppers buy it again and again?"),
    "waiting.in_stock": sentence("Is it in stock?"),
    "waiting.is_over": sentence("Do they no longer wait for it?"),
}
"""The same as a question."""
NAMES = {
    "profile.country": sentence("the country they live in"),
    "profile.lapses_at": sentence("they have not bought for longer than usual"),
    "profile.orders": sentence("the number of their orders"),
    "checkout.contents": sentence("what is in the cart"),
    "checkout.items": sentence("the number of things in the cart"),
    "checkout.total": sentence("what the cart comes to"),
    "item.runs_out_at": sentence("it is used up, as it usually is by then"),
    "order.country": sentence("the country it goes to"),
    "order.status": sentence("where the parcel is"),
    "order.total": sentence("what the order came to"),
    "parcel.status": sentence("where the parcel is"),
    "waiting.quantity": sentence("how many there are"),
}
GROUPS = {
    "consent": sentence("What they agreed to"),
    "profile": sentence("The shopper"),
    "checkout": sentence("The cart"),
    "order": sentence("The order"),
    "item": sentence("What they bought"),
    "parcel": sentence("The parcel"),
    "waiting": sentence("What they wait for"),
}
"""Whom or what a field is about, by the beginning of its name."""
