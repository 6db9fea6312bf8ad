"""Shopify's orders, refunds and checkouts in our words."""

from app.lib import reading
from app.lib.reading import Json, Unreadable
from app.platforms.base import Record
from app.platforms.purchases import (
    Address,
    Checkout,
    LineItem,
    Order,
    OrderEdited,
    OrderState,
    Person,
    Refund,
)
from app.platforms.shopify.shipping import fulfillment

PAID = ("paid", "partially_refunded", "refunded")


def order(body: Json, currency: str) -> tuple[Record, ...]:
    """Return the order, with the fulfillments that its payload lists, and its refunds."""
    currency = reading.text(body, "currency") or currency
    external_id = reading.required(body, "id")
    cancelled_at = reading.moment(body, "cancelled_at")
    paid = reading.text(body, "financial_status") in PAID
    state = OrderState.CANCELLED if cancelled_at else OrderState.PLACED if paid else OrderState.OPEN
    created_at = reading.required_moment(body, "created_at")
    refunds = [refund(data, currency, external_id) for data in reading.objects(body, "refunds")]
    record = Order(
        external_id=external_id,
        updated_at=reading.moment(body, "updated_at") or created_at,
        state=state,
        name=reading.text(body, "name") or f"#{external_id}",
        currency=currency,
        total=reading.amount(body, "total_price", currency),
        refunded=sum(found.amount for found in refunds),
        person=person(body),
        ship_to=address(reading.object_(body, "shipping_address")),
        shipping=reading.first_text(body, "shipping_lines", "title"),
        tags=_tags(reading.text(body, "tags")),
        items=items(body, currency),
        created_at=created_at,
        placed_at=(reading.moment(body, "processed_at") or created_at) if paid else None,
        cancelled_at=cancelled_at,
        is_test=body.get("test") is True,
        is_fulfilled=reading.text(body, "fulfillment_status") == "fulfilled",
        checkout_token=reading.text(body, "checkout_token"),
        cart_token=_cart_token(reading.text(body, "cart_token")),
        status_url=reading.text(body, "order_status_url"),
    )
    sent = [
        found for data in reading.objects(body, "fulfillments") for found in fulfillment(data, external_id)
    ]
    return (record, *sent, *refunds)


def _tags(listed: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (it.strip() for it in (listed or "").split(","))))


def edited(body: Json, currency: str) -> tuple[Record, ...]:
    """Return that an order's items were edited; what they are now comes with orders/updated."""
    del currency
    edit = reading.object_(body, "order_edit")
    at = reading.moment(edit, "committed_at") or reading.required_moment(edit, "created_at")
    return (OrderEdited(external_id=reading.required(edit, "order_id"), at=at),)


def refunded(body: Json, currency: str) -> tuple[Record, ...]:
    """Return one refund."""
    return (refund(body, currency, reading.required(body, "order_id")),)


def refund(body: Json, currency: str, order_id: str) -> Refund:
    """Return one refund: what its successful transactions gave back, else the value of its items."""
    given = [t for t in reading.objects(body, "transactions") if t.get("kind") == "refund"]
    if given:
        money = sum(
            reading.amount(t, "amount", reading.text(t, "currency") or currency)
            for t in given
            if t.get("status") == "success"
        )
    else:
        lines = reading.objects(body, "refund_line_items")
        money = sum(reading.amount(i, n, currency) for i in lines for n in ("subtotal", "total_tax"))
    created_at = reading.moment(body, "processed_at") or reading.required_moment(body, "created_at")
    return Refund(
        external_id=reading.required(body, "id"),
        order_id=order_id,
        amount=money,
        currency=currency,
        created_at=created_at,
        items=_restocked(body),
    )


def _restocked(body: Json) -> tuple[tuple[str, int], ...] | None:
    """Return what a refund put back on the shelf; None where it does not say."""
    if not isinstance(body.get("refund_line_items"), list):
        return None
    return tuple(
        (reading.required(line, "line_item_id"), reading.whole(line, "quantity") or 0)
        for line in reading.objects(body, "refund_line_items")
        if reading.text(line, "restock_type") != "no_restock"
    )


