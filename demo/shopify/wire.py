"""Ridge & Pine on Shopify's webhook wire: the published sample bodies, filled with our sales."""

import json
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from demo.carriers import CARRIERS
from demo.sales import Parcel, Sale, Scan
from demo.shoppers import RIDGE as SHOPPERS
from demo.shoppers import Shopper
from demo.stores import Json
from demo.things import RIDGE as THINGS
from demo.things import Thing

HOST = "ridge-and-pine.myshopify.com"
SHOP_ID = 10**12
CURRENCY = "USD"
ZONE = ZoneInfo("America/Los_Angeles")
SHIPPING = 600
BY_ID = {shopper.id: shopper for shopper in SHOPPERS}
TEMPLATES: Json = json.loads((Path(__file__).parent / "templates.json").read_text())
COUNTRIES = {"US": "United States", "CA": "Canada", "DE": "Germany", "SE": "Sweden", "JP": "Japan",
             "GB": "United Kingdom"}  # fmt: skip
WORDS = {
    "label_printed": "Shipping label printed",
    "carrier_picked_up": "Picked up by the carrier",
    "in_transit": "Departed from facility",
    "delayed": "Delayed by weather",
    "out_for_delivery": "Out for delivery",
    "attempted_delivery": "Nobody was home; a notice was left",
    "ready_for_pickup": "Ready to be collected",
    "delivered": "Delivered",
    "returning_to_sender": "Returning to sender",
    "failure": "Could not be delivered",
}
"""What the carrier says at each step."""


def shopper_of(sale: Sale) -> Shopper:
    """Return who bought."""
    return BY_ID[sale.shopper]


def total(sale: Sale) -> int:
    """Return the price of all lines and their shipping, in cents."""
    return sum(THINGS[thing].price * quantity for thing, quantity in sale.lines) + SHIPPING


def amount(cents: int) -> str:
    """Write cents as Shopify does."""
    return f"{cents / 100:.2f}"


def order(sale: Sale) -> Json:
    """Return the body of the orders/* topics."""
    shopper = shopper_of(sale)
    at = {"created_at": time(sale.placed_at), "processed_at": time(sale.placed_at)}
    sums = {"total_price": total(sale), "current_total_price": total(sale),
            "subtotal_price": total(sale) - SHIPPING, "current_subtotal_price": total(sale) - SHIPPING,
            "total_line_items_price": total(sale) - SHIPPING, "total_shipping_price": SHIPPING}  # fmt: skip
    place = _address(shopper)
    return (
        _template("order")
        | {name: amount(cents) for name, cents in sums.items() if name != "total_shipping_price"}
        | {f"{name}_set": _money(cents) for name, cents in sums.items()}
        | at
        | {
            "id": sale.id,
            "admin_graphql_api_id": f"gid://shopify/Order/{sale.id}",
            "name": f"#{sale.number}",
            "number": sale.number - 1000,
            "order_number": sale.number,
            "updated_at": time(sale.updated_at),
            "cancelled_at": time(sale.cancelled_at) if sale.cancelled_at else None,
            "cancel_reason": "customer" if sale.cancelled_at else None,
            "email": shopper.email,
            "contact_email": shopper.email,
            "phone": None,
            "customer_locale": shopper.locale,
            "financial_status": _financial(sale),
            "fulfillment_status": _fulfilled(sale),
            "token": f"{sale.id:032x}",
            "checkout_token": f"c{sale.id:031x}",
            "cart_token": f"a{sale.id:031x}",
            "order_status_url": f"https://{HOST}/{SHOP_ID}/orders/{sale.id:032x}/authenticate?key=sample",
            "customer": _customer(shopper),
            "shipping_address": place,
            "billing_address": place,
            "shipping_lines": [_template("shipping_line") | _priced("price", SHIPPING) | {
                "id": sale.id * 10, "title": "Standard", "code": "Standard"}],
            "line_items": lines(sale),
            "fulfillments": [fulfillment(sale, parcel) for parcel in sale.parcels],
            "refunds": [refund(sale)] if sale.refunded else [],
        }
    )  # fmt: skip


def lines(sale: Sale, only: list[int] | None = None) -> list[Json]:
    """Return line items: all, or those at some positions."""
    return [
        _template("line_item")
        | _priced("price", THINGS[thing].price)
        | {
            "id": sale.id * 10 + position,
            "admin_graphql_api_id": f"gid://shopify/LineItem/{sale.id * 10 + position}",
            "title": THINGS[thing].title,
            "name": f"{THINGS[thing].title} - {THINGS[thing].variant}",
            "variant_title": THINGS[thing].variant,
            "sku": THINGS[thing].sku,
            "vendor": "Ridge & Pine",
            "quantity": quantity,
            "current_quantity": quantity,
            "fulfillable_quantity": 0 if sale.is_sent else quantity,
            "product_id": thing,
            "variant_id": THINGS[thing].variant_id,
        }
        for position, (thing, quantity) in enumerate(sale.lines)
        if only is None or position in only
    ]


