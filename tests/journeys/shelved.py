"""What Shopify's Admin API says of a thing and of where it lies."""

from datetime import UTC, datetime
from typing import Any

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ITEM, VARIANT, PRODUCT = "30322695", "808950810", "632910392"
WAREHOUSE, POP_UP = "905684977", "487838322"


def item_node(warehouse: int | None = None, pop_up: int | None = None) -> dict[str, Any]:
    places = ((WAREHOUSE, "Warehouse", warehouse, True), (POP_UP, "Pop-up", pop_up, False))
    levels = [
        level_node(count) | {"location": place_node(place, name, sells=sells)}
        for place, name, count, sells in places
        if count is not None
    ]
    return {"inventoryItem": thing_node() | {"inventoryLevels": {"nodes": levels}}}


def changed(place: str, count: int, after: str | None = None) -> dict[str, Any]:
    page = {"hasNextPage": after is not None, "endCursor": after}
    levels = {"nodes": [level_node(count) | {"item": thing_node()}], "pageInfo": page}
    return {"data": {"location": {"id": f"gid://shopify/Location/{place}", "inventoryLevels": levels}}}


def level_node(count: int) -> dict[str, Any]:
    return {"isActive": True, "updatedAt": NOON.isoformat(), "quantities": [{"quantity": count}]}


def place_node(place: str, name: str, *, sells: bool = True) -> dict[str, Any]:
    about = {"id": f"gid://shopify/Location/{place}", "name": name}
    return {**about, "isActive": True, "fulfillsOnlineOrders": sells}


def thing_node() -> dict[str, Any]:
    variant = {
        "id": f"gid://shopify/ProductVariant/{VARIANT}",
        "title": "Pine",
        "sku": "MUG",
        "updatedAt": NOON.isoformat(),
        "product": {"id": f"gid://shopify/Product/{PRODUCT}"},
    }
    about = {"id": f"gid://shopify/InventoryItem/{ITEM}", "tracked": True}
    return {**about, "variants": {"nodes": [variant]}}
