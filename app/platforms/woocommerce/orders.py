"""WooCommerce's orders in our words: what they are is derived from their state, never from a step seen."""

import re

from app.lib import reading
from app.lib.reading import Json
from app.platforms.base import AskStore, Consent, Record
from app.platforms.purchases import (
    Address,
    Checkout,
    LineItem,
    Order,
    OrderDeleted,
    OrderState,
    Person,
    Refund,
    as_there,
)
from app.platforms.woocommerce import marking
from app.platforms.woocommerce.tracking import parcels
from app.vocabulary import ConsentSource, ConsentState, Medium

DRAFT = "checkout-draft"
STATES = {
    "processing": OrderState.PLACED,
    "completed": OrderState.PLACED,
    "refunded": OrderState.PLACED,
    "cancelled": OrderState.CANCELLED,
}
"""Every other status, a plug-in's too, is no purchase yet."""
PAID_OPAQUE = ("delivered", "partial-shipped", "updated-tracking", "shipped")
"""Statuses that shipment plug-ins add after payment."""
SENT = ("completed", "delivered", "shipped")
"""Statuses in which nothing is left to be sent."""
ERASED = "deleted@site.invalid"
"""What WooCommerce's eraser leaves where an e-mail address was."""
CHECKOUT_FIELD = re.compile(r"_wc_other/[^/]+/(?P<name>.+)")
"""Where the block checkout keeps the boxes that plug-ins add to it: "_wc_other/<plug-in>/<name>"."""
WORDING = "_doorstep_marketing_wording"
"""Where our companion plug-in keeps the sentence beside its box."""
CART = "_doorstep_cart"
"""Where it keeps which cart an order was."""
ASKS_FOR_MARKETING = re.compile(r"marketing|newsletter")
ASKS_FOR_NONE = re.compile(r"opt-?_?out|unsubscribe|(^|[-_])(no|not|stop|without)[-_]")


def order(body: Json, currency: str) -> tuple[Record, ...]:
    """Return an order with its parcels, refunds and consent; a checkout's draft is a checkout."""
    currency = reading.text(body, "currency") or currency
    status = reading.required(body, "status")
    external_id = reading.required(body, "id")
    if status == DRAFT:
        return (_draft(body, external_id, currency),)
    if status == "trash":
        return (OrderDeleted(external_id=external_id),)
    erased = reading.text(reading.object_(body, "billing"), "email") == ERASED
    person = Person() if erased else _person(body)
    state = OrderState.PLACED if status in PAID_OPAQUE else STATES.get(status, OrderState.OPEN)
    created_at = reading.required_moment(body, "date_created_gmt")
    updated_at = reading.moment(body, "date_modified_gmt") or created_at
    refunds = tuple(_refund(data, external_id, body, currency) for data in reading.objects(body, "refunds"))
    record = Order(
        external_id=external_id,
        updated_at=updated_at,
        state=state,
        name=f"#{reading.text(body, 'number') or external_id}",
        currency=currency,
        total=reading.amount(body, "total", currency),
        refunded=sum(refund.amount for refund in refunds),
        person=person,
        ship_to=None if erased else _ship_to(body),
        shipping=reading.first_text(body, "shipping_lines", "method_title"),
        tags=tuple(marking.tags(body)),
        items=items(body, currency),
        created_at=created_at,
        placed_at=(reading.moment(body, "date_paid_gmt") or created_at)
        if state is OrderState.PLACED
        else None,
        cancelled_at=updated_at if state is OrderState.CANCELLED else None,
        is_fulfilled=status in SENT,
        erased=erased,
        checkout_token=f"draft:{external_id}",
        cart_token=_meta(body, CART),
        fulfillments=parcels(body, external_id, created_at, updated_at),
    )
    return (record, *refunds, *_look_up(body, external_id), *_consent(body, person))


def order_deleted(body: Json, currency: str) -> tuple[Record, ...]:
    """Return that an order was put into the trash."""
    del currency
    return (OrderDeleted(external_id=reading.required(body, "id")),)


def cart(body: Json, currency: str) -> tuple[Record, ...]:
    """Return a cart as our companion plug-in reports it; it says no time, so its arrival is its time."""
    currency = reading.text(body, "currency") or currency
    lines = reading.objects(body, "items")
    return (
        Checkout(
            token=None,
            cart_token=reading.required(body, "id"),
            updated_at=None,
            person=Person(email=reading.text(body, "email")),
            currency=currency,
            total=reading.amount(body, "total", currency),
            url=_web(reading.text(body, "url")),
            items=tuple(
                LineItem(
                    external_id=reading.text(line, "key") or f"line-{position}",
                    title=reading.plain(line, "name") or "Item",
                    quantity=reading.whole(line, "quantity") or 1,
                    sku=reading.text(line, "sku"),
                    price=reading.amount(line, "line_total", currency)
                    // max(reading.whole(line, "quantity") or 1, 1),
                    image_url=_picture(line),
                    product_id=_id(line, "product_id"),
                    variant_id=_id(line, "variation_id") or _id(line, "product_id"),
                )
                for position, line in enumerate(lines)
            ),
        ),
    )