def fulfillment(sale: Sale, parcel: Parcel) -> Json:
    """Return the body of fulfillments/create."""
    carrier = CARRIERS[parcel.carrier]
    urls = [carrier.url(number) for number in parcel.numbers]
    return _template("fulfillment") | {
        "id": parcel.id,
        "admin_graphql_api_id": f"gid://shopify/Fulfillment/{parcel.id}",
        "order_id": sale.id,
        "name": f"#{sale.number}.{parcel.id % 10}",
        "status": "success",
        "service": "manual",
        "created_at": time(parcel.shipped_at),
        "updated_at": time(parcel.shipped_at),
        "email": shopper_of(sale).email,
        "destination": _address(shopper_of(sale)),
        "tracking_company": carrier.name,
        "tracking_number": parcel.numbers[0],
        "tracking_numbers": parcel.numbers,
        "tracking_url": urls[0],
        "tracking_urls": urls,
        "line_items": lines(sale, parcel.lines),
    }


def scan(sale: Sale, parcel: Parcel, happened: Scan) -> Json:
    """Return the body of fulfillment_events/create."""
    city, region, country = happened.place
    return _template("fulfillment_event") | {
        "id": happened.id,
        "admin_graphql_api_id": f"gid://shopify/FulfillmentEvent/{happened.id}",
        "fulfillment_id": parcel.id,
        "order_id": sale.id,
        "shop_id": SHOP_ID,
        "status": happened.status,
        "message": WORDS[happened.status],
        "happened_at": time(happened.at),
        "created_at": time(happened.at),
        "updated_at": time(happened.at),
        "city": city,
        "province": region or None,
        "country": country,
        "estimated_delivery_at": time(happened.expected_at) if happened.expected_at else None,
    }


def refund(sale: Sale) -> Json:
    """Return the body of refunds/create."""
    at = time(sale.updated_at)
    given = {
        "id": sale.id * 10 + 9,
        "order_id": sale.id,
        "kind": "refund",
        "status": "success",
        "amount": amount(sale.refunded),
        "currency": CURRENCY,
        "created_at": at,
        "processed_at": at,
    }
    return _template("refund") | {
        "id": sale.id * 10 + 8,
        "admin_graphql_api_id": f"gid://shopify/Refund/{sale.id * 10 + 8}",
        "order_id": sale.id,
        "created_at": at,
        "processed_at": at,
        "note": None,
        "transactions": [given],
    }


def product(thing: Thing, at: datetime, in_stock: int = 40) -> Json:
    """Return the body of products/create and products/update."""
    picture = {"id": thing.id * 10 + 5, "product_id": thing.id, "position": 1, "src": thing.picture_url,
               "alt": thing.title, "width": 240, "height": 240, "variant_ids": []}  # fmt: skip
    times = {"created_at": time(at), "updated_at": time(at)}
    variant = _template("variant") | times | {
        "id": thing.variant_id,
        "admin_graphql_api_id": f"gid://shopify/ProductVariant/{thing.variant_id}",
        "product_id": thing.id,
        "title": thing.variant,
        "option1": thing.variant,
        "sku": thing.sku,
        "price": amount(thing.price),
        "compare_at_price": None,
        "inventory_item_id": thing.inventory_item,
        "inventory_quantity": in_stock,
        "old_inventory_quantity": in_stock,
    }  # fmt: skip
    return _template("product") | times | {
        "id": thing.id,
        "admin_graphql_api_id": f"gid://shopify/Product/{thing.id}",
        "title": thing.title,
        "handle": thing.handle,
        "body_html": "",
        "vendor": "Ridge & Pine",
        "product_type": "Outdoor",
        "published_at": time(at),
        "variants": [variant],
        "image": picture,
        "images": [picture],
    }  # fmt: skip


def _address(shopper: Shopper) -> Json:
    city, region, country = shopper.town
    return _template("address") | {
        "first_name": shopper.first,
        "last_name": shopper.last,
        "name": f"{shopper.first} {shopper.last}",
        "company": None,
        "address1": shopper.street,
        "city": city,
        "province": region or None,
        "province_code": region or None,
        "zip": shopper.postcode,
        "country": COUNTRIES[country],
        "country_code": country,
        "phone": shopper.phone,
    }


def _customer(shopper: Shopper) -> Json:
    ident = SHOP_ID + shopper.id
    return _template("customer") | {
        "id": ident,
        "admin_graphql_api_id": f"gid://shopify/Customer/{ident}",
        "email": shopper.email,
        "first_name": shopper.first,
        "last_name": shopper.last,
        "phone": shopper.phone,
        "default_address": _address(shopper) | {"id": ident, "customer_id": ident, "default": True},
    }


def _financial(sale: Sale) -> str:
    if sale.refunded:
        return "refunded" if sale.refunded >= total(sale) else "partially_refunded"
    return "pending" if sale.state == "pending" else "paid"


def _fulfilled(sale: Sale) -> str | None:
    return "fulfilled" if sale.is_sent else "partial" if sale.parcels else None


def _priced(name: str, cents: int) -> Json:
    return {name: amount(cents), f"{name}_set": _money(cents)}


def _money(cents: int) -> Json:
    money = {"amount": amount(cents), "currency_code": CURRENCY}
    return {"shop_money": money, "presentment_money": money}


def _template(name: str) -> Json:
    found: Json = deepcopy(TEMPLATES[name])
    return found


def time(at: datetime) -> str:
    """Write a moment as webhooks do: in the shop's own time zone."""
    return at.astimezone(ZONE).replace(microsecond=0).isoformat()
