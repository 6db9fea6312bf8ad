"""Shopify: topic → who reads it, the whole platform in one table."""

from collections.abc import Callable

from app.lib.reading import Json
from app.platforms.base import Platform, Record, UnknownTopic
from app.platforms.shopify import (
    catalog,
    consent,
    discounts,
    envelope,
    marking,
    orders,
    people,
    shipping,
    stock,
    telling,
)
from app.vocabulary import PlatformKey, Trigger

READERS: dict[str, Callable[[Json, str], tuple[Record, ...]]] = {
    "orders/create": orders.order,
    "orders/updated": orders.order,
    "orders/paid": orders.order,
    "orders/fulfilled": orders.order,
    "orders/partially_fulfilled": orders.order,
    "orders/cancelled": orders.order,
    "orders/edited": orders.edited,
    "refunds/create": orders.refunded,
    "fulfillments/create": shipping.fulfilled,
    "fulfillments/update": shipping.fulfilled,
    "fulfillment_events/create": shipping.scan,
    "fulfillment_events/delete": shipping.scan_deleted,
    "checkouts/create": orders.checkout,
    "checkouts/update": orders.checkout,
    "checkouts/delete": orders.checkout_deleted,
    "carts/create": orders.cart,
    "carts/update": orders.cart,
    "products/create": catalog.product,
    "products/update": catalog.product,
    "products/delete": catalog.product_deleted,
    "variants/in_stock": catalog.in_stock,
    "variants/out_of_stock": catalog.out_of_stock,
    "inventory_levels/update": stock.level,
    "locations/update": stock.place_changed,
    "customers/create": people.customer,
    "customers/update": people.customer,
    "customers/delete": people.customer_deleted,
    "customers/merge": people.customers_merged,
    "customers_email_marketing_consent/update": people.email_consent,
    "customers_marketing_consent/update": people.sms_consent,
    "customers/data_request": people.data_request,
    "customers/redact": people.redact,
    "shop/redact": people.shop_redact,
    "shop/update": people.shop_updated,
    "app/uninstalled": people.uninstalled,
    "app/scopes_update": people.scopes_updated,
}


def parse(topic: str, body: Json, currency: str) -> tuple[Record, ...]:
    """Return what a delivery says; raises UnknownTopic, Unreadable."""
    if topic not in READERS:
        raise UnknownTopic(topic)
    return READERS[topic](body, currency)


PLUGIN = Platform(
    key=PlatformKey.SHOPIFY,
    label="Shopify",
    signature_header="x-shopify-hmac-sha256",
    envelope=envelope.envelope,
    sender=envelope.sender,
    is_ping=envelope.is_ping,
    dated=envelope.dated,
    parse=parse,
    shop_named=envelope.shop_named,
    order_errand="shopify.order",
    stock_errand=stock.ITEM,
    tracking_mails={
        Trigger.THANK_YOU: ("Order confirmation",),
        Trigger.SHIPPED: ("Shipping confirmation",),
        Trigger.OUT_FOR_DELIVERY: ("Out for delivery",),
        Trigger.DELIVERED: ("Delivered",),
    },
    keeps_consent=consent.MEDIA,
    keeps_consent_with=consent.SCOPE,
    marks_with=marking.SCOPES,
    tells=telling.WORDS,
    tells_with=telling.SCOPE,
    told_mails=("Out for delivery", "Delivered"),
    carts_last=True,
    cart_code="&discount={code}",
    code_page="{url}/discount/{code}",
    discounts_with=discounts.SCOPE,
    cart_of="{url}/cart/{things}?storefront=true",
    mails_page="https://{domain}/admin/settings/notifications",
    order_page="https://{domain}/admin/orders/{order}",
)