def cart_deleted(body: Json, currency: str) -> tuple[Record, ...]:
    """Return that a cart was emptied."""
    del currency
    cart_token = reading.required(body, "id")
    return (Checkout(token=None, cart_token=cart_token, updated_at=None, deleted=True),)


def items(body: Json, currency: str) -> tuple[LineItem, ...]:
    """Return an order's lines."""
    return tuple(
        LineItem(
            external_id=reading.text(line, "id") or f"line-{position}",
            title=reading.plain(line, "parent_name") or reading.plain(line, "name") or "Item",
            quantity=quantity,
            variant_title=_variant_title(line),
            sku=reading.text(line, "sku"),
            price=reading.amount(line, "price", currency),
            image_url=_picture(line),
            product_id=_id(line, "product_id"),
            variant_id=_id(line, "variation_id") or _id(line, "product_id"),
        )
        for position, line in enumerate(reading.objects(body, "line_items"))
        if (quantity := reading.whole(line, "quantity") or 0) > 0
    )


def restored(body: Json, currency: str) -> tuple[Record, ...]:
    """Return an order that was taken out of the trash again."""
    return as_there(order(body, currency))


def _draft(body: Json, external_id: str, currency: str) -> Checkout:
    return Checkout(
        token=f"draft:{external_id}",
        cart_token=_meta(body, CART),
        updated_at=reading.moment(body, "date_modified_gmt"),
        person=_person(body),
        currency=currency,
        total=reading.amount(body, "total", currency),
        items=items(body, currency),
        url=reading.text(body, "payment_url"),
    )


def _person(body: Json) -> Person:
    billing = reading.object_(body, "billing")
    country = reading.text(billing, "country")
    return Person(
        external_id=_id(body, "customer_id"),
        email=reading.text(billing, "email"),
        phone=reading.phone(reading.text(billing, "phone"), country),
        first_name=reading.text(billing, "first_name"),
        last_name=reading.text(billing, "last_name"),
        updated_at=reading.moment(body, "date_created_gmt"),  # when they typed it, however late it is told
    )


def _ship_to(body: Json) -> Address | None:
    shipping = reading.object_(body, "shipping")
    place = shipping if reading.text(shipping, "city") else reading.object_(body, "billing")
    if not place:
        return None
    return Address(
        first_name=reading.text(place, "first_name"),
        last_name=reading.text(place, "last_name"),
        line1=reading.text(place, "address_1"),
        line2=reading.text(place, "address_2"),
        city=reading.text(place, "city"),
        region=reading.text(place, "state"),
        postcode=reading.text(place, "postcode"),
        country=reading.text(place, "country"),
    )


def _refund(data: Json, order_id: str, body: Json, currency: str) -> Refund:
    at = reading.moment(body, "date_modified_gmt") or reading.required_moment(body, "date_created_gmt")
    return Refund(
        external_id=reading.required(data, "id"),
        order_id=order_id,
        amount=abs(reading.amount(data, "total", currency)),
        currency=currency,
        created_at=at,
    )


def _look_up(body: Json, order_id: str) -> tuple[Record, ...]:
    """WooCommerce's own fulfillments put no tracking number into the order: ask for them."""
    asked = any(meta.get("key") == "_fulfillment_status" for meta in reading.objects(body, "meta_data"))
    return (AskStore(errand="woocommerce.fulfillments", subject=order_id),) if asked else ()


def _consent(body: Json, person: Person) -> tuple[Record, ...]:
    """Return a box for marketing that was ticked; one left empty takes nothing back."""
    for meta in reading.objects(body, "meta_data"):
        field = CHECKOUT_FIELD.fullmatch((reading.text(meta, "key") or "").lower())
        name = field["name"] if field else ""
        asks = ASKS_FOR_MARKETING.search(name) and not ASKS_FOR_NONE.search(name)
        if asks and person.email and reading.text(meta, "value") == "1":
            at = reading.moment(body, "date_created_gmt")
            consent = Consent(
                person=person,
                medium=Medium.EMAIL,
                state=ConsentState.SUBSCRIBED,
                source=ConsentSource.CHECKOUT,
                at=at,
                wording=_meta(body, WORDING),
                proof={"field": name},
            )
            return (consent,)
    return ()


def _meta(body: Json, key: str) -> str | None:
    found = (meta for meta in reading.objects(body, "meta_data") if meta.get("key") == key)
    return next((reading.text(meta, "value") for meta in found), None)


def _variant_title(line: Json) -> str | None:
    shown = [
        reading.plain(meta, "display_value")
        for meta in reading.objects(line, "meta_data")
        if not (reading.text(meta, "key") or "_").startswith("_")
    ]
    return ", ".join(value for value in shown if value) or None


def _picture(line: Json) -> str | None:
    return _web(reading.text(reading.object_(line, "image"), "src"))


def _web(url: str | None) -> str | None:
    return url if url and url.startswith(("https://", "http://")) else None


def _id(data: Json, name: str) -> str | None:
    value = reading.text(data, name)
    return None if value == "0" else value
