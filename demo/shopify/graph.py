"""Ridge & Pine as Shopify's Admin GraphQL API names it: one function for each kind of object."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from app.lib import clock
from demo.carriers import CARRIERS
from demo.sales import Parcel, Sale, Scan
from demo.shopify import oauth, told, wire
from demo.shoppers import RIDGE, Shopper
from demo.stores import Json, Shelf
from demo.things import RIDGE as THINGS
from demo.things import Thing

CONDITION = re.compile(r"(\w+):(>=|<=|>|<)?'?\"?([^'\"\s]+)")
SEARCHED = {"updated_at": "updatedAt", "created_at": "createdAt", "name": "name", "email": "email"}
"""Search terms that the sample store understands; like a real one it ignores those it does not know."""
COMPARE: dict[str, Callable[[str, str], bool]] = {
    "": lambda a, b: a == b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
SORTED = {"UPDATED_AT": "updatedAt", "CREATED_AT": "createdAt", "PROCESSED_AT": "processedAt"}
FULFILLED = {"fulfilled": "FULFILLED", "partial": "PARTIALLY_FULFILLED", None: "UNFULFILLED"}
NOT_IN_THE_ENUM = {"returning_to_sender": "FAILURE"}
"""What carriers tell Shopify, but FulfillmentEventStatus of 2026-10 cannot."""


def root(shelf: Shelf) -> Json:
    """Return what queries begin with."""
    found: Json = {
        "shop": shop(),
        "order": lambda **asked: _order(shelf, asked["id"]),
        "orders": lambda **asked: orders(shelf, **asked),
        "fulfillment": lambda **asked: _sent(shelf, asked["id"]),
        "customer": _one_of(_customers),
        "product": _one_of(_products),
        "products": lambda **_: _products(),
        "productVariant": _one_of(_variants),
        "fulfillmentEventCreate": lambda **asked: told.create(shelf, asked["fulfillmentEvent"]),
        "currentAppInstallation": {
            "id": gid("AppInstallation", 1),
            "accessScopes": [{"handle": handle} for handle in oauth.SCOPES.split(",")],
        },
    }
    return {**found, "node": lambda **asked: node(found, asked["id"])}


def node(found: Json, ident: str) -> Json | None:
    """Return any object of the sample store by its global id."""
    kind = ident.removeprefix("gid://shopify/").partition("/")[0]
    ask = found.get(kind[:1].lower() + kind[1:])
    result: Json | None = ask(id=ident) if callable(ask) else None
    return result


def orders(shelf: Shelf, query: str | None = None, sortKey: str = "", **_: object) -> list[Json]:  # noqa: N803
    """Return the orders that a search finds."""
    found = [order(Sale.model_validate(row)) for row in shelf.every("sale")]
    for term, sign, wanted in CONDITION.findall(query or ""):
        field = SEARCHED.get(term)
        if field:
            found = [row for row in found if COMPARE[sign](str(row[field]), _comparable(term, wanted))]
    return sorted(found, key=lambda row: str(row[SORTED.get(sortKey, "createdAt")]))


def shop() -> Json:
    """Return the shop itself."""
    return {
        "__typename": "Shop",
        "id": gid("Shop", wire.SHOP_ID),
        "name": "Ridge & Pine",
        "email": "hello@ridge-and-pine.example",
        "contactEmail": "hello@ridge-and-pine.example",
        "myshopifyDomain": wire.HOST,
        "primaryDomain": {"url": "https://ridge-and-pine.example", "host": "ridge-and-pine.example"},
        "url": "https://ridge-and-pine.example",
        "currencyCode": wire.CURRENCY,
        "ianaTimezone": "America/Los_Angeles",
        "plan": {"publicDisplayName": "Grow", "partnerDevelopment": False, "shopifyPlus": False},
        "shopAddress": {"countryCodeV2": "US", "city": "Portland", "zip": "97209"},
    }


def order(sale: Sale) -> Json:
    """Return an order."""
    shopper = wire.shopper_of(sale)
    body = wire.order(sale)
    return {
        "__typename": "Order",
        "id": gid("Order", sale.id),
        "name": body["name"],
        "createdAt": _time(sale.placed_at),
        "updatedAt": _time(sale.updated_at),
        "processedAt": _time(sale.placed_at),
        "cancelledAt": _time(sale.cancelled_at) if sale.cancelled_at else None,
        "cancelReason": "CUSTOMER" if sale.cancelled_at else None,
        "test": False,
        "confirmed": True,
        "email": shopper.email,
        "phone": None,
        "customerLocale": shopper.locale,
        "displayFinancialStatus": body["financial_status"].upper(),
        "displayFulfillmentStatus": FULFILLED[body["fulfillment_status"]],
        "statusPageUrl": body["order_status_url"],
        "currencyCode": wire.CURRENCY,
        "checkoutToken": body["checkout_token"],
        "cartToken": body["cart_token"],
        "totalPriceSet": money(wire.total(sale)),
        "totalRefundedSet": money(sale.refunded),
        "customer": customer(shopper),
        "shippingAddress": _address(shopper),
        "shippingLine": {"title": body["shipping_lines"][0]["title"]},
        "billingAddress": _address(shopper),
        "lineItems": [_line(sale, position) for position in range(len(sale.lines))],
        "fulfillments": [_fulfillment(sale, parcel) for parcel in sale.parcels],
        "refunds": [_refund(sale)] if sale.refunded else [],
    }


def customer(shopper: Shopper) -> Json:
    """Return a shopper."""
    return {
        "__typename": "Customer",
        "id": gid("Customer", wire.SHOP_ID + shopper.id),
        "firstName": shopper.first,
        "lastName": shopper.last,
        "locale": shopper.locale,
        "updatedAt": _time(clock.now().replace(month=1, day=1, hour=0, minute=0, second=0)),
        "defaultEmailAddress": {"emailAddress": shopper.email, "marketingState": "NOT_SUBSCRIBED"},
        "defaultPhoneNumber": {"phoneNumber": shopper.phone},
    }


def product(thing: Thing) -> Json:
    """Return a product with its only variant."""
    image = _image(thing)
    found: Json = {
        "__typename": "Product",
        "id": gid("Product", thing.id),
        "title": thing.title,
        "handle": thing.handle,
        "status": "ACTIVE",
        "onlineStoreUrl": f"https://ridge-and-pine.example/products/{thing.handle}",
        "featuredImage": image,
    }
    variant = {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", thing.variant_id),
        "title": thing.variant,
        "sku": thing.sku,
        "price": wire.amount(thing.price),
        "availableForSale": True,
        "inventoryQuantity": 40,
        "image": image,
    }
    return {**found, "variants": [{**variant, "product": found}]}


def gid(kind: str, ident: int) -> str:
    """Return Shopify's global id."""
    return f"gid://shopify/{kind}/{ident}"


