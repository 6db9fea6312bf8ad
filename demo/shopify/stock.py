"""Where Ridge & Pine's things lie: a warehouse that sends them, and a shop that sells nothing online."""

from demo import stock
from demo.shopify import listed
from demo.shopify.listed import gid, time
from demo.stores import Json, Shelf
from demo.things import RIDGE as THINGS
from demo.things import Thing

WAREHOUSE, POP_UP = 71_001, 71_002
ON_SHOW = 3
"""How many of each thing the pop-up shows."""
PLACES = {
    WAREHOUSE: {"name": "Portland warehouse", "fulfillsOnlineOrders": True},
    POP_UP: {"name": "Pop-up, Pearl District", "fulfillsOnlineOrders": False},
}


def root(shelf: Shelf) -> Json:
    """Return what queries for places and stock begin with."""
    return {
        "locations": lambda **_: [_place(place) for place in PLACES],
        "location": lambda **asked: _stocked(shelf, int(asked["id"].rpartition("/")[2])),
        "inventoryItem": lambda **asked: _item(shelf, int(asked["id"].rpartition("/")[2])),
    }


def level(shelf: Shelf, thing: Thing) -> Json:
    """Return the body of inventory_levels/update for the warehouse."""
    there = stock.of(shelf, thing.id)
    item = thing.inventory_item
    return {
        "inventory_item_id": item,
        "location_id": WAREHOUSE,
        "available": there.quantity,
        "updated_at": time(there.at),
        "admin_graphql_api_id": f"gid://shopify/InventoryLevel/{WAREHOUSE}?inventory_item_id={item}",
    }


def _place(place: int) -> Json:
    return {"__typename": "Location", "id": gid("Location", place), "isActive": True, **PLACES[place]}


def _stocked(shelf: Shelf, place: int) -> Json | None:
    if place not in PLACES:
        return None

    def levels(query: str | None = None, **_: object) -> list[Json]:
        rows = [_level(shelf, thing, place) | {"item": _thing(thing)} for thing in THINGS.values()]
        return listed.found(rows, query, "UPDATED_AT")

    return {**_place(place), "inventoryLevels": levels}


def _item(shelf: Shelf, item: int) -> Json | None:
    thing = next((thing for thing in THINGS.values() if thing.inventory_item == item), None)
    if thing is None:
        return None
    levels = [_level(shelf, thing, place) | {"location": _place(place)} for place in PLACES]
    return {**_thing(thing), "inventoryLevels": levels}


def _thing(thing: Thing) -> Json:
    whole = listed.product(thing)
    about = {"__typename": "InventoryItem", "id": gid("InventoryItem", thing.inventory_item)}
    return {**about, "tracked": True, "variants": whole["variants"]}


def _level(shelf: Shelf, thing: Thing, place: int) -> Json:
    there = stock.of(shelf, thing.id)
    return {
        "__typename": "InventoryLevel",
        "id": f"gid://shopify/InventoryLevel/{place}?inventory_item_id={thing.inventory_item}",
        "isActive": True,
        "updatedAt": time(there.at),
        "quantities": [{"name": "available", "quantity": there.quantity if place == WAREHOUSE else ON_SHOW}],
    }
