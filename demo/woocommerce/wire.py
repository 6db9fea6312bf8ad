"""Harbor Goods on WooCommerce's wire: recorded answers of a live store, filled with our sales."""

import json
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from demo.carriers import CARRIERS
from demo.sales import Parcel, Sale
from demo.shoppers import HARBOR as SHOPPERS
from demo.shoppers import Shopper
from demo.stores import Json
from demo.things import HARBOR as THINGS
from demo.things import Thing

HOST = "harbor-goods.example"
HOME = f"https://{HOST}"
ZONE = ZoneInfo("Europe/Dublin")
SHIPPING = 590
BY_ID = {shopper.id: shopper for shopper in SHOPPERS}
TEMPLATES: Json = json.loads((Path(__file__).parent / "templates.json").read_text())
STATUSES = {"pending": "pending", "draft": "checkout-draft", "failed": "failed", "cancelled": "cancelled",
            "refunded": "refunded", "on-hold": "on-hold", "trash": "trash"}  # fmt: skip
NOT_PAID = ("pending", "checkout-draft", "failed", "on-hold")


def status(sale: Sale) -> str:
    """Return the order's status in WooCommerce's words."""
    return STATUSES.get(sale.state) or ("completed" if sale.completed_at else "processing")


def total(sale: Sale) -> int:
    """Return the price of all lines and their shipping, in cents."""
    return sum(THINGS[thing].price * quantity for thing, quantity in sale.lines) + SHIPPING


def order(sale: Sale) -> Json:
    """Return an order as order.created, order.updated and REST give it."""
    shopper = BY_ID[sale.shopper]
    paid = sale.placed_at if status(sale) not in NOT_PAID else None
    key = f"wc_order_{sale.id:013x}"
    body = (
        _template("order")
        | times("created", sale.placed_at)
        | times("modified", sale.updated_at)
        | times("paid", paid)
        | times("completed", sale.completed_at)
        | {
            "id": sale.id,
            "number": str(sale.number),
            "status": status(sale),
            "currency": "EUR",
            "currency_symbol": "€",
            "shipping_total": _amount(SHIPPING),
            "total": _amount(total(sale)),
            "customer_id": _customer_id(shopper),
            "order_key": key,
            "billing": _address(shopper) | {"email": shopper.email, "phone": shopper.phone},
            "shipping": _address(shopper) | {"phone": ""},
            "payment_url": f"{HOME}/checkout/order-pay/{sale.id}/?pay_for_order=true&key={key}",
            "needs_payment": status(sale) in ("pending", "failed", "checkout-draft"),
            "needs_processing": True,
            "meta_data": _meta(sale),
            "line_items": [_line(sale, position) for position in range(len(sale.lines))],
            "shipping_lines": [
                _template("shipping_line") | {"id": sale.id * 10 + 9, "total": _amount(SHIPPING)}
            ],
            "refunds": [{"id": sale.id + 500_000, "reason": "", "total": f"-{_amount(sale.refunded)}"}]
            if sale.refunded
            else [],
        }
    )  # fmt: skip
    return _linked(body, "orders", sale.id)


def cart(sale: Sale) -> Json:
    """Return the cart that a sale was, as our companion plug-in tells of it."""
    goods = sum(THINGS[thing].price * quantity for thing, quantity in sale.lines)
    things = ",".join(f"{thing}:{quantity}" for thing, quantity in sale.lines)
    return {
        "id": cart_name(sale),
        "email": BY_ID[sale.shopper].email,
        "currency": "EUR",
        "total": _amount(goods + SHIPPING),
        "url": f"{HOME}/checkout-link/?products={things}",
        "items": [_cart_line(THINGS[thing], quantity) for thing, quantity in sale.lines],
    }


def cart_name(sale: Sale) -> str:
    """Return what the plug-in calls the cart, and writes on the order that it becomes."""
    return f"{sale.id:032x}"


def fulfillments(sale: Sale) -> list[Json]:
    """Return the parcels that the store keeps as the core's own fulfillments."""
    return [_fulfillment(sale, parcel) for parcel in sale.parcels] if sale.core_fulfillments else []


def product(thing: Thing, at: datetime, in_stock: int = 40) -> Json:
    """Return a product as product.updated and REST give it."""
    price = _amount(thing.price)
    body = _template("product") | times("created", at) | times("modified", at) | {
        "id": thing.id,
        "name": thing.title,
        "slug": thing.handle,
        "permalink": f"{HOME}/product/{thing.handle}/",
        "type": "simple",
        "sku": thing.sku,
        "price": price,
        "regular_price": price,
        "manage_stock": True,
        "stock_quantity": in_stock,
        "stock_status": "instock" if in_stock else "outofstock",
        "categories": [{"id": 15, "name": "Kitchen", "slug": "kitchen"}],
        "images": [{"id": thing.id, "src": thing.picture_url, "name": thing.title, "alt": thing.title}],
        "attributes": [],
        "variations": [],
        "related_ids": [],
        "has_options": False,
        "price_html": f"€{price}",
    }  # fmt: skip
    return _linked(body, "products", thing.id)


