"""Ridge & Pine as Shopify's Admin GraphQL API names it: one function for each kind of object."""

from typing import Any

from demo.carriers import CARRIERS
from demo.sales import Parcel, Sale, Scan
from demo.shopify import discounts, listed, marks, oauth, stock, told, wire
from demo.shopify.listed import gid, image, money, time
from demo.shoppers import Shopper
from demo.stores import Json, Shelf
from demo.things import RIDGE as THINGS

FULFILLED = {"fulfilled": "FULFILLED", "partial": "PARTIALLY_FULFILLED", None: "UNFULFILLED"}
NOT_IN_THE_ENUM = {"returning_to_sender": "FAILURE"}
"""What carriers tell Shopify, but FulfillmentEventStatus of 2026-10 cannot."""


def root(shelf: Shelf) -> Json:
    """Return what queries begin with."""
    found: Json = {
        "shop": shop(),
        "order": lambda **asked: _order(shelf, asked["id"]),
        "orderUpdate": lambda **asked: marks.update(shelf, asked["input"]),
        "tagsAdd": lambda **asked: marks.tag(shelf, asked["id"], asked["tags"]),
        "orders": lambda **asked: orders(shelf, **asked),
        "fulfillment": lambda **asked: _sent(shelf, asked["id"]),
        **listed.root(shelf),
        **stock.root(shelf),
        **discounts.root(shelf),
        "ordersCount": lambda **asked: {"count": len(orders(shelf, **asked)), "precision": "EXACT"},
        "fulfillmentEventCreate": lambda **asked: told.create(shelf, asked["fulfillmentEvent"]),
        "currentAppInstallation": {
            "id": gid("AppInstallation", 1),
            "accessScopes": [{"handle": handle} for handle in oauth.SCOPES.split(",")],
        },
    }
    nodes = {"nodes": lambda **asked: [node(found, ident) for ident in asked["ids"]]}
    return {**found, **nodes, "node": lambda **asked: node(found, asked["id"])}


def node(found: Json, ident: str) -> Json | None:
    """Return any object of the sample store by its global id."""
    kind = ident.removeprefix("gid://shopify/").partition("/")[0]
    ask = found.get(kind[:1].lower() + kind[1:])
    result: Json | None = ask(id=ident) if callable(ask) else None
    return result


def orders(shelf: Shelf, query: str | None = None, sortKey: str = "", **_: object) -> list[Json]:  # noqa: N803
    """Return the orders that a search finds."""
    return listed.found([order(Sale.model_validate(row)) for row in shelf.every("sale")], query, sortKey)


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
        "createdAt": time(sale.placed_at),
        "updatedAt": time(sale.updated_at),
        "processedAt": time(sale.placed_at),
        "cancelledAt": time(sale.cancelled_at) if sale.cancelled_at else None,
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
        "tags": [],
        "checkoutToken": body["checkout_token"],
        "cartToken": body["cart_token"],
        "totalPriceSet": money(wire.total(sale)),
        "totalRefundedSet": money(sale.refunded),
        "customer": listed.customer(shopper),
        "shippingAddress": _address(shopper),
        "shippingLine": {"title": body["shipping_lines"][0]["title"]},
        "billingAddress": _address(shopper),
        "lineItems": [_line(sale, position) for position in range(len(sale.lines))],
        "fulfillments": [_fulfillment(sale, parcel) for parcel in sale.parcels],
        "refunds": [_refund(sale)] if sale.refunded else [],
    }


def _order(shelf: Shelf, ident: str) -> Json | None:
    row = shelf.get("sale", ident.rpartition("/")[2])
    if row is None:
        return None
    found = {
        **order(Sale.model_validate(row)),
        "tags": marks.tags(shelf, ident),
        "note": marks.note(shelf, ident),
    }
    return told.add(shelf, found)


def _sent(shelf: Shelf, ident: str) -> Json | None:
    parcel = int(ident.rpartition("/")[2])
    found = _order(shelf, str(parcel // 10))
    return next((sent for sent in found["fulfillments"] if sent["id"] == ident), None) if found else None


def _line(sale: Sale, position: int) -> Json:
    thing, quantity = THINGS[sale.lines[position][0]], sale.lines[position][1]
    whole = listed.product(thing)
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
        "image": image(thing),
        "product": whole,
        "variant": whole["variants"][0],
    }


def _fulfillment(sale: Sale, parcel: Parcel) -> Json:
    carrier = CARRIERS[parcel.carrier]
    sent = time(parcel.shipped_at)
    return {
        "__typename": "Fulfillment",
        "id": gid("Fulfillment", parcel.id),
        "name": f"#{sale.number}.{parcel.id % 10}",
        "status": "SUCCESS",
        **_progress(parcel),
        "createdAt": sent,
        "updatedAt": sent,
        "estimatedDeliveryAt": time(parcel.expected_at),
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


def _progress(parcel: Parcel) -> Json:
    """Return what a fulfillment shows of its parcel's way without its scans."""
    last = parcel.scans[-1].status if parcel.scans else "fulfilled"
    at = {scan.status: time(scan.at) for scan in reversed(parcel.scans)}
    return {
        "displayStatus": NOT_IN_THE_ENUM.get(last, last.upper()),
        "inTransitAt": at.get("in_transit"),
        "deliveredAt": at.get("delivered"),
    }


def _event(scan: Scan) -> Json:
    city, region, country = scan.place
    return {
        "__typename": "FulfillmentEvent",
        "id": gid("FulfillmentEvent", scan.id),
        "status": NOT_IN_THE_ENUM.get(scan.status, scan.status.upper()),
        "message": wire.WORDS[scan.status],
        "happenedAt": time(scan.at),
        "createdAt": time(scan.at),
        "city": city,
        "province": region or None,
        "country": country,
        "estimatedDeliveryAt": time(scan.expected_at) if scan.expected_at else None,
    }


def _refund(sale: Sale) -> Json:
    body: dict[str, Any] = wire.refund(sale)
    return {
        "__typename": "Refund",
        "id": gid("Refund", body["id"]),
        "createdAt": time(sale.updated_at),
        "processedAt": time(sale.updated_at),
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