def checkout(body: Json, currency: str) -> tuple[Record, ...]:
    """Return a checkout, with the contact that the shopper gave so far."""
    currency = reading.text(body, "presentment_currency") or reading.text(body, "currency") or currency
    return (
        Checkout(
            token=reading.required(body, "token"),
            cart_token=_cart_token(reading.text(body, "cart_token")),
            updated_at=reading.required_moment(body, "updated_at"),
            person=person(body),
            currency=currency,
            total=reading.amount(body, "total_price", currency),
            items=items(body, currency),
            url=reading.text(body, "abandoned_checkout_url"),
            completed_at=reading.moment(body, "completed_at"),
            accepts_email=body.get("buyer_accepts_marketing") is True or None,
            accepts_sms=body.get("buyer_accepts_sms_marketing") is True or None,
            started_at=reading.moment(body, "created_at"),
        ),
    )


def checkout_deleted(body: Json, currency: str) -> tuple[Record, ...]:
    """Return that a checkout is gone; 2024's payloads name it by its cart token only."""
    del currency
    reading.refuse_any_of(body, "line_items", "created_at", "updated_at")
    token, cart_token = reading.text(body, "token"), _cart_token(reading.text(body, "cart_token"))
    if not (token or cart_token):
        raise Unreadable("it names neither a checkout nor a cart")
    return (Checkout(token=token, cart_token=cart_token, updated_at=None, deleted=True),)


def cart(body: Json, currency: str) -> tuple[Record, ...]:
    """Return a cart; Shopify says nothing of its shopper, but its checkout will name the same token."""
    updated_at = reading.moment(body, "updated_at") or reading.moment(body, "created_at")
    return (
        Checkout(
            token=None,
            cart_token=_cart_token(reading.text(body, "token") or reading.required(body, "id")),
            updated_at=updated_at,
            items=items(body, currency),
        ),
    )


def items(body: Json, currency: str) -> tuple[LineItem, ...]:
    """Return the lines of an order, checkout or cart that have an id and are still part of it."""
    found = []
    for position, line in enumerate(reading.objects(body, "line_items")):
        left = reading.whole(line, "current_quantity")
        quantity = left if left is not None else reading.whole(line, "quantity")
        if quantity:
            found.append(
                LineItem(
                    external_id=reading.text(line, "id") or reading.text(line, "key") or f"line-{position}",
                    title=reading.text(line, "title") or reading.text(line, "name") or "Item",
                    quantity=quantity,
                    variant_title=reading.text(line, "variant_title"),
                    sku=reading.text(line, "sku"),
                    price=reading.amount(line, "price", currency),
                    image_url=picture(line),
                    product_id=reading.text(line, "product_id"),
                    variant_id=reading.text(line, "variant_id"),
                )
            )
    return tuple(found)


def picture(line: Json) -> str | None:
    """Return the address of a line's picture, which only carts and our own look-ups carry."""
    url = reading.text(line, "image_url") or reading.text(line, "image")
    url = url or reading.text(reading.object_(line, "featured_image"), "url")
    return url if url and url.startswith("https://") else None


def person(body: Json) -> Person:
    """Return the shopper of an order or checkout, from wherever the payload says something."""
    customer = reading.object_(body, "customer")
    places = [reading.object_(body, name) for name in ("shipping_address", "billing_address")]
    names = [customer, *places]
    country = next((c for c in (reading.text(place, "country_code") for place in places) if c), None)
    email = (
        reading.text(body, "email") or reading.text(body, "contact_email") or reading.text(customer, "email")
    )
    phones = (reading.text(data, "phone") for data in (body, customer, *places))
    return Person(
        external_id=reading.text(customer, "id"),
        email=email,
        phone=reading.phone(next((p for p in phones if p), None), country),
        first_name=next((n for n in (reading.text(d, "first_name") for d in names) if n), None),
        last_name=next((n for n in (reading.text(d, "last_name") for d in names) if n), None),
        locale=reading.text(body, "customer_locale"),
        updated_at=reading.moment(customer, "updated_at"),
    )


def address(data: Json) -> Address | None:
    """Return a postal address; None where the payload holds none."""
    if not data:
        return None
    return Address(
        first_name=reading.text(data, "first_name"),
        last_name=reading.text(data, "last_name"),
        line1=reading.text(data, "address1"),
        line2=reading.text(data, "address2"),
        city=reading.text(data, "city"),
        region=reading.text(data, "province_code") or reading.text(data, "province"),
        postcode=reading.text(data, "zip"),
        country=reading.text(data, "country_code"),
    )


def _cart_token(raw: str | None) -> str | None:
    """Return a cart's token without the access key that carts carry behind it and checkouts do not."""
    return raw.partition("?")[0] or None if raw else None
