"""What starts, messages, actions and ends of flows are called, to be said later."""

from app.lib.told import tell_as
from app.lib.words import sentence
from app.vocabulary import Medium

STARTS = {
    "agreed_to_offers": sentence("Somebody says yes to offers by mail"),
    "back_in_stock": sentence("A thing that somebody waits for is back"),
    "checkout_started": sentence("Somebody leaves a cart"),
    "order_placed": sentence("Somebody orders"),
    "parcel_attempt_failed": sentence("A carrier could not hand a parcel over"),
    "parcel_delivered": sentence("A parcel of an order is delivered"),
    "parcel_in_transit": sentence("A parcel is on its way"),
    "parcel_late": sentence("A parcel is late, stuck or delayed"),
    "parcel_out_for_delivery": sentence("A parcel goes out for delivery"),
    "parcel_packed": sentence("A parcel is packed"),
    "parcel_ready_to_collect": sentence("A parcel waits to be collected"),
    "parcel_shipped": sentence("A parcel is handed over"),
}
ONCE = {
    "checkout": sentence("Once for each cart."),
    "item": sentence("Once for each thing that was bought."),
    "order": sentence("Once for each order."),
    "parcel": sentence("Once for each parcel."),
    "profile": sentence("Once for each shopper."),
    "waiting": sentence("Once for each request."),
}
AT_ONCE_AGAIN = {
    "checkout": sentence("The same cart may come again as soon as it has ended."),
    "item": sentence("The same thing that was bought may come again as soon as it has ended."),
    "order": sentence("The same order may come again as soon as it has ended."),
    "parcel": sentence("The same parcel may come again as soon as it has ended."),
    "profile": sentence("The same shopper may come again as soon as it has ended."),
    "waiting": sentence("The same request may come again as soon as it has ended."),
}
AGAIN = {
    "checkout": sentence("The same cart may come again %(span)s after it ended."),
    "item": sentence("The same thing that was bought may come again %(span)s after it ended."),
    "order": sentence("The same order may come again %(span)s after it ended."),
    "parcel": sentence("The same parcel may come again %(span)s after it ended."),
    "profile": sentence("The same shopper may come again %(span)s after it ended."),
    "waiting": sentence("The same request may come again %(span)s after it ended."),
}
WHO_AGAIN = {
    "checkout": sentence("The same checkout again"),
    "item": sentence("The same item again"),
    "order": sentence("The same order again"),
    "parcel": sentence("The same parcel again"),
    "profile": sentence("The same shopper again"),
    "waiting": sentence("The same request again"),
}
MEDIA = {
    Medium.EMAIL: (sentence("Mail"), sentence("Mail %(number)s of %(many)s")),
    Medium.SMS: (tell_as("a text message", "Text"), sentence("Text %(number)s of %(many)s")),
    Medium.WHATSAPP: (sentence("WhatsApp"), sentence("WhatsApp %(number)s of %(many)s")),
    Medium.PUSH: (sentence("Push"), sentence("Push %(number)s of %(many)s")),
}
"""A flow's only message on a medium, and one of several."""
ICONS = {Medium.SMS: "text", Medium.WHATSAPP: "text", Medium.PUSH: "bell"}
ACTIONS = {
    "alert": (sentence("Tell my team"), "note"),
    "discount": (sentence("Make a discount code"), "star"),
    "note": (sentence("Write a note on the order"), "note"),
    "tag customer": (sentence("Tag the shopper"), "people"),
    "tag order": (sentence("Tag the order"), "parcel"),
    "ticket": (sentence("Open a help desk ticket"), "people"),
    "webhook": (sentence("Tell my own server"), "link"),
}
SAYS = {
    "alert": sentence("What your team is told"),
    "discount": sentence("How much, and for how long, like “10 %%, 14 days”"),
    "note": sentence("The note"),
    "tag customer": sentence("The tag"),
    "tag order": sentence("The tag"),
    "ticket": sentence("What the ticket says"),
    "webhook": sentence("A word for your server, or nothing"),
}
BECAUSE = {
    "bought": sentence("bought"),
    "cart emptied": sentence("cart emptied"),
    "gone far enough": sentence("gone far enough"),
    "no longer bought again": sentence("no longer bought again"),
    "no longer waited for": sentence("no longer waited for"),
    "not for them": sentence("not for them"),
    "paid back or cancelled": sentence("paid back or cancelled"),
    "sent back": sentence("sent back"),
    "sold out": sentence("sold out"),
    "waited in vain": sentence("waited in vain"),
}
"""Why people leave the flows that we ship; what a merchant writes is said as it is written."""
UNITS = {
    "minute": sentence("minutes"),
    "hour": sentence("hours"),
    "day": sentence("days"),
    "business day": sentence("business days"),
}
