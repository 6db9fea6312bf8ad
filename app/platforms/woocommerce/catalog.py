"""WooCommerce's products and people in our words."""

from app.lib import clock, reading
from app.lib.reading import Json
from app.platforms.base import PersonDeleted, Record
from app.platforms.purchases import Person, Product, StockLevel, Variant

SHOPPERS = ("customer", "subscriber")
"""Roles of people who buy; a shop manager is created like a customer, but is none."""

WITHOUT_STOCK = ("variable", "variable-subscription", "grouped")
"""Types of products that are never bought themselves, only what is under them."""


def product(body: Json, currency: str) -> tuple[Record, ...]:
    """Return a product, or the one variation that such a delivery may be about."""
    external_id = reading.required(body, "id")
    updated_at = reading.moment(body, "date_modified_gmt") or reading.required_moment(
        body, "date_created_gmt"
    )
    parent_id = reading.text(body, "parent_id")
    is_variation = reading.text(body, "type") == "variation" and parent_id not in (None, "0")
    product_id = parent_id if is_variation and parent_id else external_id
    variant = Variant(
        external_id=external_id,
        product_id=product_id,
        updated_at=updated_at,
        title=reading.plain(body, "name"),
        sku=reading.text(body, "sku"),
        price=reading.amount(body, "price", currency),
        in_stock={"instock": True, "onbackorder": True, "outofstock": False}.get(
            reading.text(body, "stock_status") or ""
        ),
        quantity=reading.whole(body, "stock_quantity"),
        item=external_id,
    )
    level = StockLevel(
        item=external_id,
        location_id=None,
        quantity=variant.quantity,
        is_there=reading.text(body, "stock_status")
        == "instock",  # on backorder it can be bought, and is not there
        updated_at=updated_at,
    )
    if is_variation:
        return (variant, level)
    is_sold = (reading.text(body, "type") or "") not in WITHOUT_STOCK
    pictures = reading.objects(body, "images")
    whole = Product(
        external_id=external_id,
        updated_at=updated_at,
        title=reading.plain(body, "name"),
        url=reading.text(body, "permalink"),
        image_url=reading.text(pictures[0], "src") if pictures else None,
        variants=(variant,) if is_sold else (),
    )
    return (whole, level) if is_sold else (whole,)


def product_deleted(body: Json, currency: str) -> tuple[Record, ...]:
    """Return that a product is no longer sold; the payload holds nothing but its id."""
    del currency
    return (Product(external_id=reading.required(body, "id"), updated_at=clock.now(), deleted=True),)


def customer(body: Json, currency: str) -> tuple[Record, ...]:
    """Return a registered shopper; nothing for the store's own people."""
    del currency
    if reading.text(body, "role") not in SHOPPERS:
        return ()
    billing = reading.object_(body, "billing")
    country = reading.text(billing, "country")
    return (
        Person(
            external_id=reading.required(body, "id"),
            email=reading.text(body, "email"),
            phone=reading.phone(reading.text(billing, "phone"), country),
            first_name=reading.text(body, "first_name"),
            last_name=reading.text(body, "last_name"),
            updated_at=reading.moment(body, "date_modified_gmt"),
        ),
    )


def is_emptied(body: Json) -> bool:
    """Tell whether WooCommerce's eraser has been at a record: whoever has bought has a billing address."""
    return not any(reading.object_(body, "billing").values())


def customer_deleted(body: Json, currency: str) -> tuple[Record, ...]:
    """Return that the store deleted a shopper's record."""
    del currency
    return (PersonDeleted(external_id=reading.required(body, "id")),)