def customer(shopper: Shopper, at: datetime) -> Json:
    """Return a registered shopper."""
    body = _template("customer") | times("created", at) | times("modified", at) | {
        "id": shopper.id,
        "email": shopper.email,
        "first_name": shopper.first,
        "last_name": shopper.last,
        "username": shopper.first.lower(),
        "billing": _address(shopper) | {"email": shopper.email, "phone": shopper.phone},
        "shipping": _address(shopper) | {"phone": ""},
        "avatar_url": "",
        "meta_data": [],
    }  # fmt: skip
    return _linked(body, "customers", shopper.id)


def _line(sale: Sale, position: int) -> Json:
    thing, quantity = THINGS[sale.lines[position][0]], sale.lines[position][1]
    cost = _amount(thing.price * quantity)
    return _template("line_item") | {
        "id": sale.id * 10 + position,
        "name": thing.title,
        "product_id": thing.id,
        "quantity": quantity,
        "subtotal": cost,
        "subtotal_tax": "0.00",
        "total": cost,
        "total_tax": "0.00",
        "sku": thing.sku,
        "price": thing.price / 100,
        "image": {"id": thing.id, "src": thing.picture_url},
    }


def _cart_line(thing: Thing, quantity: int) -> Json:
    return {
        "key": f"{thing.id:032x}",
        "product_id": thing.id,
        "variation_id": 0,
        "quantity": quantity,
        "line_total": thing.price * quantity / 100,
        "name": thing.title,
        "sku": thing.sku,
        "image": {"src": thing.picture_url},
    }


def _meta(sale: Sale) -> list[Json]:
    cart = {"id": sale.id + 1, "key": "_doorstep_cart", "value": cart_name(sale)}
    if sale.core_fulfillments:
        state = "fulfilled" if sale.is_sent else "partially_fulfilled" if sale.parcels else "unfulfilled"
        return [cart, {"id": sale.id, "key": "_fulfillment_status", "value": state}]
    lines = [_tracking(parcel) for parcel in sale.parcels]
    parcels = {"id": sale.id, "key": "_wc_shipment_tracking_items", "value": lines}
    return [cart, parcels] if lines else [cart]


def _tracking(parcel: Parcel) -> Json:
    return {
        "tracking_provider": parcel.carrier,
        "custom_tracking_provider": "",
        "custom_tracking_link": "",
        "tracking_number": parcel.numbers[0],
        "date_shipped": str(int(parcel.shipped_at.timestamp())),
        "tracking_id": f"{parcel.id:032x}",
    }


def _fulfillment(sale: Sale, parcel: Parcel) -> Json:
    carrier, number = CARRIERS[parcel.carrier], parcel.numbers[0]
    at = parcel.shipped_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
    items = [{"item_id": sale.id * 10 + i, "qty": sale.lines[i][1]} for i in parcel.lines]
    values = {
        "_items": items,
        "_tracking_number": number,
        "_tracking_url": carrier.url(number),
        "_shipment_provider": carrier.slug,
        "_date_fulfilled": at,
    }
    meta = [{"id": parcel.id * 10 + i, "key": key, "value": v} for i, (key, v) in enumerate(values.items())]
    return _template("fulfillment") | {
        "id": parcel.id,
        "entity_id": str(sale.id),
        "date_updated": at,
        "meta_data": meta,
    }


def _address(shopper: Shopper) -> Json:
    city, region, country = shopper.town
    return {
        "first_name": shopper.first,
        "last_name": shopper.last,
        "company": "",
        "address_1": shopper.street,
        "address_2": "",
        "city": city,
        "state": region,
        "postcode": shopper.postcode,
        "country": country,
    }


def _customer_id(shopper: Shopper) -> int:
    return shopper.id if is_registered(shopper) else 0


def is_registered(shopper: Shopper) -> bool:
    """Tell whether the shopper has an account; the others buy as guests."""
    return shopper.id % 2 == 0


def times(name: str, at: datetime | None) -> Json:
    """Return a moment as the store's own time and as UTC, under a name."""
    form = "%Y-%m-%dT%H:%M:%S"
    local = at.astimezone(ZONE).strftime(form) if at else None
    return {f"date_{name}": local, f"date_{name}_gmt": at.strftime(form) if at else None}


def _linked(body: Json, kind: str, ident: int) -> Json:
    body["_links"]["self"][0]["href"] = f"{HOME}/wp-json/wc/v3/{kind}/{ident}"
    body["_links"]["collection"][0]["href"] = f"{HOME}/wp-json/wc/v3/{kind}"
    if "email_templates" in body["_links"]:
        body["_links"]["email_templates"][0]["href"] = (
            f"{HOME}/wp-json/wc/v3/orders/{ident}/actions/email_templates"
        )
    return body


def _amount(cents: int) -> str:
    return f"{cents / 100:.2f}"


def _template(name: str) -> Json:
    found: Json = deepcopy(TEMPLATES[name])
    return found