def money(cents: int) -> Json:
    """Return an amount in the shop's and in the shopper's currency."""
    amount = {"amount": wire.amount(cents), "currencyCode": wire.CURRENCY}
    return {"shopMoney": amount, "presentmentMoney": amount}


def _order(shelf: Shelf, ident: str) -> Json | None:
    row = shelf.get("sale", ident.rpartition("/")[2])
    return told.add(shelf, order(Sale.model_validate(row)) if row else None)


def _one_of(rows: Callable[[], list[Json]]) -> Callable[..., Json | None]:
    return lambda **asked: next((row for row in rows() if row["id"] == asked["id"]), None)


def _customers() -> list[Json]:
    return [customer(shopper) for shopper in RIDGE]


def _products() -> list[Json]:
    return [product(thing) for thing in THINGS.values()]


def _variants() -> list[Json]:
    return [variant for found in _products() for variant in found["variants"]]


def _sent(shelf: Shelf, ident: str) -> Json | None:
    parcel = int(ident.rpartition("/")[2])
    found = _order(shelf, str(parcel // 10))
    return next((sent for sent in found["fulfillments"] if sent["id"] == ident), None) if found else None


def _line(sale: Sale, position: int) -> Json:
    thing, quantity = THINGS[sale.lines[position][0]], sale.lines[position][1]
    whole = product(thing)
    return {
        "__typename": "LineItem",
        "id": gid("LineItem", sale.id * 10 + position),
        "title": thing.title,
        "name": f"{thing.title} - {thing.variant}",
        "variantTitle": thing.variant,
        "sku": thing.sku,
        "quantity": quantity,
        "currentQuantity": quantity,
        "originalUnitPriceSet": money(thing.price),
        "image": _image(thing),
        "product": whole,
        "variant": whole["variants"][0],
    }


def _fulfillment(sale: Sale, parcel: Parcel) -> Json:
    carrier = CARRIERS[parcel.carrier]
    sent = _time(parcel.shipped_at)
    return {
        "__typename": "Fulfillment",
        "id": gid("Fulfillment", parcel.id),
        "name": f"#{sale.number}.{parcel.id % 10}",
        "status": "SUCCESS",
        "createdAt": sent,
        "updatedAt": sent,
        "estimatedDeliveryAt": _time(parcel.expected_at),
        "trackingInfo": [
            {"company": carrier.name, "number": number, "url": carrier.url(number)}
            for number in parcel.numbers
        ],
        "fulfillmentLineItems": [
            {
                "id": gid("FulfillmentLineItem", parcel.id * 10 + i),
                "quantity": sale.lines[i][1],
                "lineItem": _line(sale, i),
            }
            for i in parcel.lines
        ],
        "events": [_event(scan) for scan in parcel.scans],
    }


def _event(scan: Scan) -> Json:
    city, region, country = scan.place
    return {
        "__typename": "FulfillmentEvent",
        "id": gid("FulfillmentEvent", scan.id),
        "status": NOT_IN_THE_ENUM.get(scan.status, scan.status.upper()),
        "message": wire.WORDS[scan.status],
        "happenedAt": _time(scan.at),
        "createdAt": _time(scan.at),
        "city": city,
        "province": region or None,
        "country": country,
        "estimatedDeliveryAt": _time(scan.expected_at) if scan.expected_at else None,
    }


def _refund(sale: Sale) -> Json:
    body: dict[str, Any] = wire.refund(sale)
    return {
        "__typename": "Refund",
        "id": gid("Refund", body["id"]),
        "createdAt": _time(sale.updated_at),
        "processedAt": _time(sale.updated_at),
        "totalRefundedSet": money(sale.refunded),
    }


def _address(shopper: Shopper) -> Json:
    city, region, country = shopper.town
    return {
        "firstName": shopper.first,
        "lastName": shopper.last,
        "address1": shopper.street,
        "address2": None,
        "city": city,
        "provinceCode": region or None,
        "zip": shopper.postcode,
        "countryCodeV2": country,
        "phone": shopper.phone,
    }


def _comparable(term: str, wanted: str) -> str:
    """Return a searched value as the objects hold it."""
    return _time(datetime.fromisoformat(wanted)) if term.endswith("_at") else wanted


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _image(thing: Thing) -> Json:
    return {"url": thing.picture_url, "altText": thing.title, "width": 240, "height": 240}
