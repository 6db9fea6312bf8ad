"""Ridge & Pine's shoppers and products as the Admin API lists them, and how its lists are searched."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from app.lib import clock
from demo.sales import Sale
from demo.shopify import consent, ratings, wire
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
LONG_AGO = timedelta(days=200)
"""When those shoppers bought last who bought before the window that an app may see."""


def root(shelf: Shelf) -> Json:
    """Return what queries for shoppers and products begin with."""
    return {
        "customer": _one_of(lambda: _customers(shelf)),
        "customerEmailMarketingConsentUpdate": lambda **asked: consent.write(
            shelf, "email", _customers(shelf), asked["input"]
        ),
        "customerSmsMarketingConsentUpdate": lambda **asked: consent.write(
            shelf, "sms", _customers(shelf), asked["input"]
        ),
        "customers": lambda query=None, sortKey="", **_: found(_customers(shelf), query, sortKey),  # noqa: N803
        "product": _one_of(lambda: [ratings.shown(shelf, row) for row in _products()]),
        "metafieldsSet": lambda metafields: ratings.write(shelf, metafields),
        "metafieldsDelete": lambda metafields: ratings.delete(shelf, metafields),
        "products": lambda query=None, sortKey="", **_: found(_products(), query, sortKey),  # noqa: N803
        "productVariant": _one_of(_variants),
    }


def found(rows: list[Json], query: str | None, sort: str) -> list[Json]:
    """Return the rows that a search finds, sorted."""
    for term, sign, wanted in CONDITION.findall(query or ""):
        field = SEARCHED.get(term)
        if field:
            rows = [row for row in rows if COMPARE[sign](str(row[field]), _comparable(term, wanted))]
    key = SORTED.get(sort, "createdAt")
    return sorted(rows, key=lambda row: str(row.get(key) or row["id"]))


def customer(shopper: Shopper) -> Json:
    """Return a shopper as orders name them."""
    opened = _opened()
    agrees = shopper.id % 3 == 0
    said = {"updatedAt": time(opened), "optInLevel": "SINGLE_OPT_IN"} if agrees else {}
    return {
        "__typename": "Customer",
        "id": gid("Customer", wire.SHOP_ID + shopper.id),
        "firstName": shopper.first,
        "lastName": shopper.last,
        "locale": shopper.locale,
        "createdAt": time(opened),
        "updatedAt": time(opened),
        "defaultAddress": {"countryCodeV2": shopper.town[2]},
        "defaultEmailAddress": {
            "emailAddress": shopper.email,
            "marketingState": "SUBSCRIBED" if agrees else "NOT_SUBSCRIBED",
            "marketingOptInLevel": "CONFIRMED_OPT_IN" if agrees else None,
            "marketingUpdatedAt": time(opened) if agrees else None,
        },
        "defaultPhoneNumber": {
            "phoneNumber": shopper.phone,
            "smsMarketingConsent": {
                "state": "SUBSCRIBED" if agrees and shopper.id % 2 else "NEVER_SUBSCRIBED",
                "optInLevel": said.get("optInLevel"),
                "updatedAt": said.get("updatedAt"),
            },
        },
    }


def product(thing: Thing) -> Json:
    """Return a product with its only variant."""
    opened, picture = time(_opened()), image(thing)
    kept: Json = {
        "__typename": "Product",
        "id": gid("Product", thing.id),
        "title": thing.title,
        "handle": thing.handle,
        "status": "ACTIVE",
        "createdAt": opened,
        "updatedAt": opened,
        "onlineStoreUrl": f"https://ridge-and-pine.example/products/{thing.handle}",
        "featuredImage": picture,
        "featuredMedia": {"__typename": "MediaImage", "preview": {"image": picture}},
    }
    variant = {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", thing.variant_id),
        "title": thing.variant,
        "sku": thing.sku,
        "price": wire.amount(thing.price),
        "availableForSale": True,
        "inventoryQuantity": 40,
        "createdAt": opened,
        "updatedAt": opened,
        "image": picture,
    }
    return {**kept, "variants": [{**variant, "product": kept}]}


def gid(kind: str, ident: int) -> str:
    """Return Shopify's global id."""
    return f"gid://shopify/{kind}/{ident}"


def money(cents: int) -> Json:
    """Return an amount in the shop's and in the shopper's currency."""
    amount = {"amount": wire.amount(cents), "currencyCode": wire.CURRENCY}
    return {"shopMoney": amount, "presentmentMoney": amount}


def time(at: datetime) -> str:
    """Write a moment as the API does."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def image(thing: Thing) -> Json:
    """Return a product's picture."""
    return {"url": thing.picture_url, "altText": thing.title, "width": 240, "height": 240}


def _one_of(rows: Callable[[], list[Json]]) -> Callable[..., Json | None]:
    return lambda **asked: next((row for row in rows() if row["id"] == asked["id"]), None)


def _customers(shelf: Shelf) -> list[Json]:
    """Return the shoppers with what they have bought, long ago too: an app may see its sum."""
    sales = [Sale.model_validate(row) for row in shelf.every("sale")]
    return [
        consent.shown(shelf, customer(shopper))
        | _past(shopper, [sale for sale in sales if sale.shopper == shopper.id])
        for shopper in RIDGE
    ]


def _past(shopper: Shopper, sales: list[Sale]) -> Json:
    before = shopper.id % 4
    spent = sum(wire.total(sale) - sale.refunded for sale in sales) + before * 5000
    last = max((sale.placed_at for sale in sales), default=clock.now() - LONG_AGO if before else None)
    return {
        "numberOfOrders": str(len(sales) + before),
        "amountSpent": {"amount": wire.amount(spent), "currencyCode": wire.CURRENCY},
        "lastOrder": {"createdAt": time(last)} if last else None,
    }


def _products() -> list[Json]:
    return [product(thing) for thing in THINGS.values()]


def _variants() -> list[Json]:
    return [variant for kept in _products() for variant in kept["variants"]]


def _opened() -> datetime:
    """Return when accounts and products were last touched: the first moment of this year."""
    return clock.now().replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)


def _comparable(term: str, wanted: str) -> str:
    """Return a searched value as the objects hold it."""
    return time(datetime.fromisoformat(wanted)) if term.endswith("_at") else wanted
