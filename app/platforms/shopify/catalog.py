"""Shopify's products and variants in our words."""

from app.lib import clock, reading
from app.lib.reading import Json
from app.platforms.base import Record
from app.platforms.purchases import Product, Variant


def product(body: Json, currency: str) -> tuple[Record, ...]:
    """Return a product with its variants."""
    external_id = reading.required(body, "id")
    updated_at = reading.required_moment(body, "updated_at")
    image = reading.text(reading.object_(body, "image"), "src")
    return (
        Product(
            external_id=external_id,
            updated_at=updated_at,
            title=reading.text(body, "title"),
            image_url=image,
            variants=tuple(
                _variant(data, external_id, currency) for data in reading.objects(body, "variants")
            ),
        ),
    )


def product_deleted(body: Json, currency: str) -> tuple[Record, ...]:
    """Return that a product is no longer sold; the payload holds nothing but its id."""
    del currency
    reading.refuse_any_of(body, *(body.keys() - {"id", "admin_graphql_api_id"}))
    return (Product(external_id=reading.required(body, "id"), updated_at=clock.now(), deleted=True),)


def in_stock(body: Json, currency: str) -> tuple[Record, ...]:
    """Return that a variant can be bought again."""
    return (_variant(body, reading.required(body, "product_id"), currency, in_stock=True),)


def out_of_stock(body: Json, currency: str) -> tuple[Record, ...]:
    """Return that a variant can no longer be bought."""
    return (_variant(body, reading.required(body, "product_id"), currency, in_stock=False),)


def _variant(body: Json, product_id: str, currency: str, *, in_stock: bool | None = None) -> Variant:
    return Variant(
        external_id=reading.required(body, "id"),
        product_id=product_id,
        updated_at=reading.required_moment(body, "updated_at"),
        title=reading.text(body, "title"),
        sku=reading.text(body, "sku"),
        price=reading.amount(body, "price", currency),
        in_stock=in_stock,
        quantity=reading.whole(body, "inventory_quantity"),
        item=reading.text(body, "inventory_item_id"),
    )
