"""What there is of each thing at Shopify: levels by place, as deliveries and the Admin API tell them."""

from app.lib import reading
from app.lib.reading import Json
from app.platforms.base import AskStore, Record
from app.platforms.purchases import Location, StockLevel, Variant

SCOPES = ("read_inventory", "read_locations")
PLACES, ITEM, CATCH_UP = "shopify.places", "shopify.stock", "shopify.stock_catch_up"
"""Errands: which places sell online, what there is of one thing, and what changed everywhere."""


def level(body: Json, currency: str) -> tuple[Record, ...]:
    """Return how many of a thing lie in one place; a place that no longer holds it says null."""
    del currency
    return (
        StockLevel(
            item=reading.required(body, "inventory_item_id"),
            location_id=reading.required(body, "location_id"),
            quantity=reading.whole(body, "available") or 0,
            updated_at=reading.required_moment(body, "updated_at"),
        ),
    )


def place_changed(body: Json, currency: str) -> tuple[Record, ...]:
    """Ask for the places: such a delivery does not say whether the place sells online."""
    del currency
    reading.required(body, "id")
    return (AskStore(errand=PLACES, subject=""),)


def places(data: Json) -> tuple[Location, ...]:
    """Return every place of the store; one that is closed sells nothing."""
    return tuple(_place(node) for node in _nodes(data, "locations"))


def of_item(data: Json) -> tuple[Record, ...]:
    """Return all that Shopify knows of one thing: its variant, and how many lie where."""
    item = reading.object_(data, "inventoryItem")
    levels = _nodes(item, "inventoryLevels")
    found = [_place(reading.object_(node, "location")) for node in levels]
    return (
        *_variants(item),
        *found,
        *(_level(node, item, reading.object_(node, "location")) for node in levels),
    )


def changed(data: Json) -> tuple[list[tuple[Record, ...]], str | None]:
    """Return what changed in one place, a thing at a time, and where the next page begins; None: nowhere."""
    place = reading.object_(data, "location")
    rows = _nodes(place, "inventoryLevels")
    page = reading.object_(reading.object_(place, "inventoryLevels"), "pageInfo")
    items = [(node, reading.object_(node, "item")) for node in rows]
    found: list[tuple[Record, ...]] = [(*_variants(item), _level(node, item, place)) for node, item in items]
    return found, reading.text(page, "endCursor") if page.get("hasNextPage") is True else None


def _variants(item: Json) -> tuple[Variant, ...]:
    """Return the variants that are counted as this; there is one, or none any more."""
    return tuple(
        Variant(
            external_id=_id(node),
            product_id=_id(reading.object_(node, "product")),
            updated_at=reading.required_moment(node, "updatedAt"),
            title=reading.text(node, "title"),
            sku=reading.text(node, "sku"),
            item=_id(item),
            is_counted=item.get("tracked") is True,
        )
        for node in _nodes(item, "variants")[:1]
    )


def _level(node: Json, item: Json, place: Json) -> StockLevel:
    counts = [reading.whole(count, "quantity") or 0 for count in reading.objects(node, "quantities")]
    return StockLevel(
        item=_id(item),
        location_id=_id(place),
        quantity=sum(counts) if node.get("isActive") is True else 0,
        updated_at=reading.required_moment(node, "updatedAt"),
    )


def _place(node: Json) -> Location:
    sells = node.get("isActive") is True and node.get("fulfillsOnlineOrders") is True
    return Location(external_id=_id(node), name=reading.text(node, "name"), sells_online=sells)


def _nodes(node: Json, connection: str) -> list[Json]:
    return reading.objects(reading.object_(node, connection), "nodes")


def _id(node: Json) -> str:
    return reading.required(node, "id").rpartition("/")[2]
